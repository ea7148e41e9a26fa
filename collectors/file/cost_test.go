package file

import (
	"strings"
	"testing"
	"time"
)

// TestManyOpenQuotes reads a file in which every line opens a quote that the
// next ones close wrongly: it takes time in proportion to the length, and the
// good lines behind the bad ones are still read.
func TestManyOpenQuotes(t *testing.T) {
	read := func(bad int) (good int, took time.Duration) {
		text := "id,text,created_at\n" + strings.Repeat("x\",\"\n", bad) + "7,\"bonjour\nà tous\",2026-11-01T10:00:00Z\n8,merci,2026-11-01T10:00:00Z\n"
		began := time.Now()
		for c, err := range Read(strings.NewReader(text), CSV, Options{}) {
			if err == nil && (c.ID.Remote() == "7" || c.ID.Remote() == "8") {
				good++
			}
		}
		return good, time.Since(began)
	}
	const lines = 20_000
	good, once := read(lines)
	if good != 2 {
		t.Errorf("%d of 2 good records were read", good)
	}
	_, twice := read(2 * lines)
	if twice > 5*once+time.Second {
		t.Errorf("%d lines took %v, twice as many %v", lines, once, twice)
	}
	t.Logf("%d lines took %v, twice as many %v", lines, once, twice)
}
