package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"vigie"
)

// The results in the audit trail.
const (
	resultOK       = "ok"
	resultDenied   = "denied"
	resultStale    = "stale"
	resultNotFound = "not_found"
)

// call is what a person asks of the store.
type call struct {
	who    vigie.Caller
	action string // "case.read"
	object string // id of the case, comment, user or message; "" for a list
	admin  bool   // only administrators may
}

// do carries a call out: it checks the caller, runs check, writes the audit
// trail, then acts; all in one transaction. A refusal by check (not found,
// stale, denied) is in the trail too, and is returned. Either func may be nil.
func (s *Store) do(ctx context.Context, c call, check, act func(*tx) error) error {
	var refusal error
	err := s.update(ctx, func(t *tx) error {
		refusal = c.permitted()
		if refusal == nil && check != nil {
			refusal = check(t)
		}
		result, err := resultOf(refusal)
		if err != nil {
			return err
		}
		if err := s.audit(t, c, result); err != nil {
			return err
		}
		if refusal != nil || act == nil {
			return nil
		}
		return act(t)
	})
	if err = errors.Join(refusal, err); err != nil {
		return fmt.Errorf("%s: %w", c.action, err)
	}
	return nil
}

func (c call) permitted() error {
	switch {
	case c.who.Org == "", c.who.Role != vigie.RoleModerator && c.who.Role != vigie.RoleAdmin:
		return vigie.ErrDenied
	case c.admin && c.who.Role != vigie.RoleAdmin:
		return fmt.Errorf("only administrators may do this: %w", vigie.ErrDenied)
	}
	return nil
}

// resultOf tells a refusal, which goes into the trail, from a fault of the database.
func resultOf(err error) (string, error) {
	switch {
	case err == nil:
		return resultOK, nil
	case errors.Is(err, vigie.ErrDenied):
		return resultDenied, nil
	case errors.Is(err, vigie.ErrStale):
		return resultStale, nil
	case errors.Is(err, vigie.ErrNotFound):
		return resultNotFound, nil
	}
	return "", err
}

func (s *Store) audit(t *tx, c call, result string) error {
	_, err := t.exec("INSERT INTO audit (org, at, user, via, action, object, result) VALUES (?, ?, ?, ?, ?, ?, ?)",
		c.who.Org, s.o.Now().UnixMicro(), c.who.User, c.who.Via, c.action, clip(c.object), result)
	return err
}

// clip keeps what came with a request from filling the trail.
func clip(object string) string {
	return strings.ToValidUTF8(object[:min(len(object), 300)], "")
}

// Audit lists up to limit entries of the caller's organisation after the one
// numbered after, oldest first. It is for administrators, and is in the trail
// itself.
func (s *Store) Audit(ctx context.Context, who vigie.Caller, after int64, limit int) ([]vigie.AuditEntry, error) {
	if err := s.do(ctx, call{who: who, action: "audit.read", admin: true}, nil, nil); err != nil {
		return nil, err
	}
	var entries []vigie.AuditEntry
	err := s.reader(ctx).all(`SELECT seq, at, user, via, action, object, result FROM audit
		WHERE org = ? AND seq > ? ORDER BY seq LIMIT ?`, []any{who.Org, after, limit}, func(r scanner) error {
		var e vigie.AuditEntry
		err := r.Scan(&e.Seq, moment{&e.At}, &e.User, &e.Via, &e.Action, &e.Object, &e.Result)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("audit.read: %w", err)
	}
	return entries, nil
}
