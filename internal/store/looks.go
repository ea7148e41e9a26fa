package store

import (
	"context"
	"fmt"
	"time"

	"vigie"
)

// nextLook returns when to look a comment up again, the zero time if never.
func (s *Store) nextLook(created, now time.Time, flagged bool) time.Time {
	if created.IsZero() || created.After(now) {
		created = now
	}
	var next time.Time
	consider := func(delay time.Duration) {
		at := created.Add(delay)
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, delay := range s.o.Looks {
		consider(delay)
		if flagged {
			consider(delay / 3)
		}
	}
	return next
}

// DueForCheck lists stored comments of the source whose next look is due,
// flagged ones first. Each is listed again after Options.ConfirmAfter unless
// Looked has said something of it in between.
func (s *Store) DueForCheck(ctx context.Context, source string, now time.Time, limit int) ([]vigie.CommentID, error) {
	var due []vigie.CommentID
	err := s.update(ctx, func(t *tx) error {
		due = nil
		var rows []int64
		err := t.all(`SELECT id, comment FROM comments WHERE org = ? AND source = ? AND next_check <= ?
			ORDER BY flagged DESC, next_check LIMIT ?`, []any{s.o.Org, source, micros(now), limit},
			func(r scanner) error {
				var row int64
				var id vigie.CommentID
				err := r.Scan(&row, &id)
				rows, due = append(rows, row), append(due, id)
				return err
			})
		for _, row := range rows {
			if err == nil {
				_, err = t.exec("UPDATE comments SET next_check = ? WHERE id = ?", micros(now.Add(s.o.ConfirmAfter)), row)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("comments of source %s to look up: %w", source, err)
	}
	return due, nil
}

// Looked records what a look found: new versions, presences, the next look. A
// comment that two looks at least Options.ConfirmAfter apart found missing is
// deleted; one that is seen again is present.
func (s *Store) Looked(ctx context.Context, source string, now time.Time, l vigie.Looked) (vigie.Appended, error) {
	var done vigie.Appended
	err := s.update(ctx, func(t *tx) error {
		done = vigie.Appended{}
		a := appender{s: s, t: t, source: source, now: now, fresh: true}
		for i := range l.Comments {
			if err := a.add(&l.Comments[i], &done); err != nil {
				return err
			}
			if _, ok := l.Presence[l.Comments[i].ID]; ok {
				continue
			}
			if err := a.looked(l.Comments[i].ID, vigie.PresencePresent, &done); err != nil {
				return err
			}
		}
		for id, presence := range l.Presence {
			if err := a.looked(id, presence, &done); err != nil {
				return err
			}
		}
		return add(t, s.o.Org, "comments", "", done.New)
	})
	if err != nil {
		return vigie.Appended{}, fmt.Errorf("record a look at comments of source %s: %w", source, err)
	}
	return done, nil
}

// looked moves one comment along present → missing → deleted.
func (a *appender) looked(id vigie.CommentID, p vigie.Presence, done *vigie.Appended) error {
	k, ok, err := a.find(a.s.o.Org, id)
	if err != nil || !ok {
		return err
	}
	if p == vigie.PresencePresent {
		return a.set(k, vigie.PresencePresent, time.Time{}, a.s.nextLook(k.created, a.now, k.flagged))
	}
	if k.presence == vigie.PresenceDeleted {
		return a.set(k, vigie.PresenceDeleted, time.Time{}, time.Time{})
	}
	since, err := a.missingSince(k)
	if err != nil {
		return err
	}
	confirmed := since.Add(a.s.o.ConfirmAfter)
	if a.now.Before(confirmed) {
		return a.set(k, vigie.PresenceMissing, since, confirmed)
	}
	done.Deleted++
	return a.set(k, vigie.PresenceDeleted, since, time.Time{})
}

func (a *appender) missingSince(k stored) (time.Time, error) {
	if k.presence != vigie.PresenceMissing {
		return a.now, nil
	}
	var since time.Time
	_, err := a.t.one("SELECT missing_since FROM comments WHERE id = ?", []any{k.row}, moment{&since})
	return since, err
}

func (a *appender) set(k stored, p vigie.Presence, since, next time.Time) error {
	_, err := a.t.exec("UPDATE comments SET presence = ?, missing_since = ?, next_check = ? WHERE id = ?",
		p, micros(since), micros(next), k.row)
	return err
}

// back marks a comment that a source brought again as present.
func (a *appender) back(k stored) error {
	if k.presence == vigie.PresencePresent || a.fresh {
		return nil
	}
	return a.set(k, vigie.PresencePresent, time.Time{}, a.s.nextLook(k.created, a.now, k.flagged))
}
