package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// spent is what is used of a budget in the period that began at Start.
type spent struct {
	Start time.Time `json:"start"`
	Used  int64     `json:"used"`
}

// LoadSpent returns what was kept last of a budget: the beginning of its
// period and what is used of it, zero if nothing was kept.
func (s *Store) LoadSpent(ctx context.Context, name string) (start time.Time, used int64, err error) {
	value, ok, err := s.setting(ctx, "budget/"+name)
	if err != nil || !ok {
		return time.Time{}, 0, err
	}
	var kept spent
	if err := json.Unmarshal(value, &kept); err != nil {
		return time.Time{}, 0, fmt.Errorf("read the budget %s: %w", name, err)
	}
	return kept.Start, kept.Used, nil
}

// SaveSpent keeps what is used of a budget, so that a crash does not forget
// money. An older period never replaces a newer one.
func (s *Store) SaveSpent(ctx context.Context, name string, start time.Time, used int64) error {
	value, err := json.Marshal(spent{start, used})
	if err != nil {
		return err
	}
	err = s.update(ctx, func(t *tx) error {
		var before []byte
		if ok, err := t.one("SELECT value FROM settings WHERE org = ? AND name = ?", []any{s.o.Org, "budget/" + name}, &before); err != nil {
			return err
		} else if ok {
			var kept spent
			if json.Unmarshal(before, &kept) == nil && kept.Start.After(start) {
				return nil
			}
		}
		_, err := t.exec("INSERT INTO settings (org, name, value) VALUES (?, ?, ?) ON CONFLICT (org, name) DO UPDATE SET value = excluded.value",
			s.o.Org, "budget/"+name, value)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the budget %s: %w", name, err)
	}
	return nil
}

func (s *Store) setting(ctx context.Context, name string) (value []byte, ok bool, err error) {
	ok, err = s.reader(ctx).one("SELECT value FROM settings WHERE org = ? AND name = ?", []any{s.o.Org, name}, &value)
	return value, ok, err
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Shared returns a key of 32 bytes for what this installation shares with its
// other programs, made when first asked for.
func (s *Store) Shared(ctx context.Context) ([]byte, error) { return s.secret(ctx, "shared") }
