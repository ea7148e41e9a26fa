package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"vigie"
)

// ring puts one alert into the outbox; false if it is there already.
func (s *Store) ring(t *tx, a vigie.Alert, urgency vigie.Severity) (bool, error) {
	if a.Queued.IsZero() {
		a.Queued = s.o.Now()
	}
	return t.change(`INSERT INTO alerts (id, org, kind, channel, case_id, rank, severity, label, platform, account,
			posted, opened, subject, class, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		a.ID, a.Org, a.Kind, a.Channel, a.Case, -int(urgency), int(a.Severity), a.Label, a.Platform, a.Account,
		micros(a.Posted), micros(a.Opened), a.Ops.Subject, a.Ops.Class, a.Queued.UnixMicro())
}

// Claim takes what is due on one channel into one message: the message that
// failed before if its time has come, else up to batch waiting alerts of one
// kind, gravest and oldest first. The membership is on the disk before Claim
// returns, so that a retry, even after a crash, is the same message under the
// same id; the id of a message of one alert is that of the alert. ok is false
// if nothing is due. The claim lapses at the time given.
func (s *Store) Claim(ctx context.Context, channel string, batch int, now, lapses time.Time) (m vigie.Message, ok bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		m = vigie.Message{Lang: s.o.Lang, Base: s.o.Base}
		ok, err = again(t, &m, channel, now)
		if err == nil && !ok {
			ok, err = s.gather(t, &m, channel, max(batch, 1), now)
		}
		if err != nil || !ok {
			return err
		}
		if _, err := t.exec("UPDATE messages SET claimed = ? WHERE id = ?", lapses.UnixMicro(), m.ID); err != nil {
			return err
		}
		return members(t, &m)
	})
	if err != nil {
		return vigie.Message{}, false, fmt.Errorf("claim alerts of channel %s: %w", channel, err)
	}
	return m, ok, nil
}

// again finds a message that was made before and is due.
func again(t *tx, m *vigie.Message, channel string, now time.Time) (bool, error) {
	return t.one(`SELECT id FROM messages WHERE channel = ? AND state = 'due' AND next <= ? AND claimed <= ?
		ORDER BY rank, created, id LIMIT 1`, []any{channel, now.UnixMicro(), now.UnixMicro()}, &m.ID)
}

// gather makes a message of waiting alerts: those of the organisation and the
// kind of the first.
func (s *Store) gather(t *tx, m *vigie.Message, channel string, batch int, now time.Time) (bool, error) {
	var org vigie.OrgID
	var kind vigie.AlertKind
	var rank int
	ok, err := t.one("SELECT org, kind, rank FROM alerts WHERE channel = ? AND message IS NULL ORDER BY rank, created, id LIMIT 1",
		[]any{channel}, &org, &kind, &rank)
	if err != nil || !ok {
		return ok, err
	}
	var ids []string
	oldest := now.UnixMicro()
	err = t.all(`SELECT id, created FROM alerts WHERE channel = ? AND message IS NULL AND org = ? AND kind = ?
		ORDER BY rank, created, id LIMIT ?`, []any{channel, org, kind, batch}, func(r scanner) error {
		var id string
		var created int64
		err := r.Scan(&id, &created)
		ids, oldest = append(ids, id), min(oldest, created)
		return err
	})
	if err != nil {
		return false, err
	}
	m.ID = vigie.AlertID(ids[0])
	if len(ids) > 1 {
		m.ID = vigie.AlertID(shortHash(append([]string{"message"}, ids...)...))
	}
	_, err = t.exec("INSERT INTO messages (id, org, channel, rank, created, next, claimed) VALUES (?, ?, ?, ?, ?, 0, 0)",
		m.ID, org, channel, rank, oldest)
	for _, id := range ids {
		if err == nil {
			_, err = t.exec("UPDATE alerts SET message = ? WHERE id = ?", m.ID, id)
		}
	}
	return err == nil, err
}

// members reads the alerts of a message.
func members(t *tx, m *vigie.Message) error {
	return t.all(`SELECT a.id, a.org, a.kind, a.channel, a.case_id, a.severity, a.label, a.platform, a.account,
			a.posted, a.opened, a.created, a.subject, a.class, m.attempts
		FROM alerts a JOIN messages m ON m.id = a.message WHERE a.message = ? ORDER BY a.rank, a.created, a.id`,
		[]any{m.ID}, func(r scanner) error {
			var a vigie.Alert
			err := r.Scan(&a.ID, &a.Org, &a.Kind, &a.Channel, &a.Case, &a.Severity, &a.Label, &a.Platform, &a.Account,
				moment{&a.Posted}, moment{&a.Opened}, moment{&a.Queued}, &a.Ops.Subject, &a.Ops.Class, &a.Attempts)
			m.Alerts = append(m.Alerts, a)
			return err
		})
}

// Peek returns the highest urgency among the alerts of a channel that are due
// and not claimed; ok is false if there are none. An ops alert counts as high.
func (s *Store) Peek(ctx context.Context, channel string, now time.Time) (top vigie.Severity, ok bool, err error) {
	var rank sql.NullInt64
	_, err = s.reader(ctx).one(`SELECT min(rank) FROM (
			SELECT min(rank) AS rank FROM alerts WHERE channel = ?1 AND message IS NULL
			UNION ALL SELECT min(rank) FROM messages WHERE channel = ?1 AND state = 'due' AND next <= ?2 AND claimed <= ?2)`,
		[]any{channel, now.UnixMicro()}, &rank)
	if err != nil {
		return 0, false, fmt.Errorf("look at the alerts of channel %s: %w", channel, err)
	}
	return vigie.Severity(-rank.Int64), rank.Valid, nil
}

// Sent records the delivery. external is the receiver's own id, "" if none.
func (s *Store) Sent(ctx context.Context, id vigie.AlertID, at time.Time, external string) error {
	return s.ended(ctx, "delivery", id, `UPDATE messages SET state = 'sent', class = '', ended = coalesce(ended, ?1), external = ?2, attempts = attempts + (state = 'due')
		WHERE id = ?3`, micros(at), []byte(external), id)
}

// Failed records a failure of this class and when to try again. It changes
// nothing once the message was sent or buried.
func (s *Store) Failed(ctx context.Context, id vigie.AlertID, at time.Time, class string, next time.Time) error {
	return s.ended(ctx, "failure", id, `UPDATE messages SET next = iif(state = 'due', ?1, next), class = iif(state = 'due', ?2, class),
		claimed = 0, attempts = attempts + (state = 'due') WHERE id = ?3`, next.UnixMicro(), class, id)
}

// Bury makes it a dead letter: kept, listed, retriable by a person.
func (s *Store) Bury(ctx context.Context, id vigie.AlertID, at time.Time, class string) error {
	return s.ended(ctx, "burial", id, `UPDATE messages SET state = iif(state = 'due', 'dead', state), class = iif(state = 'due', ?1, class),
		ended = coalesce(ended, ?2), attempts = attempts + (state = 'due') WHERE id = ?3`, class, micros(at), id)
}

func (s *Store) ended(ctx context.Context, what string, id vigie.AlertID, query string, args ...any) error {
	err := s.update(ctx, func(t *tx) error {
		ok, err := t.change(query, args...)
		if err == nil && !ok {
			err = vigie.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record the %s of message %s: %w", what, id, err)
	}
	return nil
}

// SetChannelState records how the channel fares, for the status page. Waiting
// and Dead are counted by the store, not taken from st.
func (s *Store) SetChannelState(ctx context.Context, st vigie.ChannelState) error {
	err := s.update(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO channels (org, channel, kind, paused, class, until, last_success) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (org, channel) DO UPDATE SET kind = excluded.kind, paused = excluded.paused, class = excluded.class,
				until = excluded.until, last_success = coalesce(excluded.last_success, last_success)`,
			s.o.Org, st.Channel, st.Kind, st.Paused, st.Class, micros(st.Until), micros(st.LastSuccess))
		return err
	})
	if err != nil {
		return fmt.Errorf("record the state of channel %s: %w", st.Channel, err)
	}
	return nil
}
