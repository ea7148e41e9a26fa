package alerts

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"golang.org/x/time/rate"

	"vigie"
)

// lane is the one sender of a channel. Only its goroutine touches its state.
type lane struct {
	Lane
	cfg    *DispatcherConfig
	firsts *firsts
	log    *slog.Logger
	wake   chan struct{}
	resume chan struct{}

	tokens   *rate.Limiter
	state    vigie.ChannelState // as recorded last
	stopped  bool               // until Resume
	held     time.Time          // nothing leaves before
	rest     time.Time          // only what is imminent leaves before
	failures int                // in a row
	failing  time.Time          // since when, zero if the last delivery succeeded
	told     map[string]time.Time
}

func newLane(cfg *DispatcherConfig, f *firsts, l Lane) *lane {
	perMinute := l.Kind.PerMinute
	if perMinute <= 0 {
		perMinute = 60
	}
	return &lane{
		Lane: l, cfg: cfg, firsts: f,
		log:    cfg.Log.With("channel", l.Name),
		wake:   make(chan struct{}, 1),
		resume: make(chan struct{}, 1),
		tokens: rate.NewLimiter(rate.Limit(float64(perMinute)/60), max(5, perMinute/6)),
		state:  vigie.ChannelState{Channel: l.Name, Kind: l.Kind.Name},
		told:   make(map[string]time.Time),
	}
}

// run goes round: wait until something may be sent, send one message.
func (l *lane) run(ctx context.Context) {
	l.unpause(ctx)
	for ctx.Err() == nil {
		switch now := l.cfg.Now(); {
		case l.stopped:
			l.sleep(ctx, nil, nil)
		case now.Before(l.held):
			l.sleep(ctx, time.After(l.held.Sub(now)), nil)
		default:
			if l.state.Paused {
				l.unpause(ctx)
			}
			if wait := l.step(ctx); wait > 0 {
				l.sleep(ctx, time.After(wait), l.wake)
			}
		}
	}
}

// sleep waits for the timer, a wake, a resume or the end.
func (l *lane) sleep(ctx context.Context, timer <-chan time.Time, wake <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-timer:
	case <-wake:
	case <-l.resume:
		l.held, l.stopped, l.failures = time.Time{}, false, 0
		l.unpause(ctx)
	}
}

// step sends at most one message and returns how long to wait if there was none.
func (l *lane) step(ctx context.Context) (wait time.Duration) {
	defer func() {
		if p := recover(); p != nil { // of the outbox: those of the channel are caught in send
			l.log.Error("the lane panicked and goes on", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			wait = l.cfg.Poll
		}
	}()
	now := l.cfg.Now()
	if wait := l.resting(ctx, now); wait > 0 {
		return wait
	}
	token := l.tokens.ReserveN(now, 1)
	if wait := token.DelayFrom(now); wait > 0 {
		token.CancelAt(now)
		return wait
	}
	m, ok, err := l.cfg.Outbox.Claim(ctx, l.Name, l.batch(), now, now.Add(2*l.cfg.SendTimeout+l.cfg.Grace))
	if err != nil && ctx.Err() == nil {
		l.log.Error("the outbox could not be read; trying again", "err", err)
	}
	if err != nil || !ok {
		token.CancelAt(now)
		return l.cfg.Poll
	}
	l.deliver(ctx, m)
	return 0
}

func (l *lane) batch() int { return max(1, l.Kind.Batch) }

// blindRest is how long a lane rests at most if it cannot see what waits.
const blindRest = 5 * time.Second

// resting returns how much longer to gather alerts for one message, 0 if not at all.
func (l *lane) resting(ctx context.Context, now time.Time) time.Duration {
	left := l.rest.Sub(now)
	if left <= 0 {
		return 0
	}
	peeker, ok := l.cfg.Outbox.(Peeker)
	if !ok {
		return left // set with blindRest in mind
	}
	top, _, err := peeker.Peek(ctx, l.Name, now)
	if err != nil || top >= vigie.SeverityImminent {
		return 0
	}
	return min(left, l.cfg.Poll)
}

// gather starts the rest after a message, unless more is certainly waiting.
func (l *lane) gather(sent int, now time.Time) {
	if l.batch() == 1 || sent >= l.batch() {
		return
	}
	wait := l.cfg.GroupWait
	if _, ok := l.cfg.Outbox.(Peeker); !ok {
		wait = min(wait, blindRest)
	}
	l.rest = now.Add(wait)
}

// deliver sends one message and writes down what came of it.
func (l *lane) deliver(ctx context.Context, m vigie.Message) {
	m.Lang, m.Base = l.cfg.Lang, l.cfg.Base
	began := l.cfg.Now()
	receipt, err := l.send(ctx, m)
	now := l.cfg.Now()
	if err != nil {
		l.cfg.Metrics.observe(l.Name, string(classify(err)), now.Sub(began))
		l.failed(ctx, m, err)
		return
	}
	l.cfg.Metrics.observe(l.Name, delivered, now.Sub(began))
	l.sent(ctx, m, receipt)
}

// send calls the channel with a deadline; a panic of the channel is a failure.
func (l *lane) send(ctx context.Context, m vigie.Message) (r Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("the channel panicked", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = &Error{Class: ClassAmbiguous, Err: fmt.Errorf("the channel panicked (%T)", p)}
		}
	}()
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.SendTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(l.cfg.Grace, cancel)
		context.AfterFunc(sending, func() { timer.Stop() })
	})
	defer stop()
	return l.Channel.Send(sending, m)
}
