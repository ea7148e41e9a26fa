//lint:file-ignore SA1019 go-twitter is archived, not broken: its v1.1 types are the vocabulary here (docs/dependencies.md)

package x

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dghubble/go-twitter/twitter"

	"vigie"
)

// item is one post on its way to a comment, whichever API brought it: the
// vocabulary is go-twitter's, and beside it stands what v1.1 never had.
type item struct {
	tweet   twitter.Tweet
	thread  string    // conversation_id
	history []string  // ids of all versions, first to last; empty if unknown
	created time.Time // more exact than the tweet's, zero if it is not
	raw     []byte
}

// The reasons why an item is put into quarantine. They hold none of its content.
var (
	errNotJSON = errors.New("not a post: the JSON does not fit")
	errNoID    = errors.New("the post has no usable id")
	errNoText  = errors.New("the post has no text")
	errNoTime  = errors.New("the post does not say when it was made")
)

// comment makes a comment of an item. What only the source knows (Org, Source,
// Account, Seen) is left empty.
func (it *item) comment() (vigie.Comment, error) {
	t := &it.tweet
	id := cmp.Or(t.IDStr, formatID(t.ID))
	if !isID(id) {
		return vigie.Comment{}, errNoID
	}
	text := textOf(t)
	if text == "" {
		return vigie.Comment{}, errNoText
	}
	made, err := it.made(id)
	if err != nil {
		return vigie.Comment{}, err
	}
	c := vigie.Comment{
		ID: commentID(id), Kind: vigie.KindMention, Author: authorOf(t.User), Text: text, Lang: langOf(t.Lang),
		URL: "https://x.com/i/web/status/" + id, Visibility: vigie.VisibilityPublic, Thread: commentID(it.thread),
		Created: made, Raw: it.raw, RawType: "application/json",
	}
	if first := it.first(id); first != id {
		// A new version has a new id: all versions are known by the first one.
		c.ID, c.Edited = commentID(first), made
		c.Created = cmp.Or(mintedAt(first), made)
	}
	it.relate(&c)
	return c, nil
}

// relate says what the comment answers. A reply that also quotes is a reply.
func (it *item) relate(c *vigie.Comment) {
	t := &it.tweet
	reply := cmp.Or(t.InReplyToStatusIDStr, formatID(t.InReplyToStatusID))
	quoted := cmp.Or(t.QuotedStatusIDStr, formatID(t.QuotedStatusID))
	switch {
	case isID(reply):
		c.Kind, c.InReplyTo = vigie.KindReply, commentID(reply)
	case isID(quoted):
		c.Kind, c.InReplyTo = vigie.KindQuote, commentID(quoted)
	}
}

// first returns the id of the first version.
func (it *item) first(id string) string {
	if len(it.history) > 0 && isID(it.history[0]) {
		return it.history[0]
	}
	return id
}

// made returns the time of this version: as told, or else out of its id.
func (it *item) made(id string) (time.Time, error) {
	if !it.created.IsZero() {
		return it.created, nil
	}
	if t, err := it.tweet.CreatedAtTime(); err == nil {
		return t.UTC(), nil
	}
	if t := mintedAt(id); !t.IsZero() {
		return t, nil
	}
	return time.Time{}, errNoTime
}

// epoch is where the times in X's ids start, in Unix milliseconds; ids below
// firstTimed (late 2010) hold no time.
const (
	epoch      = 1288834974657
	firstTimed = 29700859247
)

// mintedAt reads the time out of an id, the zero time if there is none in it.
func mintedAt(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < firstTimed {
		return time.Time{}
	}
	return time.UnixMilli(n>>22 + epoch).UTC()
}

func commentID(id string) vigie.CommentID {
	if !isID(id) {
		return ""
	}
	return vigie.NewCommentID(platform, host, id)
}

func formatID(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// authorOf takes what the post itself tells of its author. Names are not asked
// for: they cost ten times the post.
func authorOf(u *twitter.User) vigie.Author {
	if u == nil {
		return vigie.Author{}
	}
	id := cmp.Or(u.IDStr, formatID(u.ID))
	if !isID(id) {
		return vigie.Author{}
	}
	a := vigie.Author{ID: vigie.AuthorID(platform + ":" + host + "/" + id), Name: u.Name, URL: "https://x.com/i/user/" + id}
	if u.ScreenName != "" {
		a.Handle = "@" + u.ScreenName
	}
	if t, err := time.Parse(time.RubyDate, u.CreatedAt); err == nil {
		a.Created = t.UTC()
	}
	return a
}

// langOf drops X's codes for “none” and its own inventions, and mends the two
// codes that are older than BCP 47.
func langOf(lang string) string {
	switch {
	case lang == "und" || lang == "zxx" || lang == "art" || len(lang) == 3 && lang[0] == 'q':
		return ""
	case lang == "in":
		return "id"
	case lang == "iw":
		return "he"
	}
	return lang
}

// unescape undoes the three escapes that X applies to texts, and no others: an
// &eacute; was typed by the author.
var unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// textOf returns the whole text as a person reads it, with the addresses that
// t.co links stand for.
func textOf(t *twitter.Tweet) string {
	text, entities := cmp.Or(t.FullText, t.Text), t.Entities
	if e := t.ExtendedTweet; e != nil && e.FullText != "" {
		text, entities = e.FullText, e.Entities
	}
	text = unescape.Replace(text)
	if entities == nil {
		return text
	}
	return expand(text, entities.Urls)
}

// maxAddress bounds an address that is put into a text.
const maxAddress = 2048

// expand puts the real address in the place of each short one, once for each,
// longest first: one short address may begin another.
func expand(text string, urls []twitter.URLEntity) string {
	urls = slices.Clone(urls)
	slices.SortStableFunc(urls, func(a, b twitter.URLEntity) int { return cmp.Compare(len(b.URL), len(a.URL)) })
	for _, u := range urls {
		if strings.HasPrefix(u.URL, "https://t.co/") && u.ExpandedURL != "" && len(u.ExpandedURL) <= maxAddress {
			text = strings.Replace(text, u.URL, u.ExpandedURL, 1)
		}
	}
	return text
}
