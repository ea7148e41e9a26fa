package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"vigie"
)

// secret returns 32 random bytes of this database, made when first asked for.
func (s *Store) secret(ctx context.Context, name string) ([]byte, error) {
	var value []byte
	err := s.update(ctx, func(t *tx) error {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		if _, err := t.exec("INSERT OR IGNORE INTO settings (org, name, value) VALUES (?, ?, ?)", s.o.Org, name, fresh); err != nil {
			return err
		}
		_, err := t.one("SELECT value FROM settings WHERE org = ? AND name = ?", []any{s.o.Org, name}, &value)
		return err
	})
	return value, err
}

// keyed is an HMAC under the database's pepper: equal for equal parts, and
// nobody without the database can compute or guess it.
func (s *Store) keyed(parts ...string) []byte {
	m := hmac.New(sha256.New, s.pepper)
	writeParts(m, parts)
	return m.Sum(nil)
}

// shortHash names something for strangers: 26 characters, 130 bits.
func shortHash(parts ...string) string {
	h := sha256.New()
	writeParts(h, parts)
	return letters(h.Sum(nil), 26)
}

// writeParts writes parts so that no two lists of parts give the same bytes.
func writeParts(w interface{ Write([]byte) (int, error) }, parts []string) {
	for _, p := range parts {
		n := len(p)
		_, _ = w.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		_, _ = w.Write([]byte(p))
	}
}

// letters writes bytes as n lower-case letters and digits.
func letters(b []byte, n int) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:n]
}

// pseudonym stands for an author within the organisation: 8 characters.
func (s *Store) pseudonym(org vigie.OrgID, author vigie.AuthorID) string {
	return letters(s.keyed("author", string(org), string(author)), 8)
}

// caseID is the same for the same comment, safe in a URL, and tells nothing.
func (s *Store) caseID(org vigie.OrgID, comment vigie.CommentID) vigie.CaseID {
	return vigie.CaseID(letters(s.keyed("case", string(org), string(comment)), 16))
}
