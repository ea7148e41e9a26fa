package collectors

import (
	"context"
	"errors"
	"time"
)

// errStalled is why a poll is ended that yields nothing for too long.
var errStalled = errors.New("no page for too long")

// visit is the time that a worker spends with the host of its source: while it
// is inside, no other job talks to that host, and a watchdog ends the visit's
// context if nothing comes for too long.
type visit struct {
	turn   chan struct{}
	after  time.Duration
	dog    *time.Timer
	cancel context.CancelCauseFunc
	inside bool
}

// visit prepares a visit; its context is for all that happens in it.
func (w *worker) visit(ctx context.Context) (context.Context, *visit) {
	ctx, cancel := context.WithCancelCause(ctx)
	dog := time.AfterFunc(time.Hour, func() { cancel(errStalled) })
	dog.Stop()
	return ctx, &visit{turn: w.host.turn, after: w.c.StallAfter, dog: dog, cancel: cancel}
}

// enter waits for the worker's turn.
func (v *visit) enter(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case v.turn <- struct{}{}:
		v.inside = true
		v.dog.Reset(v.after)
		return nil
	}
}

// leave lets another job have its turn.
func (v *visit) leave() {
	if v.inside {
		v.dog.Stop()
		v.inside = false
		<-v.turn
	}
}

// end ends the visit.
func (v *visit) end() {
	v.leave()
	v.cancel(nil)
}

// explain turns the error of a context that the watchdog ended into one of
// [ClassRetry].
func (v *visit) explain(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return &Error{Class: ClassRetry, Err: errStalled}
	}
	return err
}

// alone calls f as one visit.
func (w *worker) alone(ctx context.Context, f func(context.Context) error) error {
	ctx, v := w.visit(ctx)
	defer v.end()
	if err := v.enter(ctx); err != nil {
		return err
	}
	return v.explain(ctx, f(ctx))
}
