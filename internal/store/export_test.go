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

// Limit keeps the database from growing, as a full disk does.
func (s *Store) Limit(ctx context.Context, full bool) error {
	pages := "1073741823"
	if full {
		pages = "1" // SQLite takes the present size
	}
	_, err := s.write.tx.conn.ExecContext(ctx, "PRAGMA max_page_count="+pages)
	return err
}

// CompareBusy compares a password while all places for it are taken.
func (s *Store) CompareBusy(ctx context.Context) error {
	for range cap(s.hashing) {
		s.hashing <- struct{}{}
	}
	_, err := s.compare(ctx, "", "a password")
	return err
}
