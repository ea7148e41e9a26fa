package alerts

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"vigie"
)

// Dispatcher brings alerts from the outbox to the channels. Each channel has a
// lane of its own, which sends one message at a time: a slow or dead channel
// delays no other. What a lane knows (pauses, pace) is in memory; what must not
// be lost is in the [Outbox], so the process may die at any instant.
//
// The order of a channel is the outbox's: gravest first, then oldest. While a
// channel fails, its lane holds everything back for the back-off, a minute at
// most; after that newer alerts may pass one that waits longer.
type Dispatcher struct {
	cfg    DispatcherConfig
	lanes  []*lane
	firsts *firsts
}

// Lane is one configured channel.
type Lane struct {
	Name    string // of the channel in the configuration
	Kind    Kind
	Channel Channel
}

// DispatcherConfig is what a Dispatcher needs. Outbox, Metrics and Log are
// required; the zero value of everything else has a default.
type DispatcherConfig struct {
	Outbox Outbox
	Lanes  []Lane
	Lang   string // of what people read, "fr" (default) or "en"
	Base   string // address of the console, without trailing slash

	// Tell passes trouble of a channel on: the daemon puts an ops alert for the
	// administrators' other channels into the outbox. It is called when a
	// channel is paused until a person acts, when one has failed for an hour,
	// and for dead letters, at most once an hour each. Dead letters that are ops
	// alerts themselves are not told of, or two broken channels would feed each
	// other for ever. Nil: nobody is told.
	Tell func(ctx context.Context, channel string, e vigie.OpsEvent) error

	// GroupWait is how long a channel that people read rests after a message,
	// so that a raid ends as few messages; default 30 s. The first alert after
	// a quiet time leaves at once, and what is imminent never waits (see
	// [Peeker]); nor does what is left over after a full message.
	GroupWait time.Duration
	// Poll is how often the outbox is asked without a Wake; default 5 s.
	Poll time.Duration
	// SendTimeout is the deadline of one delivery; default 30 s.
	SendTimeout time.Duration
	// Grace is how long a delivery under way may go on once Run is told to
	// stop; default 5 s.
	Grace time.Duration
	// MaxAge is how long a message of a severity is retried before it becomes a
	// dead letter; default [DefaultMaxAge].
	MaxAge func(vigie.Severity) time.Duration

	Metrics *Metrics
	Now     func() time.Time // default time.Now
	Draw    func() float64   // jitter in [0,1); default random
	Log     *slog.Logger
}

// NewDispatcher makes a Dispatcher; it does nothing before Run.
func NewDispatcher(cfg DispatcherConfig) *Dispatcher {
	cfg.Lang = cmp.Or(cfg.Lang, "fr")
	cfg.GroupWait = cmp.Or(cfg.GroupWait, 30*time.Second)
	cfg.Poll = cmp.Or(cfg.Poll, 5*time.Second)
	cfg.SendTimeout = cmp.Or(cfg.SendTimeout, 30*time.Second)
	cfg.Grace = cmp.Or(cfg.Grace, 5*time.Second)
	if cfg.MaxAge == nil {
		cfg.MaxAge = DefaultMaxAge
	}
	if cfg.Tell == nil {
		cfg.Tell = func(context.Context, string, vigie.OpsEvent) error { return nil }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Draw == nil {
		cfg.Draw = rand.Float64
	}
	d := &Dispatcher{cfg: cfg, firsts: newFirsts(4096)}
	for _, l := range cfg.Lanes {
		d.lanes = append(d.lanes, newLane(&d.cfg, d.firsts, l))
	}
	return d
}

// Run works until ctx ends, then lets deliveries under way finish within the
// grace and writes down what came of them. It always returns ctx's error.
func (d *Dispatcher) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range d.lanes {
		wg.Go(func() { l.run(ctx) })
	}
	wg.Wait()
	return ctx.Err()
}

// Wake says that something was put into the outbox. It never blocks.
func (d *Dispatcher) Wake() {
	for _, l := range d.lanes {
		nudge(l.wake)
	}
}

// Resume ends the pause of a channel, of whatever reason: its messages go out
// again at once.
func (d *Dispatcher) Resume(channel string) error {
	i := slices.IndexFunc(d.lanes, func(l *lane) bool { return l.Name == channel })
	if i < 0 {
		return fmt.Errorf("channel %q: %w", channel, vigie.ErrNotFound)
	}
	nudge(d.lanes[i].resume)
	return nil
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
