package mastodontest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-mastodon"
)

const token = "tok"

func start(t *testing.T, o Options) (*Server, string) {
	t.Helper()
	s := New(o)
	s.AddAccount(Account{Name: "asso", Token: token})
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h.URL
}

// get returns the answer to a request with the token, its array's ids if it is one.
func get(t *testing.T, url, tok string) (*http.Response, []string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tok != "" {
		r.Header.Set("Authorization", "Bearer "+tok)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var items []struct{ ID string }
	_ = json.NewDecoder(resp.Body).Decode(&items) // an object, or an error: no ids
	var ids []string
	for _, i := range items {
		ids = append(ids, i.ID)
	}
	return resp, ids
}

func TestPaging(t *testing.T) {
	s, url := start(t, Options{Strangers: true})
	for i := range 20 {
		s.Post(Status{From: "bob", Text: fmt.Sprintf("@asso %d", i)}) // notifications 90 to 109
	}
	tests := map[string]struct {
		query string
		want  string
		links string // older page, newer page
	}{
		"newest page":         {"limit=3", "109 108 107", "107 109"},
		"max_id goes back":    {"limit=3&max_id=101", "100 99 98", "98 100"},
		"since_id: newest":    {"limit=3&since_id=98", "109 108 107", "107 109"},
		"min_id: just after":  {"limit=3&min_id=98", "101 100 99", "99 101"},
		"min_id and max_id":   {"limit=3&min_id=98&max_id=101", "100 99", "99 100"},
		"past the end":        {"min_id=109", "", ""},
		"from the beginning":  {"limit=2&min_id=0", "91 90", "90 91"},
		"clamped":             {"limit=500&max_id=92", "91 90", "90 91"},
		"other types":         {"types[]=quote", "", ""},
		"without the mention": {"exclude_types[]=mention", "", ""},
	}
	links := regexp.MustCompile(`max_id=(\d+)>; rel="next", <.*min_id=(\d+)>; rel="prev"`)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp, ids := get(t, url+"/api/v1/notifications?"+tt.query, token)
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			got := ""
			if m := links.FindStringSubmatch(resp.Header.Get("Link")); m != nil {
				got = m[1] + " " + m[2]
			}
			if got != tt.links {
				t.Errorf("links %q, want %q: %s", got, tt.links, resp.Header.Get("Link"))
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	s, url := start(t, Options{})
	id := s.Post(Status{From: "asso", Text: "x", Visibility: "private"})
	tests := []struct {
		name, path, token string
		want              int
	}{
		{"good token", "/api/v1/notifications", token, 200},
		{"bad token", "/api/v1/notifications", "other", 401},
		{"no token", "/api/v1/notifications", "", 401},
		{"bad token where none is due", "/api/v1/accounts/lookup?acct=asso", "other", 401},
		{"public", "/api/v1/accounts/lookup?acct=asso", "", 200},
		{"unknown account", "/api/v1/accounts/lookup?acct=nobody", "", 404},
		{"unknown parameter", "/api/v1/notifications?limmit=3", token, 422},
		{"repeated parameter", "/api/v1/notifications?limit=3&limit=4", token, 422},
		{"no number", "/api/v1/notifications?min_id=abc", token, 422},
		{"unknown path", "/api/v1/nothing", token, 404},
		{"too many ids", "/api/v1/statuses?" + strings.Repeat("id[]=1&", 21), token, 422},
		{"private status", "/api/v1/statuses/" + id, "", 404},
		{"own private status", "/api/v1/statuses/" + id, token, 200},
		{"no such status", "/api/v1/statuses/1/context", token, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if resp, _ := get(t, url+tt.path, tt.token); resp.StatusCode != tt.want {
				t.Errorf("got %d, want %d", resp.StatusCode, tt.want)
			}
		})
	}
	resp, err := http.Post(url+"/api/v1/notifications", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", resp.StatusCode)
	}
	for _, r := range s.Requests() {
		if strings.Contains(fmt.Sprintf("%+v", r), token) {
			t.Errorf("a recorded request holds the token: %+v", r)
		}
	}
}

func TestRateLimit(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 1, 0, 0, time.UTC)
	_, url := start(t, Options{RateLimit: 2, Now: func() time.Time { return now }})
	var got []string
	for range 3 {
		resp, _ := get(t, url+"/api/v1/notifications", token)
		got = append(got, fmt.Sprint(resp.StatusCode, resp.Header.Get("X-RateLimit-Remaining"), resp.Header.Get("X-RateLimit-Reset")))
	}
	now = now.Add(4 * time.Minute)
	resp, _ := get(t, url+"/api/v1/notifications", token)
	got = append(got, fmt.Sprint(resp.StatusCode))
	want := []string{"200 1 2026-11-20T12:05:00.000000Z", "200 0 2026-11-20T12:05:00.000000Z", "429 0 2026-11-20T12:05:00.000000Z", "200"}
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], " ", "")
		got[i] = strings.ReplaceAll(got[i], " ", "")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The traps of the library that package mastodon avoids must be there: else
// its tests would prove nothing.
func TestTheLibraryFallsIntoItsTrap(t *testing.T) {
	s, url := start(t, Options{Strangers: true})
	for i := range 100 {
		s.Post(Status{From: "bob", Text: fmt.Sprintf("@asso %d", i)})
	}
	c := mastodon.NewClient(&mastodon.Config{Server: url, AccessToken: token})
	n := 0
	for _, err := range c.Notifications(t.Context(), nil, &mastodon.Pagination{MinID: "179", Limit: 5}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n < 90 {
		t.Errorf("the iterator yields %d items after 179; the server does not page like Mastodon", n)
	}
}

func TestVisibilityInTime(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	s, url := start(t, Options{Strangers: true, Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	held := s.Post(Status{From: "bob", Text: "@asso un", Hold: true})
	s.Post(Status{From: "bob", Text: "@asso deux", Delay: time.Minute})
	s.Post(Status{From: "bob", Text: "@asso trois"})
	list := func() string {
		_, ids := get(t, url+"/api/v1/notifications", token)
		return strings.Join(ids, " ")
	}
	got := []string{list()}
	s.Release(held)
	got = append(got, list())
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	got = append(got, list())
	s.Delete(held)
	got = append(got, list())
	if diff := cmp.Diff([]string{"92", "92 90", "92 91 90", "92 91"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFiltersAndConversations(t *testing.T) {
	s, url := start(t, Options{})
	s.Follow("asso", "ami")
	s.Post(Status{From: "ami", Text: "@asso salut"})
	s.Post(Status{From: "inconnu", Text: "@asso dehors"})
	first := s.Post(Status{From: "dan", Text: "@asso en privé", Visibility: "direct"})
	s.Post(Status{From: "asso", Text: "@dan oui ?", Visibility: "direct", ReplyTo: first})
	if _, ids := get(t, url+"/api/v1/notifications", token); len(ids) != 1 {
		t.Errorf("%d notifications, want the friend's only", len(ids))
	}
	if _, ids := get(t, url+"/api/v1/notifications?include_filtered=true", token); len(ids) != 3 {
		t.Errorf("%d notifications with the filtered ones, want 3", len(ids))
	}
	if _, ids := get(t, url+"/api/v1/conversations", token); len(ids) != 1 {
		t.Errorf("%d conversations, want 1", len(ids))
	}
}

func TestContextWithoutTokenIsBounded(t *testing.T) {
	s, url := start(t, Options{PublicContext: 3})
	post := s.Post(Status{From: "asso", Text: "fête"})
	for range 5 {
		s.Post(Status{From: "bob", Text: "oui", ReplyTo: post})
	}
	for tok, want := range map[string]int{"": 3, token: 5} {
		c := mastodon.NewClient(&mastodon.Config{Server: url, AccessToken: tok})
		if tok == "" {
			c.Transport = bare{}
		}
		got, err := c.GetStatusContext(t.Context(), mastodon.ID(post))
		if err != nil || len(got.Descendants) != want {
			t.Errorf("token %q: %v, %d", tok, err, len(got.Descendants))
		}
	}
}

// bare drops the empty Authorization that the library sends.
type bare struct{}

func (bare) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Del("Authorization")
	return http.DefaultTransport.RoundTrip(r)
}

func TestConcurrentUse(t *testing.T) {
	s, url := start(t, Options{RateLimit: -1})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 25 {
				id := s.Post(Status{From: fmt.Sprintf("troll%d", i), Text: "@asso"})
				s.Edit(id, "@asso encore")
				get(t, url+"/api/v1/notifications?include_filtered=true", token)
				s.Delete(id)
			}
		})
	}
	wg.Wait()
}
