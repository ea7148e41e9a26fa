package mastodon

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/mastodon/mastodontest"
)

// threaded is the configuration without the walk over messages.
var threaded = Config{Messages: &no}

func TestThreadsAreReadWhenTheyMoveAndLessAndLess(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1}, threaded)
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	w.mustPoll()
	if n := w.Count("/context"); n != 0 {
		t.Fatalf("%d reads of a thread without answers", n)
	}
	reply := w.Post(mastodontest.Status{From: "bob", Text: "nul", ReplyTo: post})
	w.clock.Advance(time.Minute)
	w.mustPoll()
	w.one(reply)
	nested := w.Post(mastodontest.Status{From: "carole", Text: "bien dit", ReplyTo: reply}) // moves no count of ours
	w.clock.Advance(2 * time.Minute)
	w.mustPoll()
	if got := w.one(nested); got.Thread != w.id(post) || got.InReplyTo != w.id(reply) {
		t.Errorf("thread %s, in reply to %s", got.Thread, got.InReplyTo)
	}
	before := w.Count("/context")
	for range 24 {
		w.clock.Advance(time.Hour)
		w.mustPoll()
	}
	if n := w.Count("/context") - before; n < 20 || n > 26 {
		t.Errorf("%d reads in a day of hourly polls", n)
	}
	before = w.Count("/context")
	for range 24 {
		w.clock.Advance(time.Hour)
		w.mustPoll()
	}
	if n := w.Count("/context") - before; n > 8 {
		t.Errorf("%d reads on the second day", n)
	}
	w.clock.Advance(memory)
	w.mustPoll()
	before = w.Count("/context")
	w.clock.Advance(24 * time.Hour)
	w.mustPoll()
	if n := w.Count("/context") - before; n != 0 {
		t.Errorf("%d reads of a thread older than a week", n)
	}
}

func TestThreadsOfManyPostsAreReadInTurns(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1}, threaded)
	var replies []string
	for range 60 {
		post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
		replies = append(replies, w.Post(mastodontest.Status{From: "bob", Text: "nul", ReplyTo: post}))
	}
	for range 8 {
		before := w.Count("/context")
		w.mustPoll()
		if n := w.Count("/context") - before; n > threadsAPass {
			t.Errorf("%d threads in one pass", n)
		}
		w.clock.Advance(10 * time.Second)
	}
	for _, id := range replies {
		w.one(id)
	}
}

func TestADeletedThreadIsNoFailure(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1}, threaded)
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	w.mustPoll()
	w.Delete(post)
	other := w.Post(mastodontest.Status{From: "bob", Text: "@asso oui"})
	w.clock.Advance(2 * time.Minute)
	w.Inject(mastodontest.Fault{Path: "/context", Status: http.StatusNotFound, Body: `{"error":"Record not found"}`})
	w.mustPoll()
	w.one(other)
}

func TestAThreadTooLongStopsNothing(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1}, threaded)
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	w.Post(mastodontest.Status{From: "bob", Text: "nul", ReplyTo: post})
	w.Inject(mastodontest.Fault{Path: "/context", Status: 200, Body: "[" + strings.Repeat(" ", 9<<20)})
	w.mustPoll()
	mention := w.Post(mastodontest.Status{From: "bob", Text: "@asso oui"})
	w.mustPoll()
	w.one(mention)
}

func TestAThreadStillBeingFetchedIsReadAgainSoon(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1}, threaded)
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	w.Post(mastodontest.Status{From: "bob", Text: "nul", ReplyTo: post})
	w.Inject(mastodontest.Fault{Path: "/context", Status: 200, Body: `{"ancestors":[],"descendants":[]}`,
		Header: http.Header{"Mastodon-Async-Refresh": {`id="x", retry=5`}}})
	w.mustPoll()
	w.clock.Advance(refreshing)
	w.mustPoll()
	if n := w.Count("/context"); n != 2 {
		t.Errorf("%d reads, want 2", n)
	}
}

func TestMergeKeepsWhatIsKnown(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	posted := now.Add(-time.Hour / 2)
	post := func(id mastodon.ID, replies int64) *status {
		return &status{Status: mastodon.Status{ID: id, RepliesCount: replies, CreatedAt: posted}}
	}
	known := []thread{{ID: "2", Posted: posted.Unix(), Replies: 2, Read: 2, Next: 77}, {ID: "1", Posted: 5}}
	got := merge(known, []*status{post("4", 1), post("3", 0), post("2", 5)}, now)
	want := []thread{
		{ID: "4", Posted: posted.Unix(), Replies: 1},
		{ID: "3", Posted: posted.Unix(), Next: now.Add(2 * time.Minute).Unix()},
		{ID: "2", Posted: posted.Unix(), Replies: 5, Read: 2, Next: 77},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDueReadsWhatMovedFirst(t *testing.T) {
	now := time.Unix(1000, 0)
	threads := []thread{
		{ID: "rests", Posted: 900, Next: 2000},
		{ID: "due, new", Posted: 800, Next: 500},
		{ID: "due, old", Posted: 100, Next: 500},
		{ID: "moved", Posted: 50, Replies: 3, Read: 2, Next: 2000},
	}
	var got []string
	for _, i := range due(threads, now) {
		got = append(got, threads[i].ID)
	}
	if diff := cmp.Diff([]string{"moved", "due, new", "due, old"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWatchNeedsNoToken(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	src, err := NewWatch(WatchConfig{Account: "@asso@mastodon.example", Server: w.http.URL}, w.deps())
	if err != nil {
		t.Fatal(err)
	}
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	public := w.Post(mastodontest.Status{From: "bob", Text: "@asso nul", ReplyTo: post})
	hidden := w.Post(mastodontest.Status{From: "bob", Text: "@asso entre nous", ReplyTo: post, Visibility: "private"})
	if err := w.pollFrom(src); err != nil {
		t.Fatal(err)
	}
	if got := w.one(public); got.Account != vigie.AccountID("mastodon:"+w.host()+"/@asso") {
		t.Errorf("account %s", got.Account)
	}
	w.absent(hidden)
	for _, r := range w.Requests() {
		if r.Account != "" || r.Status != 200 {
			t.Errorf("%s by %q: %d", r.Path, r.Account, r.Status)
		}
	}
}

func TestWatchTellsWhatToDo(t *testing.T) {
	tests := map[string]struct {
		fault mastodontest.Fault
		class collectors.Class
		hint  string
	}{
		"unknown": {mastodontest.Fault{Status: 404, Body: `{"error":"Record not found"}`}, collectors.ClassGone, "spelling"},
		"login":   {mastodontest.Fault{Status: 401, Body: `{"error":"This method requires an authenticated user"}`}, collectors.ClassAuth, "token"},
		"limit":   {mastodontest.TooMany, collectors.ClassLimited, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, mastodontest.Options{}, quiet)
			src, err := NewWatch(WatchConfig{Account: "@asso@mastodon.example", Server: w.http.URL}, w.deps())
			if err != nil {
				t.Fatal(err)
			}
			w.Inject(tt.fault)
			err = w.pollFrom(src)
			if collectors.ClassOf(err) != tt.class || !strings.Contains(err.Error(), tt.hint) {
				t.Errorf("got %v", err)
			}
		})
	}
}
