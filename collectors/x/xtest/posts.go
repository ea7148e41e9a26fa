package xtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Post is one version of a post that mentions the watched account.
type Post struct {
	ID        string    // given by Add if ""
	Text      string    // with &amp; &lt; &gt; and t.co links, as X sends it
	Note      string    // the full text of a post longer than 280 characters
	Author    User      // registered on the way
	Created   time.Time // the server's now if zero
	ReplyTo   string    // id of the post it answers
	ReplyUser string    // id of the author of that post
	Quotes    string    // id of the post it quotes
	Thread    string    // conversation_id; its own id if ""
	Lang      string
	URLs      []Link
	History   []string // ids of all versions, first to last; its own id alone if nil
	Raw       string   // sent instead of the JSON of this post, however broken

	number int64                      // of the id
	shown  map[string]json.RawMessage // JSON by API and spelling, while it is true
}

// Link is a shortened link in a text.
type Link struct {
	Short, Expanded string
	Start, End      int // in characters of the text that holds it
}

// epoch is where the times in X's ids start, in Unix milliseconds.
const epoch = 1288834974657

// NewID mints an id for a post made at t, as X does: time, then a serial number.
func (s *Server) NewID(t time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newID(t)
}

func (s *Server) newID(t time.Time) string {
	s.serial++
	return strconv.FormatInt((t.UnixMilli()-epoch)<<22|s.serial&0x3fffff, 10)
}

// Add publishes a post and returns its id.
func (s *Server) Add(p Post) string { return s.AddLate(p, 0) }

// AddLate publishes a post that stays invisible to the next requests for
// mentions: its id is lower than those that are seen before it.
func (s *Server) AddLate(p Post, requests int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Created.IsZero() {
		p.Created = s.now()
	}
	if p.ID == "" {
		p.ID = s.newID(p.Created)
	}
	if p.Thread == "" {
		p.Thread = p.ID
	}
	if p.History == nil {
		p.History = []string{p.ID}
	}
	if p.Author.ID != "" {
		s.users[p.Author.ID] = p.Author
	}
	s.put(&p)
	if requests > 0 {
		s.hidden[p.ID] = requests
	}
	return p.ID
}

// Edit publishes a new version of a post under a new id, which it returns. The
// older version can still be looked up, no longer listed.
func (s *Server) Edit(id, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.posts[id]
	if old == nil {
		return "", fmt.Errorf("xtest: no post %s", id)
	}
	next := *old
	next.shown = nil
	next.Text, next.Created = text, s.now()
	next.ID = s.newID(next.Created)
	next.History = append(slices.Clone(old.History), next.ID)
	for _, v := range old.History {
		if p := s.posts[v]; p != nil {
			p.History, p.shown = next.History, nil
		}
	}
	s.put(&next)
	return next.ID, nil
}

// Spoil makes the server send raw instead of a post's JSON.
func (s *Server) Spoil(id, raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.posts[id]; p != nil {
		p.Raw, p.shown = raw, nil
	}
}

// Delete removes a post in all its versions.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.posts[id]; p != nil {
		for _, v := range p.History {
			delete(s.posts, v)
		}
		s.sorted = nil
	}
}

// listed returns the visible newest versions, newest first, with ids in
// (since, until); zero means no bound. Each call counts down the invisible ones.
func (s *Server) listed(since, until int64) []*Post {
	if s.sorted == nil {
		s.sorted = slices.SortedFunc(maps.Values(s.posts), func(a, b *Post) int { return cmp.Compare(b.number, a.number) })
	}
	waiting := maps.Clone(s.hidden)
	for id := range waiting {
		if s.hidden[id]--; s.hidden[id] <= 0 {
			delete(s.hidden, id)
		}
	}
	var out []*Post
	for _, p := range s.sorted {
		if p.number <= since {
			break
		}
		if (until == 0 || p.number < until) && waiting[p.ID] == 0 && p.ID == p.History[len(p.History)-1] {
			out = append(out, p)
		}
	}
	return out
}

// put stores a version.
func (s *Server) put(p *Post) {
	p.number = number(p.ID)
	s.posts[p.ID], s.sorted = p, nil
}

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64) // ids are minted here
	return n
}

// v2 is the post as /2/ shows it, in the spelling asked for.
func (p *Post) v2(spelling string) json.RawMessage {
	if p.Raw != "" {
		return json.RawMessage(p.Raw)
	}
	if b := p.shown[spelling]; b != nil {
		return b
	}
	word := func(tweet, post string) string {
		if spelling == "post" {
			return post
		}
		return tweet
	}
	m := map[string]any{
		"id": p.ID, "text": p.Text, "author_id": p.Author.ID, "conversation_id": p.Thread,
		"created_at": p.Created.UTC().Format("2006-01-02T15:04:05.000Z"), "lang": cmp.Or(p.Lang, "und"),
		word("edit_history_tweet_ids", "edit_history_post_ids"): p.History,
	}
	var refs []any
	if p.ReplyTo != "" {
		refs = append(refs, map[string]any{"type": "replied_to", "id": p.ReplyTo})
		m["in_reply_to_user_id"] = p.ReplyUser
	}
	if p.Quotes != "" {
		refs = append(refs, map[string]any{"type": "quoted", "id": p.Quotes})
	}
	if refs != nil {
		m[word("referenced_tweets", "referenced_posts")] = refs
	}
	if p.Note != "" {
		m[word("note_tweet", "note_post")] = map[string]any{"text": p.Note, "entities": p.entities()}
	} else if len(p.URLs) > 0 {
		m["entities"] = p.entities()
	}
	return p.keep(spelling, m)
}

func (p *Post) entities() map[string]any {
	urls := []any{}
	for _, u := range p.URLs {
		urls = append(urls, map[string]any{"start": u.Start, "end": u.End, "url": u.Short, "expanded_url": u.Expanded, "display_url": u.Expanded})
	}
	return map[string]any{"urls": urls}
}

// v1 is the post as /1.1/ shows it with tweet_mode=extended.
func (p *Post) v1() json.RawMessage {
	if p.Raw != "" {
		return json.RawMessage(p.Raw)
	}
	if b := p.shown["v1.1"]; b != nil {
		return b
	}
	urls := []any{}
	for _, u := range p.URLs {
		urls = append(urls, map[string]any{"indices": []int{u.Start, u.End}, "url": u.Short, "expanded_url": u.Expanded, "display_url": u.Expanded})
	}
	m := map[string]any{
		"id": number(p.ID), "id_str": p.ID, "full_text": cmp.Or(p.Note, p.Text), "lang": cmp.Or(p.Lang, "und"),
		"created_at": p.Created.UTC().Format(time.RubyDate), "entities": map[string]any{"urls": urls},
		"user": map[string]any{"id": number(p.Author.ID), "id_str": p.Author.ID, "screen_name": p.Author.Username, "name": p.Author.Name},
	}
	if p.ReplyTo != "" {
		m["in_reply_to_status_id"], m["in_reply_to_status_id_str"] = number(p.ReplyTo), p.ReplyTo
		m["in_reply_to_user_id_str"] = p.ReplyUser
	}
	if p.Quotes != "" {
		m["quoted_status_id"], m["quoted_status_id_str"] = number(p.Quotes), p.Quotes
	}
	return p.keep("v1.1", m)
}

// keep remembers JSON that was made.
func (p *Post) keep(key string, v any) json.RawMessage {
	if p.shown == nil {
		p.shown = map[string]json.RawMessage{}
	}
	p.shown[key] = mustJSON(v)
	return p.shown[key]
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers made here
	}
	return b
}
