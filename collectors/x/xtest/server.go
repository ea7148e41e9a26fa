// Package xtest is a strict stand-in for the X API, for tests and
// demonstrations: the calls that the x source makes, over loopback HTTP.
//
// It verifies OAuth 1.0a signatures and refuses what X refuses: unknown
// parameters, page sizes out of range, a nonce used twice. It answers as X
// does where that surprises: `data` is left out when empty, posts that are
// gone stand in `errors` beside `data` with status 200, an edit is a new post
// under a new id, trouble is application/problem+json. It counts what X would
// bill, once per resource and UTC day.
//
// It keeps everything in memory and needs no testing.T. All its methods may be
// called at any time from any goroutine.
package xtest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// Keys are the credentials that the server accepts.
type Keys struct {
	ConsumerKey, ConsumerSecret string
	AccessToken, AccessSecret   string
	Bearer                      string
}

// DefaultKeys returns markers that must never show up in a log or an error.
func DefaultKeys() Keys {
	return Keys{
		ConsumerKey: "MARKER-consumer-key", ConsumerSecret: "MARKER-consumer-secret",
		AccessToken: "MARKER-access-token", AccessSecret: "MARKER-access-secret",
		Bearer: "MARKER-bearer",
	}
}

// User is an account of the fake.
type User struct {
	ID       string
	Username string
	Name     string
}

// Server is a fake X with one watched account.
type Server struct {
	mu       sync.Mutex
	handler  http.Handler
	http     *httptest.Server // nil until somebody asks for its address
	keys     Keys
	me       User
	users    map[string]User
	now      func() time.Time
	serial   int64
	posts    map[string]*Post
	sorted   []*Post        // of posts, newest first; nil if it has to be made anew
	hidden   map[string]int // id → requests until it becomes visible
	faults   []*Fault
	nonces   map[string]bool
	spelling string // "tweet", "post" or "both"
	maxPage  int    // of v1.1
	limit    int    // x-rate-limit-limit
	left     int
	limited  bool
	billed   map[string]map[string]bool // UTC day → resource
	requests []string
}

// New returns a fake whose watched account is me. It listens from the first
// call of URL on. A nil now means the machine's clock.
func New(me User, now func() time.Time) *Server {
	if now == nil {
		now = time.Now
	}
	s := &Server{
		keys: DefaultKeys(), me: me, now: now, spelling: "tweet", maxPage: 200, limit: 300, left: 300,
		users: map[string]User{me.ID: me}, posts: map[string]*Post{}, hidden: map[string]int{},
		nonces: map[string]bool{}, billed: map[string]map[string]bool{},
	}
	s.handler = s.routes()
	return s
}

// URL returns the server's address, without trailing slash.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http == nil {
		s.http = httptest.NewServer(s.handler)
	}
	return s.http.URL
}

// Handler returns what answers, for tests that bring their own wire.
func (s *Server) Handler() http.Handler { return s.handler }

// Close stops the server.
func (s *Server) Close() {
	s.mu.Lock()
	listening := s.http
	s.mu.Unlock()
	if listening != nil {
		listening.Close() // waits for requests, which take the lock
	}
}

// Keys returns the credentials that are accepted.
func (s *Server) Keys() Keys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys
}

// SetKeys says which credentials are accepted from now on.
func (s *Server) SetKeys(k Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = k
}

// SetMaxPage makes v1.1 pages no longer than n, whatever is asked for.
func (s *Server) SetMaxPage(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxPage = n
}

// Revoke makes the server refuse every credential from now on; calling it with
// false accepts them again.
func (s *Server) Revoke(revoked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = DefaultKeys()
	if revoked {
		s.keys = Keys{ConsumerKey: "revoked", ConsumerSecret: "revoked", AccessToken: "revoked", AccessSecret: "revoked", Bearer: "revoked"}
	}
}

// SetSpelling says which family of parameter and field names the server
// speaks: "tweet" (the default), "post", or "both".
func (s *Server) SetSpelling(spelling string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spelling = spelling
}

// Requests returns method and path with query of every request so far.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// Billed returns how many resources X would have charged for: each once per UTC day.
func (s *Server) Billed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, day := range s.billed {
		n += len(day)
	}
	return n
}

func (s *Server) bill(resource string) {
	day := s.now().UTC().Format(time.DateOnly)
	if s.billed[day] == nil {
		s.billed[day] = map[string]bool{}
	}
	s.billed[day][resource] = true
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2/users/me", s.guarded(userContext, s.usersMe))
	mux.HandleFunc("GET /2/users/{id}", s.guarded(anyAuth, s.userByID))
	mux.HandleFunc("GET /2/users/{id}/mentions", s.guarded(anyAuth, s.mentions))
	mux.HandleFunc("GET /2/tweets", s.guarded(anyAuth, s.lookup))
	mux.HandleFunc("GET /1.1/statuses/mentions_timeline.json", s.guarded(userContext, s.mentionsTimeline))
	mux.HandleFunc("GET /1.1/statuses/lookup.json", s.guarded(userContext, s.statusesLookup))
	mux.HandleFunc("GET /1.1/account/verify_credentials.json", s.guarded(userContext, s.verifyCredentials))
	mux.HandleFunc("/", s.guarded(anyAuth, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
	}))
	return mux
}

// guarded counts the request, applies faults, rate limit and authentication,
// and then answers under the lock.
func (s *Server) guarded(need authKind, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		fault := s.takeFault(r)
		s.mu.Unlock()
		if fault != nil && fault.serve(w, r) {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.spendRate(w) || !s.authorised(w, r, need) {
			return
		}
		answer(w, r)
	}
}

// SetRateLimit leaves n requests before the server answers 429, until the next
// call. Before the first call the limit never runs out.
func (s *Server) SetRateLimit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit, s.left, s.limited = n, n, true
}

func (s *Server) spendRate(w http.ResponseWriter) bool {
	if !s.limited && s.left <= 1 {
		s.left = s.limit // never runs out
	}
	ok := s.left > 0
	if ok {
		s.left--
	}
	w.Header().Set("x-rate-limit-limit", strconv.Itoa(s.limit))
	w.Header().Set("x-rate-limit-remaining", strconv.Itoa(s.left))
	w.Header().Set("x-rate-limit-reset", strconv.FormatInt(s.now().Add(10*time.Minute).Unix(), 10))
	if !ok {
		problem(w, http.StatusTooManyRequests, "about:blank", "Too Many Requests", nil)
	}
	return ok
}
