package file

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// row is one line by its columns; the tags are the names in both formats.
type row struct {
	ID              *word `json:"id"`
	Text            *word `json:"text"`
	CreatedAt       *word `json:"created_at"`
	EditedAt        *word `json:"edited_at"`
	URL             *word `json:"url"`
	Account         *word `json:"account"`
	Author          *word `json:"author"`
	AuthorName      *word `json:"author_name"`
	AuthorCreatedAt *word `json:"author_created_at"`
	InReplyTo       *word `json:"in_reply_to"`
	Lang            *word `json:"lang"`
}

// column returns where the column of that name goes, nil if there is none.
func (r *row) column(name string) **word {
	return map[string]**word{
		"id": &r.ID, "text": &r.Text, "created_at": &r.CreatedAt, "edited_at": &r.EditedAt, "url": &r.URL,
		"account": &r.Account, "author": &r.Author, "author_name": &r.AuthorName,
		"author_created_at": &r.AuthorCreatedAt, "in_reply_to": &r.InReplyTo, "lang": &r.Lang,
	}[name]
}

// required are the columns without which there is no comment.
var required = [...]string{"id", "text", "created_at"}

// word is a string that some programs write as a number.
type word string

// UnmarshalJSON takes a string or a whole number.
func (w *word) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(w))
	}
	if strings.Trim(string(b), "-0123456789") != "" {
		return errors.New("neither a string nor a whole number")
	}
	*w = word(b)
	return nil
}

// decoder reads records of one format.
type decoder interface {
	decode(raw []byte) (*row, error) // errors quote nothing
}

// jsonDecoder reads a JSON object.
type jsonDecoder struct{}

func (jsonDecoder) decode(raw []byte) (*row, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, errors.New("not a JSON object")
	}
	var r row
	if err := json.Unmarshal(raw, &r); err != nil {
		var bad *json.SyntaxError
		if errors.As(err, &bad) {
			return nil, errors.New("not well-formed JSON")
		}
		return nil, errors.New("a field is neither a string nor a whole number")
	}
	return &r, nil
}

// csvDecoder reads a record under a header.
type csvDecoder struct {
	comma   byte
	columns []string
}

// newCSVDecoder reads the header; the separator is the one under which it
// holds all required columns.
func newCSVDecoder(header []byte) (*csvDecoder, error) {
	if !utf8.Valid(header) {
		return nil, errors.New("the header is not UTF-8; save the file as UTF-8")
	}
	for _, comma := range []byte{',', ';', '\t'} {
		d := &csvDecoder{comma: comma}
		names, err := d.fields(header)
		if err != nil {
			continue
		}
		for i := range names {
			names[i] = strings.ToLower(strings.TrimSpace(names[i]))
		}
		if d.columns = names; d.complete() {
			return d, nil
		}
	}
	return nil, fmt.Errorf("the first line must name the columns, among them %s", strings.Join(required[:], ", "))
}

// complete says whether all required columns are there, and none is twice.
func (d *csvDecoder) complete() bool {
	count := make(map[string]int)
	for _, c := range d.columns {
		count[c]++
		if new(row).column(c) != nil && count[c] > 1 {
			return false
		}
	}
	for _, c := range required {
		if count[c] == 0 {
			return false
		}
	}
	return true
}

// misshapen is a record that has not the shape of its file: its quotes may
// have swallowed its neighbours.
type misshapen string

func (m misshapen) Error() string { return string(m) }

func (d *csvDecoder) fields(raw []byte) ([]string, error) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma = rune(d.comma)
	r.FieldsPerRecord = -1
	fields, err := r.Read()
	if err != nil {
		return nil, misshapen("quotes are not as CSV wants them")
	}
	return fields, nil
}

func (d *csvDecoder) decode(raw []byte) (*row, error) {
	fields, err := d.fields(raw)
	if err != nil {
		return nil, err
	}
	if len(fields) != len(d.columns) {
		return nil, misshapen(fmt.Sprintf("%d fields, but the header has %d", len(fields), len(d.columns)))
	}
	r := new(row)
	for i, name := range d.columns {
		if to := r.column(name); to != nil {
			*to = (*word)(&fields[i])
		}
	}
	return r, nil
}
