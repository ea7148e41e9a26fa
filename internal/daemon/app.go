package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"vigie/evidence"
	"vigie/internal/store"
)

// What lies in the data folder.
const (
	databaseFile   = "vigie.db"
	evidenceFolder = "evidence"
)

// Options are what the command line gives an App.
type Options struct {
	Log     *slog.Logger     // nil: silence
	Out     io.Writer        // where the first password is shown, once
	Version string           // for the metric and the pages
	Now     func() time.Time // nil: time.Now
	Silent  bool             // no console and no metrics listener: for imports
	NoRing  bool             // judged comments ring nobody: for imports
}

// App is a whole Vigie: New opens, Start works, Stop ends.
type App struct {
	cfg *Config
	o   Options

	store   *store.Store
	sealed  *evidence.Log
	shared  *shared
	metrics *metrics

	mu      sync.Mutex // guards gen
	gen     *generation
	onStop  []closer // undone last first
	started bool
	failed  chan error

	serving    context.Context // of requests; ends first at Stop, so that live feeds let go
	endServing context.CancelFunc
	addresses  map[string]string // of the listeners, by name
}

// closer is something to be undone at the end.
type closer struct {
	name string
	end  func(context.Context) error
}

// New opens everything that a configuration names and starts nothing. If it
// fails, what it opened is closed again.
func New(ctx context.Context, c *Config, o Options) (_ *App, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	a := &App{cfg: c, o: o, failed: make(chan error, 8), addresses: make(map[string]string)}
	a.serving, a.endServing = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}()
	for _, open := range []func(context.Context) error{a.openData, a.openStore, a.openEvidence, a.openShared, a.openMetrics} {
		if err := open(ctx); err != nil {
			return nil, err
		}
	}
	if a.gen, err = a.build(c); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *App) defers(name string, end func(context.Context) error) {
	a.onStop = append(a.onStop, closer{name, end})
}

// openData makes the data folder ours: one daemon at a time.
func (a *App) openData(context.Context) error {
	if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder %s: %w; check data: in %s", a.cfg.Data, err, a.cfg.file)
	}
	unlock, err := lockFolder(a.cfg.Data)
	if err != nil {
		return err
	}
	a.defers("data folder", func(context.Context) error { return unlock() })
	return nil
}

func (a *App) openStore(ctx context.Context) error {
	s, err := store.Open(ctx, storeOptions(a.cfg, a.o))
	if err != nil {
		return err
	}
	a.store = s
	a.defers("database", func(context.Context) error { return s.Close() })
	return nil
}

func storeOptions(c *Config, o Options) store.Options {
	return store.Options{
		Path: filepath.Join(c.Data, databaseFile), Org: c.Organisation.ID, Now: o.Now, Log: o.Log,
		Lang: c.Lang, Base: c.HTTP.URL, Looks: c.Checks.After, ConfirmAfter: c.Checks.Confirm,
	}
}

func (a *App) openEvidence(context.Context) error {
	log, err := evidence.Open(EvidenceDir(a.cfg), evidence.Options{Now: a.o.Now, Log: a.o.Log})
	if err != nil {
		return fmt.Errorf("open the evidence log: %w", err)
	}
	a.sealed = log
	a.defers("evidence log", func(context.Context) error { return log.Close() })
	return nil
}

// EvidenceDir is the folder of the evidence log.
func EvidenceDir(c *Config) string { return filepath.Join(c.Data, evidenceFolder) }

func (a *App) openMetrics(context.Context) error {
	a.metrics = newMetrics(a.o.Version)
	return nil
}

// firstUser makes the first member of the team and shows the password once:
// not before everything that can fail at a start has gone well, because a
// password shown beside an error is easily missed.
func (a *App) firstUser(ctx context.Context) error {
	password, made, err := a.store.EnsureFirstUser(ctx, a.cfg.Organisation.ID, "admin")
	if err != nil || !made {
		return err
	}
	text := "First login, shown only once:  admin  %s\n"
	if a.cfg.Lang == "fr" {
		text = "Première connexion, affichée une seule fois :  admin  %s\n"
	}
	_, err = fmt.Fprintf(a.o.Out, text, password)
	return err
}

// Start checks the sources' credentials, then starts all parts and returns.
func (a *App) Start(ctx context.Context) error {
	if err := a.gen.preflight(ctx); err != nil {
		return err
	}
	if !a.o.Silent {
		if err := a.listen(); err != nil {
			return err
		}
		if err := a.firstUser(ctx); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gen.start()
	a.started = true
	a.metrics.reloaded(true, a.o.Now())
	return nil
}

// Failed yields the error of a part that must not end but did.
func (a *App) Failed() <-chan error { return a.failed }

// Address returns where a listener listens: "console" or "metrics"; "" before Start.
func (a *App) Address(name string) string { return a.addresses[name] }

// ConsoleURL is the address of the console for people.
func (a *App) ConsoleURL() string { return a.cfg.HTTP.URL }

// Stop ends all parts, last started first, within ctx. It may be called twice.
func (a *App) Stop(ctx context.Context) error {
	a.mu.Lock()
	gen, undo := a.gen, a.onStop
	a.gen, a.onStop = nil, nil
	a.mu.Unlock()
	var errs []error
	if gen != nil {
		errs = append(errs, gen.stop(ctx))
	}
	for i := len(undo) - 1; i >= 0; i-- {
		if err := undo[i].end(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close the %s: %w", undo[i].name, err))
		}
	}
	return errors.Join(errs...)
}

// Reload reads the configuration again and swaps rules, sources, channels and
// routes. All that can fail comes first: a fault changes nothing, is logged and
// shows in a metric.
func (a *App) Reload(ctx context.Context) {
	if err := a.reload(ctx); err != nil {
		a.o.Log.Error("the configuration was not reloaded; the old one goes on", "err", err)
		a.metrics.reloaded(false, a.o.Now())
		return
	}
	a.o.Log.Info("configuration reloaded")
	a.metrics.reloaded(true, a.o.Now())
}

func (a *App) reload(ctx context.Context) error {
	c, err := Load(a.cfg.file)
	if err != nil {
		return err
	}
	if err := a.sameFoundation(c); err != nil {
		return err
	}
	next, err := a.build(c)
	if err != nil {
		return err
	}
	if err := next.preflight(ctx); err != nil {
		return err
	}
	a.mu.Lock() // from here on nothing fails
	defer a.mu.Unlock()
	if a.gen == nil {
		return errors.New("stopping")
	}
	old := a.gen
	if err := old.stop(ctx); err != nil {
		a.o.Log.Warn("a part did not stop in time", "err", err)
	}
	a.cfg, a.gen = c, next
	next.start()
	return nil
}

// sameFoundation refuses to reload what needs a restart.
func (a *App) sameFoundation(c *Config) error {
	for _, k := range []struct {
		key  string
		same bool
	}{
		{"data", c.Data == a.cfg.Data},
		{"http", c.HTTP == a.cfg.HTTP},
		{"metrics", c.Metrics == a.cfg.Metrics},
		{"redis", c.Redis == a.cfg.Redis},
		{"organisation", c.Organisation == a.cfg.Organisation},
		{"lang", c.Lang == a.cfg.Lang},
		{"log", c.Log == a.cfg.Log},
		{"checks", slices.Equal(c.Checks.After, a.cfg.Checks.After) && c.Checks.Confirm == a.cfg.Checks.Confirm},
	} {
		if !k.same {
			return &ConfigError{File: c.file, Problem: k.key + ": has changed", Remedy: "this needs a restart"}
		}
	}
	return nil
}
