package rules_test

import (
	"testing"

	"vigie/rules"
)

// TestEmbedded runs the examples of every embedded rule.
func TestEmbedded(t *testing.T) {
	set, err := rules.Load(rules.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Check() {
		t.Error(p.Error())
	}
	for _, r := range set.List() {
		if len(r.Hits) < 2 || len(r.Misses) < 2 {
			t.Errorf("%s:%d: rule %s has %d hits and %d misses; write at least two of each", r.File, r.Line, r.ID, len(r.Hits), len(r.Misses))
		}
	}
}
