package collectors

import (
	"context"
	"sync"
	"time"

	"vigie"
)

// worker runs one job.
type worker struct {
	c      *RunnerConfig
	job    Job
	host   *host
	place  int // among the jobs of the host: they start one after another
	nudges chan struct{}

	pace      pace
	known     bool // the source has said who it is
	nextCheck time.Time
	checks    pace      // of looks that fail
	written   time.Time // when the state was stored last

	mu sync.Mutex
	st vigie.SourceState
}

func newWorker(c *RunnerConfig, j Job, h *host) *worker {
	return &worker{
		c: c, job: j, host: h, place: h.jobs - 1, nudges: make(chan struct{}, 1), pace: newPace(j.Every, j.MaxEvery),
		st: vigie.SourceState{Org: j.Org, Source: j.Name, Kind: j.Kind, Account: j.Account, Status: vigie.SourceStarting, Since: c.Now()},
	}
}

func (w *worker) state() vigie.SourceState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.st
}

// nudge ends the pause of the worker, now or when it comes to it.
func (w *worker) nudge() bool {
	select {
	case w.nudges <- struct{}{}:
	default: // one is waiting already
	}
	return true
}

// work polls until ctx ends.
func (w *worker) work(ctx context.Context) {
	if !w.rest(ctx, w.pace.least*time.Duration(w.place)/time.Duration(w.host.jobs)) {
		return
	}
	for ctx.Err() == nil {
		o, err := w.turn(ctx)
		if ctx.Err() != nil {
			return
		}
		if ClassOf(err).Final() && err != nil {
			w.fail(ctx, err)
			continue
		}
		d := w.settle(ctx, o, err)
		if !w.rest(ctx, d) {
			return
		}
	}
}

// rest waits for d or a nudge; it is false if ctx ended.
func (w *worker) rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
	case <-w.nudges:
	}
	return ctx.Err() == nil
}

// settle notes how a turn went and returns the pause until the next.
func (w *worker) settle(ctx context.Context, o outcome, err error) time.Duration {
	now := w.c.Now()
	var d time.Duration
	if err == nil {
		d = w.pace.next(o)
	} else {
		d = w.pace.after(err, now)
		w.report("source failed", err, d)
	}
	w.note(ctx, func(s *vigie.SourceState) {
		s.NextPoll = now.Add(d)
		if err != nil {
			s.Status, s.Class = vigie.SourceWaiting, string(ClassOf(err))
			return
		}
		s.Status, s.Class, s.LastSuccess = vigie.SourceOK, "", now
	})
	if err == nil {
		w.c.Metrics.succeeded(w.job.Name, now)
	}
	return d
}

// fail stops the source until Retry or the end of ctx. The state is stored
// before anything else, for as long as it takes: the alert goes out with it.
func (w *worker) fail(ctx context.Context, err error) {
	select {
	case <-w.nudges: // from before the failure
	default:
	}
	w.known = false
	w.report("source failed", err, 0)
	w.c.Metrics.failing(w.job.Name, true)
	defer w.c.Metrics.failing(w.job.Name, false)
	for attempt := (pace{}); ; {
		stored := w.note(ctx, func(s *vigie.SourceState) {
			s.Status, s.Class, s.NextPoll = vigie.SourceFailed, string(ClassOf(err)), time.Time{}
		})
		if stored == nil {
			break
		}
		if !w.pause(ctx, attempt.after(stored, w.c.Now())) {
			return
		}
	}
	select {
	case <-ctx.Done():
	case <-w.nudges:
	}
}

// note changes the state and stores it if its status or class is another, or
// if the stored one is a minute old.
func (w *worker) note(ctx context.Context, change func(*vigie.SourceState)) error {
	now := w.c.Now()
	w.mu.Lock()
	before := w.st
	change(&w.st)
	if w.st.Status != before.Status {
		w.st.Since = now
	}
	s := w.st
	w.mu.Unlock()
	same := s.Status == before.Status && s.Class == before.Class && s.Account == before.Account
	if same && !w.written.IsZero() && now.Sub(w.written) < time.Minute {
		return nil
	}
	err := w.c.Store.SetSourceState(ctx, s, w.c.Tell)
	if err != nil {
		w.written = time.Time{}
		if ctx.Err() == nil {
			w.c.Log.Error("the state of a source was not stored", "source", w.job.Name, "err", err)
		}
		return err
	}
	w.written = now
	return nil
}

// report logs a failure.
func (w *worker) report(what string, err error, wait time.Duration) {
	w.c.Log.Warn(what, "source", w.job.Name, "class", string(ClassOf(err)), "err", describe(err), "wait", wait)
}
