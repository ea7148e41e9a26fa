package collectors

import (
	"encoding/json"
	"errors"
	"time"
)

// cursor is the stored form of a window. Fields may be added, never renamed:
// cursors outlive versions of the program.
type cursor struct {
	Safe   string `json:"safe,omitempty"`      // nothing up to here will become visible any more
	Marks  []mark `json:"marks,omitempty"`     // rising in both fields
	Spread int64  `json:"spread_ms,omitempty"` // longest delay proved by a late arrival
	Token  string `json:"token,omitempty"`     // where a walk from new to old goes on
	Began  int64  `json:"began,omitempty"`     // Unix milliseconds: when that walk began
	Top    string `json:"top,omitempty"`       // the highest id of that walk
}

// mark says that an id was the highest one visible at an instant of our clock.
type mark struct {
	At int64  `json:"t"` // Unix milliseconds
	ID string `json:"id"`
}

// The bounds of a cursor.
const (
	maxMarks  = 16
	maxCursor = 2 << 10 // bytes
)

// errCursor says that a stored cursor is none of ours.
var errCursor = errors.New("not a cursor of this source")

// parseCursor reads a stored cursor, "" being a fresh one.
func parseCursor(s string) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(s), &c); err != nil || c.Spread < 0 {
		return cursor{}, errCursor // the decoder's text would quote the cursor, which may hold a token
	}
	for _, m := range c.Marks {
		if m.ID == "" {
			return cursor{}, errCursor
		}
	}
	return c, nil
}

// String writes the cursor as JSON.
func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(b)
}

// settle brings marks of the future back to now: our clock was wrong when they
// were noted, and they would keep the window open until it is right.
func (c *cursor) settle(now time.Time) {
	c.Began = min(c.Began, now.UnixMilli())
	for i := range c.Marks {
		c.Marks[i].At = min(c.Marks[i].At, now.UnixMilli())
	}
}

// shrink keeps the cursor small by forgetting every other mark, which only
// makes the window step later. The newest always stays.
func (c *cursor) shrink() {
	for len(c.Marks) > 1 && (len(c.Marks) > maxMarks || len(c.String()) > maxCursor) {
		var kept []mark
		for i, m := range c.Marks {
			if (len(c.Marks)-1-i)%2 == 0 {
				kept = append(kept, m)
			}
		}
		c.Marks = kept
	}
}
