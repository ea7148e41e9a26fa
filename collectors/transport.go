package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// TransportConfig says how a source's requests travel. The zero value works.
type TransportConfig struct {
	Source   string            // name of the source, for metrics
	Base     http.RoundTripper // nil: a transport of its own
	Deadline time.Duration     // of one request, body included; 30 s if zero
	MaxBody  int64             // bytes of an answer, after decompression; 8 MiB if zero
	MaxWait  time.Duration     // longest wait believed from a platform; 1 h if zero
	Metrics  *Metrics          // may be nil
	Now      func() time.Time  // time.Now if nil

	// Bucket names the platform's quota that a request draws on; nil: one for
	// each host. X has one for each endpoint.
	Bucket func(*http.Request) string

	// Classify lets a source read a refusal (status 400 and above) better than
	// its status alone: head is the first KiB of the body. It returns nil for
	// the usual reading. Status and a missing Until are filled in afterwards.
	Classify func(resp *http.Response, head []byte) *Error
}

// Transport carries a source's requests. Every status of 400 and above becomes
// an [*Error] before a client library can swallow it or sleep on it; so do HTML
// where it was not asked for, a redirect to another host, and an answer too
// long or too late. While a platform's headers say that the quota is spent, no
// request leaves the machine. http.Client wraps the errors in *url.Error, whose
// text holds the URL: see [Classified].
type Transport struct {
	c       TransportConfig
	buckets buckets
}

// NewTransport returns a transport for one source.
func NewTransport(c TransportConfig) *Transport {
	c.Deadline = cmp.Or(c.Deadline, 30*time.Second)
	c.MaxBody = cmp.Or(c.MaxBody, 8<<20)
	c.MaxWait = cmp.Or(c.MaxWait, time.Hour)
	if c.Base == nil {
		base := http.DefaultTransport.(*http.Transport).Clone()
		base.ResponseHeaderTimeout = c.Deadline
		c.Base = base
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Bucket == nil {
		c.Bucket = func(r *http.Request) string { return r.URL.Host }
	}
	return &Transport{c: c}
}

// Client returns an HTTP client over the transport, for [Deps].
func (t *Transport) Client() *http.Client { return &http.Client{Transport: t} }

type streamKey struct{}

// Streaming marks the context of a request whose answer never ends, such as
// server-sent events: neither the deadline nor the cap on the body applies, and
// the caller watches for silence itself.
func Streaming(ctx context.Context) context.Context {
	return context.WithValue(ctx, streamKey{}, true)
}

// RoundTrip sends one request. Errors are of type [*Error], except that of a
// context which the caller ended.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	began := t.c.Now()
	resp, err := t.send(r)
	t.c.Metrics.request(t.c.Source, resultOf(r.Context(), err), t.c.Now().Sub(began))
	return resp, err
}

func resultOf(ctx context.Context, err error) string {
	switch {
	case err == nil:
		return resultOK
	case errors.Is(ctx.Err(), context.Canceled):
		return resultCancelled
	}
	return string(ClassOf(err))
}

func (t *Transport) send(r *http.Request) (*http.Response, error) {
	key := t.c.Bucket(r)
	if till := t.buckets.closedUntil(key, t.c.Now()); !till.IsZero() {
		closeBody(r.Body)
		return nil, &Error{Class: ClassLimited, Until: till, Err: errors.New("the platform's quota is spent")}
	}
	caller, cancel := r.Context(), context.CancelFunc(func() {})
	streaming := caller.Value(streamKey{}) != nil
	if !streaming {
		var ctx context.Context
		ctx, cancel = context.WithTimeout(caller, t.c.Deadline)
		r = r.WithContext(ctx)
	}
	resp, err := t.c.Base.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, t.lost(caller, err)
	}
	if err := t.judge(r, resp, key); err != nil {
		closeBody(resp.Body)
		cancel()
		return nil, err
	}
	body := &capped{t: t, caller: caller, body: resp.Body, cancel: cancel, left: t.c.MaxBody}
	body.endless = streaming
	resp.Body = body
	return resp, nil
}

func closeBody(b io.Closer) {
	if b != nil {
		b.Close() // the error of closing what nobody will read says nothing
	}
}

// lost classifies a failure of the network. The caller's own end of the
// context passes unclassified: it is no failure of the source.
func (t *Transport) lost(caller context.Context, err error) error {
	if caller.Err() != nil {
		return caller.Err()
	}
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %v: %w", t.c.Deadline, err)
	}
	return &Error{Class: ClassRetry, Err: speakable(err)}
}

// judge reads what the headers say of the quota and turns a refusal into an error.
func (t *Transport) judge(r *http.Request, resp *http.Response, key string) error {
	now := t.c.Now()
	q := readQuota(resp.Header, now)
	if q.limit > 0 && q.remaining >= 0 {
		t.c.Metrics.quotaLeft(t.c.Source, min(1, q.remaining/q.limit))
	}
	if q.remaining >= 0 && q.remaining < 1 && q.known && q.wait > 0 {
		t.buckets.close(key, now.Add(min(q.wait, t.c.MaxWait)))
	}
	e := t.refusal(r, resp)
	if e == nil {
		return nil
	}
	if wait, ok := limitedFor(resp.Header, now); ok && e.Until.IsZero() && (e.Class == ClassLimited || e.Class == ClassRetry && resp.Header.Get("Retry-After") != "") {
		e.Until = now.Add(min(wait, t.c.MaxWait))
	}
	if e.Class == ClassLimited && !e.Until.IsZero() {
		t.buckets.close(key, e.Until)
	}
	return e
}

// capped is the body of an answer: it ends with an error where the cap is
// exceeded, and classifies what cuts it short.
type capped struct {
	t       *Transport
	caller  context.Context
	body    io.ReadCloser
	cancel  context.CancelFunc
	left    int64
	endless bool
}

// Read reads the body up to the cap.
func (b *capped) Read(p []byte) (int, error) {
	if !b.endless && int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	if !b.endless && b.left < 0 {
		return 0, &Error{Class: ClassBug, Err: fmt.Errorf("the answer is longer than %d bytes", b.t.c.MaxBody)}
	}
	if err != nil && err != io.EOF {
		err = b.t.lost(b.caller, err)
	}
	return n, err
}

// Close closes the body and ends the request's deadline.
func (b *capped) Close() error {
	defer b.cancel()
	return b.body.Close()
}
