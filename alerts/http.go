package alerts

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxAnswer is how much of an answer a channel may read.
const maxAnswer = 64 << 10

// ClientConfig adjusts [NewClient]; its zero value is what channels use.
type ClientConfig struct {
	Timeout time.Duration  // of a whole exchange; default 20 s
	Roots   *x509.CertPool // who may sign the receiver's certificate; default: the system's
}

// NewClient makes the HTTP client of a channel: TLS verified (1.2 at least),
// redirects not followed, answers cut at 64 kB, every step with a time-out.
// Addresses come from the operator's own configuration, so private ones and
// the environment's proxy are fine.
func NewClient(c ClientConfig) *http.Client {
	if c.Timeout <= 0 {
		c.Timeout = 20 * time.Second
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    1,
		MaxResponseHeaderBytes: maxAnswer,
		ForceAttemptHTTP2:      true,
	}
	return &http.Client{
		Timeout:       c.Timeout,
		Transport:     capped{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// capped cuts the bodies of answers.
type capped struct{ next http.RoundTripper }

func (c capped) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err == nil {
		resp.Body = cut{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

type cut struct {
	io.Reader
	io.Closer
}

// Request is one write to a receiver.
type Request struct {
	Method string
	URL    string // may hold a secret: never printed
	Header http.Header
	Body   []byte
}

// Answer is what the receiver said to an accepted write.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most 64 kB; for the channel to parse, never to print
}

// Do sends r once. Anything but a 2xx answer is an *[Error] whose class follows
// from the status, or from whether the request had left completely when the
// network failed. The error's text holds the host at most: no path, no query,
// no body.
func Do(ctx context.Context, client *http.Client, r Request) (Answer, error) {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				written.Store(true)
			}
		},
	})
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, &Error{Class: ClassPermanent, Err: errors.New("the address is not one")}
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, networkError(err, written.Load())
	}
	defer resp.Body.Close()
	if err := statusError(resp); err != nil {
		_, _ = io.Copy(io.Discard, resp.Body) // lets the connection be used again
		return Answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil { // accepted all the same: the status said so
		body = nil
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// HideAddress returns an address as it may be shown: scheme and host only.
func HideAddress(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "<address>"
	}
	shown := u.Scheme + "://" + u.Host + "/"
	if len(u.Path) > 1 || u.RawQuery != "" {
		shown += "…"
	}
	return shown
}
