//lint:file-ignore SA1019 go-twitter is archived, not broken: its v1.1 types are the vocabulary here (docs/dependencies.md)

package x

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/dghubble/go-twitter/twitter"

	"vigie"
	"vigie/collectors"
)

// toServer sends whatever the library asks for to one test server.
type toServer struct{ to string }

func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := url.Parse(s.to)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = u.Scheme, u.Host
	return http.DefaultTransport.RoundTrip(r)
}

// TestSilentSuccessTrapIsClosed shows the trap first: go-twitter alone takes
// each of these answers for an empty timeline. Over our transport each is an error.
func TestSilentSuccessTrapIsClosed(t *testing.T) {
	cases := []struct {
		name   string
		status int
		body   string
		want   collectors.Class
	}{
		{"403 problem+json", 403, `{"title":"Forbidden","type":"about:blank","status":403}`, collectors.ClassAuth},
		{"429 problem+json", 429, `{"title":"Too Many Requests","type":"about:blank","status":429}`, collectors.ClassLimited},
		{"410 empty", 410, ``, collectors.ClassGone},
		{"404 {}", 404, `{}`, collectors.ClassGone},
		{"200 empty", 200, ``, collectors.ClassRetry},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body)) // a client that has gone shows in the checks below
			}))
			defer server.Close()
			alone := twitter.NewClient(&http.Client{Transport: toServer{server.URL}})
			if tweets, _, err := alone.Timelines.MentionTimeline(nil); err != nil || len(tweets) != 0 {
				t.Fatalf("the library has changed: %d tweets, %v; the guard may no longer be needed", len(tweets), err)
			}
			api := &legacyAPI{server: server.URL, client: &http.Client{Transport: checked{base: http.DefaultTransport}}}
			_, err := api.mentions(context.Background(), vigie.Account{}, query{})
			wantClass(t, typed(context.Background(), err), c.want)
		})
	}
}

func TestLegacyHonoursTheCallersContext(t *testing.T) {
	asked, done := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}))
	defer server.Close()
	defer close(done)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	api := &legacyAPI{server: server.URL, client: &http.Client{Transport: checked{base: http.DefaultTransport}}}
	if _, err := api.mentions(ctx, vigie.Account{}, query{}); ctx.Err() == nil || err == nil {
		t.Errorf("error %v", err)
	}
}

func TestServerThatIgnoresTheTokenIsNoLoop(t *testing.T) {
	page := `[{"id":1900000000000000001,"id_str":"1900000000000000001","full_text":"encore","created_at":"Sun Nov 22 10:00:00 +0000 2026"}]`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/1.1/account/verify_credentials.json" {
			page := `{"id":7001,"id_str":"7001","screen_name":"asso"}`
			_, _ = w.Write([]byte(page))
			return
		}
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	r := newRig(t, ModeLegacy)
	r.c.Server = server.URL
	wantClass(t, newShelf().poll(r.source(), -1), collectors.ClassRetry)
}
