package mastodontest

import (
	"net/http"
	"strings"
)

// Fault is one misbehaviour of the server, used up by the next request whose
// path contains Path. The fields are alternatives but for Status with Body and Header.
type Fault struct {
	Path   string      // part of the path, "" for any
	Status int         // answers this status …
	Body   string      // … with this body, verbatim …
	Header http.Header // … and these headers
	Hang   bool        // never answers
	Repeat bool        // answers the page before it once more
}

// Ready-made faults, for any path.
var (
	// TooMany is a 429 with the usual body; the rate headers are the server's own.
	TooMany = Fault{Status: http.StatusTooManyRequests, Body: `{"error":"Too many requests"}`}
	// Revoked is the answer to a token that was taken back.
	Revoked = Fault{Status: http.StatusUnauthorized, Body: `{"error":"The access token is invalid"}`}
	// Maintenance is an HTML page with status 503, from a proxy.
	Maintenance = Fault{Status: http.StatusServiceUnavailable, Body: "<html><body>maintenance</body></html>",
		Header: http.Header{"Content-Type": {"text/html"}}}
	// Gone is an empty 410.
	Gone = Fault{Status: http.StatusGone}
)

func (f *Fault) answer() answer {
	return answer{status: f.Status, body: []byte(f.Body), header: f.Header}
}

// Inject makes the next requests that fit fail, one fault each, in this order.
func (s *Server) Inject(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.faults = append(s.faults, &f)
	}
}

func (s *Server) takeFault(path string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if strings.Contains(path, f.Path) {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			return f
		}
	}
	return nil
}
