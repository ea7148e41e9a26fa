package alerts_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/alerts"
	"vigie/alerts/alertstest"
)

func post(ctx context.Context, c *http.Client, url string) (alerts.Answer, *alerts.Error) {
	answer, err := alerts.Do(ctx, c, alerts.Request{Method: http.MethodPost, URL: url, Body: []byte("{}")})
	var failure *alerts.Error
	if err != nil && !errors.As(err, &failure) {
		panic("Do gave an error of another type")
	}
	return answer, failure
}

func TestStatusClasses(t *testing.T) {
	tests := map[int]alerts.Class{
		200: "", 201: "", 204: "",
		301: alerts.ClassPermanent, 307: alerts.ClassPermanent, 308: alerts.ClassPermanent,
		400: alerts.ClassPermanent, 404: alerts.ClassPermanent, 413: alerts.ClassPermanent, 422: alerts.ClassPermanent,
		401: alerts.ClassAuth, 403: alerts.ClassAuth, 410: alerts.ClassGone,
		408: alerts.ClassRetry, 425: alerts.ClassRetry, 429: alerts.ClassRetry, 500: alerts.ClassRetry, 503: alerts.ClassRetry,
		502: alerts.ClassAmbiguous, 504: alerts.ClassAmbiguous,
	}
	for code, want := range tests {
		followed := false
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				followed = true
			}
			w.Header().Set("Location", "/elsewhere?"+alertstest.Canary)
			w.WriteHeader(code)
			if code != http.StatusNoContent {
				_, _ = io.WriteString(w, alertstest.Canary)
			}
		}))
		_, err := post(t.Context(), alerts.NewClient(alerts.ClientConfig{}), srv.URL+"/path-secret")
		srv.Close()
		got := alerts.Class("")
		if err != nil {
			got = err.Class
			if err.Status != code || strings.Contains(err.Error(), alertstest.Canary) || strings.Contains(err.Error(), "path-secret") {
				t.Errorf("%d: the error is %v", code, err)
			}
		}
		if got != want || followed {
			t.Errorf("%d: class %q, redirect followed: %v; want %q and never", code, got, followed, want)
		}
	}
}

func TestNetworkClasses(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	cutter := listen(t, func(c net.Conn) { c.Close() })
	garbage := listen(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, "SSH-2.0 "+alertstest.Canary+"\r\n")
		c.Close()
	})
	silent := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	tests := []struct {
		name, url string
		want      []alerts.Class
	}{
		{"nobody listens", "http://" + closed.Addr().String(), []alerts.Class{alerts.ClassRetry}},
		{"no such host", "http://nowhere.invalid", []alerts.Class{alerts.ClassRetry}},
		{"cut before or after the request", cutter, []alerts.Class{alerts.ClassRetry, alerts.ClassAmbiguous}},
		{"something that is not HTTP", garbage, []alerts.Class{alerts.ClassAmbiguous}},
		{"no answer", silent, []alerts.Class{alerts.ClassAmbiguous}},
		{"a certificate nobody signed", untrusted.URL, []alerts.Class{alerts.ClassRetry}},
		{"no address", "http://%zz", []alerts.Class{alerts.ClassPermanent}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client := alerts.NewClient(alerts.ClientConfig{Timeout: 2 * time.Second})
			_, err := post(t.Context(), client, tt.url+"/path-secret?key=path-secret")
			if err == nil || !slices.Contains(tt.want, err.Class) {
				t.Fatalf("%v, want class %v", err, tt.want)
			}
			if strings.Contains(err.Error(), "path-secret") || strings.Contains(err.Error(), alertstest.Canary) {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

// listen serves raw connections on loopback until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c) }()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestAnswersAreCut(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 1<<20))
	}))
	defer srv.Close()
	answer, err := post(t.Context(), alerts.NewClient(alerts.ClientConfig{}), srv.URL)
	if err != nil || len(answer.Body) != 64<<10 {
		t.Errorf("%d bytes and %v, want 64 kB and no error", len(answer.Body), err)
	}
}

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, " 5 ": 5 * time.Second, "-3": 0, "soon": 0, "1.5": 0, "99999999999999": 0,
		"Sun, 01 Mar 2026 12:10:00 GMT": 10 * time.Minute,
		"Sun, 01 Mar 2026 11:00:00 GMT": 0,
	}
	for value, want := range tests {
		if got := alerts.ParseRetryAfter(value, now); got != want {
			t.Errorf("ParseRetryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, s := range []string{"", "120", "-1", "Sun, 01 Mar 2026 12:10:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "2147483648"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if d := alerts.ParseRetryAfter(s, now); d < 0 {
			t.Errorf("ParseRetryAfter(%q) = %v, negative", s, d)
		}
	})
}

func TestHideAddress(t *testing.T) {
	tests := map[string]string{
		"https://example.org":               "https://example.org/",
		"https://example.org/":              "https://example.org/",
		"https://u:p@example.org/hooks/abc": "https://example.org/…",
		"https://example.org/?key=abc":      "https://example.org/…",
		"::abc":                             "<address>",
	}
	for in, want := range tests {
		if got := alerts.HideAddress(in); got != want {
			t.Errorf("HideAddress(%q) = %q, want %q", in, got, want)
		}
	}
}
