package cluster

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCounts(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
		all := open(t, 2, Config{Now: func() time.Time { return now }, Retention: time.Hour})
		said := []struct {
			replica int
			account string
			author  string
			ago     time.Duration
		}{
			{0, "asso", "ann", 50 * time.Second},
			{1, "asso", "ann", 20 * time.Second},
			{0, "asso", "ann", 20 * time.Second}, // the same, seen again
			{0, "asso", "bob", 5 * time.Minute},
			{1, "asso", "cid", 10 * time.Second},
			{0, "asso", "bob", 30 * time.Minute}, // late
			{0, "asso", "dan", 2 * time.Hour},    // beyond what is kept
			{0, "other", "eve", time.Second},
		}
		for _, s := range said {
			if err := all[s.replica].Add(t.Context(), s.account, s.author, now.Add(-s.ago)); err != nil {
				t.Fatal(err)
			}
		}
		tests := []struct {
			account           string
			window            time.Duration
			comments, authors int64
		}{
			{"asso", 15 * time.Second, 1, 1},
			{"asso", time.Minute, 3, 2},
			{"asso", 10 * time.Minute, 4, 3},
			{"asso", time.Hour, 5, 3},
			{"other", time.Hour, 1, 1},
			{"nobody", time.Hour, 0, 0},
		}
		for _, tt := range tests {
			for i, c := range all {
				comments, authors, err := c.Count(t.Context(), tt.account, tt.window)
				if err != nil || comments != tt.comments || authors != tt.authors {
					t.Errorf("replica %d: %s within %v: %d comments by %d authors, %v; want %d by %d",
						i, tt.account, tt.window, comments, authors, err, tt.comments, tt.authors)
				}
			}
		}
		now = now.Add(59*time.Minute + 45*time.Second)
		if comments, authors, err := all[0].Count(t.Context(), "asso", time.Hour); err != nil || comments != 1 || authors != 1 {
			t.Errorf("an hour later: %d comments by %d authors, %v; want the last one", comments, authors, err)
		}
		if _, _, err := all[0].Count(t.Context(), "asso", 2*time.Hour); err == nil {
			t.Error("a window longer than what is kept was counted")
		}
	})
}

func TestCountsKeepUpWithARaid(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		now := time.Now()
		c := open(t, 1, Config{Now: func() time.Time { return now }})[0]
		for i := range 2000 {
			at := now.Add(-time.Duration(i*i%900) * time.Second).Add(-time.Duration(i) * time.Millisecond)
			if err := c.Add(t.Context(), "asso", fmt.Sprint("author", i%60), at); err != nil {
				t.Fatal(err)
			}
		}
		if comments, authors, err := c.Count(t.Context(), "asso", 20*time.Minute); err != nil || comments != 2000 || authors != 60 {
			t.Errorf("%d comments by %d authors, %v; want 2000 by 60", comments, authors, err)
		}
	})
}

func TestTallyForgets(t *testing.T) {
	epoch := time.Unix(0, 0)
	tt := &tally{authors: map[string]time.Time{"a": epoch.Add(2), "b": epoch.Add(3)},
		comments: []said{{epoch.Add(1), "a"}, {epoch.Add(2), "a"}, {epoch.Add(3), "b"}}}
	tt.forget(epoch.Add(2))
	if len(tt.comments) != 1 || len(tt.authors) != 1 {
		t.Errorf("kept %v by %v, want what b said", tt.comments, tt.authors)
	}
}

func TestRedisHoldsNoAuthor(t *testing.T) {
	s := startRedis(t)
	c := s.replica(t, Config{Org: "asso"})
	const marker = "mastodon:example.org/marker-4417"
	if err := c.Add(t.Context(), "mastodon:example.org/@asso", marker, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Acquire(t.Context(), "source/asso", time.Minute); err != nil {
		t.Fatal(err)
	}
	reserve(t, c.Budget("x", 10, Day), 1)
	client := s.client(t)
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) < 5 {
		t.Fatalf("keys %v, %v", keys, err)
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, "vigie:{asso}:") {
			t.Errorf("key %q lacks the prefix", key)
		}
		if ttl := client.TTL(t.Context(), key).Val(); ttl <= 0 {
			t.Errorf("key %q never expires", key)
		}
		if strings.Contains(key+client.Dump(t.Context(), key).Val(), "marker-4417") {
			t.Errorf("key %q shows an author", key)
		}
	}
}
