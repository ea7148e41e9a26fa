package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"vigie"
)

func TestSpentSurvivesAndNeverGoesBack(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "vigie.db")
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, save := range []struct {
		start time.Time
		used  int64
	}{{november, 10}, {november, 7}, {november.AddDate(0, -1, 0), 99}} {
		if err := s.SaveSpent(ctx, "x", save.start, save.used); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(ctx, Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	start, used, err := s.LoadSpent(ctx, "x")
	if err != nil || !start.Equal(november) || used != 7 {
		t.Errorf("kept %v %d %v, want November and 7", start, used, err)
	}
	if _, used, err := s.LoadSpent(ctx, "other"); err != nil || used != 0 {
		t.Errorf("an unknown budget has %d used, %v", used, err)
	}
}

func TestTellReachesEachChannelOnce(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Path: filepath.Join(t.TempDir(), "vigie.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tell(ctx, vigie.DefaultOrg, vigie.OpsEvent{Subject: "channel equipe", Class: "auth"}, []string{"chefs", "astreinte"}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, channel := range []string{"chefs", "astreinte"} {
		m, ok, err := s.Claim(ctx, channel, 10, now, now.Add(time.Minute))
		if err != nil || !ok || len(m.Alerts) != 1 {
			t.Fatalf("channel %s: %v %v %v", channel, m, ok, err)
		}
		if a := m.Alerts[0]; a.Kind != vigie.AlertOps || a.Ops.Subject != "channel equipe" || a.Ops.Class != "auth" {
			t.Errorf("channel %s got %+v", channel, a)
		}
	}
}
