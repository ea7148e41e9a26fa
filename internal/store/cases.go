package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"vigie"
)

// maxPage is the most cases on a page.
const maxPage = 100

// Cases returns one page of the queue: gravest first, then oldest first, with
// the counts of the tabs, which the filter does not narrow. Every word of the
// query has to begin a word of the text, the handle or the name; it can hold
// anything. A cursor that is not one of ours is the first page.
func (s *Store) Cases(ctx context.Context, who vigie.Caller, f vigie.CaseFilter) (vigie.CasePage, error) {
	if err := s.do(ctx, call{who: who, action: "case.list", object: string(f.Tab)}, nil, nil); err != nil {
		return vigie.CasePage{}, err
	}
	var page vigie.CasePage
	err := s.view(ctx, func(q querier) error {
		if err := tabs(q, who, &page); err != nil {
			return err
		}
		return list(q, who, f, &page)
	})
	if err != nil {
		return vigie.CasePage{}, fmt.Errorf("case.list: %w", err)
	}
	return page, nil
}

// Counts returns the counts of the tabs for the caller, and how many sources
// have failed. It tells numbers only, so the audit trail does not hear of it:
// pages ask every few seconds.
func (s *Store) Counts(ctx context.Context, who vigie.Caller) (vigie.Counts, error) {
	var n vigie.Counts
	err := s.view(ctx, func(q querier) error {
		var page vigie.CasePage
		if err := tabs(q, who, &page); err != nil {
			return err
		}
		n.Open, n.Mine, n.Done = page.Open, page.Mine, page.Done
		_, err := q.one("SELECT count(*) FROM sources WHERE org = ? AND status = ?", []any{who.Org, vigie.SourceFailed}, &n.Failed)
		return err
	})
	if err != nil {
		return n, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

func tabs(q querier, who vigie.Caller, page *vigie.CasePage) error {
	_, err := q.one(`SELECT (SELECT count(*) FROM cases WHERE org = ?1 AND done = 0),
			(SELECT count(*) FROM cases WHERE org = ?1 AND done = 0 AND assignee = ?2),
			(SELECT count(*) FROM cases WHERE org = ?1 AND done = 1)`,
		[]any{who.Org, who.User}, &page.Open, &page.Mine, &page.Done)
	return err
}

const (
	caseColumns = `SELECT k.id, k.org, c.comment, k.version, c.account, c.source, -k.rank, k.labels, k.rules,
	k.opened, c.created, k.state, k.assignee, k.sealed, c.presence, k.revision`
	selectCase = caseColumns + ` FROM cases k JOIN comments c ON c.id = k.comment`
	withWords  = `SELECT v.comment FROM words JOIN versions v ON v.id = words.rowid WHERE words MATCH ?`
)

// rare is how few matches are better sorted than looked for along the queue.
const rare = 2000

func list(q querier, who vigie.Caller, f vigie.CaseFilter, page *vigie.CasePage) error {
	words := match(f.Query)
	if words == "" && strings.TrimSpace(f.Query) != "" {
		return nil // signs only: nothing can match
	}
	limit := f.Limit
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	few, err := isRare(q, words)
	if err != nil {
		return err
	}
	query, args := filter(who, f, words, few)
	err = q.all(query, append(args, limit+1), func(r scanner) error {
		c, err := scanCase(r)
		page.Cases = append(page.Cases, c)
		return err
	})
	if len(page.Cases) > limit {
		page.Cases = page.Cases[:limit]
		page.Next = cursorAfter(page.Cases[limit-1])
	}
	return err
}

func isRare(q querier, words string) (bool, error) {
	if words == "" {
		return false, nil
	}
	var n int
	_, err := q.one("SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)", []any{words, rare}, &n)
	return n < rare, err
}

// filter writes the question; what a person typed is only ever an argument.
// When few comments have the words the database begins with those.
func filter(who vigie.Caller, f vigie.CaseFilter, words string, few bool) (string, []any) {
	var b strings.Builder
	var args []any
	if few {
		b.WriteString(caseColumns + " FROM (SELECT DISTINCT comment FROM (" + withWords + ")) f" +
			" CROSS JOIN cases k ON k.comment = f.comment JOIN comments c ON c.id = k.comment")
		args = append(args, words)
	} else {
		b.WriteString(selectCase)
	}
	b.WriteString(" WHERE k.org = ? AND k.done = ?")
	args = append(args, who.Org, f.Tab == vigie.TabDone)
	if f.Tab == vigie.TabMine {
		b.WriteString(" AND k.assignee = ?")
		args = append(args, who.User)
	}
	if f.MinSeverity > vigie.SeverityNone {
		b.WriteString(" AND k.rank <= ?")
		args = append(args, -int(f.MinSeverity))
	}
	if rank, opened, id, ok := parseCursor(f.After); ok {
		b.WriteString(" AND (k.rank, k.opened, k.id) > (?, ?, ?)")
		args = append(args, rank, opened, id)
	}
	if words != "" && !few {
		b.WriteString(" AND k.comment IN (" + withWords + ")")
		args = append(args, words)
	}
	b.WriteString(" ORDER BY k.rank, k.opened, k.id LIMIT ?")
	return b.String(), args
}

func scanCase(r scanner) (vigie.Case, error) {
	var c vigie.Case
	var labels, rules []byte
	var sealed int64
	err := r.Scan(&c.ID, &c.Org, &c.Comment, &c.Version, &c.Account, &c.Source, &c.Severity, &labels, &rules,
		moment{&c.Opened}, moment{&c.Posted}, &c.State, &c.Assignee, &sealed, &c.Presence, &c.Revision)
	if err != nil {
		return c, err
	}
	c.Sealed, c.Platform = uint64(sealed), c.Comment.Platform()
	if err := json.Unmarshal(labels, &c.Labels); err != nil {
		return c, err
	}
	return c, json.Unmarshal(rules, &c.Rules)
}

// oneCase reads a case of an organisation, or vigie.ErrNotFound.
func oneCase(q querier, org vigie.OrgID, id vigie.CaseID) (c vigie.Case, err error) {
	ok := false
	err = q.all(selectCase+" WHERE k.org = ? AND k.id = ?", []any{org, id}, func(r scanner) (err error) {
		ok = true
		c, err = scanCase(r)
		return err
	})
	if err == nil && !ok {
		err = vigie.ErrNotFound
	}
	return c, err
}

// cursorAfter is the place of a case in the queue, as opaque text.
func cursorAfter(c vigie.Case) string {
	plain := fmt.Sprintf("%d %d %s", -int(c.Severity), c.Opened.UnixMicro(), c.ID)
	return base64.RawURLEncoding.EncodeToString([]byte(plain))
}

func parseCursor(s string) (rank, opened int64, id string, ok bool) {
	plain, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(plain) == 0 {
		return 0, 0, "", false
	}
	n, err := fmt.Sscanf(string(plain), "%d %d %s", &rank, &opened, &id)
	return rank, opened, id, n == 3 && err == nil
}
