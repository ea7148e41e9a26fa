package store

import (
	"context"
	"fmt"

	"vigie"
)

// SetSourceState records how the source fares. When it fails, each channel in
// tell gets one ops alert in the same transaction; it gets no other one of the
// same class until the source has worked again, restarts included.
func (s *Store) SetSourceState(ctx context.Context, st vigie.SourceState, tell []string) error {
	if st.Org == "" {
		st.Org = s.o.Org
	}
	err := s.update(ctx, func(t *tx) error {
		var was vigie.SourceStatus
		var told string
		_, err := t.one("SELECT status, told FROM sources WHERE org = ? AND source = ?", []any{st.Org, st.Source}, &was, &told)
		if err != nil {
			return err
		}
		ring := st.Status == vigie.SourceFailed && was != vigie.SourceFailed && told != failure(st)
		switch {
		case st.Status == vigie.SourceOK:
			told = ""
		case ring && len(tell) > 0:
			told = failure(st)
		}
		if err := saveSource(t, st, told); err != nil || !ring {
			return err
		}
		return s.tell(t, st.Org, st.Account, vigie.OpsEvent{Subject: "source " + st.Source, Class: st.Class}, tell)
	})
	if err != nil {
		return fmt.Errorf("record the state of source %s: %w", st.Source, err)
	}
	return nil
}

// failure is what was told of a failed source; never empty.
func failure(st vigie.SourceState) string { return "failed " + st.Class }

func saveSource(t *tx, st vigie.SourceState, told string) error {
	_, err := t.exec(`INSERT INTO sources (org, source, kind, account, status, class, since, last_success, next_poll, told)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (org, source) DO UPDATE SET kind = excluded.kind, account = excluded.account, status = excluded.status,
			class = excluded.class, since = excluded.since, next_poll = excluded.next_poll, told = excluded.told,
			last_success = coalesce(excluded.last_success, last_success)`,
		st.Org, st.Source, st.Kind, st.Account, st.Status, st.Class, micros(st.Since), micros(st.LastSuccess), micros(st.NextPoll), told)
	return err
}

// Tell puts one ops alert for each channel into the outbox.
func (s *Store) Tell(ctx context.Context, org vigie.OrgID, e vigie.OpsEvent, channels []string) error {
	if org == "" {
		org = s.o.Org
	}
	if err := s.update(ctx, func(t *tx) error { return s.tell(t, org, "", e, channels) }); err != nil {
		return fmt.Errorf("tell of %s: %w", e.Subject, err)
	}
	return nil
}

// tell puts one ops alert for each channel into the outbox.
func (s *Store) tell(t *tx, org vigie.OrgID, account vigie.AccountID, e vigie.OpsEvent, channels []string) error {
	now := s.o.Now()
	for _, channel := range channels {
		a := vigie.Alert{
			Org: org, Kind: vigie.AlertOps, Channel: channel, Account: account, Opened: now, Ops: e,
			ID: vigie.AlertID(shortHash("ops", string(org), e.Subject, e.Class, now.String(), channel)),
		}
		if _, err := s.ring(t, a, vigie.SeverityHigh); err != nil {
			return err
		}
	}
	return nil
}

// sourceStates lists the sources of an organisation by name.
func sourceStates(q querier, org vigie.OrgID) ([]vigie.SourceState, error) {
	var states []vigie.SourceState
	err := q.all(`SELECT source, kind, account, status, class, since, last_success, next_poll FROM sources
		WHERE org = ? AND status <> '' ORDER BY source`, []any{org}, func(r scanner) error {
		st := vigie.SourceState{Org: org}
		err := r.Scan(&st.Source, &st.Kind, &st.Account, &st.Status, &st.Class,
			moment{&st.Since}, moment{&st.LastSuccess}, moment{&st.NextPoll})
		states = append(states, st)
		return err
	})
	return states, err
}
