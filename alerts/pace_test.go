package alerts_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
)

func TestAFullMessageIsFollowedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now()}
		d := open(t, nil, map[string]alerts.Lane{"team": people(c)})
		defer d.stop()
		synctest.Wait()
		for i := range 120 {
			d.outbox.Put(vigie.Alert{Channel: "team", Case: vigie.CaseID(time.Duration(i).String()), Queued: time.Now()})
		}
		d.Wake()
		d.after(time.Millisecond)
		if got := c.tries; len(got) != 3 || got[0].Cases != 50 || got[1].Cases != 50 || got[2].Cases != 20 {
			t.Errorf("messages %v, want 50, 50 and 20 cases at once", got)
		}
	})
}

func TestLookingCostsNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now()}
		d := open(t, nil, map[string]alerts.Lane{"slow": {Kind: alerts.Kind{Name: "slow", Batch: 1, PerMinute: 6}, Channel: c}})
		defer d.stop()
		d.after(10 * time.Minute)
		for i := range 5 {
			d.put("slow", vigie.CaseID(time.Duration(i).String()), vigie.SeverityMedium)
		}
		d.after(time.Millisecond)
		d.wantSum("slow", alertstest.Sum{Delivered: 5})
	})
}

func TestImminentDangerIsTriedEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now(), hook: func(context.Context, vigie.Message) error { return fault(alerts.ClassRetry) }}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.put("hook", "danger", vigie.SeverityImminent)
		d.after(2 * time.Hour)
		for i, at := range c.times()[1:] {
			if gap := at - c.times()[i]; gap > time.Minute+5*time.Second {
				t.Fatalf("%v between two tries, want a minute at most", gap)
			}
		}
	})
}

func TestAnAbsurdRetryAfterIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		absurd := &alerts.Error{Class: alerts.ClassRetry, Status: 503, RetryAfter: 1000 * time.Hour, Err: errors.New("away")}
		c := &scripted{start: time.Now(), script: []error{absurd}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.put("hook", "a", vigie.SeverityHigh)
		d.after(time.Hour + time.Minute)
		d.wantSum("hook", alertstest.Sum{Delivered: 1})
	})
}

func TestResumeCutsAWaitShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := &alerts.Error{Class: alerts.ClassRetry, Status: 429, RetryAfter: 30 * time.Minute, Err: errors.New("slow down")}
		c := &scripted{start: time.Now(), script: []error{limited}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.put("hook", "a", vigie.SeverityHigh)
		d.after(time.Minute)
		d.outbox.Put(vigie.Alert{Channel: "hook", Case: "b"})
		if err := d.Resume("hook"); err != nil {
			t.Fatal(err)
		}
		d.after(time.Second)
		if s := d.outbox.State("hook"); s.Paused || c.count() != 2 {
			t.Errorf("state %+v after %d tries, want a second try at once", s, c.count())
		}
	})
}

func TestOutagesAreNotAddedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		c := &scripted{start: time.Now(), hook: func(context.Context, vigie.Message) error {
			if down.Load() {
				return fault(alerts.ClassRetry)
			}
			return nil
		}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		for range 2 {
			down.Store(true)
			d.put("hook", vigie.CaseID(time.Now().String()), vigie.SeverityImminent)
			d.after(40 * time.Minute)
			down.Store(false)
			d.after(2 * time.Minute)
		}
		d.wantSum("hook", alertstest.Sum{Delivered: 2})
		if len(*d.told) != 0 {
			t.Errorf("told %v of two outages of 40 minutes", *d.told)
		}
	})
}
