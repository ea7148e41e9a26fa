package triage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"vigie"
)

// class says in one word why a comment was postponed.
type class string

const (
	classPanic  class = "panic"  // the judge, or what came after, panicked
	classSeal   class = "seal"   // the evidence log did not take it
	classSettle class = "settle" // the store did not take the verdict
)

var classes = []class{classPanic, classSeal, classSettle}

// failure is an error of one review, with its class.
type failure struct {
	class class
	err   error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Pauses before a failed comment is tried again: a broken evidence log or store
// is mended in seconds; a text that makes the judge panic takes a new version.
const (
	pause      = 15 * time.Second
	panicPause = 10 * time.Minute
)

// Wake lets Run look for comments now. It never blocks.
func (d *Desk) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run reviews comments until ctx ends: those that are waiting, then whenever
// Wake is called, and by itself every DeskConfig.Poll. A review that has begun is
// completed. It returns nil when ctx ends; nothing else stops it.
func (d *Desk) Run(ctx context.Context) error {
	t := time.NewTicker(d.d.Poll)
	defer t.Stop()
	for {
		for ctx.Err() == nil && d.batch(ctx) {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-d.wake:
		case <-t.C:
		}
	}
}

// batch claims and reviews some comments. It reports whether more may be waiting.
func (d *Desk) batch(ctx context.Context) bool {
	claimed, err := d.d.Store.Unjudged(ctx, d.d.Batch, d.d.Now().Add(d.d.Lease))
	if err != nil {
		if ctx.Err() == nil {
			d.d.Log.ErrorContext(ctx, "cannot claim comments to judge", "error", err)
		}
		return false
	}
	work := make(chan *vigie.Comment)
	var workers sync.WaitGroup
	for range min(d.d.Workers, len(claimed)) {
		workers.Go(func() {
			for c := range work {
				d.reviewOne(context.WithoutCancel(ctx), c)
			}
		})
	}
	for i := range claimed {
		if ctx.Err() != nil {
			break // the claim lapses, and somebody judges the rest
		}
		work <- &claimed[i]
	}
	close(work)
	workers.Wait()
	return len(claimed) == d.d.Batch
}

// reviewOne reviews a comment; whatever goes wrong with it stays with it.
func (d *Desk) reviewOne(ctx context.Context, c *vigie.Comment) {
	defer func() {
		if r := recover(); r != nil {
			d.postpone(ctx, c, &failure{classPanic, fmt.Errorf("review panicked: %s", panicKind(r))})
		}
	}()
	if _, err := d.Review(ctx, c); err != nil {
		d.postpone(ctx, c, err)
	}
}

func (d *Desk) postpone(ctx context.Context, c *vigie.Comment, cause error) {
	f := &failure{class: classSettle}
	errors.As(cause, &f)
	wait := pause
	if f.class == classPanic {
		wait = panicPause
	}
	until := d.d.Now().Add(wait)
	d.d.Metrics.failed(f.class)
	d.d.Log.ErrorContext(ctx, "comment not judged; it will be tried again", "comment", c.ID, "version", c.Version,
		"class", string(f.class), "until", until, "error", cause)
	if err := d.d.Store.Postpone(ctx, c, string(f.class), until); err != nil {
		d.d.Log.ErrorContext(ctx, "comment not postponed; its claim lapses", "comment", c.ID, "error", err)
	}
}
