package mastodontest

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// window counts the requests of one token, or of one address without a token.
type window struct {
	start time.Time
	used  int
}

// count books a request and returns the rate headers; true if it is one too many.
func (s *Server) count(c *call, r *http.Request) (http.Header, bool) {
	if s.opts.RateLimit < 0 {
		return nil, false
	}
	key := c.name()
	if key == "" {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		key = "address " + host
	}
	start := c.now.Truncate(s.opts.Window)
	w := s.windows[key]
	if w == nil || !w.start.Equal(start) {
		w = &window{start: start}
		s.windows[key] = w
	}
	full := w.used >= s.opts.RateLimit
	if !full {
		w.used++
	}
	h := http.Header{}
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.opts.RateLimit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(s.opts.RateLimit-w.used))
	h.Set("X-RateLimit-Reset", start.Add(s.opts.Window).UTC().Format("2006-01-02T15:04:05.000000Z"))
	h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	return h, full
}
