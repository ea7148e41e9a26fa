package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"vigie"
)

// errUnsealed means that a flagged comment comes without its evidence record.
var errUnsealed = errors.New("flagged, but not sealed: append it to the evidence log first")

// Settle writes the verdict, the case and an alert for each channel in ring, in
// one transaction. sealed is nil if the comment was not flagged. There is one
// case for a comment: a later version raises it when it is graver, or when the
// case had been cleared; then the alerts are new ones. Settling what is settled
// already changes nothing.
func (s *Store) Settle(ctx context.Context, c *vigie.Comment, v vigie.Verdict, sealed *vigie.Record, ring []string) (vigie.Settled, error) {
	if v.Flagged() && sealed == nil {
		return vigie.Settled{}, fmt.Errorf("settle %s version %d: %w", c.ID, c.Version, errUnsealed)
	}
	var done vigie.Settled
	err := s.update(ctx, func(t *tx) (err error) {
		st := settler{s: s, t: t, c: c, v: &v, sealed: sealed, org: s.orgOf(c)}
		done, err = st.settle(ring)
		return err
	})
	if err != nil {
		return vigie.Settled{}, fmt.Errorf("settle %s version %d: %w", c.ID, c.Version, err)
	}
	return done, nil
}

// settler writes what came of one verdict.
type settler struct {
	s       *Store
	t       *tx
	c       *vigie.Comment
	v       *vigie.Verdict
	sealed  *vigie.Record
	org     vigie.OrgID
	comment int64 // row
	version int64 // row
}

// file is a case as Settle finds it.
type file struct {
	id      vigie.CaseID
	version int
	rank    int
	state   vigie.CaseState
}

func (st *settler) settle(ring []string) (done vigie.Settled, err error) {
	judged, err := st.find()
	if err != nil {
		return done, err
	}
	f, exists, err := st.file()
	if err != nil {
		return done, err
	}
	done.Case = f.id
	if judged {
		done.Already = true
		return done, nil
	}
	if err := st.verdict(); err != nil {
		return done, err
	}
	if !st.v.Flagged() {
		return done, nil
	}
	switch {
	case !exists:
		done.Opened = true
		done.Case, err = st.open()
	case st.worse(f):
		done.Raised = true
		err = st.raise(f.id)
	}
	st.t.atEnd(st.index)
	if err == nil && (done.Opened || done.Raised) {
		done.Alerts, err = st.alert(done.Case, ring)
	}
	return done, err
}

// find looks the version up and says whether it is judged.
func (st *settler) find() (judged bool, err error) {
	ok, err := st.t.one(`SELECT c.id, v.id, v.judged IS NOT NULL FROM comments c JOIN versions v ON v.comment = c.id
		WHERE c.org = ? AND c.comment = ? AND v.version = ?`,
		[]any{st.org, st.c.ID, st.c.Version}, &st.comment, &st.version, &judged)
	if err == nil && !ok {
		err = vigie.ErrNotFound
	}
	return judged, err
}

func (st *settler) file() (f file, ok bool, err error) {
	ok, err = st.t.one("SELECT id, version, rank, state FROM cases WHERE comment = ?", []any{st.comment},
		&f.id, &f.version, &f.rank, &f.state)
	return f, ok, err
}

func (st *settler) worse(f file) bool {
	if -int(st.v.Severity) < f.rank {
		return true
	}
	return f.state == vigie.CaseCleared && st.c.Version > f.version
}

func (st *settler) verdict() error {
	labels, hits, err := encode(st.v.Labels, st.v.Hits)
	if err != nil {
		return err
	}
	_, err = st.t.exec(`INSERT INTO verdicts (version, org, lang, severity, score, labels, hits, ruleset, judged, took)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, st.version, st.org, st.v.Lang, int(st.v.Severity), st.v.Score,
		labels, hits, st.v.Ruleset, micros(st.v.Judged), int64(st.v.Took))
	if err != nil {
		return err
	}
	_, err = st.t.exec("UPDATE versions SET judged = ? WHERE id = ?", st.s.o.Now().UnixMicro(), st.version)
	return err
}

func encode(a, b any) (x, y []byte, err error) {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return x, y, errors.Join(errX, errY)
}

// open opens the case and looks the comment up sooner.
func (st *settler) open() (vigie.CaseID, error) {
	id := st.s.caseID(st.org, st.c.ID)
	labels, rules, err := encode(st.v.Labels, st.v.Rules())
	if err != nil {
		return "", err
	}
	now := st.s.o.Now()
	_, err = st.t.exec(`INSERT INTO cases (id, org, comment, version, rank, labels, rules, opened, sealed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, st.org, st.comment, st.c.Version, -int(st.v.Severity), labels, rules,
		now.UnixMicro(), int64(st.sealed.Seq))
	if err != nil {
		return "", err
	}
	_, err = st.t.exec("UPDATE comments SET flagged = 1, next_check = ? WHERE id = ? AND presence = 'present'",
		micros(st.s.nextLook(st.c.Created, now, true)), st.comment)
	if err != nil {
		return "", err
	}
	return id, add(st.t, st.org, "opened", st.v.Severity.String(), 1)
}

// raise puts the case on the new version. Its revision grows, so that nobody
// decides on the page of the old one; decisions on that one no longer count.
func (st *settler) raise(id vigie.CaseID) error {
	labels, rules, err := encode(st.v.Labels, st.v.Rules())
	if err != nil {
		return err
	}
	_, err = st.t.exec(`UPDATE cases SET version = ?, rank = ?, labels = ?, rules = ?, sealed = ?, state = ?, done = 0,
		revision = revision + 1 WHERE id = ?`, st.c.Version, -int(st.v.Severity), labels, rules,
		int64(st.sealed.Seq), vigie.CaseOpen, id)
	return err
}

// index makes the words of a flagged version searchable.
func (st *settler) index(t *tx) error {
	_, err := t.exec("INSERT INTO words (rowid, text, handle) VALUES (?, ?, ?)",
		st.version, searchable(st.c.Text), searchable(st.c.Author.Handle+" "+st.c.Author.Name))
	return err
}

func (st *settler) alert(id vigie.CaseID, ring []string) (n int, err error) {
	var opened vigie.Alert
	if _, err := st.t.one("SELECT opened FROM cases WHERE id = ?", []any{id}, moment{&opened.Opened}); err != nil {
		return 0, err
	}
	for _, channel := range ring {
		added, err := st.s.ring(st.t, vigie.Alert{
			ID:  vigie.AlertID(shortHash("case", string(id), fmt.Sprint(st.c.Version), channel)),
			Org: st.org, Kind: vigie.AlertCase, Channel: channel, Case: id,
			Severity: st.v.Severity, Label: gravest(st.v.Labels), Platform: st.c.ID.Platform(),
			Account: st.c.Account, Posted: st.c.Created, Opened: opened.Opened,
		}, st.v.Severity)
		if err != nil {
			return n, err
		}
		if added {
			n++
		}
	}
	return n, nil
}

// gravest returns the first of vigie.Labels that is asserted.
func gravest(labels []vigie.LabelScore) vigie.Label {
	for _, l := range vigie.Labels() {
		if slices.ContainsFunc(labels, func(s vigie.LabelScore) bool { return s.Label == l }) {
			return l
		}
	}
	return ""
}
