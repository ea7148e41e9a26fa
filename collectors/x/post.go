//lint:file-ignore SA1019 go-twitter is archived, not broken: its v1.1 types are the vocabulary here (docs/dependencies.md)

package x

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"github.com/dghubble/go-twitter/twitter"
)

// post is a post of API v2, in both spellings: X is renaming tweets to posts.
type post struct {
	ID           string    `json:"id"`
	Text         string    `json:"text"`
	AuthorID     string    `json:"author_id"`
	CreatedAt    string    `json:"created_at"`
	Conversation string    `json:"conversation_id"`
	ReplyUser    string    `json:"in_reply_to_user_id"`
	Lang         string    `json:"lang"`
	Entities     *entities `json:"entities"`

	NoteTweet       *note    `json:"note_tweet"`
	NotePost        *note    `json:"note_post"`
	TweetReferences []ref    `json:"referenced_tweets"`
	PostReferences  []ref    `json:"referenced_posts"`
	TweetHistory    []string `json:"edit_history_tweet_ids"`
	PostHistory     []string `json:"edit_history_post_ids"`
}

type note struct {
	Text     string    `json:"text"`
	Entities *entities `json:"entities"`
}

type ref struct {
	Type string `json:"type"` // "replied_to", "quoted", "retweeted"
	ID   string `json:"id"`
}

type entities struct {
	URLs []struct {
		Start    int    `json:"start"`
		End      int    `json:"end"`
		URL      string `json:"url"`
		Expanded string `json:"expanded_url"`
		Display  string `json:"display_url"`
	} `json:"urls"`
}

// decodePost reads one post of API v2.
func decodePost(raw []byte) (item, error) {
	var p post
	if err := unmarshal(raw, &p); err != nil {
		return item{}, err
	}
	t, err := p.tweet()
	if err != nil {
		return item{}, err
	}
	it := item{tweet: t, thread: p.Conversation, history: p.history(), raw: raw}
	if at, err := time.Parse(time.RFC3339Nano, p.CreatedAt); err == nil {
		it.created = at.UTC()
	}
	return it, nil
}

// unmarshal hides what the decoder says: it may quote the content.
func unmarshal(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return errNotJSON
	}
	return nil
}

// tweet maps a post to the vocabulary of go-twitter.
func (p *post) tweet() (twitter.Tweet, error) {
	n, err := strconv.ParseInt(p.ID, 10, 64)
	if err != nil || n <= 0 {
		return twitter.Tweet{}, errNoID
	}
	t := twitter.Tweet{ID: n, IDStr: p.ID, Text: p.Text, Lang: p.Lang, Entities: p.Entities.twitter(), InReplyToUserIDStr: p.ReplyUser}
	if long := cmp.Or(p.NoteTweet, p.NotePost); long != nil && long.Text != "" {
		t.FullText = long.Text
		t.Entities = cmp.Or(long.Entities, p.Entities).twitter()
	}
	if p.AuthorID != "" {
		t.User = &twitter.User{IDStr: p.AuthorID}
	}
	for _, r := range append(p.TweetReferences, p.PostReferences...) {
		switch r.Type {
		case "replied_to":
			t.InReplyToStatusIDStr = r.ID
		case "quoted":
			t.QuotedStatusIDStr = r.ID
		}
	}
	return t, nil
}

func (p *post) history() []string {
	if len(p.TweetHistory) > 0 {
		return p.TweetHistory
	}
	return p.PostHistory
}

func (e *entities) twitter() *twitter.Entities {
	if e == nil {
		return nil
	}
	out := &twitter.Entities{}
	for _, u := range e.URLs {
		out.Urls = append(out.Urls, twitter.URLEntity{URL: u.URL, ExpandedURL: u.Expanded, DisplayURL: u.Display, Indices: twitter.Indices{u.Start, u.End}})
	}
	return out
}

// decodeStatus reads one status of API v1.1.
func decodeStatus(raw []byte) (item, error) {
	var t twitter.Tweet
	if err := unmarshal(raw, &t); err != nil {
		return item{}, err
	}
	t.IDStr = cmp.Or(t.IDStr, formatID(t.ID))
	return item{tweet: t, raw: raw}, nil
}

// looseID reads the id of an item of which nothing else may be readable, "" if
// that is not either.
func looseID(raw []byte) string {
	var v struct {
		ID    json.RawMessage `json:"id"`
		IDStr json.RawMessage `json:"id_str"`
	}
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	for _, candidate := range []json.RawMessage{v.IDStr, v.ID} {
		var s string
		if json.Unmarshal(candidate, &s) != nil {
			s = string(candidate)
		}
		if isID(s) {
			return s
		}
	}
	return ""
}
