package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"vigie/internal/store"
)

// Logins wait for each other; one whose browser has left must not wait on.
func TestLoginStopsWaitingForWhoHasLeft(t *testing.T) {
	s := opener()(t, store.Options{})
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() { answered <- s.CompareBusy(ctx) }()
	leave()
	select {
	case err := <-answered:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the login still waits")
	}
}
