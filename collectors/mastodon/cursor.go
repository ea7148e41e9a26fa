package mastodon

import (
	"encoding/json"
	"errors"

	"vigie/collectors"
)

// cursor is where all walks of a source stand. Fields may be added, never
// renamed: cursors outlive versions of the program.
type cursor struct {
	Of      string          `json:"of"` // host and id of the account; another one starts afresh
	Notes   json.RawMessage `json:"notifications,omitempty"`
	Talks   json.RawMessage `json:"messages,omitempty"`
	Threads []thread        `json:"threads,omitempty"` // newest first
	Listed  int64           `json:"listed,omitempty"`  // Unix seconds: when own posts were listed last
}

// thread is one post of the account and how well the answers to it are known.
type thread struct {
	ID      string `json:"id"`
	Posted  int64  `json:"at"`             // Unix seconds
	Replies int64  `json:"n,omitempty"`    // public answers, as the server counted last
	Read    int64  `json:"read,omitempty"` // the same count when the thread was read last
	Next    int64  `json:"next,omitempty"` // Unix seconds: when to read it again in any case
}

// parseCursor reads a stored cursor for an account; "" and that of another
// account give a fresh one.
func parseCursor(s, of string) (*cursor, error) {
	c := &cursor{}
	if s != "" && json.Unmarshal([]byte(s), c) != nil {
		return nil, &collectors.Error{Class: collectors.ClassBug, Err: errors.New("the cursor is none of this source")}
	}
	if c.Of != of {
		return &cursor{Of: of}, nil
	}
	return c, nil
}

// String writes the cursor as JSON.
func (c *cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // raw messages come from Window, which writes JSON
	}
	return string(b)
}
