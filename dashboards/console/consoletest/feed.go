package consoletest

import (
	"context"
	"strconv"
	"sync"
	"time"

	"vigie"
)

// Feed is a live feed in memory that remembers everything.
type Feed struct {
	mu    sync.Mutex
	past  []vigie.Event
	woken chan struct{}
}

// NewFeed returns a feed without events.
func NewFeed() *Feed { return &Feed{woken: make(chan struct{})} }

// Publish numbers an event and hands it to all who listen.
func (f *Feed) Publish(e vigie.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.ID = strconv.Itoa(len(f.past) + 1)
	f.past = append(f.past, e)
	close(f.woken)
	f.woken = make(chan struct{})
}

// Subscribe hands out the events after the one named, or from now on.
func (f *Feed) Subscribe(ctx context.Context, _ vigie.OrgID, after string) (<-chan vigie.Event, error) {
	out := make(chan vigie.Event)
	f.mu.Lock()
	at := len(f.past)
	if n, err := strconv.Atoi(after); err == nil {
		at = min(n, at)
	}
	f.mu.Unlock()
	go func() {
		defer close(out)
		for {
			f.mu.Lock()
			batch, woken := f.past[at:], f.woken
			f.mu.Unlock()
			for _, e := range batch {
				select {
				case out <- e:
				case <-ctx.Done():
					return
				}
			}
			at += len(batch)
			select {
			case <-woken:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// Surge holds the numbers of each account: comments and authors.
type Surge map[string][2]int64

// Count returns the numbers of an account.
func (s Surge) Count(_ context.Context, account string, _ time.Duration) (comments, authors int64, err error) {
	return s[account][0], s[account][1], nil
}
