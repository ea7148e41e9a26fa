package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"vigie"
)

// Job is one source to be run.
type Job struct {
	Name     string // of the source in the configuration
	Kind     string
	Org      vigie.OrgID
	Host     string          // jobs of one host take turns; "" shares with none
	Account  vigie.AccountID // "" until the source says who it is
	Source   Source
	Every    time.Duration // pause between polls while comments come; 10 s if zero
	MaxEvery time.Duration // pause when nothing comes for long; Every if zero
}

// Leaser lets one replica at a time poll a source.
type Leaser interface {
	// Acquire takes the lease for ttl or, if this replica holds it already,
	// extends it; ok is false if another one holds it. release gives it back.
	Acquire(ctx context.Context, name string, ttl time.Duration) (release func(), ok bool, err error)
}

// RunnerConfig is what a Runner needs.
type RunnerConfig struct {
	Jobs       []Job
	Store      Store
	Leaser     Leaser           // nil: this is the only replica
	Metrics    *Metrics         // may be nil
	Log        *slog.Logger     // nil: silence
	Now        func() time.Time // time.Now if nil
	Tell       []string         // channels of the administrators, for sources that fail
	OnAppended func()           // called after each store of something new; may be nil; must not block
	LeaseTTL   time.Duration    // 30 s if zero
	CheckEvery time.Duration    // pause between looks at stored comments; 1 min if zero
	StallAfter time.Duration    // a page may take so long; 2 min if zero
}

// Runner polls all sources, each at its own pace.
type Runner struct {
	c       RunnerConfig
	workers []*worker
}

// NewRunner returns a Runner for the jobs, whose names must differ.
func NewRunner(c RunnerConfig) (*Runner, error) {
	c.LeaseTTL = cmp.Or(c.LeaseTTL, 30*time.Second)
	c.CheckEvery = cmp.Or(c.CheckEvery, time.Minute)
	c.StallAfter = cmp.Or(c.StallAfter, 2*time.Minute)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.OnAppended == nil {
		c.OnAppended = func() {}
	}
	if c.Store == nil {
		return nil, errors.New("collectors: a Runner needs a Store")
	}
	r := &Runner{c: c}
	names, hosts := make(map[string]bool), make(map[string]*host)
	for _, j := range c.Jobs {
		if names[j.Name] || j.Name == "" || j.Source == nil {
			return nil, fmt.Errorf("collectors: source %q has no name, no source, or a name that is taken", j.Name)
		}
		names[j.Name] = true
		r.workers = append(r.workers, newWorker(&r.c, j, hostOf(hosts, j)))
	}
	return r, nil
}

// host makes the jobs of one host take turns.
type host struct {
	turn chan struct{} // full while a job talks to the host
	jobs int
}

func hostOf(hosts map[string]*host, j Job) *host {
	h := hosts[j.Host]
	if h == nil || j.Host == "" {
		h = &host{turn: make(chan struct{}, 1)}
		hosts[j.Host] = h
	}
	h.jobs++
	return h
}

// Run polls until ctx ends, then returns nil. A source that fails does not end it.
func (r *Runner) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, w := range r.workers {
		r.c.Metrics.Init(w.job.Name)
		wg.Go(func() { w.lead(ctx) })
	}
	wg.Wait()
	return nil
}

// Retry starts a failed source again; it says whether there was one of that
// name, failed, on this replica.
func (r *Runner) Retry(name string) bool {
	w := r.find(name)
	return w != nil && w.state().Status == vigie.SourceFailed && w.nudge()
}

// Wake polls a source at once, because a stream or a webhook says that there
// is something. A failed source stays as it is.
func (r *Runner) Wake(name string) bool {
	w := r.find(name)
	return w != nil && w.state().Status != vigie.SourceFailed && w.nudge()
}

func (r *Runner) find(name string) *worker {
	for _, w := range r.workers {
		if w.job.Name == name {
			return w
		}
	}
	return nil
}

// States says how each source fares, in the order of the jobs.
func (r *Runner) States() []vigie.SourceState {
	all := make([]vigie.SourceState, 0, len(r.workers))
	for _, w := range r.workers {
		all = append(all, w.state())
	}
	return all
}
