package x

import (
	"encoding/json"
	"errors"

	"vigie/collectors"
)

// state is the cursor.
type state struct {
	Window string `json:"window,omitempty"` // collectors.Window's own
	Oldest string `json:"oldest,omitempty"` // of an interrupted walk, beside the window's token
	Words  string `json:"words,omitempty"`  // "post" where X has renamed its parameters
	ledger
}

func parseState(s string) (state, error) {
	var st state
	if s == "" {
		return st, nil
	}
	if json.Unmarshal([]byte(s), &st) != nil || st.Spent < 0 || st.Oldest != "" && !isID(st.Oldest) {
		return state{}, &collectors.Error{Class: collectors.ClassBug, Err: errors.New("the stored cursor is none of this source")}
	}
	return st, nil
}

func (st *state) String() string {
	b, err := json.Marshal(st)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(b)
}
