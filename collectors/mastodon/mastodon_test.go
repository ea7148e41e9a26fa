package mastodon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/mastodon/mastodontest"
)

func TestKindsOfComment(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, Config{})
	post := w.Post(mastodontest.Status{From: "asso", Text: "Notre fête est samedi."})
	mention := w.Post(mastodontest.Status{From: "bob", Text: "@asso bravo", Lang: "fr"})
	reply := w.Post(mastodontest.Status{From: "troll@loin.example", Text: "@asso nul", ReplyTo: post, Visibility: "unlisted"})
	aside := w.Post(mastodontest.Status{From: "bob", Text: "oui, nul", ReplyTo: reply})
	quote := w.Post(mastodontest.Status{From: "carole", Text: "voyez cela", Quote: post})
	message := w.Post(mastodontest.Status{From: "dan", Text: "@asso en privé", Visibility: "direct"})
	followers := w.Post(mastodontest.Status{From: "eve", Text: "@asso entre nous", Visibility: "private"})
	own := w.Post(mastodontest.Status{From: "asso", Text: "@bob merci", ReplyTo: mention})
	favourited := w.Post(mastodontest.Status{From: "asso", Text: "autre"})
	w.Notify("favourite", "bob", favourited)
	w.mustPoll()

	tests := []struct {
		name, id   string
		kind       vigie.Kind
		visibility vigie.Visibility
		text       string
		inReplyTo  string
	}{
		{"mention", mention, vigie.KindMention, vigie.VisibilityPublic, "@asso bravo", ""},
		{"reply", reply, vigie.KindReply, vigie.VisibilityUnlisted, "@asso nul", post},
		{"reply that does not name us", aside, vigie.KindReply, vigie.VisibilityPublic, "oui, nul", reply},
		{"quote", quote, vigie.KindQuote, vigie.VisibilityPublic, "voyez cela", post},
		{"message", message, vigie.KindMessage, vigie.VisibilityPrivate, "@asso en privé", ""},
		{"followers only", followers, vigie.KindMention, vigie.VisibilityMembers, "@asso entre nous", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := w.one(tt.id)
			if c.Kind != tt.kind || c.Visibility != tt.visibility || c.Text != tt.text {
				t.Errorf("got %s, %s, %q", c.Kind, c.Visibility, c.Text)
			}
			want := vigie.CommentID("")
			if tt.inReplyTo != "" {
				want = w.id(tt.inReplyTo)
			}
			if c.InReplyTo != want {
				t.Errorf("in reply to %q, want %q", c.InReplyTo, want)
			}
			if !strings.Contains(string(c.Raw), `"id":"`+tt.id+`"`) || c.RawType != "application/json" {
				t.Error("the raw bytes are not those of the status")
			}
		})
	}
	w.absent(own)
	w.absent(post)
	w.absent(favourited)
	if len(w.got) != len(tests) {
		t.Errorf("%d comments, want %d", len(w.got), len(tests))
	}
	if got := w.one(reply).Author.Handle; got != "@troll@loin.example" {
		t.Errorf("handle of a remote author: %s", got)
	}
	if got, want := w.one(mention).Author.Handle, "@bob@"+w.host(); got != want {
		t.Errorf("handle of a local author: %s, want %s", got, want)
	}
	if w.one(mention).Lang != "fr" || w.one(mention).Account != vigie.AccountID("mastodon:"+w.host()+"/@asso") {
		t.Error("language or account is wrong")
	}
	if w.one(aside).Thread != w.id(post) {
		t.Errorf("thread %q, want the root", w.one(aside).Thread)
	}
}

func TestSwitches(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	aside := w.Post(mastodontest.Status{From: "bob", Text: "nul", ReplyTo: post})
	message := w.Post(mastodontest.Status{From: "dan", Text: "@asso en privé", Visibility: "direct"})
	mention := w.Post(mastodontest.Status{From: "bob", Text: "@asso oui"})
	w.mustPoll()
	w.one(mention)
	w.absent(aside)
	w.absent(message)
	for _, part := range []string{"conversations", "context", "/statuses"} {
		if n := w.Count(part); n != 0 {
			t.Errorf("%d requests to %s though switched off", n, part)
		}
	}
}

func TestTextOfAStatus(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	id := w.Post(mastodontest.Status{From: "bob", Warning: "politique", Text: "@asso un\n\ndeux https://a.example/un/chemin/qui/est/vraiment/long",
		Poll: []string{"oui", "non"}, Alt: []string{"une caricature"}})
	w.mustPoll()
	want := "politique\n@asso un\n\ndeux https://a.example/un/chemin/qui/est/vraiment/long\noui\nnon\nune caricature"
	if got := w.one(id).Text; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// The library's own paging walks the whole history and skips the newest.
func TestOnlyNewItemsAreReadAgain(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1, MaxPage: 5}, quiet)
	for i := range 100 {
		w.Post(mastodontest.Status{From: "bob", Text: fmt.Sprintf("@asso %d", i)})
	}
	w.mustPoll()
	w.clock.Advance(time.Hour)
	w.mustPoll()
	w.clock.Advance(time.Hour)
	w.mustPoll()
	before, known := len(w.Requests()), len(w.got)
	var fresh []string
	for i := range 7 {
		fresh = append(fresh, w.Post(mastodontest.Status{From: "bob", Text: fmt.Sprintf("@asso encore %d", i)}))
	}
	w.mustPoll()
	for _, id := range fresh {
		w.one(id)
	}
	if n := len(w.Requests()) - before; n > 4 {
		t.Errorf("%d requests for 7 items in pages of 5", n)
	}
	if len(w.got)-known != 7 || known != 100 {
		t.Errorf("%d comments before, %d after", known, len(w.got))
	}
}

func TestFirstWalkEndsAtAWeek(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1, MaxPage: 10}, quiet)
	for i := range 300 {
		w.Post(mastodontest.Status{From: "bob", Text: "@asso vieux", Created: w.clock.Now().AddDate(0, 0, -30).Add(time.Duration(i) * time.Minute)})
	}
	var recent []string
	for i := range 25 {
		recent = append(recent, w.Post(mastodontest.Status{From: "bob", Text: "@asso", Created: w.clock.Now().Add(time.Duration(i-2000) * time.Minute)}))
	}
	w.mustPoll()
	for _, id := range recent {
		w.one(id)
	}
	if n := len(w.got); n > 45 {
		t.Errorf("%d comments of a history of 325", n)
	}
	before := len(w.Requests())
	w.clock.Advance(time.Minute)
	w.mustPoll()
	if n := len(w.Requests()) - before; n != 1 {
		t.Errorf("%d requests when nothing is new, want 1", n)
	}
}

func TestStrangersAreNotFilteredAway(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	id := w.Post(mastodontest.Status{From: "inconnu@loin.example", Text: "@asso dehors"})
	w.mustPoll()
	w.one(id)
}

func TestOneBadItemCostsNothingElse(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, Config{})
	w.mustPoll()
	good := w.Post(mastodontest.Status{From: "bob", Text: "@asso un"})
	bad := w.Post(mastodontest.Status{From: "bob", Text: "@asso deux"})
	after := w.Post(mastodontest.Status{From: "bob", Text: "@asso trois"})
	w.Garble(bad, true)
	w.mustPoll()
	w.one(good)
	w.one(after)
	w.absent(bad)
	if len(w.bad) == 0 || !strings.Contains(string(w.bad[0].Raw), "deux") || strings.Contains(w.bad[0].Reason, "deux") {
		t.Errorf("set aside: %d items", len(w.bad))
	}
	w.clock.Advance(time.Minute)
	w.mustPoll()
	w.clock.Advance(time.Minute)
	before := len(w.bad)
	w.mustPoll()
	if len(w.bad) != before {
		t.Error("the bad item holds the cursor back")
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name  string
		fault mastodontest.Fault
		class collectors.Class
	}{
		{"429", mastodontest.TooMany, collectors.ClassLimited},
		{"401", mastodontest.Revoked, collectors.ClassAuth},
		{"html 503", mastodontest.Maintenance, collectors.ClassRetry},
		{"empty 410", mastodontest.Gone, collectors.ClassGone},
		{"hang", mastodontest.Fault{Hang: true}, collectors.ClassRetry},
		{"no JSON", mastodontest.Fault{Status: 200, Body: "oups <3"}, collectors.ClassRetry},
		{"another JSON", mastodontest.Fault{Status: 200, Body: `{"error":"oups"}`}, collectors.ClassRetry},
		{"null", mastodontest.Fault{Status: 200, Body: `null`}, collectors.ClassRetry},
		{"cut", mastodontest.Fault{Status: 200, Body: `[{"id":"1"`}, collectors.ClassRetry},
		{"204", mastodontest.Fault{Status: 204}, collectors.ClassRetry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, mastodontest.Options{}, quiet)
			w.mustPoll()
			id := w.Post(mastodontest.Status{From: "bob", Text: "@asso m4rker"})
			before := len(w.Requests())
			w.Inject(tt.fault)
			began := time.Now()
			err := w.poll()
			if err == nil || collectors.ClassOf(err) != tt.class {
				t.Fatalf("got %v, want class %s", err, tt.class)
			}
			if time.Since(began) > 5*time.Second || len(w.Requests())-before != 1 {
				t.Errorf("%d requests in %v: the source retries or sleeps", len(w.Requests())-before, time.Since(began))
			}
			for _, secret := range []string{testToken, "m4rker", "oups", "http://"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells %q: %v", secret, err)
				}
			}
			w.clock.Advance(6 * time.Minute)
			w.mustPoll()
			w.one(id)
		})
	}
}

func TestRateLimitIsRespected(t *testing.T) {
	w := newWorld(t, mastodontest.Options{RateLimit: 4}, quiet)
	for range 3 {
		w.mustPoll()
	}
	before := len(w.Requests())
	err := w.poll()
	if collectors.ClassOf(err) != collectors.ClassLimited {
		t.Fatalf("got %v", err)
	}
	if n := len(w.Requests()) - before; n > 1 {
		t.Errorf("%d requests against a limit", n)
	}
	w.clock.Advance(5 * time.Minute)
	w.mustPoll()
}
