package webhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
	"vigie/alerts/webhook"
)

const (
	secret   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
	previous = "whsec_cHJldmlvdXMtcHJldmlvdXMtcHJldmlvdXMtIQ=="
	token    = "path-token-51b0"
)

func deps(logs io.Writer) alerts.Deps {
	return alerts.Deps{
		Name: "hook", Client: alerts.NewClient(alerts.ClientConfig{}), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(logs, nil)),
		Secret: func(file string) (vigie.Secret, error) {
			s, ok := map[string]vigie.Secret{"new": secret, "old": previous, "short": "whsec_c2hvcnQ=", "junk": "whsec_%%%"}[file]
			if !ok {
				return "", fmt.Errorf("%s: no such file", file)
			}
			return s, nil
		},
	}
}

// receiver verifies each request with the independent library and then plays
// its fault.
type receiver struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	fault   alertstest.Fault
	taken   []alertstest.Taken
	headers []http.Header
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t, fault: alertstest.Accepts}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.take(req, body)
	w.Header().Set("X-Word", alertstest.Canary)
	r.mu.Lock()
	fault := r.fault
	r.mu.Unlock()
	switch fault {
	case alertstest.Accepts:
		w.WriteHeader(http.StatusNoContent)
		return
	case alertstest.Busy:
		w.WriteHeader(http.StatusServiceUnavailable)
	case alertstest.Limited:
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	case alertstest.BadCredentials:
		w.WriteHeader(http.StatusUnauthorized)
	case alertstest.Gone:
		w.WriteHeader(http.StatusGone)
	case alertstest.Refuses:
		w.WriteHeader(http.StatusUnprocessableEntity)
	case alertstest.CutAfter:
		panic(http.ErrAbortHandler)
	case alertstest.Silent:
		<-req.Context().Done()
	}
	_, _ = io.WriteString(w, alertstest.Canary)
}

func (r *receiver) take(req *http.Request, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range []string{secret, previous} {
		verifier, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			r.t.Error(err)
		} else if err := verifier.Verify(body, req.Header); err != nil {
			r.t.Errorf("the independent verifier refuses the request: %v", err)
		}
	}
	var raw bytes.Buffer
	_ = req.Header.Write(&raw)
	raw.Write(body)
	r.headers = append(r.headers, req.Header)
	r.taken = append(r.taken, alertstest.Taken{Key: req.Header.Get("webhook-id"), Bytes: raw.Bytes()})
}

func (r *receiver) play(f alertstest.Fault) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = f
	return true
}

func TestChannel(t *testing.T) {
	alertstest.RunChannel(t, func(t *testing.T) alertstest.Rig {
		r := newReceiver(t)
		var logs bytes.Buffer
		d := deps(&logs)
		gate := &gate{next: d.Client.Transport}
		d.Client.Transport = gate
		c, err := webhook.New(webhook.Config{URL: r.URL + "/hooks/" + token + "?key=" + token, SecretFile: "new", PreviousSecretFile: "old"}, d)
		if err != nil {
			t.Fatal(err)
		}
		return alertstest.Rig{
			Channel: c,
			Play: func(f alertstest.Fault) bool {
				gate.closed = f == alertstest.Down
				return r.play(f)
			},
			Taken: func() []alertstest.Taken {
				r.mu.Lock()
				defer r.mu.Unlock()
				return r.taken
			},
			Secrets: []string{token, strings.TrimPrefix(secret, "whsec_"), strings.TrimPrefix(previous, "whsec_")},
			Logs:    logs.String,
		}
	})
}

// gate sends requests to a port where nobody listens.
type gate struct {
	next   http.RoundTripper
	closed bool
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if g.closed {
		req = req.Clone(req.Context())
		req.URL.Host = "127.0.0.1:1"
	}
	return g.next.RoundTrip(req)
}

func TestRetriesCarryTheSameBody(t *testing.T) {
	r := newReceiver(t)
	d := deps(io.Discard)
	now := time.Now()
	d.Now = func() time.Time { now = now.Add(90 * time.Second); return now }
	c, err := webhook.New(webhook.Config{URL: r.URL, SecretFile: "new", PreviousSecretFile: "old"}, d)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Send(t.Context(), alertstest.Message("msg-1")); err != nil {
			t.Fatal(err)
		}
	}
	body := func(i int) string { _, b, _ := bytes.Cut(r.taken[i].Bytes, []byte("{")); return string(b) }
	if body(0) != body(1) || r.taken[0].Key != r.taken[1].Key {
		t.Errorf("two tries differ:\n%s\n%s", r.taken[0].Bytes, r.taken[1].Bytes)
	}
	if r.headers[0].Get("webhook-timestamp") == r.headers[1].Get("webhook-timestamp") {
		t.Error("the second try carries the timestamp of the first: receivers would refuse it as too old")
	}
}

func TestBody(t *testing.T) {
	c, err := webhook.New(webhook.Config{URL: "https://example.org/x", SecretFile: "new"}, deps(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	b, err := alerts.Preview(c, alertstest.Message("msg-1"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"case.flagged","timestamp":"2026-03-01T07:59:00Z","data":{"alerts":[{"id":"alert-of-msg-1","case":"k7Qm2",` +
		`"severity":"high","label":"threat","platform":"mastodon","account":"mastodon:example.org/@asso",` +
		`"posted":"2026-03-01T07:58:00Z","opened":"2026-03-01T07:59:00Z","link":"https://vigie.example/cases/k7Qm2"}]}}`
	if _, got, _ := strings.Cut(string(b), "\n\n"); got != want {
		t.Errorf("body\n%s\nwant\n%s", got, want)
	}
	ops := vigie.Message{ID: "o", Base: "https://v.example", Alerts: []vigie.Alert{{ID: "o", Kind: vigie.AlertOps, Ops: vigie.OpsEvent{Subject: "source asso", Class: "auth"}}}}
	b, err = alerts.Preview(c, ops)
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Type string
		Data struct {
			Alerts []struct {
				Ops struct{ Subject, Class string }
			}
		}
	}
	if _, body, _ := strings.Cut(string(b), "\n\n"); json.Unmarshal([]byte(body), &parsed) != nil || parsed.Type != "ops" || parsed.Data.Alerts[0].Ops.Class != "auth" {
		t.Errorf("an ops alert left as %s", b)
	}
}

func TestConfig(t *testing.T) {
	tests := []struct {
		name  string
		c     webhook.Config
		field string
	}{
		{"https", webhook.Config{URL: "https://example.org/h", SecretFile: "new"}, ""},
		{"http to loopback", webhook.Config{URL: "http://[::1]:80/h", SecretFile: "new"}, ""},
		{"http to localhost", webhook.Config{URL: "http://localhost/h", SecretFile: "new"}, ""},
		{"http elsewhere", webhook.Config{URL: "http://10.0.0.3/h", SecretFile: "new"}, "url"},
		{"http elsewhere, allowed", webhook.Config{URL: "http://10.0.0.3/h", SecretFile: "new", AllowHTTP: true}, ""},
		{"no address", webhook.Config{SecretFile: "new"}, "url"},
		{"another scheme", webhook.Config{URL: "ftp://example.org", SecretFile: "new"}, "url"},
		{"not an address", webhook.Config{URL: "https://" + token + "\x7f", SecretFile: "new"}, "url"},
		{"password in the address", webhook.Config{URL: "https://a:" + token + "@example.org", SecretFile: "new"}, "url"},
		{"no secret", webhook.Config{URL: "https://example.org"}, "secret_file"},
		{"short secret", webhook.Config{URL: "https://example.org", SecretFile: "short"}, "secret_file"},
		{"junk for a secret", webhook.Config{URL: "https://example.org", SecretFile: "new", PreviousSecretFile: "junk"}, "previous_secret_file"},
	}
	for _, tt := range tests {
		_, err := webhook.New(tt.c, deps(io.Discard))
		var fault *vigie.FieldError
		errors.As(err, &fault)
		if (err == nil) != (tt.field == "") || fault != nil && fault.Field != tt.field {
			t.Errorf("%s: %v, want a fault in %q", tt.name, err, tt.field)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%s: the error prints the address: %v", tt.name, err)
		}
	}
}
