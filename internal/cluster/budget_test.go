package cluster

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func used(t *testing.T, b *Budget) int64 {
	t.Helper()
	n, err := b.Used(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func reserve(t *testing.T, b *Budget, cost int64) {
	t.Helper()
	if err := b.Reserve(t.Context(), cost); err != nil {
		t.Fatalf("Reserve(%d): %v", cost, err)
	}
}

func refused(t *testing.T, b *Budget, cost int64, until time.Time) {
	t.Helper()
	err := b.Reserve(t.Context(), cost)
	var exhausted *Exhausted
	if !errors.As(err, &exhausted) || !exhausted.Until.Equal(until) {
		t.Fatalf("Reserve(%d) = %v, want *Exhausted until %v", cost, err, until)
	}
}

func TestABudgetIsSharedAndCapped(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
		all := open(t, 2, Config{Now: func() time.Time { return now }})
		a, b := all[0].Budget("x", 100, Month), all[1].Budget("x", 100, Month)
		april := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		reserve(t, a, 60)
		refused(t, b, 41, april)
		reserve(t, b, 40)
		refused(t, a, 1, april)
		if err := a.Settle(t.Context(), 60, 20); err != nil {
			t.Fatal(err)
		}
		reserve(t, b, 40)
		if err := b.Settle(t.Context(), 40, 55); err != nil { // dearer than thought: the truth, even above the cap
			t.Fatal(err)
		}
		if got := used(t, a); got != 115 {
			t.Errorf("used %d, want 115", got)
		}
		if err := a.Reserve(t.Context(), -5); err == nil {
			t.Error("a negative cost was granted")
		}
		now = april
		if got := used(t, a); got != 0 {
			t.Errorf("in the new period %d are used, want 0", got)
		}
		if err := a.Settle(t.Context(), 60, 0); err != nil { // of the period before
			t.Fatal(err)
		}
		reserve(t, a, 100)
		refused(t, b, 1, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
		if err := all[0].Budget("another", 5, Day).Reserve(t.Context(), 5); err != nil {
			t.Errorf("another budget: %v", err)
		}
	})
}

func TestABudgetHoldsUnderConcurrency(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		var granted atomic.Int64
		var wg sync.WaitGroup
		for _, c := range open(t, 4, Config{}) {
			b := c.Budget("x", 100, Month)
			wg.Go(func() {
				for range 20 {
					if err := b.Reserve(t.Context(), 3); err == nil {
						granted.Add(3)
					}
				}
			})
		}
		if wg.Wait(); granted.Load() != 99 {
			t.Errorf("%d were granted of 100 in steps of 3, want 99", granted.Load())
		}
	})
}

// safe is a BudgetKeeper in memory.
type safe struct {
	mu     sync.Mutex
	kept   map[string]Spent
	broken bool
}

func (s *safe) Load(_ context.Context, name string) (Spent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[name], nil
}

func (s *safe) Save(_ context.Context, name string, spent Spent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return errors.New("disk full")
	}
	s.kept[name] = spent
	return nil
}

func TestMoneyIsNotForgotten(t *testing.T) {
	keeper := &safe{kept: map[string]Spent{}}
	both(t, func(t *testing.T, open replicas) {
		keeper.kept = map[string]Spent{}
		reserve(t, open(t, 1, Config{Budgets: keeper})[0].Budget("x", 100, Month), 70)
		after := open(t, 1, Config{Budgets: keeper})[0].Budget("x", 100, Month) // a fresh process, or a fresh Redis
		if err := after.Reserve(t.Context(), 31); err == nil {
			t.Error("after a crash the cap was forgotten")
		}
		reserve(t, after, 30)
	})
}

func TestNothingIsSpentThatCannotBeWrittenDown(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		keeper := &safe{kept: map[string]Spent{}, broken: true}
		b := open(t, 1, Config{Budgets: keeper})[0].Budget("x", 100, Month)
		if err := b.Reserve(t.Context(), 70); err == nil {
			t.Fatal("a reservation was granted that is not kept")
		}
		keeper.broken = false
		reserve(t, b, 100)
	})
}

func TestAReplicaReminds(t *testing.T) {
	s := startRedis(t)
	b := s.replica(t, Config{}).Budget("x", 100, Month)
	reserve(t, b, 90)
	if err := s.client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := b.Reserve(t.Context(), 20); err == nil {
		t.Error("what Redis forgot, its replica forgot as well")
	}
}
