package collectors_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vigie"
	"vigie/collectors"
)

// script is a source that plays one step at each poll and repeats the last.
type script struct {
	mu    sync.Mutex
	steps []func(yield func(collectors.Page, error) bool)
	polls []time.Time
	who   func() (vigie.Account, error)
}

func (s *script) Pages(ctx context.Context, since string) iter.Seq2[collectors.Page, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := s.steps[min(len(s.polls), len(s.steps)-1)]
	s.polls = append(s.polls, time.Now())
	return step
}

func (s *script) WhoAmI(context.Context) (vigie.Account, error) {
	if s.who == nil {
		return vigie.Account{ID: "fake:host/@us"}, nil
	}
	return s.who()
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.polls)
}

func brings(more bool, ids ...string) func(func(collectors.Page, error) bool) {
	return func(yield func(collectors.Page, error) bool) {
		p := collectors.Page{Next: strings.Join(ids, ","), More: more}
		for _, id := range ids {
			p.Comments = append(p.Comments, vigie.Comment{ID: vigie.CommentID("fake:host/" + id), Text: "t"})
		}
		yield(p, nil)
	}
}

func fails(err error) func(func(collectors.Page, error) bool) {
	return func(yield func(collectors.Page, error) bool) { yield(collectors.Page{}, err) }
}

// memory is a store that counts.
type memory struct {
	mu      sync.Mutex
	cursors map[string]string
	seen    map[vigie.CommentID]vigie.Comment
	states  []vigie.SourceState
	looked  int
	due     []vigie.CommentID
	broken  error // of SetSourceState
}

func (m *memory) Cursor(_ context.Context, source string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursors[source], nil
}

func (m *memory) Append(_ context.Context, source string, cs []vigie.Comment, _ []vigie.Undecodable, next string) (a vigie.Appended, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range cs {
		if _, ok := m.seen[c.ID]; ok {
			a.Known++
			continue
		}
		m.seen[c.ID] = c
		a.New++
	}
	m.cursors[source] = next
	return a, nil
}

func (m *memory) DueForCheck(context.Context, string, time.Time, int) ([]vigie.CommentID, error) {
	return m.due, nil
}

func (m *memory) Looked(context.Context, string, time.Time, vigie.Looked) (vigie.Appended, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looked++
	return vigie.Appended{}, nil
}

func (m *memory) SetSourceState(_ context.Context, s vigie.SourceState, tell []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.states = append(m.states, s)
	return nil
}

// fails counts the changes to failed: one ops alert each.
func (m *memory) failures() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := vigie.SourceStatus("")
	for _, s := range m.states {
		if s.Status == vigie.SourceFailed && was != vigie.SourceFailed {
			n++
		}
		was = s.Status
	}
	return n
}

func newMemory() *memory {
	return &memory{cursors: map[string]string{}, seen: map[vigie.CommentID]vigie.Comment{}}
}

// running starts a runner inside a synctest bubble and stops it at the end.
func running(t *testing.T, c collectors.RunnerConfig) *collectors.Runner {
	t.Helper()
	r, err := collectors.NewRunner(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func job(s collectors.Source) collectors.Job {
	return collectors.Job{Name: "asso", Kind: "fake", Org: vigie.DefaultOrg, Host: "host", Source: s,
		Every: 10 * time.Second, MaxEvery: time.Minute}
}

func gaps(s *script) (g []float64) {
	for i := 1; i < len(s.polls); i++ {
		g = append(g, s.polls[i].Sub(s.polls[i-1]).Seconds())
	}
	return g
}

func TestRunnerPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(func(collectors.Page, error) bool){
			brings(true, "1", "2"), brings(false, "3"), brings(false), brings(false), brings(false), brings(false),
			brings(false), brings(false), brings(false), brings(false, "4"), brings(false),
		}}
		appended := 0
		m := newMemory()
		running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: m, OnAppended: func() { appended++ }})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		base := []float64{0, 10, 15, 22.5, 33.75, 50.6, 60, 60, 60, 30, 45}
		for i, want := range base {
			if got := gaps(s)[i]; got < want*.79 || got > want*1.21 {
				t.Errorf("gap %d: %.1f s, want %.1f within a fifth", i, got, want)
			}
		}
		if appended != 3 || len(m.seen) != 4 {
			t.Errorf("told %d times of %d comments, want 3 and 4", appended, len(m.seen))
		}
		c := m.seen["fake:host/1"]
		if c.Account != "fake:host/@us" || c.Org != vigie.DefaultOrg || c.Source != "asso" || c.Seen.IsZero() {
			t.Errorf("comment not completed: %+v", c)
		}
	})
}

func TestRunnerFailsOnce(t *testing.T) {
	for _, c := range []struct {
		class collectors.Class
		err   error
	}{
		{collectors.ClassAuth, &collectors.Error{Class: collectors.ClassAuth, Status: 401}},
		{collectors.ClassGone, &url.Error{Op: "Get", URL: "https://h/?t=SECRET", Err: &collectors.Error{Class: collectors.ClassGone}}},
		{collectors.ClassBug, &collectors.Error{Class: collectors.ClassBug}},
	} {
		t.Run(string(c.class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				s := &script{steps: []func(func(collectors.Page, error) bool){brings(false, "1"), fails(c.err)}}
				m := newMemory()
				r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: m, Tell: []string{"ops"},
					Log: slog.New(slog.NewTextHandler(&log, nil))})
				time.Sleep(48 * time.Hour)
				synctest.Wait()
				if n := s.count(); n != 2 || m.failures() != 1 {
					t.Errorf("%d polls and %d alerts, want 2 and 1", n, m.failures())
				}
				if st := r.States()[0]; st.Status != vigie.SourceFailed || st.Class != string(c.class) {
					t.Errorf("state %+v", st)
				}
				if strings.Contains(log.String(), "SECRET") {
					t.Errorf("the log holds a URL: %s", log.String())
				}
				if !r.Retry("asso") || r.Retry("nobody") {
					t.Error("Retry: want true for the failed source only")
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if n := s.count(); n != 3 || m.failures() != 1 {
					t.Errorf("after Retry: %d polls and %d alerts, want 3 and 1", n, m.failures())
				}
			})
		})
	}
}

func TestRunnerFailureStoredLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(func(collectors.Page, error) bool){fails(&collectors.Error{Class: collectors.ClassAuth})}}
		m := newMemory()
		m.broken = errors.New("disk full")
		running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: m})
		time.Sleep(time.Hour)
		m.mu.Lock()
		m.broken = nil
		m.mu.Unlock()
		time.Sleep(time.Hour)
		synctest.Wait()
		if m.failures() != 1 || s.count() != 1 {
			t.Errorf("%d alerts, %d polls; want 1 and 1", m.failures(), s.count())
		}
	})
}

func TestRunnerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(3 * time.Hour)
		s := &script{steps: []func(func(collectors.Page, error) bool){
			fails(&collectors.Error{Class: collectors.ClassLimited, Until: until}), brings(false),
		}}
		m := newMemory()
		r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: m})
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := r.States()[0]; st.Status != vigie.SourceWaiting || st.Class != "limited" || st.NextPoll.Before(until) {
			t.Errorf("state %+v, want waiting until %v", st, until)
		}
		time.Sleep(2*time.Hour + 3*time.Second)
		synctest.Wait()
		if s.count() < 2 || s.polls[1].Before(until) || s.polls[1].After(until.Add(2*time.Second)) {
			t.Errorf("polled at %v, want just after %v", s.polls, until)
		}
		if m.failures() != 0 {
			t.Error("a wait made an alert")
		}
	})
}

func TestRunnerBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(func(collectors.Page, error) bool){fails(errors.New("reset by peer"))}}
		running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: newMemory()})
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := s.count(); n < 80 || n > 500 {
			t.Errorf("%d polls in a day of failures, want about 200", n)
		}
		for _, g := range gaps(s) {
			if g > 15*60 {
				t.Errorf("a pause of %.0f s", g)
			}
		}
	})
}

func TestRunnerSurvivesPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		bad := &script{steps: []func(func(collectors.Page, error) bool){
			func(func(collectors.Page, error) bool) { panic("the text of a COMMENT") },
		}}
		good := &script{steps: []func(func(collectors.Page, error) bool){brings(false)}}
		other := job(good)
		other.Name = "other"
		m := newMemory()
		reg := prometheus.NewRegistry()
		r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(bad), other}, Store: m,
			Metrics: collectors.NewMetrics(reg), Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := r.States()[0]; st.Status != vigie.SourceFailed || st.Class != "bug" {
			t.Errorf("state %+v", st)
		}
		if good.count() < 20 || bad.count() != 1 || m.failures() != 1 {
			t.Errorf("good polled %d times, bad %d, %d alerts", good.count(), bad.count(), m.failures())
		}
		if strings.Contains(log.String(), "COMMENT") {
			t.Error("the log quotes the panic")
		}
		want := "# HELP vigie_source_failed 1 if a source has stopped until a person acts.\n# TYPE vigie_source_failed gauge\n" +
			"vigie_source_failed{source=\"asso\"} 1\nvigie_source_failed{source=\"other\"} 0\n"
		if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "vigie_source_failed"); err != nil {
			t.Error(err)
		}
	})
}

func TestRunnerEndsStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &hanging{}
		r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: newMemory(), StallAfter: time.Minute})
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if st := r.States()[0]; st.Status != vigie.SourceWaiting || st.Class != "retry" {
			t.Errorf("state %+v", st)
		}
		if s.polls < 2 {
			t.Error("not polled again after the stall")
		}
	})
}

// hanging yields nothing until its context ends.
type hanging struct{ polls int }

func (h *hanging) Pages(ctx context.Context, _ string) iter.Seq2[collectors.Page, error] {
	h.polls++
	return func(yield func(collectors.Page, error) bool) {
		<-ctx.Done()
		yield(collectors.Page{}, ctx.Err())
	}
}

func TestRunnerIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(func(collectors.Page, error) bool){brings(false)}}
		asked := 0
		s.who = func() (vigie.Account, error) {
			asked++
			if asked == 1 {
				return vigie.Account{}, &collectors.Error{Class: collectors.ClassAuth, Status: 401}
			}
			return vigie.Account{ID: "fake:host/@us"}, nil
		}
		r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: newMemory()})
		time.Sleep(time.Hour)
		synctest.Wait()
		if s.count() != 0 || r.States()[0].Status != vigie.SourceFailed {
			t.Fatalf("polled %d times with refused credentials", s.count())
		}
		r.Retry("asso")
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := r.States()[0]; asked != 2 || st.Status != vigie.SourceOK || st.Account != "fake:host/@us" {
			t.Errorf("asked %d times, state %+v", asked, st)
		}
	})
}

// checked is a script that can look again.
type checked struct {
	script
	err  error
	asks []int
}

func (c *checked) Check(_ context.Context, ids []vigie.CommentID) (vigie.Looked, error) {
	c.asks = append(c.asks, len(ids))
	return vigie.Looked{}, c.err
}

func TestRunnerLooksAgain(t *testing.T) {
	for _, fault := range []error{nil, &collectors.Error{Class: collectors.ClassGone, Status: 404}} {
		t.Run(fmt.Sprint(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &checked{script: script{steps: []func(func(collectors.Page, error) bool){brings(false)}}, err: fault}
				m := newMemory()
				m.due = []vigie.CommentID{"fake:host/1"}
				r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: m})
				time.Sleep(time.Hour)
				synctest.Wait()
				if len(s.asks) < 5 || len(s.asks) > 80 {
					t.Errorf("looked %d times in an hour", len(s.asks))
				}
				if st := r.States()[0]; st.Status != vigie.SourceOK {
					t.Errorf("state %+v: a failed look must not stop the polls", st)
				}
				if (m.looked > 0) != (fault == nil) {
					t.Errorf("%d looks stored", m.looked)
				}
			})
		})
	}
}

// leases is a Leaser that another replica may take over.
type leases struct {
	mu    sync.Mutex
	owner string
}

type leaser struct {
	l    *leases
	name string
}

func (l leaser) Acquire(context.Context, string, time.Duration) (func(), bool, error) {
	l.l.mu.Lock()
	defer l.l.mu.Unlock()
	if l.l.owner != "" && l.l.owner != l.name {
		return nil, false, nil
	}
	l.l.owner = l.name
	return func() {
		l.l.mu.Lock()
		defer l.l.mu.Unlock()
		if l.l.owner == l.name {
			l.l.owner = ""
		}
	}, true, nil
}

func TestRunnerLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &leases{}
		a := &script{steps: []func(func(collectors.Page, error) bool){brings(false)}}
		b := &script{steps: []func(func(collectors.Page, error) bool){brings(false)}}
		m := newMemory()
		first, stop := context.WithCancel(t.Context())
		r, _ := collectors.NewRunner(collectors.RunnerConfig{Jobs: []collectors.Job{job(a)}, Store: m, Leaser: leaser{l, "a"}})
		done := make(chan struct{})
		go func() { defer close(done); r.Run(first) }()
		synctest.Wait()
		running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(b)}, Store: m, Leaser: leaser{l, "b"}})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if a.count() == 0 || b.count() != 0 {
			t.Errorf("polls %d and %d, want only the holder's", a.count(), b.count())
		}
		stop()
		<-done
		time.Sleep(time.Minute)
		synctest.Wait()
		if b.count() == 0 {
			t.Error("nobody took over")
		}
		l.mu.Lock()
		l.owner = "thief"
		l.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		n := b.count()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if b.count() != n {
			t.Error("goes on without the lease")
		}
	})
}

func TestRunnerTakesTurnsAtHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inside, most := 0, 0
		slow := func(yield func(collectors.Page, error) bool) {
			inside++
			most = max(most, inside)
			time.Sleep(3 * time.Second)
			inside--
			yield(collectors.Page{}, nil)
		}
		var jobs []collectors.Job
		for i := range 5 {
			j := job(&script{steps: []func(func(collectors.Page, error) bool){slow}})
			j.Name = fmt.Sprint("s", i)
			jobs = append(jobs, j)
		}
		running(t, collectors.RunnerConfig{Jobs: jobs, Store: newMemory()})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if most != 1 {
			t.Errorf("%d jobs at one host at once", most)
		}
		for _, j := range jobs {
			if n := j.Source.(*script).count(); n < 10 {
				t.Errorf("%s was polled %d times only", j.Name, n)
			}
		}
	})
}

func TestRunnerRefusesDoubles(t *testing.T) {
	_, err := collectors.NewRunner(collectors.RunnerConfig{Store: newMemory(),
		Jobs: []collectors.Job{job(&script{}), job(&script{})}})
	if diff := cmp.Diff(`collectors: source "asso" has no name, no source, or a name that is taken`, fmt.Sprint(err)); diff != "" {
		t.Error(diff)
	}
}
