package mastodon

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-mastodon"

	"vigie"
)

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
