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
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vigie"
	"vigie/collectors"
)

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

// TestRunnerAsksAgain proves that a page which was not stored is fetched again,
// and that neither the store's trouble nor an odd error stops the source.
func TestRunnerAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &script{steps: []func(func(collectors.Page, error) bool){
			brings(false, "1"), fails(errors.New("json: cannot decode the text of a COMMENT")), brings(false, "1"),
		}}
		m := newMemory()
		m.full = 1
		running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: m, Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(m.seen) != 1 || m.failures() != 0 {
			t.Errorf("%d comments, %d alerts; want 1 and 0", len(m.seen), m.failures())
		}
		if s := log.String(); strings.Contains(s, "COMMENT") || !strings.Contains(s, "disk full") {
			t.Errorf("the log quotes a comment, or hides the store's trouble: %s", s)
		}
	})
}

func TestRunnerWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(func(collectors.Page, error) bool){brings(false)}}
		j := job(s)
		j.Every = time.Hour
		r := running(t, collectors.RunnerConfig{Jobs: []collectors.Job{j}, Store: newMemory()})
		synctest.Wait()
		if n := s.count(); n != 1 || !r.Wake("asso") || r.Wake("nobody") || r.Retry("asso") {
			t.Errorf("%d polls before Wake", n)
		}
		synctest.Wait()
		if n := s.count(); n != 2 {
			t.Errorf("%d polls after Wake, want 2", n)
		}
	})
}
