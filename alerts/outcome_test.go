package alerts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
)

func TestRefusedCredentialsPauseUntilResume(t *testing.T) {
	for _, class := range []alerts.Class{alerts.ClassAuth, alerts.ClassGone} {
		t.Run(string(class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &scripted{start: time.Now(), script: []error{fault(class)}}
				d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
				defer d.stop()
				d.put("hook", "a", vigie.SeverityHigh)
				d.after(time.Second)
				d.put("hook", "b", vigie.SeverityHigh)
				d.after(48 * time.Hour)
				d.wantSum("hook", alertstest.Sum{Pending: 1, Waiting: 1})
				d.wantMetrics("vigie_channel_paused", pausedMetric("hook", string(class)))
				want := vigie.ChannelState{Channel: "hook", Kind: "webhook", Paused: true, Class: string(class)}
				if diff := cmp.Diff(want, d.outbox.State("hook")); diff != "" {
					t.Errorf("state (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]vigie.OpsEvent{{Subject: "channel hook", Class: string(class)}}, *d.told); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
				if err := d.Resume("nobody"); !errors.Is(err, vigie.ErrNotFound) {
					t.Errorf("Resume of an unknown channel = %v", err)
				}
				if err := d.Resume("hook"); err != nil {
					t.Fatal(err)
				}
				d.after(time.Second)
				d.wantSum("hook", alertstest.Sum{Delivered: 2})
				if c.tries[0].ID != c.tries[1].ID {
					t.Errorf("the message refused went out as %s, was %s", c.tries[1].ID, c.tries[0].ID)
				}
			})
		})
	}
}

func TestPermanentFailureIsADeadLetterAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now(), script: []error{fault(alerts.ClassPermanent), fault(alerts.ClassPermanent)}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		for _, id := range []vigie.CaseID{"a", "b", "c"} {
			d.put("hook", id, vigie.SeverityHigh)
		}
		d.after(time.Second)
		d.wantSum("hook", alertstest.Sum{Dead: 2, Delivered: 1})
		if len(*d.told) != 1 { // once an hour, not once a letter
			t.Errorf("told %v, want one event", *d.told)
		}
	})
}

func TestADeadOpsAlertTellsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now(), script: []error{fault(alerts.ClassPermanent)}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.outbox.Put(vigie.Alert{ID: "o", Channel: "hook", Kind: vigie.AlertOps})
		d.after(10 * time.Second)
		d.wantSum("hook", alertstest.Sum{Dead: 1})
		if len(*d.told) != 0 {
			t.Errorf("told %v of a dead ops alert: two broken channels would feed each other", *d.told)
		}
	})
}

func TestAgeBuriesWhatNeverArrives(t *testing.T) {
	tests := []struct {
		severity vigie.Severity
		lives    time.Duration
	}{
		{vigie.SeverityMedium, 24 * time.Hour},
		{vigie.SeverityImminent, 72 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.severity.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &scripted{start: time.Now(), hook: func(context.Context, vigie.Message) error { return fault(alerts.ClassRetry) }}
				d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
				defer d.stop()
				d.put("hook", "a", tt.severity)
				d.after(tt.lives - time.Minute)
				d.wantSum("hook", alertstest.Sum{Pending: 1})
				d.after(20 * time.Minute)
				d.wantSum("hook", alertstest.Sum{Dead: 1})
			})
		})
	}
}

func TestARaidEndsInFewMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now()}
		d := open(t, nil, map[string]alerts.Lane{"team": people(c)})
		defer d.stop()
		for i := range 50 {
			d.put("team", vigie.CaseID(time.Duration(i).String()), vigie.SeverityMedium)
			d.after(time.Second)
		}
		if got := c.tries; len(got) != 2 || got[0].At != 0 || got[1].At != 30*time.Second {
			t.Errorf("messages %v, want one at once and one after the group wait", got)
		}
		d.put("team", "danger", vigie.SeverityImminent)
		d.after(time.Millisecond)
		d.wantSum("team", alertstest.Sum{Delivered: 3})
	})
}

// blind hides that the outbox can peek.
type blind struct{ alerts.Outbox }

func TestABlindOutboxGroupsShortly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now()}
		d := open(t, func(cfg *alerts.DispatcherConfig) { cfg.Outbox = blind{cfg.Outbox} }, map[string]alerts.Lane{"team": people(c)})
		defer d.stop()
		for _, id := range []vigie.CaseID{"a", "b", "c"} {
			d.put("team", id, vigie.SeverityImminent)
			d.after(time.Second)
		}
		d.after(3 * time.Second)
		if got := c.tries; len(got) != 2 || got[1].Cases != 2 || got[1].At != 5*time.Second {
			t.Errorf("messages %v, want two, the second of 2 cases after 5s", got)
		}
	})
}

func TestTokensPaceAChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now()}
		lane := alerts.Lane{Kind: alerts.Kind{Name: "slow", Batch: 1, PerMinute: 6}, Channel: c}
		d := open(t, nil, map[string]alerts.Lane{"slow": lane})
		defer d.stop()
		for i := range 10 {
			d.put("slow", vigie.CaseID(time.Duration(i).String()), vigie.SeverityMedium)
		}
		d.after(time.Millisecond)
		if got := c.count(); got != 5 {
			t.Errorf("a burst of %d, want 5", got)
		}
		d.after(time.Minute)
		d.wantSum("slow", alertstest.Sum{Delivered: 10})
	})
}

func TestAPanicIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := &scripted{start: time.Now(), hook: func(_ context.Context, m vigie.Message) error {
			if n++; n == 1 {
				panic("token=" + alertstest.Canary)
			}
			return nil
		}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		d.put("hook", "a", vigie.SeverityHigh)
		d.after(time.Minute)
		d.wantSum("hook", alertstest.Sum{Delivered: 1})
		d.stop()
		if strings.Contains(d.logs.String(), alertstest.Canary) {
			t.Error("the value of a panic is in the log")
		}
	})
}

func TestDeadlineAndStop(t *testing.T) {
	hang := func(ctx context.Context, _ vigie.Message) error {
		<-ctx.Done()
		return &alerts.Error{Class: alerts.ClassAmbiguous, Err: ctx.Err()}
	}
	t.Run("a delivery that hangs ends at its deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := &scripted{start: time.Now(), hook: hang}
			d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
			defer d.stop()
			d.put("hook", "a", vigie.SeverityHigh)
			d.after(50 * time.Second)
			if got := c.times(); len(got) != 2 || got[1] < 34*time.Second {
				t.Errorf("tries at %v, want a second one after the deadline and the back-off", got)
			}
		})
	})
	t.Run("Run ends within the grace and writes down what came of it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := &scripted{start: time.Now(), hook: hang}
			d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
			d.put("hook", "a", vigie.SeverityHigh)
			d.after(time.Second)
			before := time.Now()
			d.stop()
			if took := time.Since(before); took != 5*time.Second {
				t.Errorf("stopping took %v, want the grace of 5s", took)
			}
			m, ok, _ := d.outbox.Claim(t.Context(), "hook", 1, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour))
			if !ok || m.Alerts[0].Attempts != 1 {
				t.Errorf("after the stop: %+v %v, want the message with one failed attempt", m, ok)
			}
		})
	})
}

func TestDetectionLatencyIsObservedOncePerCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &scripted{start: time.Now()}, &scripted{start: time.Now(), script: []error{fault(alerts.ClassRetry)}}
		d := open(t, nil, map[string]alerts.Lane{"quick": machine(a), "slow": machine(b)})
		defer d.stop()
		d.put("quick", "a", vigie.SeverityHigh)
		d.put("slow", "a", vigie.SeverityHigh)
		d.after(time.Minute)
		families, err := d.reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var count uint64
		var sum float64
		for _, f := range families {
			if f.GetName() != "vigie_detection_latency_seconds" {
				continue
			}
			for _, m := range f.GetMetric() {
				count += m.GetHistogram().GetSampleCount()
				sum += m.GetHistogram().GetSampleSum()
			}
		}
		if count != 1 || sum != 40 {
			t.Errorf("%d observations summing to %v, want one of 40s", count, sum)
		}
	})
}

// flaky is an outbox whose writes fail for a while.
type flaky struct {
	*alertstest.Outbox
	failing int
}

func (f *flaky) Sent(ctx context.Context, id vigie.AlertID, at time.Time, external string) error {
	if f.failing--; f.failing >= 0 {
		return errors.New("database is locked")
	}
	return f.Outbox.Sent(ctx, id, at, external)
}

func TestADeliveryThatCannotBeWrittenDownGoesOutAgain(t *testing.T) {
	for _, tt := range []struct{ failing, tries int }{{2, 1}, {5, 2}} {
		synctest.Test(t, func(t *testing.T) {
			c := &scripted{start: time.Now()}
			d := open(t, func(cfg *alerts.DispatcherConfig) {
				cfg.Outbox = &flaky{cfg.Outbox.(*alertstest.Outbox), tt.failing}
			}, map[string]alerts.Lane{"hook": machine(c)})
			defer d.stop()
			d.put("hook", "a", vigie.SeverityHigh)
			d.after(5 * time.Minute)
			d.wantSum("hook", alertstest.Sum{Delivered: 1})
			if got := c.tries; len(got) != tt.tries || got[0].ID != got[len(got)-1].ID {
				t.Errorf("with %d failing writes: tries %v, want %d under one id", tt.failing, got, tt.tries)
			}
		})
	}
}
