package collectors

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// late is an id that becomes visible some time after it was minted.
type late struct {
	id      string
	visible time.Time
}

// platformList is a list whose ids come in the order of minting.
type platformList []late

func (p platformList) after(since string, now time.Time) (ids []string) {
	for _, l := range p {
		if (since == "" || ByLength(l.id, since) > 0) && !l.visible.After(now) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

// mint makes n ids a second or less apart, each visible up to delay later.
func mint(r *rand.Rand, n int, from time.Time, delay time.Duration) (p platformList) {
	for i := range n {
		from = from.Add(rand.N(time.Second))
		p = append(p, late{fmt.Sprint(90 + i), from.Add(time.Duration(r.Int64N(int64(delay))))})
	}
	return p
}

func TestWindowLosesNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		poll  time.Duration // average pause between walks
		back  bool          // paged from new to old
		crash bool          // the cursor is often not stored
	}{
		{"fast", 2 * time.Second, false, false},
		{"slow", 3 * time.Minute, false, false},
		{"slower than the overlap, crashing", time.Minute, false, true},
		{"backwards", 5 * time.Second, true, false},
		{"backwards, slow, crashing", 2 * time.Minute, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(20) {
				walkAll(t, rand.New(rand.NewPCG(seed, 1)), c.poll, c.back, c.crash)
			}
		})
	}
}

// walkAll polls a list until it has been silent for long and fails unless
// every id was read.
func walkAll(t *testing.T, r *rand.Rand, poll time.Duration, back, crash bool) {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	list := mint(r, 300, start, 29*time.Second)
	w, cursor, got := NewWindow(0, ByLength), "", map[string]bool{}
	now := start
	for now.Before(start.Add(time.Hour)) {
		now = now.Add(time.Duration(r.Int64N(2 * int64(poll))))
		if crash && r.IntN(4) == 0 {
			w = NewWindow(0, ByLength)
		}
		k, err := w.Begin(cursor, now)
		if err != nil {
			t.Fatal(err)
		}
		cursor, now = readList(r, k, list, now, back, crash, got)
		if len(cursor) > maxCursor {
			t.Fatalf("cursor of %d bytes", len(cursor))
		}
	}
	if len(got) != len(list) {
		t.Errorf("read %d of %d", len(got), len(list))
	}
	if k, _ := w.Begin(cursor, now); k.Since() != list[len(list)-1].id {
		t.Errorf("safe id %s after an hour, want the last one", k.Since())
	}
}

// readList walks the list in pages of 7, perhaps dying on the way.
func readList(r *rand.Rand, k *Walk, list platformList, now time.Time, back, crash bool, got map[string]bool) (string, time.Time) {
	cursor := k.c.String()
	if back {
		return readBack(r, k, list, now, crash, got)
	}
	since := k.Since()
	for {
		ids := list.after(since, now)
		ids = ids[:min(7, len(ids))]
		if crash && r.IntN(9) == 0 {
			return cursor, now
		}
		for _, id := range ids {
			got[id] = true
		}
		if len(ids) < 7 {
			return k.Finish(now, ids...), now
		}
		since = ids[6]
		cursor = k.Step(now, ids...)
		now = now.Add(100 * time.Millisecond)
	}
}

// readBack walks from new to old; the token is the lowest id read so far.
func readBack(r *rand.Rand, k *Walk, list platformList, now time.Time, crash bool, got map[string]bool) (string, time.Time) {
	cursor, token := k.c.String(), k.Token()
	for {
		ids := list.after(k.Since(), now)
		for len(ids) > 0 && token != "" && ByLength(ids[len(ids)-1], token) >= 0 {
			ids = ids[:len(ids)-1]
		}
		ids = ids[max(0, len(ids)-7):]
		if crash && r.IntN(9) == 0 {
			return cursor, now
		}
		for _, id := range ids {
			got[id] = true
		}
		if len(ids) < 7 {
			return k.Finish(now, ids...), now
		}
		token = ids[0]
		cursor = k.Pause(token, ids...)
		now = now.Add(100 * time.Millisecond)
	}
}

func TestWindowSeesLateArrivals(t *testing.T) {
	w := NewWindow(0, ByLength)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	cursor := ""
	for _, ids := range [][]string{{"1", "3"}, {"1", "3"}, {"1", "2", "3"}} {
		k, err := w.Begin(cursor, now)
		if err != nil {
			t.Fatal(err)
		}
		cursor = k.Finish(now, ids...)
		now = now.Add(20 * time.Second)
		if want := len(ids) - 2; k.Late() != want {
			t.Errorf("late %d, want %d", k.Late(), want)
		}
	}
	c, err := parseCursor(cursor)
	if err != nil || c.Spread != 20_000 {
		t.Errorf("spread %d ms, %v; want 20000", c.Spread, err)
	}
}

func TestWindowClockOfTomorrow(t *testing.T) {
	w := NewWindow(0, ByLength)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	k, _ := w.Begin("", now.Add(24*time.Hour))
	cursor := k.Finish(now.Add(24*time.Hour), "5")
	for range 3 {
		k, _ = w.Begin(cursor, now)
		cursor = k.Finish(now, "5")
		now = now.Add(time.Minute)
	}
	if k.Since() != "5" && !strings.Contains(cursor, `"safe":"5"`) {
		t.Errorf("the window stays open: %s", cursor)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add(`{"safe":"1","marks":[{"t":1764000000000,"id":"2"}],"spread_ms":5,"token":"x","began":1,"top":"9"}`)
	f.Add(`{"marks":[{"t":-9223372036854775808,"id":"1"},{"t":9223372036854775807,"id":"0"}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		k, err := NewWindow(0, ByLength).Begin(s, now)
		if err != nil {
			if ClassOf(err) != ClassBug {
				t.Errorf("class %s", ClassOf(err))
			}
			return
		}
		next := k.Finish(now, "1", "zzz")
		if _, err := parseCursor(next); err != nil {
			t.Errorf("%q gave %q: %v", s, next, err)
		}
	})
}
