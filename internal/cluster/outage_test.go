package cluster

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vigie"
)

func TestRedisGoesAwayAndComesBack(t *testing.T) {
	s := startRedis(t)
	c := s.replica(t, Config{})
	b := c.Budget("x", 100, Month)
	reserve(t, b, 60)
	events := subscribe(t, short(t), c, "org", "")
	s.stop()
	calls := map[string]func() error{
		"Acquire": func() error { _, _, err := c.Acquire(t.Context(), "l", time.Minute); return err },
		"Reserve": func() error { return b.Reserve(t.Context(), 1) },
		"Add":     func() error { return c.Add(t.Context(), "asso", "ann", time.Now()) },
		"Count":   func() error { _, _, err := c.Count(t.Context(), "asso", time.Minute); return err },
		"Publish": func() error { return c.Publish(t.Context(), "org", vigie.Event{Kind: "case.opened"}) },
		"Check":   func() error { return c.Check(t.Context()) },
	}
	for name, call := range calls {
		began := time.Now()
		err := call()
		if err == nil || !strings.Contains(err.Error(), "check that it runs") {
			t.Errorf("%s while Redis is away = %v, want an error with a remedy", name, err)
		}
		var exhausted *Exhausted
		if errors.As(err, &exhausted) {
			t.Errorf("%s takes an outage for an empty budget", name)
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	s.start(t)
	for name, call := range calls {
		eventually(t, name+" works again", func() bool { return call() == nil })
	}
	for e := range events {
		if e.Kind == "case.opened" {
			break
		}
	}
	if got := used(t, b); got < 60 {
		t.Errorf("after Redis lost everything %d are used, want what this replica knew", got)
	}
}

func TestNewRedisRefusesWhatCannotWork(t *testing.T) {
	key := make([]byte, 16)
	tests := []struct {
		name string
		c    RedisConfig
	}{
		{"no key", RedisConfig{URL: "redis://127.0.0.1:6379/0"}},
		{"another address", RedisConfig{URL: "http://u:pa55-b71e@127.0.0.1", Config: Config{Key: key}}},
		{"a broken address", RedisConfig{URL: "redis://u:pa55-b71e@127.0.0.1:port/x", Config: Config{Key: key}}},
	}
	for _, tt := range tests {
		_, err := NewRedis(tt.c)
		if err == nil || strings.Contains(err.Error(), "pa55-b71e") {
			t.Errorf("%s: %v, want an error without the password", tt.name, err)
		}
	}
}
