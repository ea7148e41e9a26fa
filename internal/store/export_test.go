package store

import (
	"context"

	"vigie"
)

// Put puts an alert into the outbox, for the outbox's conformance suite.
func (s *Store) Put(ctx context.Context, a vigie.Alert) error {
	return s.update(ctx, func(t *tx) error {
		_, err := s.ring(t, a, a.Severity)
		return err
	})
}
