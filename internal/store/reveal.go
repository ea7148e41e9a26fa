package store

import (
	"context"
	"encoding/json"
	"fmt"

	"vigie"
)

// Reveal returns one version of a comment as its author wrote it, after the
// audit trail says who asked. The comment has to be the case's own or of its
// conversation, else the error is vigie.ErrNotFound. Version 0 is the latest.
func (s *Store) Reveal(ctx context.Context, who vigie.Caller, id vigie.CaseID, comment vigie.CommentID, version int) (vigie.Revealed, error) {
	var rev vigie.Revealed
	var k vigie.Case
	find := func(t *tx) (err error) {
		rev = vigie.Revealed{Comment: comment, Version: version}
		if k, err = oneCase(t, who.Org, id); err != nil {
			return err
		}
		if err := related(t, k, comment); err != nil {
			return err
		}
		return reveal(t, who.Org, &rev)
	}
	tally := func(t *tx) error { return add(t, who.Org, "reveals", k.Severity.String(), 1) }
	err := s.do(ctx, call{who: who, action: "comment.reveal", object: string(comment)}, find, tally)
	if err != nil {
		return vigie.Revealed{}, err
	}
	return rev, nil
}

// related says with vigie.ErrNotFound that a comment is no neighbour of the case's.
func related(t *tx, k vigie.Case, comment vigie.CommentID) error {
	if comment == k.Comment {
		return nil
	}
	n := node{org: k.Org, id: k.Comment}
	_, err := t.one("SELECT in_reply_to, thread FROM comments WHERE org = ? AND comment = ?", []any{n.org, n.id}, &n.parent, &n.root)
	if err != nil {
		return err
	}
	var row int64
	ok, err := t.one(neighbours+"SELECT o.id FROM near JOIN comments o ON o.id = near.id WHERE o.comment = ?5", n.args(comment), &row)
	if err == nil && !ok {
		err = fmt.Errorf("not in the conversation of this case: %w", vigie.ErrNotFound)
	}
	return err
}

// reveal fills in the text; a verdict may be missing.
func reveal(t *tx, org vigie.OrgID, rev *vigie.Revealed) error {
	var hits []byte
	ok, err := t.one(`SELECT v.version, v.text, v.handle, v.name, v.url, d.hits FROM comments c
		JOIN versions v ON v.comment = c.id AND v.version = iif(?3 = 0, c.latest, ?3)
		LEFT JOIN verdicts d ON d.version = v.id WHERE c.org = ?1 AND c.comment = ?2`,
		[]any{org, rev.Comment, rev.Version}, &rev.Version, text{&rev.Text}, text{&rev.Handle}, text{&rev.Name}, text{&rev.URL}, &hits)
	if err == nil && !ok {
		err = vigie.ErrNotFound
	}
	if err != nil || hits == nil {
		return err
	}
	return json.Unmarshal(hits, &rev.Hits)
}
