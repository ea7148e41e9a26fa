package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Period says in which span of time a budget is counted: the one that now lies in.
type Period func(now time.Time) (start, end time.Time)

// Day is a budget's day, in UTC.
func Day(now time.Time) (start, end time.Time) {
	y, m, d := now.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}

// Month is a budget's month, in UTC.
func Month(now time.Time) (start, end time.Time) {
	y, m, _ := now.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
}

// Exhausted means that a reservation would exceed the cap of the period.
type Exhausted struct {
	Budget string
	Until  time.Time // end of the period: when to ask again
}

// Error says which budget and until when.
func (e *Exhausted) Error() string {
	return fmt.Sprintf("budget %s is used up until %s; raise its cap to go on sooner", e.Budget, e.Until.UTC().Format(time.RFC3339))
}

// Spent is what is used of a budget in one period.
type Spent struct {
	Start time.Time // of the period
	Used  int64
}

// BudgetKeeper keeps what is spent where a crash cannot reach it: a row per
// name in the store, the newer period winning over the older one.
type BudgetKeeper interface {
	// Load returns what was kept last under the name, zero if nothing.
	Load(ctx context.Context, name string) (Spent, error)
	// Save keeps s. It is called before a reservation is granted.
	Save(ctx context.Context, name string, s Spent) error
}

// Budget is a cap on spending per period, shared by all replicas that name it.
type Budget struct {
	c      *Cluster
	name   string
	most   int64
	period Period

	mu     sync.Mutex // one reservation at a time, so that what is kept never falls behind
	known  Spent      // as this replica saw it last: the floor if the backend forgets
	loaded bool
}

// Budget returns the budget called name, of at most most units per period.
func (c *Cluster) Budget(name string, most int64, period Period) *Budget {
	return &Budget{c: c, name: name, most: most, period: period}
}

// charge is one change of a budget.
type charge struct {
	name       string
	start, end time.Time
	delta      int64
	most       int64 // refuse to grow beyond it; negative: never refuse
	floor      int64 // what was used, should the backend have forgotten
}

// Reserve takes cost from what is left of the current period. A refusal is an
// *[Exhausted]. Any other error grants nothing: money that cannot be counted is
// not spent.
func (b *Budget) Reserve(ctx context.Context, cost int64) error {
	if cost < 0 {
		return fmt.Errorf("budget %s: a cost of %d is less than nothing", b.name, cost)
	}
	return b.change(ctx, cost, b.most)
}

// Settle corrects an earlier reservation to what it really cost. What crosses
// the end of a period is corrected in the new one, never below nothing.
func (b *Budget) Settle(ctx context.Context, reserved, actual int64) error {
	if reserved == actual {
		return nil
	}
	return b.change(ctx, actual-reserved, -1)
}

// Used returns what is used of the current period.
func (b *Budget) Used(ctx context.Context) (int64, error) {
	err := b.change(ctx, 0, -1)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known.Used, err
}

func (b *Budget) change(ctx context.Context, delta, most int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return err
	}
	start, end := b.period(b.c.now())
	if !b.known.Start.Equal(start) {
		b.known = Spent{Start: start}
	}
	ch := charge{b.name, start, end, delta, most, b.known.Used}
	used, ok, err := b.c.charge(ctx, ch)
	if err != nil {
		return fmt.Errorf("budget %s: %w", b.name, err)
	}
	if !ok {
		return &Exhausted{Budget: b.name, Until: end}
	}
	b.known.Used = used
	return b.save(ctx, ch)
}

func (b *Budget) load(ctx context.Context) error {
	if b.loaded || b.c.keeper == nil {
		return nil
	}
	kept, err := b.c.keeper.Load(ctx, b.name)
	if err != nil {
		return fmt.Errorf("budget %s: what was spent cannot be read: %w", b.name, err)
	}
	b.known, b.loaded = kept, true
	return nil
}

// save keeps what is known now. If it cannot, a reservation is taken back.
func (b *Budget) save(ctx context.Context, done charge) error {
	if b.c.keeper == nil || done.delta == 0 {
		return nil
	}
	err := b.c.keeper.Save(ctx, b.name, b.known)
	if err == nil {
		return nil
	}
	if done.delta > 0 {
		done.delta, done.most = -done.delta, -1
		if used, _, err := b.c.charge(context.WithoutCancel(ctx), done); err == nil {
			b.known.Used = used
		}
	}
	return fmt.Errorf("budget %s: what is spent cannot be written down: %w", b.name, err)
}
