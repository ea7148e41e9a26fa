package file

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vigie"
)

// platform is that of comments which name none.
const platform = "file"

var (
	qualified = regexp.MustCompile(`^[a-z][a-z0-9_+-]*:[^/\s]+/.`)
	language  = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
)

// comment makes a comment of a row; errors quote nothing.
func (r *row) comment(o Options) (vigie.Comment, error) {
	for i, w := range []*word{r.ID, r.Text, r.CreatedAt} {
		if w == nil {
			return vigie.Comment{}, fmt.Errorf("%s is missing", required[i])
		}
	}
	account := accountID(r.Account, o.Account)
	id, err := identify(*r.ID, account)
	if err != nil {
		return vigie.Comment{}, fmt.Errorf("id %w", err)
	}
	c := vigie.Comment{Org: o.Org, ID: id, Source: o.Source, Account: account, Kind: vigie.KindMention,
		Text: string(*r.Text), URL: r.URL.String()}
	if c.Created, err = instant(r.CreatedAt); err != nil {
		return c, fmt.Errorf("created_at %w", err)
	}
	if c.Edited, err = optional(r.EditedAt); err != nil {
		return c, fmt.Errorf("edited_at %w", err)
	}
	if l := r.Lang.String(); language.MatchString(l) {
		c.Lang = l
	}
	if w := r.InReplyTo.String(); w != "" {
		parent, err := sibling(w, id)
		if err != nil {
			return c, fmt.Errorf("in_reply_to %w", err)
		}
		c.InReplyTo, c.Kind = vigie.CommentID(parent), vigie.KindReply
	}
	return c, r.author(&c)
}

// author fills in who said it.
func (r *row) author(c *vigie.Comment) error {
	c.Author.Name = r.AuthorName.String()
	if w := r.Author.String(); w != "" {
		id, err := sibling(w, c.ID)
		if err != nil {
			return fmt.Errorf("author %w", err)
		}
		c.Author.ID, c.Author.Handle = vigie.AuthorID(id), w
	}
	var err error
	if c.Author.Created, err = optional(r.AuthorCreatedAt); err != nil {
		return fmt.Errorf("author_created_at %w", err)
	}
	return nil
}

// String returns the word, "" if there is none.
func (w *word) String() string {
	if w == nil {
		return ""
	}
	return strings.TrimSpace(string(*w))
}

// accountID reads "platform:host/@name", "@name@host" or "@name".
func accountID(w *word, otherwise vigie.AccountID) vigie.AccountID {
	s := w.String()
	if s == "" {
		return otherwise
	}
	if qualified.MatchString(s) {
		return vigie.AccountID(s)
	}
	name, host, _ := strings.Cut(strings.TrimPrefix(s, "@"), "@")
	return vigie.AccountID(platform + ":" + cmp.Or(host, "import") + "/@" + name)
}

// identify returns the id of a comment: its own if it is "platform:host/id",
// else one under the account's host.
func identify(w word, account vigie.AccountID) (vigie.CommentID, error) {
	s := w.String()
	if err := sound(s); err != nil {
		return "", err
	}
	if qualified.MatchString(s) {
		return vigie.CommentID(s), nil
	}
	host := vigie.CommentID(account).Host()
	return vigie.NewCommentID(platform, cmp.Or(host, "import"), s), nil
}

// sibling returns an id on the platform and host of a comment.
func sibling(s string, of vigie.CommentID) (string, error) {
	if err := sound(s); err != nil || qualified.MatchString(s) {
		return s, err
	}
	return string(vigie.NewCommentID(of.Platform(), of.Host(), s)), nil
}

// sound refuses what no platform gives as an id.
func sound(id string) error {
	switch {
	case id == "":
		return errors.New("is empty")
	case len(id) > 512:
		return errors.New("is longer than 512 bytes")
	case strings.ContainsFunc(id, unicode.IsControl) || !utf8.ValidString(id):
		return errors.New("holds control characters")
	}
	return nil
}

// layouts are the ways to write an instant with its zone.
var layouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 Z07:00", "2006-01-02 15:04:05.999999999 -0700", "2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05 UTC", time.RFC1123Z, "Mon, 02 Jan 2006 15:04:05 GMT", time.RubyDate,
}

// instant reads a time that says its zone. A time without one is refused:
// a limitation period is counted from it.
func instant(w *word) (time.Time, error) {
	s := w.String()
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil && t.Year() >= 1970 {
			return t.UTC(), nil
		}
	}
	for _, l := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if _, err := time.Parse(l, s); err == nil {
			return time.Time{}, errors.New("does not say its time zone; write it as 2026-03-01T12:00:00+01:00")
		}
	}
	return time.Time{}, errors.New("is not a time like 2026-03-01T12:00:00+01:00")
}

// optional reads an instant that may be missing.
func optional(w *word) (time.Time, error) {
	if w.String() == "" {
		return time.Time{}, nil
	}
	return instant(w)
}
