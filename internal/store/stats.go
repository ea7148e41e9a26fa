package store

import (
	"context"
	"fmt"
	"time"

	"vigie"
)

// Stats are the numbers of the whole database, for the metrics of the daemon.
// Every known severity and decision has an entry; channels have one once they
// had an alert.
type Stats struct {
	Comments int64 // ever stored
	Unjudged int64 // versions that wait to be judged
	Users    int64

	CasesOpened map[vigie.Severity]int64         // ever, by the severity at first
	CasesOpen   map[vigie.Severity]int64         // nobody has decided
	Queue       map[vigie.Severity]int64         // of those, assigned to nobody
	QueueAge    map[vigie.Severity]time.Duration // of the oldest in Queue
	Decisions   map[vigie.DecisionKind]int64     // ever
	Reveals     map[vigie.Severity]int64         // ever, by the severity of the case

	Outbox      map[string]int64         // by channel: alerts that wait, and messages not delivered
	OutboxAge   map[string]time.Duration // of the oldest of them
	DeadLetters map[string]int64         // by channel
}

func newStats() Stats {
	st := Stats{
		CasesOpened: make(map[vigie.Severity]int64), CasesOpen: make(map[vigie.Severity]int64),
		Queue: make(map[vigie.Severity]int64), QueueAge: make(map[vigie.Severity]time.Duration),
		Decisions: make(map[vigie.DecisionKind]int64), Reveals: make(map[vigie.Severity]int64),
		Outbox: make(map[string]int64), OutboxAge: make(map[string]time.Duration), DeadLetters: make(map[string]int64),
	}
	for _, severity := range vigie.Severities()[1:] {
		st.CasesOpened[severity], st.CasesOpen[severity], st.Reveals[severity] = 0, 0, 0
		st.Queue[severity], st.QueueAge[severity] = 0, 0
	}
	for _, kind := range []vigie.DecisionKind{vigie.DecideClear, vigie.DecideHate, vigie.DecideAssign, vigie.DecideUndo} {
		st.Decisions[kind] = 0
	}
	return st
}

// Stats counts over all organisations. It reads one state of the database.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	st := newStats()
	err := s.view(ctx, func(q querier) error {
		for _, step := range []func(querier, time.Time) error{st.totals, st.counters, st.queue, st.outbox} {
			if err := step(q, s.o.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Stats{}, fmt.Errorf("stats: %w", err)
	}
	return st, nil
}

func (st *Stats) totals(q querier, _ time.Time) error {
	_, err := q.one("SELECT (SELECT count(*) FROM versions WHERE judged IS NULL), (SELECT count(*) FROM users)", nil, &st.Unjudged, &st.Users)
	return err
}

// counters reads what only grows.
func (st *Stats) counters(q querier, _ time.Time) error {
	return q.all("SELECT name, label, sum(value) FROM counters GROUP BY name, label", nil, func(r scanner) error {
		var name, label string
		var n int64
		if err := r.Scan(&name, &label, &n); err != nil {
			return err
		}
		severity, _ := vigie.ParseSeverity(label) // none for other labels
		switch name {
		case "comments":
			st.Comments = n
		case "opened":
			st.CasesOpened[severity] = n
		case "reveals":
			st.Reveals[severity] = n
		case "decisions":
			st.Decisions[vigie.DecisionKind(label)] = n
		}
		return nil
	})
}

// queue counts what waits for a decision.
func (st *Stats) queue(q querier, now time.Time) error {
	return q.all(`SELECT -rank, count(*), sum(assignee = ''), min(iif(assignee = '', opened, NULL))
		FROM cases WHERE done = 0 GROUP BY rank`, nil, func(r scanner) error {
		var severity vigie.Severity
		var open, free int64
		var oldest time.Time
		err := r.Scan(&severity, &open, &free, moment{&oldest})
		st.CasesOpen[severity], st.Queue[severity] = open, free
		if !oldest.IsZero() {
			st.QueueAge[severity] = max(now.Sub(oldest), 0)
		}
		return err
	})
}

// outbox counts what waits to be delivered.
func (st *Stats) outbox(q querier, now time.Time) error {
	return q.all(`SELECT channel, sum(waits), min(since), sum(dead) FROM (
			SELECT channel, count(*) AS waits, min(created) AS since, 0 AS dead FROM alerts WHERE message IS NULL GROUP BY channel
			UNION ALL SELECT channel, count(*), min(created), 0 FROM messages WHERE state = 'due' GROUP BY channel
			UNION ALL SELECT channel, 0, NULL, count(*) FROM messages WHERE state = 'dead' GROUP BY channel
			UNION ALL SELECT channel, 0, NULL, 0 FROM channels)
		GROUP BY channel`, nil, func(r scanner) error {
		var channel string
		var waits, dead int64
		var since time.Time
		err := r.Scan(&channel, &waits, moment{&since}, &dead)
		st.Outbox[channel], st.DeadLetters[channel] = waits, dead
		st.OutboxAge[channel] = 0
		if !since.IsZero() {
			st.OutboxAge[channel] = max(now.Sub(since), 0)
		}
		return err
	})
}
