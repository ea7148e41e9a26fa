package mastodon

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-mastodon"
)

// status is a post: the library's type, with what that lacks or loses. The
// fields here win over those of the same JSON name in the embedded type, which
// reads ids into interfaces and so damages long numbers.
type status struct {
	mastodon.Status
	ReplyTo        mastodon.ID     `json:"in_reply_to_id"`
	ReplyToAccount mastodon.ID     `json:"in_reply_to_account_id"`
	Quote          json.RawMessage `json:"quote"`

	raw json.RawMessage
}

// quoted is a status's quote in all shapes in use: Mastodon 4.5 wraps it with a
// state, Mastodon's nested quotes give ids only, Akkoma has the status itself.
type quoted struct {
	ID       mastodon.ID `json:"id"`
	Account  *owner      `json:"account"`
	StatusID mastodon.ID `json:"quoted_status_id"`
	Status   *struct {
		ID      mastodon.ID `json:"id"`
		Account *owner      `json:"account"`
	} `json:"quoted_status"`
}

type owner struct {
	ID mastodon.ID `json:"id"`
}

// The reasons for setting an item aside, free of its content.
var (
	errUnreadable = errors.New("it does not have the shape of a status")
	errNoID       = errors.New("it has no id")
	errNoTime     = errors.New("it has no readable time of creation")
	errNoAuthor   = errors.New("it has no author")
)

// readStatus decodes one status. What is not essential and cannot be read is
// left out: an odd preview card must not hide a threat.
func readStatus(item json.RawMessage) (*status, error) {
	st := &status{raw: item}
	if err := json.Unmarshal(item, st); err != nil {
		st = &status{raw: item}
		if err := json.Unmarshal(essential(item), st); err != nil {
			return nil, reason(err)
		}
	}
	switch {
	case st.ID == "" || strings.ContainsAny(string(st.ID), "/ \n"):
		return nil, errNoID
	case st.CreatedAt.IsZero():
		return nil, errNoTime
	case st.Account.ID == "":
		return nil, errNoAuthor
	}
	return st, nil
}

func reason(err error) error {
	var t *time.ParseError
	if errors.As(err, &t) {
		return errNoTime
	}
	return errUnreadable
}

// essential keeps only those keys of a status without which it is no comment.
func essential(item json.RawMessage) json.RawMessage {
	kept := only(item, "id", "url", "uri", "created_at", "edited_at", "in_reply_to_id", "in_reply_to_account_id",
		"content", "spoiler_text", "visibility", "language", "replies_count", "quote", "account")
	if account := kept["account"]; account != nil {
		kept["account"] = keep(account, "id", "acct", "username", "display_name", "url")
	}
	if edited := kept["edited_at"]; edited != nil && json.Unmarshal(edited, new(time.Time)) != nil {
		delete(kept, "edited_at")
	}
	return encode(kept)
}

// keep cuts an object down to some of its keys.
func keep(object json.RawMessage, keys ...string) json.RawMessage {
	return encode(only(object, keys...))
}

func encode(object map[string]json.RawMessage) json.RawMessage {
	out, err := json.Marshal(object)
	if err != nil {
		return nil // its values were decoded just before: they encode
	}
	return out
}

func only(object json.RawMessage, keys ...string) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(object, &all) != nil {
		return nil
	}
	for k := range all {
		if !slices.Contains(keys, k) {
			delete(all, k)
		}
	}
	return all
}

// quotes returns the id and the author of the status quoted, "" if there is none.
func (st *status) quotes() (id, author mastodon.ID) {
	var q quoted
	if len(st.Quote) == 0 || json.Unmarshal(st.Quote, &q) != nil {
		return "", ""
	}
	if q.Status != nil {
		q.ID, q.Account = q.Status.ID, q.Status.Account
	}
	if q.Account != nil {
		author = q.Account.ID
	}
	return cmp.Or(q.ID, q.StatusID), author
}
