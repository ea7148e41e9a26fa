package store_test

import (
	"path/filepath"
	"sync"
	"testing"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
	"vigie/internal/store"
	"vigie/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, opener())
}

// opener opens a database in the test's own folder.
func opener() storetest.Opener {
	var mu sync.Mutex
	dirs := make(map[*testing.T]string)
	return func(t *testing.T, o store.Options) *store.Store {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if dirs[t] == "" {
			dirs[t] = t.TempDir()
		}
		o.Path = filepath.Join(dirs[t], "vigie.db")
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
}

// The Dispatcher's own suite says what an outbox is.
func TestOutbox(t *testing.T) {
	open := opener()
	alertstest.RunOutbox(t, func(t *testing.T) (alerts.Outbox, alertstest.Seed) {
		s := open(t, store.Options{})
		return s, func(a vigie.Alert) {
			if err := s.Put(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	})
}
