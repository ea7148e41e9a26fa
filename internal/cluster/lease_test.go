package cluster

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func take(t *testing.T, c *Cluster, ttl time.Duration) (func(), bool) {
	t.Helper()
	release, ok, err := c.Acquire(t.Context(), "source/asso", ttl)
	if err != nil {
		t.Fatalf("Acquire: %v", err)
	}
	return release, ok
}

func TestOneReplicaHoldsALease(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		all := open(t, 2, Config{})
		release, ok := take(t, all[0], time.Minute)
		if !ok {
			t.Fatal("a free lease was refused")
		}
		if _, ok := take(t, all[1], time.Minute); ok {
			t.Fatal("a held lease was granted to another replica")
		}
		if _, ok := take(t, all[0], time.Minute); !ok {
			t.Fatal("the holder could not extend its lease")
		}
		release()
		if _, ok := take(t, all[1], time.Minute); !ok {
			t.Fatal("a lease given back was refused")
		}
		release() // of a lease that has passed on
		if _, ok := take(t, all[0], time.Minute); ok {
			t.Fatal("releasing twice took the lease from its next holder")
		}
	})
}

func TestALeaseLapses(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		all := open(t, 2, Config{})
		if _, ok := take(t, all[0], 50*time.Millisecond); !ok {
			t.Fatal("a free lease was refused")
		}
		eventually(t, "the lease lapses", func() bool { _, ok := take(t, all[1], time.Minute); return ok })
	})
}

func TestOnlyOneOfManyTakesALease(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		var winners atomic.Int32
		var wg sync.WaitGroup
		for _, c := range open(t, 8, Config{}) {
			wg.Go(func() {
				if _, ok, err := c.Acquire(t.Context(), "one", time.Minute); err != nil {
					t.Error(err)
				} else if ok {
					winners.Add(1)
				}
			})
		}
		if wg.Wait(); winners.Load() != 1 {
			t.Errorf("%d replicas took the lease", winners.Load())
		}
	})
}

func TestHoldRenewsAndFences(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		all := open(t, 2, Config{})
		held, ok, err := all[0].Hold(t.Context(), "seal", time.Second)
		if err != nil || !ok {
			t.Fatalf("Hold: %v %v", ok, err)
		}
		for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if _, ok, err := all[1].Acquire(t.Context(), "seal", time.Minute); ok || err != nil {
				t.Fatalf("another replica got a lease that is held: %v %v", ok, err)
			}
		}
		held.Release()
		<-held.Lost()
		next, ok, err := all[1].Hold(t.Context(), "seal", time.Minute)
		if err != nil || !ok {
			t.Fatalf("Hold after Release: %v %v", ok, err)
		}
		defer next.Release()
		if next.Fence <= held.Fence {
			t.Errorf("the next holder's fence is %d, want more than %d", next.Fence, held.Fence)
		}
	})
}

func TestLosingALeaseIsSeen(t *testing.T) {
	s := startRedis(t)
	held, ok, err := s.replica(t, Config{}).Hold(t.Context(), "seal", 2*time.Second)
	if err != nil || !ok {
		t.Fatalf("Hold: %v %v", ok, err)
	}
	s.stop()
	stopped := time.Now()
	<-held.Lost()
	if took := time.Since(stopped); took > 2*time.Second {
		t.Errorf("the loss was seen after %v, when another may have had the lease", took)
	}
	s.start(t)
	next, ok, err := s.replica(t, Config{}).Hold(t.Context(), "seal", time.Minute)
	if err != nil || !ok || next.Fence <= held.Fence {
		t.Fatalf("after Redis forgot everything: %v %v, fence %d, want more than %d", ok, err, next.Fence, held.Fence)
	}
	next.Release()
}
