package collectortest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/collectors"
)

// wait is what refusals of a Wire ask for, and skew how far its server's clock
// is ahead of ours: resets must be read by the server's.
const (
	wait = 2 * time.Minute
	skew = 26 * time.Hour
)

// Wire carries requests to a handler in memory and plays the faults of HTTP.
type Wire struct {
	clock   *Clock
	handler http.Handler

	mu       sync.Mutex
	fault    Fault
	after    int
	last     map[string]kept // the last good answer for each path
	requests int
}

// kept is an answer that may be given again.
type kept struct {
	status int
	header http.Header
	body   []byte
}

// NewWire returns a wire to h.
func NewWire(clock *Clock, h http.Handler) *Wire {
	return &Wire{clock: clock, handler: h, last: make(map[string]kept)}
}

// Client returns a client over a [collectors.Transport] over the wire, as the
// daemon would make it, for Deps.Client. c may be the zero value.
func (w *Wire) Client(c collectors.TransportConfig) *http.Client {
	c.Base, c.Now = w, w.clock.Now
	c.Deadline = 2 * time.Second
	c.MaxBody = cmp.Or(c.MaxBody, 1<<20) // an overlong body must not take long
	return collectors.NewTransport(c).Client()
}

// Break makes one request fail after so many good ones.
func (w *Wire) Break(f Fault, after int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.after = f, after
}

// Requests returns how many requests were made.
func (w *Wire) Requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// next returns the fault of this request, "" if it is a good one.
func (w *Wire) next(path string) Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if w.fault == "" {
		return ""
	}
	if w.after > 0 {
		w.after--
		return ""
	}
	f := w.fault
	if _, ok := w.last[path]; f == Repeated && !ok {
		return ""
	}
	w.fault = ""
	return f
}

// again returns the last good answer for a path.
func (w *Wire) again(path string) kept {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last[path]
}

// RoundTrip answers from the handler, or with the fault that is due.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	f := w.next(r.URL.Path)
	if f == Repeated {
		return w.respond(r, w.again(r.URL.Path)), nil
	}
	if a, ok := w.refuse(f); ok {
		return w.respond(r, a), nil
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	a := kept{status: rec.Code, header: rec.Header(), body: rec.Body.Bytes()}
	resp := w.respond(r, a)
	switch f {
	case Cut:
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(a.body[:len(a.body)/2]), broken{}))
	case Hanging:
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(a.body[:len(a.body)/2]), hanging{r.Context()}))
	case Overlong:
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(a.body[:1]), spaces{}))
	default:
		w.mu.Lock()
		w.last[r.URL.Path] = a
		w.mu.Unlock()
	}
	return resp, nil
}

func (w *Wire) respond(r *http.Request, a kept) *http.Response {
	h := a.header.Clone()
	if h.Get("Date") == "" {
		h.Set("Date", w.clock.Now().Add(skew).Format(http.TimeFormat))
	}
	return &http.Response{Status: strconv.Itoa(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r}
}

// refuse is the answer that is a refusal by itself.
func (w *Wire) refuse(f Fault) (kept, bool) {
	server := w.clock.Now().Add(skew)
	reset := server.Add(wait)
	answer := func(status int, body string, header ...string) (kept, bool) {
		h := make(http.Header)
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return kept{status, h, []byte(strings.ReplaceAll(body, "$", Marker))}, true
	}
	switch f {
	case LimitedUnix:
		return answer(429, `{"title":"Too Many Requests"}`, "X-Rate-Limit-Limit", "300", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", strconv.FormatInt(reset.Unix(), 10))
	case LimitedISO:
		return answer(429, `{"error":"Too many requests"}`, "X-RateLimit-Limit", "300", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset.Format("2006-01-02T15:04:05.000000Z"))
	case LimitedDelta:
		return answer(429, `{}`, "RateLimit-Limit", "100", "RateLimit-Remaining", "0.0", "RateLimit-Reset", "120")
	case LimitedSeconds:
		return answer(429, ``, "Retry-After", "120")
	case LimitedDate:
		return answer(429, ``, "Retry-After", reset.Format(http.TimeFormat))
	case LimitedMute:
		return answer(429, `$`)
	case Unauthorized:
		return answer(401, `{"error":"The access token was revoked $"}`, "Content-Type", "application/json")
	case Forbidden:
		return answer(403, `{"title":"Forbidden","detail":"$","type":"about:blank"}`, "Content-Type", "application/problem+json")
	case Unavailable:
		return answer(503, `<!doctype html><p>$`, "Content-Type", "text/html; charset=utf-8")
	case Disguised:
		return answer(200, `<!doctype html><p>$`, "Content-Type", "text/html; charset=utf-8")
	case Gone:
		return answer(410, ``)
	case Elsewhere:
		return answer(302, ``, "Location", "https://elsewhere.invalid/?token="+Token)
	}
	return kept{}, false
}

// broken is the rest of a body that is cut short.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// hanging is the rest of a body that never comes.
type hanging struct{ ctx context.Context }

func (h hanging) Read([]byte) (int, error) {
	<-h.ctx.Done()
	return 0, h.ctx.Err()
}

// spaces is a body without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
