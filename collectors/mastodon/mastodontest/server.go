// Package mastodontest is a strict Mastodon server in memory: the network on
// which package mastodon is tested and `vigie demo` plays.
//
// It answers the part of the client API that reads, with the real server's
// paging, visibility, limits, headers and error bodies, and refuses what it
// does not know, where the real one would silently ignore it. The world is
// changed from Go: [Server.Post], [Server.Edit], [Server.Delete]. On request it
// misbehaves: see [Fault], [Status.Hold], [Server.Garble].
//
// It keeps everything in memory and records every request without its token.
// It promises to be safe for concurrent use and to need no testing.T, so that
// it also serves a real listener.
package mastodontest

import (
	"net/http"
	"sync"
	"time"
)

// Options shape a server; the zero value is a usable one.
type Options struct {
	Base      string           // "https://mastodon.example"; "": http:// and the Host of each request
	Domain    string           // of local accounts; "": "mastodon.example"
	Now       func() time.Time // the server's clock; nil: time.Now
	RateLimit int              // requests per window and token; 0: 300, as Mastodon; below 0: none
	Window    time.Duration    // of the rate limit; 0: five minutes
	Latency   time.Duration    // of every answer
	// Strangers says that notifications of accounts that the receiver does not
	// follow are not filtered away. By default they are, and only
	// include_filtered=true shows them.
	Strangers bool
	MaxPage   int // the longest page; 0: as Mastodon
	// PublicContext bounds descendants shown without a token; 0: 60, as Mastodon.
	PublicContext int
}

// Server is the simulated Mastodon. It is an http.Handler.
type Server struct {
	opts Options
	mux  *http.ServeMux

	mu       sync.Mutex
	accounts []*account
	tokens   map[string]*account
	statuses map[int64]*status
	order    []int64 // of statuses, by id
	notes    []*note // by id
	lastID   int64
	windows  map[string]*window
	faults   []*Fault
	requests []Request
	pages    map[string]answer // the last page of each path, for Fault.Repeat
}

// New builds a server without accounts.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Domain == "" {
		o.Domain = "mastodon.example"
	}
	if o.RateLimit == 0 {
		o.RateLimit = 300
	}
	if o.Window == 0 {
		o.Window = 5 * time.Minute
	}
	if o.PublicContext == 0 {
		o.PublicContext = 60
	}
	s := &Server{
		opts: o, mux: http.NewServeMux(),
		tokens: map[string]*account{}, statuses: map[int64]*status{},
		windows: map[string]*window{}, pages: map[string]answer{},
	}
	s.routes()
	return s
}

// routes lists all that the server understands: parameters that a route does
// not name are refused.
func (s *Server) routes() {
	paging := []string{"limit", "max_id", "since_id", "min_id"}
	notes := append([]string{"types[]", "exclude_types[]", "include_filtered", "account_id"}, paging...)
	posts := append([]string{"exclude_replies", "exclude_reblogs", "only_media", "pinned"}, paging...)
	s.handle("/api/v1/instance", false, s.instance)
	s.handle("/api/v1/accounts/verify_credentials", true, s.verifyCredentials)
	s.handle("/api/v1/accounts/lookup", false, s.lookup, "acct")
	s.handle("/api/v1/accounts/{id}", false, s.account)
	s.handle("/api/v1/accounts/{id}/statuses", false, s.accountStatuses, posts...)
	s.handle("/api/v1/statuses", false, s.manyStatuses, "id[]")
	s.handle("/api/v1/statuses/{id}", false, s.oneStatus)
	s.handle("/api/v1/statuses/{id}/context", false, s.context)
	s.handle("/api/v1/notifications", true, s.notifications, notes...)
	s.handle("/api/v1/notifications/{id}", true, s.notification)
	s.handle("/api/v1/conversations", true, s.conversations, paging...)
	s.mux.HandleFunc("GET /{handle}/{id}", s.page)
}

func (s *Server) handle(path string, private bool, h func(*call) answer, params ...string) {
	known := map[string]bool{}
	for _, p := range params {
		known[p] = true
	}
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, endpoint{private: private, run: h, params: known})
	})
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.record(r, "", http.StatusNotFound)
		failure(http.StatusNotFound, "The page you are looking for isn't here").write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}
