package daemon

import (
	"context"
	"errors"

	"vigie/collectors"
	"vigie/internal/cluster"
	"vigie/internal/store"
)

// shared is what replicas share and may lose: leases, counters and the live
// feed are the cluster's own methods; budgets are fitted to what sources ask.
type shared struct{ *cluster.Cluster }

// openShared uses Redis if the configuration names it, else memory.
func (a *App) openShared(ctx context.Context) error {
	key, err := a.store.Shared(ctx)
	if err != nil {
		return err
	}
	c := cluster.Config{Org: a.cfg.Organisation.ID, Key: key, Budgets: keeper{a.store}, Now: a.o.Now}
	if a.cfg.Redis == "" {
		a.shared = &shared{cluster.NewMemory(c)}
	} else if err := a.openRedis(ctx, c); err != nil {
		return err
	}
	a.defers("cluster", func(context.Context) error { return a.shared.Close() })
	return nil
}

func (a *App) openRedis(ctx context.Context, c cluster.Config) error {
	r, err := cluster.NewRedis(cluster.RedisConfig{URL: a.cfg.Redis, Config: c, Log: a.o.Log})
	if err != nil {
		return &ConfigError{File: a.cfg.file, Problem: "redis: " + err.Error(), Remedy: "write redis://127.0.0.1:6379/0"}
	}
	a.shared = &shared{r}
	if err := r.Check(ctx); err != nil { // it may come later: nothing is lost without it
		a.o.Log.Warn("redis does not answer; polling waits for it", "err", err)
	}
	return nil
}

// newLocalShared is the shared part of a configuration that is only checked.
func newLocalShared(o Options) *shared {
	return &shared{cluster.NewMemory(cluster.Config{Now: o.Now})}
}

// keeper keeps budgets in the database, where a crash cannot reach them.
type keeper struct{ store *store.Store }

// Load is part of cluster.BudgetKeeper.
func (k keeper) Load(ctx context.Context, name string) (cluster.Spent, error) {
	start, used, err := k.store.LoadSpent(ctx, name)
	return cluster.Spent{Start: start, Used: used}, err
}

// Save is part of cluster.BudgetKeeper.
func (k keeper) Save(ctx context.Context, name string, s cluster.Spent) error {
	return k.store.SaveSpent(ctx, name, s.Start, s.Used)
}

// budget returns the monthly budget of a source; most is 0 if there is no cap.
func (s *shared) budget(source string, most int64) collectors.Budget {
	if most == 0 {
		return unlimited{}
	}
	return budget{s.Budget("source/"+source, most, cluster.Month)}
}

// budget turns the cluster's refusal into the collectors' class of it.
type budget struct{ b *cluster.Budget }

// Reserve is part of collectors.Budget.
func (b budget) Reserve(ctx context.Context, cost int64) error {
	err := b.b.Reserve(ctx, cost)
	var spent *cluster.Exhausted
	if errors.As(err, &spent) {
		return &collectors.Error{Class: collectors.ClassBudget, Until: spent.Until, Hint: "raise monthly_budget to go on sooner", Err: err}
	}
	return err
}

// Settle is part of collectors.Budget.
func (b budget) Settle(ctx context.Context, reserved, actual int64) error {
	return b.b.Settle(ctx, reserved, actual)
}

// unlimited is the budget of what costs nothing.
type unlimited struct{}

// Reserve grants everything.
func (unlimited) Reserve(context.Context, int64) error { return nil }

// Settle has nothing to correct.
func (unlimited) Settle(context.Context, int64, int64) error { return nil }
