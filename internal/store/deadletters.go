package store

import (
	"context"
	"fmt"
	"time"

	"vigie"
)

// DeadLetter is a message that no retry will deliver until a person asks.
type DeadLetter struct {
	ID       vigie.AlertID
	Channel  string
	Severity vigie.Severity // the gravest of its alerts
	Alerts   int
	Attempts int
	Class    string    // of the last failure
	At       time.Time // when it was given up
}

// DeadLetters lists up to limit dead letters, the latest first.
func (s *Store) DeadLetters(ctx context.Context, who vigie.Caller, limit int) ([]DeadLetter, error) {
	if err := s.do(ctx, call{who: who, action: "letter.list"}, nil, nil); err != nil {
		return nil, err
	}
	var letters []DeadLetter
	err := s.reader(ctx).all(`SELECT m.id, m.channel, m.attempts, m.class, m.ended, count(a.id), coalesce(max(a.severity), 0)
		FROM messages m LEFT JOIN alerts a ON a.message = m.id
		WHERE m.org = ? AND m.state = 'dead' GROUP BY m.id ORDER BY m.ended DESC, m.id LIMIT ?`,
		[]any{who.Org, limit}, func(r scanner) error {
			var l DeadLetter
			err := r.Scan(&l.ID, &l.Channel, &l.Attempts, &l.Class, moment{&l.At}, &l.Alerts, &l.Severity)
			letters = append(letters, l)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("letter.list: %w", err)
	}
	return letters, nil
}

// RetryDead makes a dead letter due again at once, under its old id. It is for
// administrators.
func (s *Store) RetryDead(ctx context.Context, who vigie.Caller, id vigie.AlertID) error {
	c := call{who: who, action: "letter.retry", object: string(id), admin: true}
	exists := func(t *tx) error {
		var channel string
		ok, err := t.one("SELECT channel FROM messages WHERE id = ? AND org = ? AND state = 'dead'", []any{id, who.Org}, &channel)
		if err == nil && !ok {
			err = vigie.ErrNotFound
		}
		return err
	}
	return s.do(ctx, c, exists, func(t *tx) error {
		_, err := t.exec("UPDATE messages SET state = 'due', next = 0, claimed = 0, ended = NULL WHERE id = ?", id)
		return err
	})
}
