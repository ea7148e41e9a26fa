package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"vigie"
)

// maxThread is the most neighbours that a case shows.
const maxThread = 20

// Case returns all that a case page shows before anything is revealed: no
// text, authors under a pseudonym, the conversation masked likewise.
func (s *Store) Case(ctx context.Context, who vigie.Caller, id vigie.CaseID) (vigie.CaseView, error) {
	exists := func(t *tx) error {
		_, err := oneCase(t, who.Org, id)
		return err
	}
	if err := s.do(ctx, call{who: who, action: "case.read", object: string(id)}, exists, nil); err != nil {
		return vigie.CaseView{}, err
	}
	var v vigie.CaseView
	err := s.view(ctx, func(q querier) (err error) {
		v, err = s.caseView(q, who.Org, id)
		return err
	})
	if err != nil {
		return vigie.CaseView{}, fmt.Errorf("case.read: %w", err)
	}
	return v, nil
}

func (s *Store) caseView(q querier, org vigie.OrgID, id vigie.CaseID) (v vigie.CaseView, err error) {
	if v.Case, err = oneCase(q, org, id); err != nil {
		return v, err
	}
	n, err := s.describe(q, &v)
	if err != nil {
		return v, err
	}
	if v.Thread, err = s.thread(q, n); err != nil {
		return v, err
	}
	v.Decisions, err = decisions(q, id)
	return v, err
}

// node is a comment's place in its conversation.
type node struct {
	org           vigie.OrgID
	row           int64
	id            vigie.CommentID
	parent, root  vigie.CommentID
	createdMicros int64
}

// describe fills in what is known of the version that the case is about.
func (s *Store) describe(q querier, v *vigie.CaseView) (n node, err error) {
	var author vigie.AuthorID
	var hits []byte
	n = node{org: v.Case.Org, id: v.Case.Comment}
	_, err = q.one(`SELECT c.id, c.in_reply_to, c.thread, coalesce(c.created, 0), c.kind, c.author, c.latest,
			coalesce(nullif(d.lang, ''), v.lang), coalesce(length(v.text), 0), d.score, d.hits
		FROM comments c JOIN versions v ON v.comment = c.id JOIN verdicts d ON d.version = v.id
		WHERE c.org = ? AND c.comment = ? AND v.version = ?`, []any{n.org, n.id, v.Case.Version},
		&n.row, &n.parent, &n.root, &n.createdMicros, &v.Kind, &author, &v.Versions,
		&v.Lang, &v.Length, &v.Score, &hits)
	if err != nil {
		return n, err
	}
	v.Pseudonym = s.pseudonym(n.org, author)
	return n, json.Unmarshal(hits, &v.Hits)
}

// neighbours finds the rows of a conversation: what the comment answers, what
// answers it, what answers the same, and what has the same root.
const neighbours = `WITH near (id) AS (
		SELECT id FROM comments WHERE org = ?1 AND comment = ?3 AND ?3 <> ''
		UNION SELECT id FROM comments WHERE org = ?1 AND comment = ?4 AND ?4 <> ''
		UNION SELECT id FROM comments WHERE org = ?1 AND in_reply_to = ?2 AND in_reply_to <> ''
		UNION SELECT id FROM comments WHERE org = ?1 AND in_reply_to = ?3 AND in_reply_to <> ''
		UNION SELECT id FROM comments WHERE org = ?1 AND thread = ?4 AND thread <> '') `

func (n node) args(more ...any) []any { return append([]any{n.org, n.id, n.parent, n.root}, more...) }

// thread returns the parent, the root and the neighbours nearest in time, in
// the order of their publication.
func (s *Store) thread(q querier, n node) ([]vigie.ThreadItem, error) {
	var items []vigie.ThreadItem
	err := q.all(neighbours+`SELECT o.comment, o.latest, o.author, o.created, o.comment IN (?3, ?4), coalesce(d.severity, 0)
		FROM near JOIN comments o ON o.id = near.id
		JOIN versions v ON v.comment = o.id AND v.version = o.latest LEFT JOIN verdicts d ON d.version = v.id
		WHERE o.id <> ?5 ORDER BY o.comment IN (?3, ?4) DESC, abs(coalesce(o.created, 0) - ?6), o.id LIMIT ?7`,
		n.args(n.row, n.createdMicros, maxThread), func(r scanner) error {
			var it vigie.ThreadItem
			var author vigie.AuthorID
			err := r.Scan(&it.Comment, &it.Version, &author, moment{&it.Posted}, &it.Parent, &it.Severity)
			it.Pseudonym = s.pseudonym(n.org, author)
			items = append(items, it)
			return err
		})
	slices.SortStableFunc(items, func(a, b vigie.ThreadItem) int { return a.Posted.Compare(b.Posted) })
	return items, err
}

// decisions reads the history of a case, oldest first.
func decisions(q querier, id vigie.CaseID) ([]vigie.Decision, error) {
	var ds []vigie.Decision
	err := q.all("SELECT seq, kind, by, at, note, assignee, undoes FROM decisions WHERE case_id = ? ORDER BY seq",
		[]any{id}, func(r scanner) error {
			d := vigie.Decision{Case: id}
			err := r.Scan(&d.Seq, &d.Kind, &d.By, moment{&d.At}, text{&d.Note}, &d.Assignee, &d.Undoes)
			ds = append(ds, d)
			return err
		})
	return ds, err
}
