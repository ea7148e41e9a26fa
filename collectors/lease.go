package collectors

import (
	"context"
	"time"
)

// lead runs the worker while this replica holds the lease on its source.
func (w *worker) lead(ctx context.Context) {
	for ctx.Err() == nil {
		release, ok := w.acquire(ctx)
		if !ok {
			w.pause(ctx, spread(w.c.LeaseTTL/3))
			continue
		}
		held, lost := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			release = w.renew(held, lost, release)
		}()
		w.work(held)
		lost()
		<-done
		release()
	}
}

func (w *worker) acquire(ctx context.Context) (release func(), ok bool) {
	if w.c.Leaser == nil {
		return func() {}, true
	}
	release, ok, err := w.c.Leaser.Acquire(ctx, "source/"+w.job.Name, w.c.LeaseTTL)
	if err != nil && ctx.Err() == nil {
		w.c.Log.Warn("no lease on a source", "source", w.job.Name, "err", err)
	}
	return release, ok && err == nil
}

// renew extends the lease until ctx ends, and returns what gives it back. When
// another replica has it, or it could not be extended for two thirds of its
// life, the work is told to stop.
func (w *worker) renew(ctx context.Context, lost func(), release func()) func() {
	if w.c.Leaser == nil {
		return release
	}
	step := w.c.LeaseTTL / 3
	for good := time.Now(); w.pause(ctx, step); {
		asked := time.Now()
		trying, cancel := context.WithTimeout(ctx, step)
		again, ok, err := w.c.Leaser.Acquire(trying, "source/"+w.job.Name, w.c.LeaseTTL)
		cancel()
		switch {
		case ok && err == nil:
			good, release = asked, again
		case ctx.Err() != nil:
		case err == nil || time.Since(good) >= 2*step:
			w.c.Log.Warn("the lease on a source was lost", "source", w.job.Name, "err", err)
			lost()
			return release
		}
	}
	return release
}

// pause waits for d; it is false if ctx ended first.
func (w *worker) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
