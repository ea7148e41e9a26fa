package store

import (
	"context"
	"fmt"

	"vigie"
)

// Decide adds a decision to a case and returns the case as it is then. By and
// At are the store's own. revision is that of the case as the caller saw it:
// when somebody decided in between, or a new version raised the case, the error
// is vigie.ErrStale. A decision that makes no sense is vigie.ErrDenied.
func (s *Store) Decide(ctx context.Context, who vigie.Caller, d vigie.Decision, revision int) (vigie.Case, error) {
	d.By, d.At = who.User, s.o.Now()
	var k vigie.Case
	check := func(t *tx) (err error) {
		if k, err = oneCase(t, who.Org, d.Case); err != nil {
			return err
		}
		if k.Revision != revision {
			return vigie.ErrStale
		}
		return sensible(t, who.Org, d)
	}
	act := func(t *tx) (err error) {
		if err := decide(t, k, d); err != nil {
			return err
		}
		k, err = oneCase(t, who.Org, d.Case)
		return err
	}
	err := s.do(ctx, call{who: who, action: "case.decide", object: string(d.Case)}, check, act)
	if err != nil {
		return vigie.Case{}, err
	}
	return k, nil
}

// sensible refuses what would mean nothing.
func sensible(t *tx, org vigie.OrgID, d vigie.Decision) error {
	switch d.Kind {
	case vigie.DecideClear, vigie.DecideHate:
		return nil
	case vigie.DecideAssign:
		return assignable(t, org, d.Assignee)
	case vigie.DecideUndo:
		return undoable(t, d)
	}
	return fmt.Errorf("unknown decision %q: %w", clip(string(d.Kind)), vigie.ErrDenied)
}

// assignable accepts a member of the team, or nobody.
func assignable(t *tx, org vigie.OrgID, user vigie.UserID) error {
	if user == "" {
		return nil
	}
	var name string
	ok, err := t.one("SELECT name FROM users WHERE org = ? AND login = ?", []any{org, user}, &name)
	if err == nil && !ok {
		err = fmt.Errorf("assigned to nobody of the team: %w", vigie.ErrDenied)
	}
	return err
}

// undoable accepts a decision of this case that stands.
func undoable(t *tx, d vigie.Decision) error {
	var kind vigie.DecisionKind
	ok, err := t.one(`SELECT kind FROM decisions WHERE case_id = ?1 AND seq = ?2 AND kind <> 'undo'
		AND NOT EXISTS (SELECT 1 FROM decisions WHERE case_id = ?1 AND undoes = ?2)`, []any{d.Case, d.Undoes}, &kind)
	if err == nil && !ok {
		err = fmt.Errorf("nothing to take back: %w", vigie.ErrDenied)
	}
	return err
}

func decide(t *tx, k vigie.Case, d vigie.Decision) error {
	_, err := t.exec(`INSERT INTO decisions (org, case_id, version, kind, by, at, note, assignee, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		k.Org, d.Case, k.Version, d.Kind, d.By, micros(d.At), []byte(d.Note), d.Assignee, d.Undoes)
	if err != nil {
		return err
	}
	standing, err := standing(t, d.Case, k.Version)
	if err != nil {
		return err
	}
	state, assignee := vigie.Derive(standing)
	_, err = t.exec("UPDATE cases SET state = ?, done = ?, assignee = ?, revision = revision + 1 WHERE id = ?",
		state, state != vigie.CaseOpen, assignee, d.Case)
	if err != nil {
		return err
	}
	return add(t, k.Org, "decisions", string(d.Kind), 1)
}

// standing lists the decisions that count for a version of the comment: what
// was decided on an earlier one says nothing of this one; who works on it stays.
func standing(t *tx, id vigie.CaseID, version int) ([]vigie.Decision, error) {
	var ds []vigie.Decision
	err := t.all(`SELECT seq, kind, assignee, undoes FROM decisions
		WHERE case_id = ? AND (version = ? OR kind IN ('assign', 'undo')) ORDER BY seq`, []any{id, version},
		func(r scanner) error {
			var d vigie.Decision
			err := r.Scan(&d.Seq, &d.Kind, &d.Assignee, &d.Undoes)
			ds = append(ds, d)
			return err
		})
	return ds, err
}
