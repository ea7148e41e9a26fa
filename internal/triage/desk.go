// Package triage takes one comment from unread to judged. Read [Desk.Review]
// first: it is the way of a comment.
//
// It stores nothing itself. What it promises: a flagged comment is sealed
// before its case exists and before anybody is told; a comment that cannot be
// judged, sealed or settled stays unjudged, is tried again later, and holds up
// no other; nothing it logs or counts contains a text or an author.
package triage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"vigie"
)

// Judge concludes a verdict on a comment: language, labels, hits, severity.
// [Engine] is the one in use.
type Judge interface {
	Judge(c *vigie.Comment) vigie.Verdict
}

// store keeps what the desk concludes.
type store interface {
	// Unjudged claims up to limit comment versions that nobody has judged,
	// oldest first, until the time given; another replica may take them after.
	Unjudged(ctx context.Context, limit int, lapses time.Time) ([]vigie.Comment, error)
	// Settle writes verdict, case and an alert for each channel in ring, in one
	// transaction. sealed is nil if the comment was not flagged. Settling what is
	// settled already changes nothing.
	Settle(ctx context.Context, c *vigie.Comment, v vigie.Verdict, sealed *vigie.Record, ring []string) (vigie.Settled, error)
	// Postpone puts a claimed version aside until the time given, because of a
	// failure of this class. It stays unjudged.
	Postpone(ctx context.Context, c *vigie.Comment, class string, until time.Time) error
}

// recorder seals flagged comments; idempotent by comment version.
type recorder interface {
	Append(ctx context.Context, c *vigie.Comment, v vigie.Verdict) (vigie.Record, error)
}

// router says which channels a verdict rings.
type router interface {
	Route(org vigie.OrgID, severity vigie.Severity) []string
}

// counters slide over the comments of an account; they may be lost.
type counters interface {
	Add(ctx context.Context, account, author string, at time.Time) error
}

// feed tells the open pages of the console that something changed; it may lose events.
type feed interface {
	Publish(ctx context.Context, org vigie.OrgID, e vigie.Event) error
}

// DeskConfig is what a desk works with. Counters, Feed, Metrics and OnSettled may be nil.
type DeskConfig struct {
	Judge    Judge
	Store    store
	Recorder recorder
	Router   router
	Counters counters
	Feed     feed
	Log      *slog.Logger
	Metrics  *Metrics
	Now      func() time.Time // time.Now if nil

	// OnSettled is called after a verdict put alerts into the outbox. It must not block.
	OnSettled func()

	Workers int           // comments reviewed at once, 2 if 0
	Batch   int           // comments claimed at once, 64 if 0
	Lease   time.Duration // how long a claim holds, 1 min if 0
	Poll    time.Duration // how often the store is asked without being woken, 1 s if 0
}

// Desk reviews comments. It is safe for concurrent use.
type Desk struct {
	d    DeskConfig
	wake chan struct{}
}

// NewDesk returns a desk.
func NewDesk(d DeskConfig) *Desk {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Workers <= 0 {
		d.Workers = 2
	}
	if d.Batch <= 0 {
		d.Batch = 64
	}
	if d.Lease <= 0 {
		d.Lease = time.Minute
	}
	if d.Poll <= 0 {
		d.Poll = time.Second
	}
	return &Desk{d: d, wake: make(chan struct{}, 1)}
}

// Review takes one comment from unread to judged: judge it; if it is flagged,
// seal it; settle verdict, case and alerts in one transaction; then tell who
// watches. An error means that nothing was settled. Repeating a review, after
// a crash between any two steps, seals and settles once.
func (d *Desk) Review(ctx context.Context, c *vigie.Comment) (vigie.Verdict, error) {
	v, err := d.judge(c)
	if err != nil {
		return v, err
	}
	sealed, err := d.seal(ctx, c, v)
	if err != nil {
		return v, &failure{classSeal, fmt.Errorf("seal %s version %d: %w", c.ID, c.Version, err)}
	}
	done, err := d.d.Store.Settle(ctx, c, v, sealed, d.ring(c, &v))
	if err != nil {
		return v, &failure{classSettle, fmt.Errorf("settle: %w", err)}
	}
	d.tell(ctx, c, &v, done)
	d.note(ctx, c, &v, sealed, done)
	return v, nil
}

// judge calls the judge, and turns a panic of it into an error.
func (d *Desk) judge(c *vigie.Comment) (v vigie.Verdict, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &failure{classPanic, fmt.Errorf("judging %s version %d panicked: %s", c.ID, c.Version, panicKind(r))}
		}
	}()
	return d.d.Judge.Judge(c), nil
}

// panicKind names a panic without its message, which might quote the text.
func panicKind(r any) string {
	var re interface{ RuntimeError() }
	if err, ok := r.(error); ok && errors.As(err, &re) {
		return err.Error() // "index out of range [5] with length 3": numbers only
	}
	return fmt.Sprintf("%T", r)
}

// seal appends a flagged comment to the evidence log, nil for others.
func (d *Desk) seal(ctx context.Context, c *vigie.Comment, v vigie.Verdict) (*vigie.Record, error) {
	if !v.Flagged() {
		return nil, nil
	}
	rec, err := d.d.Recorder.Append(ctx, c, v)
	if err != nil {
		return nil, err
	}
	return &rec, nil
}

// ring returns the channels that a verdict rings.
func (d *Desk) ring(c *vigie.Comment, v *vigie.Verdict) []string {
	if !v.Flagged() {
		return nil
	}
	return d.d.Router.Route(c.Org, v.Severity)
}

// tell counts a settled comment and wakes the pages that show its case. What
// goes wrong here loses nothing that matters, so it is only logged.
func (d *Desk) tell(ctx context.Context, c *vigie.Comment, v *vigie.Verdict, done vigie.Settled) {
	if d.d.Counters != nil && !done.Already {
		if err := d.d.Counters.Add(ctx, string(c.Account), string(c.Author.ID), c.Created); err != nil {
			d.d.Log.WarnContext(ctx, "sliding counters not updated", "comment", c.ID, "error", err)
		}
	}
	if d.d.OnSettled != nil && done.Alerts > 0 {
		d.d.OnSettled()
	}
	if d.d.Feed == nil || !done.Opened && !done.Raised {
		return
	}
	kind := vigie.EventCaseChanged
	if done.Opened {
		kind = vigie.EventCaseOpened
	}
	e := vigie.Event{Kind: kind, Case: done.Case, Severity: v.Severity, At: d.d.Now()}
	if err := d.d.Feed.Publish(ctx, c.Org, e); err != nil {
		d.d.Log.WarnContext(ctx, "live feed not updated", "case", done.Case, "error", err)
	}
}

// note writes the canonical line of a judged comment: everything about the
// judgement, nothing of what was said or by whom.
func (d *Desk) note(ctx context.Context, c *vigie.Comment, v *vigie.Verdict, sealed *vigie.Record, done vigie.Settled) {
	d.d.Metrics.judged(c.Source, v)
	attrs := []slog.Attr{
		slog.String("comment", string(c.ID)), slog.Int("version", c.Version), slog.String("source", c.Source),
		slog.String("lang", v.Lang), slog.String("severity", v.Severity.String()), slog.Any("labels", labelNames(v)),
		slog.Any("rules", v.Rules()), slog.Float64("score", v.Score), slog.Duration("took", v.Took),
	}
	if sealed != nil {
		attrs = append(attrs, slog.Uint64("sealed", sealed.Seq), slog.String("case", string(done.Case)), slog.Int("alerts", done.Alerts))
	}
	if done.Already {
		attrs = append(attrs, slog.Bool("replay", true))
	}
	d.d.Log.LogAttrs(ctx, slog.LevelInfo, "judged", attrs...)
}

func labelNames(v *vigie.Verdict) []string {
	names := make([]string, 0, len(v.Labels))
	for _, l := range v.Labels {
		name := string(l.Label)
		if l.Target != "" {
			name += "/" + l.Target
		}
		names = append(names, name)
	}
	return names
}
