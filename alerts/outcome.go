package alerts

import (
	"context"
	"errors"
	"time"

	"vigie"
)

// sent writes down a delivery.
func (l *lane) sent(ctx context.Context, m vigie.Message, r Receipt) {
	now := l.cfg.Now()
	l.record(ctx, "delivered", func(ctx context.Context) error {
		return l.cfg.Outbox.Sent(ctx, m.ID, now, r.External)
	})
	for i := range m.Alerts {
		if a := &m.Alerts[i]; a.Kind == vigie.AlertCase && !a.Posted.IsZero() && l.firsts.first(a.Case) {
			l.cfg.Metrics.detected(a, now)
		}
	}
	l.failures, l.failing = 0, time.Time{}
	l.state.LastSuccess, l.state.Class = now, ""
	l.report(ctx)
	l.gather(len(m.Alerts), now)
}

// failed decides what to do about a failure, by its class.
func (l *lane) failed(ctx context.Context, m vigie.Message, err error) {
	class := classify(err)
	l.log.Warn("a message could not be delivered", "message", m.ID, "class", class, "tries", tried(&m)+1, "err", err)
	l.state.Class = string(class)
	switch class {
	case ClassPermanent:
		l.bury(ctx, m, class)
		l.report(ctx)
	case ClassAuth, ClassGone:
		l.stop(ctx, m, class)
	default:
		l.retry(ctx, m, class, err)
	}
}

// classify is ClassOf with unknown words taken as the careful case.
func classify(err error) Class {
	switch c := ClassOf(err); c {
	case ClassRetry, ClassAuth, ClassGone, ClassPermanent:
		return c
	default:
		return ClassAmbiguous
	}
}

// stop keeps the message and pauses the channel until a person acts.
func (l *lane) stop(ctx context.Context, m vigie.Message, class Class) {
	now := l.cfg.Now()
	l.keep(ctx, m, class, now)
	l.stopped = true
	l.pause(ctx, string(class), time.Time{})
	l.tell(ctx, string(class))
}

// retry keeps the message for later, or buries it if it is too old.
func (l *lane) retry(ctx context.Context, m vigie.Message, class Class, err error) {
	now := l.cfg.Now()
	if l.failing.IsZero() {
		l.failing = now
	}
	draw := l.cfg.Draw()
	l.held = now.Add(min(backoff(l.failures, draw), longestHold))
	l.failures++
	switch {
	case l.tooOld(&m, now):
		l.bury(ctx, m, class)
		l.report(ctx)
	case retryAfter(err) > 0: // pauses the whole channel
		l.held = now.Add(min(retryAfter(err), longestPause))
		l.keep(ctx, m, class, l.held)
		l.pause(ctx, pauseLimited, l.held)
	default:
		l.keep(ctx, m, class, now.Add(ownBackoff(&m, draw)))
		l.report(ctx)
	}
	if now.Sub(l.failing) >= time.Hour {
		l.tell(ctx, "failing")
	}
}

// tooOld says whether m has used up its age budget and its fair share of tries.
func (l *lane) tooOld(m *vigie.Message, now time.Time) bool {
	at := queued(m)
	return !at.IsZero() && now.Sub(at) > l.cfg.MaxAge(m.Severity()) && tried(m)+1 >= fewestTries
}

func retryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

func (l *lane) keep(ctx context.Context, m vigie.Message, class Class, next time.Time) {
	now := l.cfg.Now()
	l.record(ctx, "failed", func(ctx context.Context) error {
		return l.cfg.Outbox.Failed(ctx, m.ID, now, string(class), next)
	})
}

func (l *lane) bury(ctx context.Context, m vigie.Message, class Class) {
	now := l.cfg.Now()
	l.log.Error("a message became a dead letter: it is kept, and not tried again by itself", "message", m.ID, "class", class)
	l.record(ctx, "buried", func(ctx context.Context) error {
		return l.cfg.Outbox.Bury(ctx, m.ID, now, string(class))
	})
	for _, a := range m.Alerts {
		if a.Kind != vigie.AlertOps {
			l.tell(ctx, "dead_letter")
			return
		}
	}
}

// tell passes trouble on to the administrators, at most once an hour per class.
func (l *lane) tell(ctx context.Context, class string) {
	now := l.cfg.Now()
	if last, ok := l.told[class]; ok && now.Sub(last) < time.Hour {
		return
	}
	l.told[class] = now
	event := vigie.OpsEvent{Subject: "channel " + l.Name, Class: class}
	l.record(ctx, "told", func(ctx context.Context) error { return l.cfg.Tell(ctx, l.Name, event) })
}

func (l *lane) pause(ctx context.Context, reason string, until time.Time) {
	l.state.Paused, l.state.Until = true, until
	l.cfg.Metrics.setPaused(l.Name, reason)
	l.report(ctx)
}

func (l *lane) unpause(ctx context.Context) {
	l.state.Paused, l.state.Until, l.state.Class = false, time.Time{}, ""
	l.cfg.Metrics.setPaused(l.Name, "")
	l.report(ctx)
}

func (l *lane) report(ctx context.Context) {
	state := l.state
	l.record(ctx, "state", func(ctx context.Context) error { return l.cfg.Outbox.SetChannelState(ctx, state) })
}

// record writes down what has happened already, so it goes on after the end of
// ctx and tries more than once. If it cannot, the claim lapses and the message
// goes out again under the same id: twice rather than never.
func (l *lane) record(ctx context.Context, what string, write func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var err error
	for wait := 100 * time.Millisecond; wait < 2*time.Second; wait *= 2 {
		if err = write(ctx); err == nil {
			return
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	l.log.Error("could not be written down", "what", what, "err", err)
}
