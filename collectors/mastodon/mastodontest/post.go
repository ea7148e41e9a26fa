package mastodontest

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Status is a post to be made. @names in Text become mentions, and mentions
// and quotes become notifications, as on the real network.
type Status struct {
	From       string   // account name; unknown ones are created
	Text       string   // as typed; the server makes the HTML
	HTML       string   // instead of what would be made of Text
	Warning    string   // content warning
	To         []string // mentioned beside those named in Text
	ReplyTo    string   // id
	Quote      string   // id
	Visibility string   // public (the default), unlisted, private (followers), direct
	Lang       string
	Alt        []string      // a picture for each description
	Poll       []string      // options
	Created    time.Time     // zero: now; earlier for history
	Delay      time.Duration // has its ids now, becomes visible so much later
	Hold       bool          // has its ids now, becomes visible with Release
}

type status struct {
	Status
	id, root int64
	author   *account
	mentions []*account
	parent   *status
	children []*status
	quoted   *status
	edited   time.Time
	shown    time.Time // visible from then on
	deleted  bool
	garbled  bool
}

type note struct {
	id      int64
	kind    string
	to      *account
	from    *account
	status  *status
	created time.Time
}

var mentionPattern = regexp.MustCompile(`@[A-Za-z0-9_]+(?:@[A-Za-z0-9.-]+[A-Za-z0-9])?`)

// firstNote makes notification ids pass from two digits to three early on,
// where an order by text alone goes wrong.
const firstNote = 90

// Post publishes a status and returns its id. It panics if it answers or
// quotes an id that was never posted: a mistake of the caller.
func (s *Server) Post(p Status) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	if p.Created.IsZero() {
		p.Created = now
	}
	if p.Visibility == "" {
		p.Visibility = "public"
	}
	st := &status{Status: p, id: s.nextID(p.Created), author: s.ensure(p.From), shown: now.Add(p.Delay)}
	st.root = st.id
	if p.ReplyTo != "" {
		st.parent = s.must(p.ReplyTo)
		st.root = st.parent.root
		st.parent.children = append(st.parent.children, st)
	}
	if p.Quote != "" {
		st.quoted = s.must(p.Quote)
	}
	for _, name := range append(mentionPattern.FindAllString(p.Text, -1), p.To...) {
		if a := s.ensure(name); !slices.Contains(st.mentions, a) {
			st.mentions = append(st.mentions, a)
		}
	}
	s.statuses[st.id] = st
	s.order = append(s.order, st.id)
	s.notify(st)
	return itoa(st.id)
}

func (s *Server) notify(st *status) {
	for _, a := range st.mentions {
		if a != st.author {
			s.addNote("mention", a, st.author, st)
		}
	}
	if q := st.quoted; q != nil && q.author != st.author {
		s.addNote("quote", q.author, st.author, st)
	}
}

func (s *Server) addNote(kind string, to, from *account, st *status) {
	s.notes = append(s.notes, &note{id: firstNote + int64(len(s.notes)), kind: kind, to: to, from: from, status: st, created: st.Created})
}

func (s *Server) must(id string) *status {
	st := s.statuses[mustID(id)]
	if st == nil {
		panic(fmt.Sprintf("mastodontest: no status %s", id))
	}
	return st
}

// Notify adds a notification of a kind that is no comment ("favourite",
// "reblog", "follow") from one account to the author of the status id.
func (s *Server) Notify(kind, from, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.must(id)
	s.addNote(kind, st.author, s.ensure(from), st)
}

// Release makes a held status visible.
func (s *Server) Release(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.must(id).Hold = false
	}
}

// Rewrite changes the text of a status that nobody has seen yet, without a trace.
func (s *Server) Rewrite(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.must(id)
	st.Text, st.HTML = text, ""
}

// Edit gives a status another text, and tells those who quoted it.
func (s *Server) Edit(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.must(id)
	st.Text, st.HTML, st.edited = text, "", s.opts.Now()
	for _, other := range s.order {
		if q := s.statuses[other]; q.quoted == st && q.author != st.author {
			s.addNote("quoted_update", q.author, st.author, st)
		}
	}
}

// Delete removes a status: 404 from now on, and its notifications vanish.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(id).deleted = true
}

// Garble makes the server render a status without a readable created_at, as
// broken bridges do, until it is called with false.
func (s *Server) Garble(id string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(id).garbled = on
}

// visible says whether someone may read a status now; nil is the public.
func (st *status) visible(to *account, now time.Time) bool {
	if st == nil || st.deleted || st.Hold || now.Before(st.shown) {
		return false
	}
	if st.Visibility == "public" || st.Visibility == "unlisted" || to == st.author {
		return true
	}
	if to == nil {
		return false
	}
	return slices.Contains(st.mentions, to) || st.Visibility == "private" && to.follows[st.author.id]
}
