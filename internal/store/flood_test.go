package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"vigie"
	"vigie/internal/store"
)

// Logins wait for each other; one whose browser has gone must not wait on.
func TestLoginStopsWaitingForWhoHasLeft(t *testing.T) {
	s := opener()(t, store.Options{})
	s.Occupy()
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, err := s.Authenticate(ctx, vigie.DefaultOrg, "nobody", "a password")
		answered <- err
	}()
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
