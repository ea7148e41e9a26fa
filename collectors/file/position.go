package file

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"

	"vigie/collectors"
)

// position is the cursor: where to go on, and what precedes that place, by
// which a file that was rotated, cut or rewritten is known.
type position struct {
	Offset int64  `json:"offset"`
	Before string `json:"before"` // SHA-256 of the start of the file and of what precedes Offset
}

// The parts of the file that the hash covers.
const (
	hashedHead = 1 << 10
	hashedTail = 4 << 10
)

// parsePosition reads a cursor; "" is the start of the file.
func parsePosition(s string) (position, error) {
	var p position
	if s == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(s), &p); err != nil || p.Offset < 0 || p.Offset > 1<<60 {
		return position{}, &collectors.Error{Class: collectors.ClassBug, Err: errors.New("not a cursor of a file")}
	}
	return p, nil
}

// positionOf returns the position at an offset of a file.
func positionOf(f io.ReaderAt, offset int64) (position, error) {
	head := make([]byte, min(offset, hashedHead))
	tail := make([]byte, min(offset, hashedTail))
	if _, err := f.ReadAt(head, 0); err != nil {
		return position{}, err
	}
	if _, err := f.ReadAt(tail, offset-int64(len(tail))); err != nil {
		return position{}, err
	}
	sum := sha256.New()
	sum.Write(head)
	sum.Write(tail)
	return position{Offset: offset, Before: hex.EncodeToString(sum.Sum(nil)[:16])}, nil
}

// matches says whether the file still is what the position was taken of.
func (p position) matches(f io.ReaderAt) bool {
	now, err := positionOf(f, p.Offset)
	return p.Offset == 0 || err == nil && now == p
}

// String writes the cursor.
func (p position) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // a number and a string always encode
	}
	return string(b)
}
