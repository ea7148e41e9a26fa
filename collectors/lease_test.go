package collectors_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/collectors"
)

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

// deaf is a Leaser whose backend stops answering.
type deaf struct{ asked int }

func (d *deaf) Acquire(context.Context, string, time.Duration) (func(), bool, error) {
	if d.asked++; d.asked > 1 {
		return func() {}, false, errors.New("no backend")
	}
	return func() {}, true, nil
}

func TestRunnerStopsWithoutLeaseBackend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(func(collectors.Page, error) bool){brings(false)}}
		running(t, collectors.RunnerConfig{Jobs: []collectors.Job{job(s)}, Store: newMemory(), Leaser: &deaf{}, LeaseTTL: 30 * time.Second})
		began := time.Now()
		time.Sleep(time.Hour)
		synctest.Wait()
		if last := s.polls[len(s.polls)-1].Sub(began); last >= 30*time.Second {
			t.Errorf("polled %v after the lease was granted for 30 s", last)
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
