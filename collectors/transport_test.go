//lint:file-ignore SA1019 go-twitter is archived, not broken: its v1.1 types are the vocabulary here (docs/dependencies.md)

package collectors_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dghubble/go-twitter/twitter"
	"github.com/mattn/go-mastodon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vigie/collectors"
)

const secret = "s3cret"

// roundTrip answers each request with the same response.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string, header ...string) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		h := make(http.Header)
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

// ours is our clock in these tests; the servers' is a day ahead.
var ours = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func transport(base http.RoundTripper) *collectors.Transport {
	return collectors.NewTransport(collectors.TransportConfig{Source: "s", Base: base, Now: func() time.Time { return ours }})
}

func get(client *http.Client, url string) (collectors.Answer, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return collectors.Answer{}, err
	}
	return collectors.Do(client, r)
}

func TestTransportClassifies(t *testing.T) {
	const date = "Mon, 02 Mar 2026 12:00:00 GMT"
	for _, c := range []struct {
		name   string
		status int
		header []string
		class  collectors.Class
		wait   time.Duration
	}{
		{"ok", 200, nil, "", 0},
		{"not modified", 304, nil, "", 0},
		{"same host", 301, []string{"Location", "/api/v2"}, "", 0},
		{"to https", 301, []string{"Location", "https://host.example/"}, "", 0},
		{"gives up https", 302, []string{"Location", "ftp://host.example/"}, collectors.ClassRetry, 0},
		{"another port", 302, []string{"Location", "http://host.example:81/"}, collectors.ClassRetry, 0},
		{"another host", 302, []string{"Location", "http://other.example/"}, collectors.ClassRetry, 0},
		{"moved for good", 301, []string{"Location", "http://other.example/"}, collectors.ClassGone, 0},
		{"html", 200, []string{"Content-Type", "text/html; charset=utf-8"}, collectors.ClassRetry, 0},
		{"malformed", 400, nil, collectors.ClassBug, 0},
		{"unauthorized", 401, nil, collectors.ClassAuth, 0},
		{"bill", 402, nil, collectors.ClassBudget, 0},
		{"forbidden", 403, []string{"Content-Type", "application/problem+json"}, collectors.ClassAuth, 0},
		{"firewall", 403, []string{"Content-Type", "text/html"}, collectors.ClassRetry, 0},
		{"not found", 404, nil, collectors.ClassGone, 0},
		{"gone", 410, nil, collectors.ClassGone, 0},
		{"enhance your calm", 420, nil, collectors.ClassLimited, 0},
		{"x", 429, []string{"Date", date, "x-rate-limit-remaining", "0", "x-rate-limit-reset", "1772453700"}, collectors.ClassLimited, 15 * time.Minute},
		{"mastodon", 429, []string{"Date", date, "X-RateLimit-Reset", "2026-03-02T12:05:00.123456Z"}, collectors.ClassLimited, 5*time.Minute + 123456*time.Microsecond},
		{"bluesky", 429, []string{"Date", date, "ratelimit-reset", "1772453700"}, collectors.ClassLimited, 15 * time.Minute},
		{"reddit", 429, []string{"Date", date, "x-ratelimit-remaining", "0.0", "x-ratelimit-reset", "61"}, collectors.ClassLimited, 61 * time.Second},
		{"seconds", 429, []string{"Retry-After", "7"}, collectors.ClassLimited, 7 * time.Second},
		{"date", 429, []string{"Date", date, "Retry-After", "Mon, 02 Mar 2026 12:01:00 GMT"}, collectors.ClassLimited, time.Minute},
		{"no date", 429, []string{"Retry-After", "Sun, 01 Mar 2026 12:01:00 GMT"}, collectors.ClassLimited, time.Minute},
		{"for ever", 429, []string{"Retry-After", "999999999"}, collectors.ClassLimited, time.Hour},
		{"nonsense", 429, []string{"Retry-After", "soon", "X-RateLimit-Reset", "NaN"}, collectors.ClassLimited, 0},
		{"maintenance", 503, []string{"Retry-After", "30"}, collectors.ClassRetry, 30 * time.Second},
		{"internal", 500, []string{"X-RateLimit-Reset", "99"}, collectors.ClassRetry, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := transport(answer(c.status, "the body "+secret, c.header...)).Client()
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			_, err := get(client, "http://host.example/path-"+secret+"?token="+secret)
			if c.class == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *collectors.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T, want *Error", err)
			}
			if e.Class != c.class || e.Status != c.status {
				t.Errorf("class %s, status %d; want %s, %d", e.Class, e.Status, c.class, c.status)
			}
			if want := ours.Add(c.wait); c.wait == 0 && !e.Until.IsZero() || c.wait != 0 && !e.Until.Equal(want) {
				t.Errorf("until %v, want %v later", e.Until.Sub(ours), c.wait)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "other.example") {
				t.Errorf("tells a secret: %v", err)
			}
		})
	}
}

func TestTransportFindsThroughURLError(t *testing.T) {
	_, err := transport(answer(401, "")).Client().Get("http://host.example/?token=" + secret)
	var u *url.Error
	if !errors.As(err, &u) || collectors.ClassOf(err) != collectors.ClassAuth || collectors.StatusOf(err) != 401 {
		t.Errorf("class %s in %T", collectors.ClassOf(err), err)
	}
	if s := collectors.Classified(err).Error(); strings.Contains(s, secret) {
		t.Error(s)
	}
}

func TestTransportHook(t *testing.T) {
	c := collectors.TransportConfig{
		Base: answer(429, `{"type":"https://api.x.com/2/problems/usage-capped"}`+strings.Repeat(" ", 2000), "Retry-After", "60"),
		Classify: func(resp *http.Response, head []byte) *collectors.Error {
			if len(head) > 1<<10 {
				t.Errorf("head of %d bytes", len(head))
			}
			if resp.StatusCode == 429 && bytes.Contains(head, []byte("usage-capped")) {
				return &collectors.Error{Class: collectors.ClassBudget}
			}
			return nil
		},
	}
	_, err := get(collectors.NewTransport(c).Client(), "http://h/")
	if collectors.ClassOf(err) != collectors.ClassBudget || collectors.StatusOf(err) != 429 {
		t.Error(err)
	}
}

func TestTransportKeepsQuota(t *testing.T) {
	now, calls := ours, map[string]int{}
	base := roundTrip(func(r *http.Request) (*http.Response, error) {
		calls[r.URL.Host]++
		left := "1"
		if calls[r.URL.Host] == 2 {
			left = "0"
		}
		return answer(200, "{}", "X-RateLimit-Limit", "4", "X-RateLimit-Remaining", left, "X-RateLimit-Reset", "60")(r)
	})
	reg := prometheus.NewRegistry()
	client := collectors.NewTransport(collectors.TransportConfig{Source: "s", Base: base, Now: func() time.Time { return now },
		Metrics: collectors.NewMetrics(reg)}).Client()
	for i, want := range []collectors.Class{"", "", collectors.ClassLimited, collectors.ClassLimited} {
		_, err := get(client, "http://a/")
		if got := classOrNone(err); got != want {
			t.Errorf("request %d: class %q, want %q", i, got, want)
		}
	}
	if _, err := get(client, "http://b/"); err != nil {
		t.Errorf("another host has another quota: %v", err)
	}
	if calls["a"] != 2 {
		t.Errorf("%d requests sent, want 2: the quota was spent", calls["a"])
	}
	now = now.Add(61 * time.Second)
	if _, err := get(client, "http://a/"); err != nil {
		t.Errorf("after the reset: %v", err)
	}
	want := `# HELP vigie_source_quota_remaining_ratio What the platform says is left of its request quota.
# TYPE vigie_source_quota_remaining_ratio gauge
vigie_source_quota_remaining_ratio{source="s"} 0.25
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "vigie_source_quota_remaining_ratio"); err != nil {
		t.Error(err)
	}
	if n := testutil.CollectAndCount(reg, "vigie_source_requests_total"); n != 2 {
		t.Errorf("%d results counted, want ok and limited", n)
	}
}

func classOrNone(err error) collectors.Class {
	if err == nil {
		return ""
	}
	return collectors.ClassOf(err)
}

func TestTransportBodies(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		resp, _ := answer(200, "")(r)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("["), waiting{r.Context()}))
		return resp, nil
	}
	for _, c := range []struct {
		name  string
		base  roundTrip
		class collectors.Class
	}{
		{"just short enough", answer(200, strings.Repeat("x", 100)), ""},
		{"too long", answer(200, strings.Repeat("x", 101)), collectors.ClassBug},
		{"hanging", hang, collectors.ClassRetry},
		{"no answer", func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, collectors.ClassRetry},
		{"reset", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") }, collectors.ClassRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := collectors.NewTransport(collectors.TransportConfig{Base: c.base, MaxBody: 100, Deadline: 50 * time.Millisecond})
			_, err := get(tr.Client(), "http://h/?t="+secret)
			if got := classOrNone(err); got != c.class {
				t.Errorf("class %q, want %q (%v)", got, c.class, err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error(err)
			}
		})
	}
}

// waiting is a body that ends with its context only.
type waiting struct{ ctx context.Context }

func (w waiting) Read([]byte) (int, error) { <-w.ctx.Done(); return 0, w.ctx.Err() }

func TestTransportCallerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tr := transport(roundTrip(func(r *http.Request) (*http.Response, error) {
		cancel()
		return nil, r.Context().Err()
	}))
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://h/", nil)
	_, err := collectors.Do(tr.Client(), r)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
}

func TestTransportStreaming(t *testing.T) {
	long := strings.Repeat("x", 1000)
	tr := collectors.NewTransport(collectors.TransportConfig{Base: answer(200, long), MaxBody: 10})
	r, _ := http.NewRequestWithContext(collectors.Streaming(t.Context()), http.MethodGet, "http://h/", nil)
	a, err := collectors.Do(tr.Client(), r)
	if err != nil || len(a.Body) != 1000 {
		t.Errorf("%d bytes, %v", len(a.Body), err)
	}
}

// TestTransportUnderLibraries proves that the two client libraries, one of
// which takes a refusal for an empty answer and the other sleeps on it, give
// the typed error back at once.
func TestTransportUnderLibraries(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"title":"Too Many Requests"}`)
	}))
	defer srv.Close()
	client := collectors.NewTransport(collectors.TransportConfig{}).Client()

	m := mastodon.NewClient(&mastodon.Config{Server: srv.URL, AccessToken: secret})
	m.Client = *client
	began := time.Now()
	_, err := m.GetNotifications(t.Context(), nil)
	if collectors.ClassOf(err) != collectors.ClassLimited || time.Since(began) > 500*time.Millisecond {
		t.Errorf("go-mastodon: %v after %v", collectors.Classified(err), time.Since(began))
	}

	to := &http.Client{Transport: collectors.NewTransport(collectors.TransportConfig{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		return answer(403, `{"title":"Forbidden"}`, "Content-Type", "application/problem+json")(r)
	})})}
	_, _, err = twitter.NewClient(to).Timelines.MentionTimeline(nil)
	if collectors.ClassOf(err) != collectors.ClassAuth || err == nil {
		t.Errorf("go-twitter: %v", err)
	}
}

func TestRedirectCarriesNoToken(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer srv.Close()
	r, _ := http.NewRequest(http.MethodGet, srv.URL, nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	_, err := collectors.Do(collectors.NewTransport(collectors.TransportConfig{}).Client(), r)
	if err == nil || reached || strings.Contains(err.Error(), other.URL) {
		t.Errorf("reached %v, %v", reached, err)
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct {
		in   string
		want string
		bad  bool
	}{
		{`[]`, ``, false},
		{`[{"a":1}, 2 ,"x"]`, `{"a":1};2;"x";`, false},
		{`[1,2`, `1;2;`, true},
		{`[1,}`, `1;`, true},
		{`{"error":"x"}`, ``, true},
		{``, ``, true},
		{`null`, ``, true},
	} {
		got, bad := "", false
		for raw, err := range collectors.Elements([]byte(c.in)) {
			if err != nil {
				bad = true
				continue
			}
			got += string(raw) + ";"
		}
		if got != c.want || bad != c.bad {
			t.Errorf("%s: %q, bad %v", c.in, got, bad)
		}
	}
}

func FuzzElements(f *testing.F) {
	f.Add([]byte(`[{"id":"1"},{"id":`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, bad := 0, false
		for raw, err := range collectors.Elements(b) {
			if err != nil {
				bad = true
				continue
			}
			n++
			if !json.Valid(raw) {
				t.Errorf("%q is not JSON", raw)
			}
		}
		var all []json.RawMessage
		if json.Unmarshal(b, &all) == nil && all != nil && (bad || n != len(all)) {
			t.Errorf("%d elements of %d, bad %v", n, len(all), bad)
		}
	})
}

func FuzzQuotaHeaders(f *testing.F) {
	f.Add("0", "1772453700", "60")
	f.Add("1e300", "-5", "Mon, 02 Mar 2026 12:00:00 GMT")
	f.Fuzz(func(t *testing.T, left, reset, after string) {
		_, err := get(transport(answer(429, "", "X-RateLimit-Remaining", left, "X-RateLimit-Reset", reset, "Retry-After", after)).Client(), "http://h/")
		var e *collectors.Error
		if !errors.As(err, &e) || e.Class != collectors.ClassLimited {
			t.Fatalf("%v", err)
		}
		if !e.Until.IsZero() && (e.Until.Before(ours) || e.Until.After(ours.Add(time.Hour))) {
			t.Errorf("until %v from now", e.Until.Sub(ours))
		}
	})
}
