package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

func ring(t *testing.T, open Opener) {
	t.Run("order and batches", func(t *testing.T) { ringOrder(t, open) })
	t.Run("a retry is the same message", func(t *testing.T) { ringRetry(t, open) })
	t.Run("what an alert says", func(t *testing.T) { ringAlert(t, open) })
	t.Run("ends", func(t *testing.T) { ringEnds(t, open) })
}

func severities(m vigie.Message) (s []vigie.Severity) {
	for _, a := range m.Alerts {
		s = append(s, a.Severity)
	}
	return s
}

func ringOrder(t *testing.T, open Opener) {
	b := start(t, open)
	for n, severity := range []vigie.Severity{vigie.SeverityLow, vigie.SeverityHigh, vigie.SeverityMedium, vigie.SeverityHigh} {
		b.open(n, "a", severity, "equipe")
		b.clock.Turn(time.Second)
	}
	first, _ := b.claim("equipe", 3)
	if diff := cmp.Diff([]vigie.Severity{vigie.SeverityHigh, vigie.SeverityHigh, vigie.SeverityMedium}, severities(first)); diff != "" {
		t.Errorf("first message (-want +got)\n%s", diff)
	}
	if !first.Alerts[0].Opened.Before(first.Alerts[1].Opened) {
		t.Error("not the oldest first")
	}
	second, ok := b.claim("equipe", 3)
	if !ok || len(second.Alerts) != 1 || second.ID != second.Alerts[0].ID {
		t.Errorf("second message %+v", second)
	}
	if _, ok := b.claim("equipe", 3); ok {
		t.Error("a third message")
	}
	if _, ok := b.claim("other", 3); ok {
		t.Error("a message on a channel without alerts")
	}
}

func ringRetry(t *testing.T, open Opener) {
	b := start(t, open)
	b.open(1, "a", vigie.SeverityLow, "equipe")
	b.open(2, "a", vigie.SeverityHigh, "equipe")
	first, _ := b.claim("equipe", 2)
	must(t, b.Failed(b.ctx, first.ID, b.clock.Now(), "retry", b.clock.Now().Add(2*time.Minute)))
	b.open(3, "a", vigie.SeverityImminent, "equipe")
	if m, ok := b.claim("equipe", 2); !ok || len(m.Alerts) != 1 {
		t.Fatalf("before the retry is due: %v %+v", ok, m)
	} else {
		must(t, b.Sent(b.ctx, m.ID, b.clock.Now(), "ext"))
	}
	b.open(4, "a", vigie.SeverityHigh, "equipe")
	b.clock.Turn(2 * time.Minute)
	second, _ := b.claim("equipe", 2)
	if second.ID != first.ID || len(second.Alerts) != 2 || second.Alerts[0].Attempts != 1 {
		t.Fatalf("the retry: %+v, want %s", second, first.ID)
	}
	b.clock.Turn(time.Minute) // the claim lapses: the replica died
	third, _ := b.claim("equipe", 2)
	if third.ID != first.ID {
		t.Errorf("after the lapse: %s, want %s", third.ID, first.ID)
	}
}

func ringAlert(t *testing.T, open Opener) {
	b := start(t, open)
	c, id := b.open(1, "a", vigie.SeverityHigh, "equipe")
	m, _ := b.claim("equipe", 1)
	want := vigie.Message{ID: m.Alerts[0].ID, Lang: "fr", Base: "https://vigie.example", Alerts: []vigie.Alert{{
		ID: m.Alerts[0].ID, Org: vigie.DefaultOrg, Kind: vigie.AlertCase, Channel: "equipe", Case: id,
		Severity: vigie.SeverityHigh, Label: vigie.LabelThreat, Platform: "mastodon", Account: c.Account,
		Posted: c.Created, Opened: b.clock.Now(), Queued: b.clock.Now(),
	}}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func ringEnds(t *testing.T, open Opener) {
	b := start(t, open)
	b.open(1, "a", vigie.SeverityHigh, "equipe")
	m, _ := b.claim("equipe", 1)
	must(t, b.Sent(b.ctx, m.ID, b.clock.Now(), "ext\x00"))
	must(t, b.Sent(b.ctx, m.ID, b.clock.Now(), "ext"))
	must(t, b.Failed(b.ctx, m.ID, b.clock.Now(), "retry", b.clock.Now()))
	must(t, b.Bury(b.ctx, m.ID, b.clock.Now(), "permanent"))
	b.clock.Turn(time.Hour)
	if m, ok := b.claim("equipe", 1); ok {
		t.Errorf("claimed again after it was sent: %+v", m)
	}
	b.open(2, "a", vigie.SeverityHigh, "equipe")
	m, _ = b.claim("equipe", 1)
	must(t, b.Bury(b.ctx, m.ID, b.clock.Now(), "permanent"))
	b.clock.Turn(time.Hour)
	if m, ok := b.claim("equipe", 1); ok {
		t.Errorf("claimed again after it was buried: %+v", m)
	}
	for name, err := range map[string]error{
		"Sent": b.Sent(b.ctx, "x", b.clock.Now(), ""), "Bury": b.Bury(b.ctx, "x", b.clock.Now(), ""),
		"Failed": b.Failed(b.ctx, "x", b.clock.Now(), "", b.clock.Now()),
	} {
		if !errors.Is(err, vigie.ErrNotFound) {
			t.Errorf("%s of an unknown message: %v", name, err)
		}
	}
	must(t, b.SetChannelState(b.ctx, vigie.ChannelState{Channel: "equipe", Kind: "webhook", Paused: true, Class: "auth"}))
}
