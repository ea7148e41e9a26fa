package mastodontest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Request is one request as the server saw it, without its token.
type Request struct {
	Path    string
	Query   url.Values
	Account string // whose token it carried, "" if none
	Status  int    // of the answer; 0 for a hang
}

type endpoint struct {
	private bool // needs a token
	run     func(*call) answer
	params  map[string]bool
}

// call is one request being answered, under the server's lock.
type call struct {
	me   *account // nil without a token
	id   int64    // of the path, 0 if none
	q    url.Values
	path string
	base string
	now  time.Time
}

// answer is a response before it is written.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away is no trouble of ours
}

// record keeps a request; the token is left out.
func (s *Server) record(r *http.Request, account string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{Path: r.URL.Path, Query: r.URL.Query(), Account: account, Status: status})
}

// serve runs one endpoint: fault, token, limit, parameters, then the answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, e endpoint) {
	if s.opts.Latency > 0 && !pause(r, s.opts.Latency) {
		return
	}
	fault := s.takeFault(r.URL.Path)
	if fault != nil && fault.Hang {
		s.record(r, "", 0)
		<-r.Context().Done()
		return
	}
	a, name := s.answer(r, e, fault)
	s.record(r, name, a.status)
	a.write(w)
}

func pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Server) answer(r *http.Request, e endpoint, fault *Fault) (answer, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.newCall(r, e)
	limit, full := s.count(c, r)
	var a answer
	switch {
	case fault != nil && fault.Repeat && s.pages[r.URL.Path].body != nil:
		a = s.pages[r.URL.Path]
	case fault != nil && !fault.Repeat:
		a = fault.answer()
	case full:
		a = failure(http.StatusTooManyRequests, "Too many requests")
	case refused.status != 0:
		a = refused
	default:
		a = e.run(c)
		s.pages[r.URL.Path] = a
	}
	return a.with(limit), c.name()
}

// with adds headers without touching the shared ones of a repeated page.
func (a answer) with(more http.Header) answer {
	h := a.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	for k, v := range more {
		if _, set := h[k]; !set {
			h[k] = v
		}
	}
	a.header = h
	return a
}

func (c *call) name() string {
	if c.me == nil {
		return ""
	}
	return c.me.name
}

// newCall checks the token and the parameters; a non-zero answer refuses.
func (s *Server) newCall(r *http.Request, e endpoint) (*call, answer) {
	c := &call{q: r.URL.Query(), path: r.URL.Path, base: s.base(r), now: s.opts.Now()}
	if h := r.Header.Get("Authorization"); h != "" {
		c.me = s.tokens[strings.TrimPrefix(h, "Bearer ")]
		if c.me == nil {
			return c, failure(http.StatusUnauthorized, "The access token is invalid")
		}
	}
	if e.private && c.me == nil {
		return c, failure(http.StatusUnauthorized, "The access token is invalid")
	}
	for name, values := range c.q {
		if !e.params[name] || len(values) > 1 && !strings.HasSuffix(name, "[]") {
			return c, failure(http.StatusUnprocessableEntity, "Validation failed: unknown or repeated parameter "+name)
		}
	}
	if id := r.PathValue("id"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return c, notFound()
		}
		c.id = n
	}
	return c, answer{}
}

func (s *Server) base(r *http.Request) string {
	if s.opts.Base != "" {
		return s.opts.Base
	}
	return "http://" + r.Host
}

func failure(status int, text string) answer {
	body, _ := json.Marshal(map[string]string{"error": text}) // cannot fail
	return answer{status: status, body: body}
}

func notFound() answer { return failure(http.StatusNotFound, "Record not found") }

func ok(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return failure(http.StatusInternalServerError, err.Error())
	}
	return answer{status: http.StatusOK, body: body}
}

// Requests returns what was asked so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Count returns how many requests went to paths that contain part.
func (s *Server) Count(part string) int {
	n := 0
	for _, r := range s.Requests() {
		if strings.Contains(r.Path, part) {
			n++
		}
	}
	return n
}
