package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"vigie"
)

// Cursor returns the cursor stored last for the source, "" if none.
func (s *Store) Cursor(ctx context.Context, source string) (string, error) {
	var cursor string
	_, err := s.reader(ctx).one("SELECT cursor FROM sources WHERE org = ? AND source = ?",
		[]any{s.o.Org, source}, text{&cursor})
	if err != nil {
		return "", fmt.Errorf("cursor of source %s: %w", source, err)
	}
	return cursor, nil
}

// Append stores comments, quarantined items and the cursor next in one
// transaction. What is stored already is dropped, whichever source brought it;
// the same id with another text or time of edit is a new version. A comment
// without an id is quarantined.
func (s *Store) Append(ctx context.Context, source string, comments []vigie.Comment, bad []vigie.Undecodable, next string) (vigie.Appended, error) {
	var done vigie.Appended
	err := s.update(ctx, func(t *tx) error {
		done = vigie.Appended{}
		newest, err := s.newest(t, source)
		if err != nil {
			return err
		}
		a := appender{s: s, t: t, source: source, now: s.o.Now(), newest: newest}
		for i := range comments {
			if err := a.add(&comments[i], &done); err != nil {
				return err
			}
		}
		for _, b := range bad {
			if err := a.quarantine(b); err != nil {
				return err
			}
		}
		return errors.Join(a.advance(next), add(t, s.o.Org, "comments", "", done.New))
	})
	if err != nil {
		return vigie.Appended{}, fmt.Errorf("store a page of source %s: %w", source, err)
	}
	return done, nil
}

func (s *Store) newest(t *tx, source string) (newest time.Time, err error) {
	_, err = t.one("SELECT newest FROM sources WHERE org = ? AND source = ?", []any{s.o.Org, source}, moment{&newest})
	return newest, err
}

// appender stores one page.
type appender struct {
	s      *Store
	t      *tx
	source string
	now    time.Time
	newest time.Time // publication of the newest comment before this page
	top    time.Time // and within it
	fresh  bool      // the comments are as they are now, not as a page once was
}

// stored is what the database knows of a comment.
type stored struct {
	row      int64
	latest   int
	flagged  bool
	created  time.Time
	presence vigie.Presence
}

func (a *appender) find(org vigie.OrgID, id vigie.CommentID) (k stored, ok bool, err error) {
	ok, err = a.t.one("SELECT id, latest, flagged, created, presence FROM comments WHERE org = ? AND comment = ?",
		[]any{org, id}, &k.row, &k.latest, &k.flagged, moment{&k.created}, &k.presence)
	return k, ok, err
}

// add stores one comment, or the version of it that is new.
func (a *appender) add(c *vigie.Comment, done *vigie.Appended) error {
	if c.ID.Remote() == "" {
		return a.quarantine(vigie.Undecodable{Raw: c.Raw, Reason: "a comment without an id"})
	}
	org := a.s.orgOf(c)
	k, ok, err := a.find(org, c.ID)
	if err != nil {
		return err
	}
	if !ok {
		return a.first(org, c, done)
	}
	if err := a.back(k); err != nil {
		return err
	}
	known, err := a.known(k, c)
	if err != nil || known {
		done.Known++
		return err
	}
	done.Edited++
	return a.version(org, k, c)
}

func (s *Store) orgOf(c *vigie.Comment) vigie.OrgID {
	if c.Org == "" {
		return s.o.Org
	}
	return c.Org
}

// first stores a comment that was never seen.
func (a *appender) first(org vigie.OrgID, c *vigie.Comment, done *vigie.Appended) error {
	row, err := a.t.insert(`INSERT INTO comments (org, comment, source, account, kind, author, in_reply_to, thread, created, latest, next_check)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
		org, c.ID, a.source, c.Account, c.Kind, c.Author.ID, c.InReplyTo, c.Thread, micros(c.Created),
		micros(a.s.nextLook(c.Created, a.now, false)))
	if err != nil {
		return err
	}
	done.New++
	if c.Created.Before(a.newest) {
		done.Late++
	}
	if c.Created.After(a.top) {
		a.top = c.Created
	}
	return a.version(org, stored{row: row, created: c.Created}, c)
}

// version stores a version after the latest; it waits to be judged.
func (a *appender) version(org vigie.OrgID, k stored, c *vigie.Comment) error {
	seen := c.Seen
	if seen.IsZero() {
		seen = a.now
	}
	_, err := a.t.exec(`INSERT INTO versions (org, comment, version, source, lang, visibility, edited, seen, author_created,
			text_hash, url, handle, name, author_url, text, raw_type, raw)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		org, k.row, k.latest+1, a.source, c.Lang, c.Visibility, micros(c.Edited), micros(seen), micros(c.Author.Created),
		textHash(c.Text), []byte(c.URL), []byte(c.Author.Handle), []byte(c.Author.Name), []byte(c.Author.URL),
		[]byte(c.Text), c.RawType, c.Raw)
	if err != nil {
		return err
	}
	_, err = a.t.exec("UPDATE comments SET latest = ? WHERE id = ?", k.latest+1, k.row)
	return err
}

// known says whether this version is stored. An old page may show an old
// version again, so that every stored version counts, unless the comment comes
// from a fresh look: then only the latest does, and going back is an edit. A
// source that is silent about the time of an edit does not contradict one.
func (a *appender) known(k stored, c *vigie.Comment) (bool, error) {
	oldest := 1
	if a.fresh {
		oldest = k.latest
	}
	var version int
	return a.t.one(`SELECT version FROM versions WHERE comment = ? AND version >= ? AND text_hash = ?
		AND (? IS NULL OR edited IS ?) LIMIT 1`,
		[]any{k.row, oldest, textHash(c.Text), micros(c.Edited), micros(c.Edited)}, &version)
}

func textHash(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// quarantine keeps an item that could not be read, once.
func (a *appender) quarantine(b vigie.Undecodable) error {
	sum := sha256.Sum256(b.Raw)
	_, err := a.t.exec("INSERT OR IGNORE INTO quarantine (org, source, seen, reason, hash, raw) VALUES (?, ?, ?, ?, ?, ?)",
		a.s.o.Org, a.source, micros(a.now), b.Reason, sum[:], b.Raw)
	return err
}

// advance stores the cursor and the newest publication.
func (a *appender) advance(next string) error {
	top := a.newest
	if a.top.After(top) {
		top = a.top
	}
	_, err := a.t.exec(`INSERT INTO sources (org, source, cursor, newest) VALUES (?, ?, ?, ?)
		ON CONFLICT (org, source) DO UPDATE SET cursor = excluded.cursor, newest = excluded.newest`,
		a.s.o.Org, a.source, []byte(next), micros(top))
	return err
}

// Unjudged claims up to limit comment versions that nobody has judged, oldest
// first, until the time lapses; another replica may take them after. Text and
// Raw are the very bytes that Append was given.
func (s *Store) Unjudged(ctx context.Context, limit int, lapses time.Time) ([]vigie.Comment, error) {
	var comments []vigie.Comment
	err := s.update(ctx, func(t *tx) error {
		comments = nil
		var rows []int64
		err := t.all(selectComment+` WHERE v.judged IS NULL AND v.ready <= ? ORDER BY v.id LIMIT ?`,
			[]any{s.o.Now().UnixMicro(), limit}, func(r scanner) error {
				row, c, err := scanComment(r)
				rows, comments = append(rows, row), append(comments, c)
				return err
			})
		for _, row := range rows {
			if err == nil {
				_, err = t.exec("UPDATE versions SET ready = ? WHERE id = ?", lapses.UnixMicro(), row)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim comments to judge: %w", err)
	}
	return comments, nil
}

// Postpone puts a claimed version aside until the time given, because judging
// or sealing failed with an error of this class. It stays unjudged.
func (s *Store) Postpone(ctx context.Context, c *vigie.Comment, class string, until time.Time) error {
	err := s.update(ctx, func(t *tx) error {
		ok, err := t.change(`UPDATE versions SET ready = ?, class = ?, attempts = attempts + 1
			WHERE version = ? AND judged IS NULL AND comment = (SELECT id FROM comments WHERE org = ? AND comment = ?)`,
			until.UnixMicro(), class, c.Version, s.orgOf(c), c.ID)
		if err == nil && !ok {
			err = vigie.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("postpone %s version %d: %w", c.ID, c.Version, err)
	}
	return nil
}

const selectComment = `SELECT v.id, c.org, c.comment, v.version, v.source, c.account, c.kind,
	c.author, v.handle, v.name, v.author_url, v.author_created,
	v.text, v.lang, v.url, v.visibility, c.in_reply_to, c.thread, c.created, v.edited, v.seen, v.raw, v.raw_type
	FROM versions v JOIN comments c ON c.id = v.comment`

func scanComment(r scanner) (row int64, c vigie.Comment, err error) {
	var raw sql.RawBytes
	err = r.Scan(&row, &c.Org, &c.ID, &c.Version, &c.Source, &c.Account, &c.Kind,
		&c.Author.ID, text{&c.Author.Handle}, text{&c.Author.Name}, text{&c.Author.URL}, moment{&c.Author.Created},
		text{&c.Text}, &c.Lang, text{&c.URL}, &c.Visibility, &c.InReplyTo, &c.Thread,
		moment{&c.Created}, moment{&c.Edited}, moment{&c.Seen}, &raw, &c.RawType)
	c.Raw = append([]byte(nil), raw...)
	return row, c, err
}
