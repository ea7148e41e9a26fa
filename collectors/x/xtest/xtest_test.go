package xtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dghubble/oauth1"

	"vigie/collectors/x/xtest"
)

var me = xtest.User{ID: "7001", Username: "asso"}

func signed(k xtest.Keys, base http.RoundTripper) *http.Client {
	ctx := context.WithValue(context.Background(), oauth1.HTTPClient, &http.Client{Transport: base})
	return oauth1.NewClient(ctx, oauth1.NewConfig(k.ConsumerKey, k.ConsumerSecret), oauth1.NewToken(k.AccessToken, k.AccessSecret))
}

func get(t *testing.T, c *http.Client, address string) (int, map[string]any) {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if len(body) > 0 && json.Unmarshal(body, &v) != nil {
		t.Fatalf("not JSON: %s", body)
	}
	return resp.StatusCode, v
}

func TestSignaturesAreVerified(t *testing.T) {
	cases := []struct {
		name string
		with func(*xtest.Keys)
		want int
	}{
		{"right", func(*xtest.Keys) {}, 200},
		{"wrong consumer key", func(k *xtest.Keys) { k.ConsumerKey = "x" }, 401},
		{"wrong consumer secret", func(k *xtest.Keys) { k.ConsumerSecret = "x" }, 401},
		{"wrong token", func(k *xtest.Keys) { k.AccessToken = "x" }, 401},
		{"wrong token secret", func(k *xtest.Keys) { k.AccessSecret = "x" }, 401},
	}
	for _, c := range cases {
		s := xtest.New(me, nil)
		k := s.Keys()
		c.with(&k)
		if got, _ := get(t, signed(k, nil), s.URL()+"/2/users/7001/mentions?max_results=5&since_id=12"); got != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got, c.want)
		}
		s.Close()
	}
}

// again sends each request twice, as an eavesdropper would, after changing it.
type again struct{ change func(*http.Request) }

func (a again) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	a.change(r)
	return http.DefaultTransport.RoundTrip(r)
}

func TestReplayAndTamperingAreRefused(t *testing.T) {
	s := xtest.New(me, nil)
	defer s.Close()
	for name, change := range map[string]func(*http.Request){
		"same nonce": func(*http.Request) {},
		"other query": func(r *http.Request) {
			r.URL.RawQuery = "max_results=6"
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), `oauth_nonce="`, `oauth_nonce="x`, 1))
		},
		"old timestamp": func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), `oauth_timestamp="1`, `oauth_timestamp="0`, 1))
		},
	} {
		if got, _ := get(t, signed(s.Keys(), again{change}), s.URL()+"/2/users/7001/mentions?max_results=5"); got != http.StatusUnauthorized {
			t.Errorf("%s: status %d", name, got)
		}
	}
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func TestBearerIsAcceptedWhereXAcceptsIt(t *testing.T) {
	s := xtest.New(me, nil)
	defer s.Close()
	for path, want := range map[string]int{"/2/users/7001/mentions": 200, "/2/users/7001": 200, "/2/users/me": 403, "/1.1/statuses/mentions_timeline.json": 403} {
		if got, _ := get(t, &http.Client{Transport: bearer(s.Keys().Bearer)}, s.URL()+path); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
		if got, _ := get(t, &http.Client{Transport: bearer("wrong")}, s.URL()+path); got != 401 {
			t.Errorf("%s with a wrong token: status %d", path, got)
		}
	}
}

func TestStrictParameters(t *testing.T) {
	cases := []struct {
		spelling, query string
		want            int
	}{
		{"tweet", "max_results=5", 200}, {"tweet", "max_results=100", 200},
		{"tweet", "max_results=4", 400}, {"tweet", "max_results=101", 400}, {"tweet", "max_results=x", 400},
		{"tweet", "tweet.fields=text", 200}, {"tweet", "post.fields=text", 400},
		{"post", "tweet.fields=text", 400}, {"post", "post.fields=text", 200},
		{"both", "tweet.fields=text", 200}, {"both", "post.fields=text", 200},
		{"tweet", "count=5", 400}, {"tweet", "since_id=abc", 400}, {"tweet", "pagination_token=abc", 400},
	}
	for _, c := range cases {
		s := xtest.New(me, nil)
		s.SetSpelling(c.spelling)
		if got, _ := get(t, signed(s.Keys(), nil), s.URL()+"/2/users/7001/mentions?"+c.query); got != c.want {
			t.Errorf("%s, %s: status %d, want %d", c.spelling, c.query, got, c.want)
		}
		s.Close()
	}
}

func TestPagesAndBill(t *testing.T) {
	s := xtest.New(me, nil)
	defer s.Close()
	c := signed(s.Keys(), nil)
	address := s.URL() + "/2/users/7001/mentions?max_results=5"
	_, empty := get(t, c, address)
	if _, ok := empty["data"]; ok || empty["meta"].(map[string]any)["result_count"] != 0.0 {
		t.Errorf("empty answer %v", empty)
	}
	for range 7 {
		s.Add(xtest.Post{Text: "texte"})
	}
	_, first := get(t, c, address)
	meta := first["meta"].(map[string]any)
	_, second := get(t, c, address+"&pagination_token="+url.QueryEscape(meta["next_token"].(string)))
	if n := len(first["data"].([]any)) + len(second["data"].([]any)); n != 7 || s.Billed() != 7 {
		t.Errorf("%d posts, %d billed, want 7 and 7", n, s.Billed())
	}
	get(t, c, address)
	if s.Billed() != 7 {
		t.Errorf("%d billed after reading again", s.Billed())
	}
}

func TestLookupNamesTheMissing(t *testing.T) {
	s := xtest.New(me, nil)
	defer s.Close()
	id := s.Add(xtest.Post{Text: "texte"})
	gone := s.Add(xtest.Post{Text: "texte"})
	s.Delete(gone)
	status, v := get(t, signed(s.Keys(), nil), s.URL()+"/2/tweets?ids="+id+","+gone)
	errs, _ := v["errors"].([]any)
	if status != 200 || len(v["data"].([]any)) != 1 || len(errs) != 1 || errs[0].(map[string]any)["value"] != gone {
		t.Errorf("status %d, %v", status, v)
	}
}

func TestEditIsANewIDWithHistory(t *testing.T) {
	s := xtest.New(me, nil)
	defer s.Close()
	first := s.Add(xtest.Post{Text: "avant"})
	second, err := s.Edit(first, "après")
	if err != nil {
		t.Fatal(err)
	}
	_, v := get(t, signed(s.Keys(), nil), s.URL()+"/2/users/7001/mentions?max_results=5")
	data := v["data"].([]any)
	post := data[0].(map[string]any)
	history := post["edit_history_tweet_ids"].([]any)
	if len(data) != 1 || post["id"] != second || len(history) != 2 || history[0] != first {
		t.Errorf("listed %v", data)
	}
	if _, err := s.Edit("404", "x"); err == nil {
		t.Error("an unknown post was edited")
	}
}

func TestRateLimit(t *testing.T) {
	s := xtest.New(me, nil)
	defer s.Close()
	s.SetRateLimit(1)
	c := signed(s.Keys(), nil)
	if got, _ := get(t, c, s.URL()+"/2/users/me"); got != 200 {
		t.Errorf("first: status %d", got)
	}
	if got, _ := get(t, c, s.URL()+"/2/users/me"); got != 429 {
		t.Errorf("second: status %d", got)
	}
}
