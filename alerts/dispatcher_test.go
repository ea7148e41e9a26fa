package alerts_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
)

// try is one call of the fake channel: when, since the start, and what.
type try struct {
	At    time.Duration
	ID    vigie.AlertID
	Cases int
}

// scripted is a channel that answers from a list, then always succeeds.
type scripted struct {
	mu     sync.Mutex
	start  time.Time
	script []error
	tries  []try
	hook   func(ctx context.Context, m vigie.Message) error
}

func (s *scripted) Send(ctx context.Context, m vigie.Message) (alerts.Receipt, error) {
	s.mu.Lock()
	s.tries = append(s.tries, try{time.Since(s.start), m.ID, len(m.Alerts)})
	var err error
	if len(s.script) > 0 {
		err, s.script = s.script[0], s.script[1:]
	}
	s.mu.Unlock()
	if s.hook != nil {
		return alerts.Receipt{}, s.hook(ctx, m)
	}
	return alerts.Receipt{}, err
}

func (s *scripted) times() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var at []time.Duration
	for _, t := range s.tries {
		at = append(at, t.At)
	}
	return at
}

func (s *scripted) count() int { return len(s.times()) }

// desk is a dispatcher under test, inside a synctest bubble.
type desk struct {
	*alerts.Dispatcher
	t      *testing.T
	outbox *alertstest.Outbox
	reg    *prometheus.Registry
	logs   *bytes.Buffer
	told   *[]vigie.OpsEvent
	stop   func()
}

func open(t *testing.T, change func(*alerts.DispatcherConfig), channels map[string]alerts.Lane) desk {
	d := desk{t: t, outbox: alertstest.NewOutbox(), reg: prometheus.NewRegistry(), logs: &bytes.Buffer{}, told: &[]vigie.OpsEvent{}}
	var names []string
	cfg := alerts.DispatcherConfig{
		Outbox: d.outbox, Base: "https://vigie.example", Draw: func() float64 { return 0.999 },
		Log: slog.New(slog.NewTextHandler(d.logs, nil)),
		Tell: func(_ context.Context, _ string, e vigie.OpsEvent) error {
			*d.told = append(*d.told, e)
			return nil
		},
	}
	for name, l := range channels {
		l.Name = name
		cfg.Lanes = append(cfg.Lanes, l)
		names = append(names, name)
	}
	cfg.Metrics = alerts.NewMetrics(d.reg, names)
	if change != nil {
		change(&cfg)
	}
	d.Dispatcher = alerts.NewDispatcher(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := d.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, want the context's error", err)
		}
	}()
	d.stop = func() { cancel(); <-done }
	return d
}

// machine makes a lane that takes one alert per message.
func machine(c alerts.Channel) alerts.Lane {
	return alerts.Lane{Kind: alerts.Kind{Name: "webhook", Batch: 1, PerMinute: 6000}, Channel: c}
}

// people makes a lane that groups.
func people(c alerts.Channel) alerts.Lane {
	return alerts.Lane{Kind: alerts.Kind{Name: "email", Batch: 50, PerMinute: 60}, Channel: c}
}

func (d desk) put(channel string, c vigie.CaseID, s vigie.Severity) {
	now := time.Now()
	d.outbox.Put(vigie.Alert{ID: vigie.AlertID("a-" + channel + "-" + string(c)), Kind: vigie.AlertCase, Channel: channel,
		Case: c, Severity: s, Posted: now.Add(-40 * time.Second), Opened: now, Queued: now})
	d.Wake()
}

func (d desk) after(wait time.Duration) { time.Sleep(wait); synctest.Wait() }

func (d desk) wantSum(channel string, want alertstest.Sum) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.outbox.Sum(channel)); diff != "" {
		d.t.Errorf("outbox of %s (-want +got):\n%s", channel, diff)
	}
}

func (d desk) wantMetrics(name, text string) {
	d.t.Helper()
	if err := testutil.GatherAndCompare(d.reg, strings.NewReader(text), name); err != nil {
		d.t.Error(err)
	}
}

func fault(class alerts.Class) error { return &alerts.Error{Class: class, Err: errors.New("staged")} }

func TestDeliversOnWakeAndOnPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now()}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.after(time.Second)
		d.put("hook", "a", vigie.SeverityHigh)
		d.after(time.Millisecond)
		d.outbox.Put(vigie.Alert{ID: "b", Channel: "hook", Case: "b"})
		d.after(10 * time.Second)
		if got := c.times(); len(got) != 2 || got[0] != time.Second || got[1] > 7*time.Second {
			t.Errorf("tries at %v, want one at 1s by Wake and one at the next poll", got)
		}
		d.wantSum("hook", alertstest.Sum{Delivered: 2})
	})
}

func TestBacksOffAndKeepsTheID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &scripted{start: time.Now(), script: []error{fault(alerts.ClassRetry), fault(alerts.ClassAmbiguous), errors.New("unclassified"), fault("word of tomorrow")}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.put("hook", "a", vigie.SeverityMedium)
		d.after(5 * time.Minute)
		d.wantSum("hook", alertstest.Sum{Delivered: 1})
		want := []time.Duration{0, 5 * time.Second, 15 * time.Second, 35 * time.Second, 75 * time.Second}
		got := c.times()
		if len(got) != len(want) {
			t.Fatalf("tries at %v, want about %v", got, want)
		}
		for i := range want {
			if diff := got[i] - want[i]; diff < -time.Second || diff > 6*time.Second {
				t.Errorf("try %d at %v, want about %v", i, got[i], want[i])
			}
			if c.tries[i].ID != c.tries[0].ID {
				t.Errorf("try %d has id %s, want %s", i, c.tries[i].ID, c.tries[0].ID)
			}
		}
		d.wantMetrics("vigie_notifications_total", `
# HELP vigie_notifications_total Messages handed to channels, by what came of them.
# TYPE vigie_notifications_total counter
vigie_notifications_total{channel="hook",result="ambiguous"} 3
vigie_notifications_total{channel="hook",result="auth"} 0
vigie_notifications_total{channel="hook",result="delivered"} 1
vigie_notifications_total{channel="hook",result="gone"} 0
vigie_notifications_total{channel="hook",result="permanent"} 0
vigie_notifications_total{channel="hook",result="retry"} 1
`)
	})
}

func TestAFailingChannelHoldsItsOrderAndDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := &scripted{start: time.Now(), script: []error{fault(alerts.ClassRetry), fault(alerts.ClassRetry)}}
		fine := &scripted{start: time.Now()}
		d := open(t, nil, map[string]alerts.Lane{"broken": machine(broken), "fine": machine(fine)})
		defer d.stop()
		d.put("broken", "a", vigie.SeverityMedium)
		d.after(time.Millisecond)
		d.put("broken", "b", vigie.SeverityMedium)
		d.put("fine", "b", vigie.SeverityMedium)
		d.after(time.Millisecond)
		if broken.count() != 1 || fine.count() != 1 {
			t.Fatalf("%d tries of the broken channel and %d of the fine one, want 1 and 1", broken.count(), fine.count())
		}
		d.after(time.Minute)
		ids := broken.tries
		if len(ids) != 4 || ids[0].ID != ids[1].ID || ids[1].ID != ids[2].ID || ids[3].ID == ids[0].ID {
			t.Errorf("tries %v, want the first message three times, then the second", ids)
		}
	})
}

func TestAnOldOutageLetsNewAlertsTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := time.Now().Add(2 * time.Hour)
		c := &scripted{start: time.Now(), hook: func(context.Context, vigie.Message) error {
			if time.Now().Before(up) {
				return fault(alerts.ClassRetry)
			}
			return nil
		}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.put("hook", "old", vigie.SeverityMedium)
		d.after(2*time.Hour - time.Second)
		d.put("hook", "urgent", vigie.SeverityImminent)
		d.after(2 * time.Minute)
		if s := d.outbox.Sum("hook"); s.Delivered == 0 {
			t.Errorf("two minutes after the outage nothing had left: %+v", s)
		}
		d.after(15 * time.Minute)
		d.wantSum("hook", alertstest.Sum{Delivered: 2})
		if diff := cmp.Diff([]vigie.OpsEvent{{Subject: "channel hook", Class: "failing"}}, *d.told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestRetryAfterPausesTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := &alerts.Error{Class: alerts.ClassRetry, Status: 429, RetryAfter: 10 * time.Minute, Err: errors.New("slow down")}
		c := &scripted{start: time.Now(), script: []error{limited}}
		d := open(t, nil, map[string]alerts.Lane{"hook": machine(c)})
		defer d.stop()
		d.put("hook", "a", vigie.SeverityHigh)
		d.after(time.Second)
		d.put("hook", "b", vigie.SeverityImminent)
		d.after(9 * time.Minute)
		if s := d.outbox.State("hook"); !s.Paused || s.Until.Sub(c.start) != 10*time.Minute || c.count() != 1 {
			t.Errorf("state %+v after %d tries, want a pause of ten minutes after one", s, c.count())
		}
		d.wantMetrics("vigie_channel_paused", pausedMetric("hook", "limited"))
		d.after(time.Minute)
		d.wantSum("hook", alertstest.Sum{Delivered: 2})
		if s := d.outbox.State("hook"); s.Paused || s.Class != "" || s.LastSuccess.IsZero() {
			t.Errorf("after the pause, state %+v", s)
		}
		d.wantMetrics("vigie_channel_paused", pausedMetric("hook", ""))
	})
}

func pausedMetric(channel, reason string) string {
	text := "# HELP vigie_channel_paused 1 while a channel keeps its messages back.\n# TYPE vigie_channel_paused gauge\n"
	for _, r := range []string{"auth", "gone", "limited"} {
		value := "0"
		if r == reason {
			value = "1"
		}
		text += `vigie_channel_paused{channel="` + channel + `",reason="` + r + `"} ` + value + "\n"
	}
	return text
}
