package vigie

import (
	"strings"
	"time"
)

// CommentID names a comment for ever and everywhere: "platform:host/id", for
// example "mastodon:piaille.fr/113". It does not depend on the source that
// brought it, so the same comment seen by two sources is one comment.
type CommentID string

// NewCommentID composes a comment's id from the platform's name, the host
// that speaks for it and the platform's own opaque id.
func NewCommentID(platform, host, id string) CommentID {
	return CommentID(platform + ":" + host + "/" + id)
}

// Platform returns the part before the colon, "" if there is none.
func (id CommentID) Platform() string {
	p, _, ok := strings.Cut(string(id), ":")
	if !ok {
		return ""
	}
	return p
}

// Host returns the part between the colon and the first slash.
func (id CommentID) Host() string {
	_, rest, _ := strings.Cut(string(id), ":")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// Remote returns the platform's own id: all that follows the first slash.
func (id CommentID) Remote() string {
	_, remote, _ := strings.Cut(string(id), "/")
	return remote
}

// Kind says in what way a comment reached the organisation.
type Kind string

// The kinds of comment.
const (
	KindMention Kind = "mention" // names the account
	KindReply   Kind = "reply"   // answers a post of the account, or someone in its thread
	KindQuote   Kind = "quote"   // quotes a post of the account
	KindReview  Kind = "review"  // rates the organisation
	KindMessage Kind = "message" // private message to the account
)

// Visibility says who could read a comment on its platform.
type Visibility string

// The visibilities; the empty one means that the platform does not say.
const (
	VisibilityPublic   Visibility = "public"
	VisibilityUnlisted Visibility = "unlisted" // public, out of the timelines
	VisibilityMembers  Visibility = "members"  // followers, members of a group or forum
	VisibilityPrivate  Visibility = "private"  // addressed persons only
)

// Comment is anything said to an account or about it, in one version: an edit
// on the platform makes a new version of the same id.
type Comment struct {
	Org     OrgID
	ID      CommentID
	Version int       // 1, 2, …; given by the store, 0 before
	Source  string    // name of the configured source that brought it
	Account AccountID // the account it was said to
	Kind    Kind
	Author  Author

	Text       string // as a person reads it, without markup; any bytes, not always valid UTF-8
	Lang       string // BCP 47 as the platform says, "" if it is silent; a hint, often wrong
	URL        string // where a person can see it; comes from the platform, so not to be trusted
	Visibility Visibility

	InReplyTo CommentID // the comment or post it answers, "" if none
	Thread    CommentID // the root of its conversation, "" if unknown

	Created time.Time // the platform's clock
	Edited  time.Time // zero if never edited
	Seen    time.Time // our clock, when we first read this version

	Raw     []byte // the platform's own bytes for this item, never rewritten
	RawType string // their media type, "application/json" mostly
}

// AuthorID names an author on one platform: "platform:host/id". Authors are
// never merged across platforms by the program.
type AuthorID string

// Author is who said a comment, on that platform.
type Author struct {
	ID      AuthorID
	Handle  string    // "@someone@example.org", as the platform writes it
	Name    string    // display name: foreign text, to be shown with care
	URL     string    // profile page; not to be trusted
	Created time.Time // of the author's account, zero if unknown
}

// Presence is what a later look at the platform said of a stored comment.
type Presence string

// The presences. Absence is ambiguous (deletion, block, outage), so a comment
// is Missing first and Deleted only when a second look confirms it.
const (
	PresencePresent Presence = "present"
	PresenceMissing Presence = "missing"
	PresenceDeleted Presence = "deleted"
)
