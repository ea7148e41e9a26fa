package mastodon

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/collectortest"
	"vigie/collectors/mastodon/mastodontest"
)

const testToken = "s3cret-token-of-asso"

// world is a server with the account @asso, and a source on it.
type world struct {
	*mastodontest.Server
	t      *testing.T
	clock  *collectortest.Clock
	http   *httptest.Server
	source *Source
	cursor string
	got    map[vigie.CommentID][]vigie.Comment
	bad    []vigie.Undecodable
}

func newWorld(t *testing.T, o mastodontest.Options, c Config) *world {
	t.Helper()
	w := &world{t: t, clock: collectortest.NewClockAt(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)), got: map[vigie.CommentID][]vigie.Comment{}}
	o.Now = w.clock.Now
	w.Server = mastodontest.New(o)
	w.AddAccount(mastodontest.Account{Name: "asso", Token: testToken, Created: w.clock.Now().AddDate(-2, 0, 0)})
	w.http = httptest.NewServer(w.Server)
	t.Cleanup(w.http.Close)
	c.Server, c.TokenFile = w.http.URL, "token"
	src, err := New(c, w.deps())
	if err != nil {
		t.Fatal(err)
	}
	w.source = src.(*Source)
	return w
}

func (w *world) deps() collectors.Deps {
	tr := collectors.NewTransport(collectors.TransportConfig{Source: "asso", Now: w.clock.Now, Deadline: 2 * time.Second})
	return collectors.Deps{Name: "asso", Org: vigie.DefaultOrg, Client: tr.Client(), Now: w.clock.Now,
		Secret: func(string) (vigie.Secret, error) { return testToken + "\n", nil }}
}

func (w *world) host() string { return strings.TrimPrefix(w.http.URL, "http://") }

func (w *world) id(status string) vigie.CommentID {
	return vigie.NewCommentID("mastodon", w.host(), status)
}

// poll walks once and keeps what comes, as the store would.
func (w *world) poll() error { return w.pollFrom(w.source) }

func (w *world) pollFrom(s collectors.Source) error {
	for page, err := range s.Pages(context.Background(), w.cursor) {
		if err != nil {
			return err
		}
		for _, c := range page.Comments {
			w.keep(c)
		}
		w.bad = append(w.bad, page.Bad...)
		w.cursor = page.Next
	}
	return nil
}

func (w *world) keep(c vigie.Comment) {
	old := w.got[c.ID]
	if n := len(old); n > 0 && old[n-1].Text == c.Text && old[n-1].Edited.Equal(c.Edited) {
		return
	}
	w.got[c.ID] = append(old, c)
}

func (w *world) mustPoll() {
	w.t.Helper()
	if err := w.poll(); err != nil {
		w.t.Fatalf("poll: %v", err)
	}
}

// one returns the only version of a comment that must be there.
func (w *world) one(status string) vigie.Comment {
	w.t.Helper()
	vs := w.got[w.id(status)]
	if len(vs) != 1 {
		w.t.Fatalf("comment %s has %d versions, want 1; %d comments in all", status, len(vs), len(w.got))
	}
	return vs[0]
}

func (w *world) absent(status string) {
	w.t.Helper()
	if len(w.got[w.id(status)]) != 0 {
		w.t.Errorf("comment %s was collected", status)
	}
}

var no = false

// quiet is the configuration with the first walk only.
var quiet = Config{Replies: &no, Messages: &no}
