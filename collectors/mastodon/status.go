package mastodon

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-mastodon"

	"vigie"
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

// text puts together all that a reader of the status sees: content warning,
// content, poll options, descriptions of media. Preview cards are left out:
// servers add them later, which would look like an edit.
func (st *status) text() string {
	lines := []string{strings.TrimSpace(st.SpoilerText), plain(st.Content)}
	if st.Poll != nil {
		for _, o := range st.Poll.Options {
			lines = append(lines, strings.TrimSpace(o.Title))
		}
	}
	for _, m := range st.MediaAttachments {
		lines = append(lines, strings.TrimSpace(m.Description))
	}
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// viewer is for whom statuses are read: the server, the account, the source.
type viewer struct {
	host   string
	self   vigie.Account
	org    vigie.OrgID
	source string
	now    time.Time
}

// comment turns a status into a comment. The same status gives the same
// comment by whichever walk it came.
func (v *viewer) comment(st *status, kind vigie.Kind) vigie.Comment {
	c := vigie.Comment{
		Org: v.org, ID: v.id(st.ID), Source: v.source, Account: v.self.ID, Kind: v.kind(st, kind),
		Author: v.author(&st.Account),
		Text:   st.text(), Lang: st.Language, URL: cmp.Or(st.URL, st.URI), Visibility: visibility(st.Visibility),
		Created: st.CreatedAt.UTC(), Edited: st.EditedAt.UTC(), Seen: v.now,
		Raw: st.raw, RawType: "application/json",
	}
	if st.EditedAt.IsZero() {
		c.Edited = time.Time{}
	}
	quote, _ := st.quotes()
	if answers := cmp.Or(st.ReplyTo, quote); answers != "" {
		c.InReplyTo = v.id(answers)
	}
	return c
}

// kind says how a status reached the account; otherwise is for what the status
// alone does not tell.
func (v *viewer) kind(st *status, otherwise vigie.Kind) vigie.Kind {
	_, quotedAuthor := st.quotes()
	switch self := mastodon.ID(v.self.Remote); {
	case st.Visibility == mastodon.VisibilityDirectMessage:
		return vigie.KindMessage
	case st.ReplyToAccount == self:
		return vigie.KindReply
	case quotedAuthor == self:
		return vigie.KindQuote
	}
	return otherwise
}

func (v *viewer) id(id mastodon.ID) vigie.CommentID {
	return vigie.NewCommentID(platform, v.host, string(id))
}

// own says whether the account itself wrote the status.
func (v *viewer) own(st *status) bool { return string(st.Account.ID) == v.self.Remote }

func (v *viewer) author(a *mastodon.Account) vigie.Author {
	return vigie.Author{
		ID:     vigie.AuthorID(vigie.NewCommentID(platform, v.host, string(a.ID))),
		Handle: handle(a, v.host), Name: a.DisplayName, URL: a.URL, Created: a.CreatedAt,
	}
}

// handle writes "@user@host": the API leaves the host out for local accounts.
func handle(a *mastodon.Account, host string) string {
	name := cmp.Or(a.Acct, a.Username)
	if !strings.Contains(name, "@") {
		name += "@" + host
	}
	return "@" + name
}

func visibility(v string) vigie.Visibility {
	switch v {
	case mastodon.VisibilityPublic:
		return vigie.VisibilityPublic
	case mastodon.VisibilityUnlisted:
		return vigie.VisibilityUnlisted
	case mastodon.VisibilityDirectMessage:
		return vigie.VisibilityPrivate
	case "":
		return ""
	}
	return vigie.VisibilityMembers // "private", and the circles and lists of other servers
}
