package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vigie"
	"vigie/alerts"
	"vigie/collectors"
	"vigie/internal/triage"
)

// generation is all that a reload replaces: rules, sources, channels, routes,
// and the parts that run them.
type generation struct {
	app        *App
	engine     *triage.Engine
	words      func(rule, lang string) string
	registry   *prometheus.Registry
	metrics    *collectors.Metrics
	jobs       []job
	runner     *collectors.Runner
	desk       *triage.Desk
	dispatcher *alerts.Dispatcher

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// judging is how many comments are judged at once: more than there are cores,
// because most of a review is waiting for the disk, and those who wait together
// share a sync.
const judging = 32

// job is a source with what its configuration says of it.
type job struct {
	collectors.Job
	config SourceConfig
}

// build opens sources and channels and puts the parts around them. It starts
// nothing and changes nothing.
func (a *App) build(c *Config) (*generation, error) {
	engine, err := NewEngine(c.Lang, c.Rules)
	if err != nil {
		return nil, err
	}
	reg := prometheus.NewRegistry()
	g := &generation{app: a, engine: engine, words: ruleWords(engine.Rules), registry: reg, metrics: collectors.NewMetrics(reg)}
	reg.MustRegister(newGauges(a.store, a.o.Log))
	if err := g.buildSources(c); err != nil {
		return nil, err
	}
	lanes, err := a.buildChannels(c)
	if err != nil {
		return nil, err
	}
	g.dispatcher = alerts.NewDispatcher(alerts.DispatcherConfig{
		Outbox: a.store, Lanes: lanes, Lang: c.Lang, Base: c.HTTP.URL, Tell: g.tellAdministrators(c),
		Metrics: alerts.NewMetrics(reg, c.channelNames()), Now: a.o.Now, Log: a.o.Log,
	})
	judged := triage.NewMetrics(reg, append(c.sourceNames(), importedBy))
	g.desk = triage.NewDesk(triage.DeskConfig{
		Judge: engine, Store: a.store, Recorder: a.sealed, Router: a.router(c), Counters: a.shared, Feed: a.shared,
		Metrics: judged, Now: a.o.Now, Log: a.o.Log, OnSettled: g.dispatcher.Wake, Workers: judging, Batch: 8 * judging,
	})
	g.runner, err = collectors.NewRunner(collectors.RunnerConfig{
		Jobs: g.collectorJobs(), Store: newsStore{a.store, a}, Leaser: a.shared, Metrics: g.metrics, Log: a.o.Log, Now: a.o.Now,
		Tell: c.Administrators, OnAppended: g.desk.Wake, CheckEvery: c.Checks.Every,
	})
	return g, err
}

func (g *generation) collectorJobs() []collectors.Job {
	jobs := make([]collectors.Job, len(g.jobs))
	for i, j := range g.jobs {
		jobs[i] = j.Job
	}
	return jobs
}

// router answers which channels a severity rings; nobody during an import.
func (a *App) router(c *Config) alerts.Routes {
	if a.o.NoRing {
		return nil
	}
	return c.Routes
}

func (g *generation) buildSources(c *Config) error {
	var errs []error
	for _, s := range c.Sources {
		opened, err := g.openSource(c, s)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		g.jobs = append(g.jobs, job{config: s, Job: collectors.Job{
			Name: s.Name, Kind: s.Kind, Org: c.Organisation.ID, Host: hostOf(s), Source: opened, Every: s.Every, MaxEvery: s.MaxEvery,
		}})
	}
	return errors.Join(errs...)
}

func (g *generation) openSource(c *Config, s SourceConfig) (collectors.Source, error) {
	kind, _ := sourceKindNamed(s.Kind) // known: validated
	o := g.app.o
	t := collectors.TransportConfig{Source: s.Name, Metrics: g.metrics, Now: o.Now}
	for _, tune := range kind.tune {
		tune(&t)
	}
	return kind.open(c.file, s.node, collectors.Deps{
		Name: s.Name, Org: c.Organisation.ID, Client: collectors.NewTransport(t).Client(), Secret: c.secret,
		Budget: g.app.shared.budget(s.Name, kind.cap(c.file, s.node)), Now: o.Now, Log: o.Log.With("source", s.Name),
	})
}

// hostOf names the server that sources share and take turns on.
func hostOf(s SourceConfig) string {
	server := child(s.node, "server")
	if server == nil {
		return s.Kind
	}
	if u, err := url.Parse(server.Value); err == nil && u.Host != "" {
		return u.Host
	}
	return server.Value
}

func (a *App) buildChannels(c *Config) ([]alerts.Lane, error) {
	var lanes []alerts.Lane
	var errs []error
	for _, ch := range c.Channels {
		lane, err := openChannel(c, ch, a.o)
		errs = append(errs, err)
		lanes = append(lanes, lane)
	}
	return lanes, errors.Join(errs...)
}

func openChannel(c *Config, ch ChannelConfig, o Options) (alerts.Lane, error) {
	kind, _ := channelKindNamed(ch.Kind) // known: validated
	opened, err := kind.open(c.file, ch.node, alerts.Deps{
		Name: ch.Name, Client: alerts.NewClient(alerts.ClientConfig{}), Secret: c.secret, Now: o.Now, Log: o.Log.With("channel", ch.Name),
	})
	return alerts.Lane{Name: ch.Name, Kind: kind.about, Channel: opened}, err
}

// tellAdministrators puts trouble of a channel into the outbox of the others.
func (g *generation) tellAdministrators(c *Config) func(context.Context, string, vigie.OpsEvent) error {
	return func(ctx context.Context, channel string, e vigie.OpsEvent) error {
		var others []string
		for _, name := range c.Administrators {
			if name != channel {
				others = append(others, name)
			}
		}
		defer g.dispatcher.Wake()
		return g.app.store.Tell(ctx, c.Organisation.ID, e, others)
	}
}

// start runs the parts until stop.
func (g *generation) start() {
	ctx, cancel := context.WithCancel(context.Background()) // ends with stop, not with whoever called Start
	g.cancel = cancel
	g.app.metrics.use(g.registry)
	for name, run := range map[string]func(context.Context) error{
		"collect": g.runner.Run, "judge": g.desk.Run, "ring": g.dispatcher.Run,
	} {
		g.done.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				g.app.failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
}

// stop ends the parts and waits for them, as long as ctx allows.
func (g *generation) stop(ctx context.Context) error {
	if g.cancel == nil {
		return nil
	}
	g.cancel()
	ended := make(chan struct{})
	go func() {
		g.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("collectors, desk and dispatcher did not end in time: %w", ctx.Err())
	}
}

// preflightWithin bounds the question to a platform who we are.
const preflightWithin = 20 * time.Second

// preflight asks each platform whose credentials these are, so that a wrong or
// revoked token and a mistyped server are told at once, with their line.
func (g *generation) preflight(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, preflightWithin)
	defer cancel()
	errs := make([]error, len(g.jobs))
	var wg sync.WaitGroup
	for i, j := range g.jobs {
		if who, ok := j.Source.(collectors.Identity); ok {
			wg.Go(func() {
				_, err := who.WhoAmI(ctx)
				errs[i] = g.refused(j, err)
			})
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// refused turns a failed introduction into a fault of the configuration. What
// passes by itself (a limit, a server in trouble that answers) is none.
func (g *generation) refused(j job, err error) error {
	var e *collectors.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	at := j.config.node
	fault := &ConfigError{File: g.app.cfg.file, Line: at.Line, Column: at.Column}
	switch {
	case e.Class == collectors.ClassRetry && e.Status == 0:
		fault.Problem = fmt.Sprintf("source %s: the server cannot be reached: %v", j.Name, e.Err)
		fault.Remedy = "check server: and the network of this machine"
		fault.at(child(at, "server"))
	case e.Class.Final():
		fault.Problem, fault.Remedy = fmt.Sprintf("source %s: %v", j.Name, e), "mend the token or the account, then start again"
		fault.at(cmpNode(child(at, "token_file"), child(at, "account")))
	default:
		return nil
	}
	return fault
}
