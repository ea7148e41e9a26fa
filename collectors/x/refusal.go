package x

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"

	"vigie/collectors"
)

// refusal is what X said in a problem document, reduced to its own closed
// words: values of parameters and free text stay out.
type refusal struct {
	problem   string // last part of the problem type, "usage-capped"
	reason    string // "client-not-enrolled"
	parameter string // named by a 400
}

// Error returns X's words.
func (r *refusal) Error() string {
	s := "X refused"
	for _, word := range []string{r.problem, r.reason, r.parameter} {
		if word != "" {
			s += ", " + word
		}
	}
	return s
}

// The patterns read a problem document even if it is cut short. They take
// names only, so nothing else gets into an error.
var (
	problemPattern   = regexp.MustCompile(`"type"\s*:\s*"https://api\.(?:twitter|x)\.com/2/problems/([a-z-]{1,40})"`)
	reasonPattern    = regexp.MustCompile(`"reason"\s*:\s*"([a-z-]{1,40})"`)
	parameterPattern = regexp.MustCompile(`"parameters"\s*:\s*\{\s*"([a-z_.]{1,40})"`)
	codePattern      = regexp.MustCompile(`"code"\s*:\s*453\b`)
)

func readRefusal(head []byte) *refusal {
	first := func(re *regexp.Regexp) string {
		if m := re.FindSubmatch(head); m != nil {
			return string(m[1])
		}
		return ""
	}
	r := &refusal{problem: first(problemPattern), reason: first(reasonPattern), parameter: first(parameterPattern)}
	if codePattern.Match(head) {
		r.problem = "code 453"
	}
	return r
}

// Tune adapts a transport to X: it reads X's problem documents, and knows that
// X counts requests for each endpoint. The daemon applies it to the
// configuration of the transport under Deps.Client.
func Tune(t *collectors.TransportConfig) {
	t.Classify = Classify
	t.Bucket = func(r *http.Request) string { return r.URL.Host + r.URL.Path }
}

// Classify reads a refusal by X better than its status alone; nil leaves the
// usual reading. It is for collectors.TransportConfig.
func Classify(resp *http.Response, head []byte) *collectors.Error {
	r := readRefusal(head)
	switch {
	case r.problem == "usage-capped":
		// Billing cycles do not end with the month, and the operator may raise the
		// cap at any time: asking once a day costs nothing.
		return &collectors.Error{Class: collectors.ClassBudget, Until: nextDay(serverTime(resp)), Err: r,
			Hint: "the spending limit set at X is reached: raise it in the developer console, or wait for the next billing cycle"}
	case r.problem == "code 453":
		return &collectors.Error{Class: collectors.ClassAuth, Err: r, Hint: `X gives API v1.1 to contract customers only: use mode: v2`}
	case r.reason == "client-not-enrolled" || r.problem == "client-forbidden":
		return &collectors.Error{Class: collectors.ClassAuth, Err: r, Hint: "attach the app to a project in X's developer console and choose a plan"}
	case r.problem == "unsupported-authentication":
		return &collectors.Error{Class: collectors.ClassAuth, Err: r, Hint: "this call needs the four OAuth 1.0a keys, bearer_file is not enough"}
	case resp.StatusCode == http.StatusBadRequest:
		return &collectors.Error{Class: collectors.ClassBug, Err: r}
	}
	return nil
}

// serverTime is the server's own clock, ours where it does not tell.
func serverTime(resp *http.Response) time.Time {
	if t, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		return t
	}
	return time.Now()
}

func nextDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// checked stands between a client and whatever transport is below: it lets
// only answers through. Over collectors.Transport it has little to do; over
// any other it closes the trap that go-twitter sets, which reports success on
// a 403 or 429 without an `errors` array, on an empty 410 and on a 404 {}.
type checked struct{ base http.RoundTripper }

// RoundTrip turns every refusal, and an empty answer, into a typed error.
func (c checked) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		// A head cut short is still the best there is to judge by.
		head, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return nil, judge(resp, head)
	}
	body := &firstByte{ReadCloser: resp.Body}
	resp.Body = body
	if err := body.peek(); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// judge is Classify with a reading for every status of 400 and above.
func judge(resp *http.Response, head []byte) *collectors.Error {
	e := Classify(resp, head)
	if e == nil {
		e = &collectors.Error{Class: collectors.ClassBug, Err: readRefusal(head)}
		switch s := resp.StatusCode; {
		case s == http.StatusUnauthorized || s == http.StatusForbidden:
			e.Class, e.Hint = collectors.ClassAuth, "renew the keys in X's developer console"
		case s == http.StatusNotFound || s == http.StatusGone:
			e.Class = collectors.ClassGone
		case s == http.StatusTooManyRequests:
			e.Class = collectors.ClassLimited
		case s >= http.StatusInternalServerError || s == http.StatusRequestTimeout:
			e.Class = collectors.ClassRetry
		}
	}
	e.Status = resp.StatusCode
	return e
}

// firstByte is a body of which one byte was read ahead.
type firstByte struct {
	io.ReadCloser
	ahead []byte
}

// peek fails if the body is empty: X always sends a document.
func (b *firstByte) peek() error {
	one := make([]byte, 1)
	switch _, err := io.ReadFull(b.ReadCloser, one); {
	case errors.Is(err, io.EOF):
		return &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer is empty")}
	case err != nil:
		return collectors.Classified(err)
	}
	b.ahead = one
	return nil
}

// Read reads the byte read ahead, then the rest.
func (b *firstByte) Read(p []byte) (int, error) {
	if len(b.ahead) == 0 {
		return b.ReadCloser.Read(p)
	}
	n, err := io.MultiReader(bytes.NewReader(b.ahead)).Read(p)
	b.ahead = b.ahead[n:]
	return n, err
}
