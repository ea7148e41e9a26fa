package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"vigie"
)

// The journal is text, a line an entry: a letter, the SHA-256 of the JSON, the
// JSON. A line "r" is a record; a line "h" is a signed head that covers all
// before it and ends each group of records that was written at once.
const (
	lineRecord = 'r'
	lineHead   = 'h'
)

// leaf is a record as it is written: keys in alphabetical order, no blanks.
type leaf struct {
	Comment string       `json:"comment"`
	Content vigie.Digest `json:"content"`
	Kind    string       `json:"kind"`
	Prev    vigie.Digest `json:"prev"`
	Raw     vigie.Digest `json:"raw"`
	Sealed  string       `json:"sealed_at"`
	Seq     uint64       `json:"seq"`
	V       int          `json:"v"`
	Verdict vigie.Digest `json:"verdict"`
	Version int          `json:"version"`
}

// format is the version of the journal's entries.
const format = 1

// kindCapture is the kind of a record that seals one version of a comment.
const kindCapture = "capture"

func (l leaf) record() (vigie.Record, error) {
	sealed, err := time.Parse(time.RFC3339Nano, l.Sealed)
	if err != nil {
		return vigie.Record{}, fmt.Errorf("sealed_at is no time")
	}
	return vigie.Record{Seq: l.Seq, Prev: l.Prev, Kind: l.Kind, Comment: vigie.CommentID(l.Comment), Version: l.Version,
		Sealed: sealed, Raw: l.Raw, Content: l.Content, Verdict: l.Verdict}, nil
}

// canonical is JSON without blanks and without escapes for HTML.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// appendLine frames one entry.
func appendLine(dst []byte, kind byte, body []byte) []byte {
	dst = append(dst, kind, ' ')
	dst = fmt.Appendf(dst, "%x ", sha256.Sum256(body))
	return append(append(dst, body...), '\n')
}

// readable is a comment's id as JSON can hold it: bytes that are not UTF-8
// are written as %XX. The same id always gives the same text.
func readable(id vigie.CommentID) string {
	if utf8.ValidString(string(id)) {
		return string(id)
	}
	var b strings.Builder
	for i := 0; i < len(id); {
		r, n := utf8.DecodeRuneInString(string(id[i:]))
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "%%%02X", id[i])
		} else {
			b.WriteString(string(id[i : i+n]))
		}
		i += n
	}
	return b.String()
}
