package cluster

import (
	"context"
	"sync"
	"time"
)

// Acquire takes the lease called name for ttl or, if this replica has it
// already, extends it; ok is false if another replica has it. release gives it
// back, and does nothing once the lease has passed to another. Within one
// replica the lease excludes nobody.
func (c *Cluster) Acquire(ctx context.Context, name string, ttl time.Duration) (release func(), ok bool, err error) {
	fence, ok, err := c.take(ctx, name, c.holder, ttl)
	if err != nil || !ok {
		return func() {}, false, err
	}
	return c.releaser(ctx, name, fence), true, nil
}

func (c *Cluster) releaser(ctx context.Context, name string, fence int64) func() {
	return sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = c.give(ctx, name, c.holder, fence) // otherwise it lapses
	})
}

// Held is a lease that is renewed until it is released or lost.
type Held struct {
	// Fence grows with each holder: whoever writes under a lease can refuse
	// writes of an older fence.
	Fence   int64
	lost    chan struct{}
	release func()
}

// Lost is closed when the lease is no longer this replica's: released, expired
// because the backend did not answer, or taken by another. Whatever is done
// under the lease has to stop then.
func (h *Held) Lost() <-chan struct{} { return h.lost }

// Release gives the lease back and ends the renewing.
func (h *Held) Release() { h.release() }

// Hold is Acquire with renewal every third of ttl, until Release or the end of
// ctx, which gives the lease back.
func (c *Cluster) Hold(ctx context.Context, name string, ttl time.Duration) (*Held, bool, error) {
	asked := time.Now()
	fence, ok, err := c.take(ctx, name, c.holder, ttl)
	if err != nil || !ok {
		return nil, false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	h := &Held{Fence: fence, lost: make(chan struct{})}
	give := c.releaser(ctx, name, fence)
	h.release = func() { cancel(); <-h.lost }
	go func() {
		defer close(h.lost)
		defer cancel()
		defer give()
		c.renew(ctx, h, name, ttl, asked)
	}()
	return h, true, nil
}

// renew returns when the lease is no longer surely ours: two thirds of its life
// after the last extension, so that the work can stop before another begins.
func (c *Cluster) renew(ctx context.Context, h *Held, name string, ttl time.Duration, good time.Time) {
	tick := time.NewTicker(ttl / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := time.Now()
		trying, cancel := context.WithDeadline(ctx, good.Add(ttl*2/3+ttl/6))
		fence, ok, err := c.take(trying, name, c.holder, ttl)
		cancel()
		switch {
		case err == nil && ok && fence == h.Fence:
			good = asked
		case err == nil, time.Since(good) >= ttl*2/3:
			return
		}
	}
}
