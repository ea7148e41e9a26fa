package file

import (
	"fmt"
	"path/filepath"
	"strings"

	"vigie"
)

// Format is how a file writes comments down.
type Format string

// The formats.
const (
	JSONL Format = "jsonl" // a JSON object a line
	CSV   Format = "csv"   // a header, then a record for each comment
)

// FormatOf returns the format that the end of a file's name says.
func FormatOf(path string) (Format, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".jsonl", ".ndjson", ".json":
		return JSONL, nil
	case ".csv", ".tsv":
		return CSV, nil
	}
	return "", fmt.Errorf("%s: the name ends in none of .jsonl, .ndjson, .csv, .tsv", filepath.Base(path))
}

// Options say what a file does not.
type Options struct {
	Org     vigie.OrgID
	Source  string          // name given to the comments' source
	Account vigie.AccountID // of lines that name none; may be ""
}

// Reject is a line that could not be read.
type Reject struct {
	Line   int    // from 1; of a record over several lines, the first
	Reason string // quotes nothing of the line
	Raw    []byte // the line's bytes, of a very long one only the beginning
}

// Error returns line and reason.
func (r *Reject) Error() string { return fmt.Sprintf("line %d: %s", r.Line, r.Reason) }
