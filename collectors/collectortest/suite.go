package collectortest

import (
	"testing"
)

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Helper()
	known := map[Fault]bool{BadItem: true, Edits: true, Deletions: true}
	for _, u := range usual {
		known[u.fault] = true
	}
	for f, why := range h.Cannot {
		if !known[f] || why == "" {
			t.Errorf("Harness.Cannot: %q is no fault of this suite, or has no reason", f)
		}
		t.Logf("not shown by this platform: %s: %s", f, why)
	}
	for _, c := range cases(testing.Short()) {
		t.Run(c.name, func(t *testing.T) {
			if _, ok := h.Cannot[c.needs]; ok {
				return // declared, and logged above
			}
			d, err := newDriver(t, h)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.run(d); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("a store that dies between any two statements", func(t *testing.T) { everyDeath(t, h) })
}

// oneCase is a case of the suite; it returns what is wrong.
type oneCase struct {
	name  string
	needs Fault // "" if every platform can show it
	run   func(*driver) error
}

func cases(short bool) []oneCase {
	burst := 10_000
	if short {
		burst = 2_000
	}
	all := []oneCase{
		{"comments come in order", "", plain},
		{"ids become visible late", "", lateIDs},
		{"four writers, ids out of order", "", writers},
		{"a comment is deleted between pages", "", deletedBetweenPages},
		{"a comment is shown between pages", "", shownBetweenPages},
		{"our clock is off by a day", "", wrongClock},
		{"a burst", "", func(d *driver) error { return flood(d, burst) }},
		{"the caller gives up", "", cancelled},
		{"an item cannot be decoded", BadItem, badItem},
		{"an edit", Edits, edit},
		{"a deletion", Deletions, deletion},
		{"credentials", Unauthorized, identity},
	}
	for _, u := range usual {
		for _, after := range []int{0, 1} {
			name := u.fault
			if after > 0 {
				name += ", in mid-walk"
			}
			all = append(all, oneCase{string(name), u.fault, func(d *driver) error { return refused(d, u.fault, u.class, after) }})
		}
	}
	return all
}

// everyDeath lets the store die at each call of a short history, before and
// after writing, until a history passes without a death.
func everyDeath(t *testing.T, h Harness) {
	for _, written := range []bool{false, true} {
		for n := 0; ; n++ {
			d, err := newDriver(t, h)
			if err != nil {
				t.Fatal(err)
			}
			died, err := death(d, n, written)
			if err != nil {
				t.Errorf("death at call %d, written %v: %v", n, written, err)
			}
			if !died || t.Failed() {
				break
			}
		}
	}
}
