package x

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/x/xtest"
)

var bothModes = []string{ModeV2, ModeLegacy}

func TestCollectsEveryMentionOnceInBothModes(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, mode)
			ids := r.sayMany(250, "bonjour")
			shelf, src := newShelf(), r.source()
			shelf.mustPoll(t, src)
			ids = append(ids, r.sayMany(3, "encore")...)
			shelf.mustPoll(t, src)
			if len(shelf.comments) != len(ids) {
				t.Fatalf("%d comments, want %d", len(shelf.comments), len(ids))
			}
			for _, id := range ids {
				c := shelf.get(t, id)
				if c.Account != "x:x.com/@asso" || c.Source != "asso" || c.Org != vigie.DefaultOrg || c.Seen.IsZero() || c.Created.IsZero() {
					t.Fatalf("incomplete comment %+v", c)
				}
			}
		})
	}
}

func TestInterruptedWalkResumesBeforeNewArrivals(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, mode)
			r.say("premier")
			shelf := newShelf()
			shelf.mustPoll(t, r.source())
			r.clock.Advance(time.Hour)
			ids := r.sayMany(450, "vague")
			if err := shelf.poll(r.source(), 1); err != nil { // one page, then the process dies
				t.Fatal(err)
			}
			ids = append(ids, r.sayMany(120, "pendant")...)
			if err := shelf.poll(r.source(), 1); err != nil {
				t.Fatal(err)
			}
			shelf.mustPoll(t, r.source())
			for _, id := range ids {
				shelf.get(t, id)
			}
		})
	}
}

func TestPageThatWasNotStoredIsReadAgain(t *testing.T) {
	r := newRig(t, ModeV2)
	ids := r.sayMany(150, "texte")
	for range r.source().Pages(context.Background(), "") {
		break // read, not stored
	}
	shelf := newShelf()
	shelf.mustPoll(t, r.source())
	for _, id := range ids {
		shelf.get(t, id)
	}
}

func TestLateArrivalIsNotLost(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, mode)
			r.say("avant")
			late := r.x.AddLate(xtest.Post{Text: "en retard", Author: xtest.User{ID: "43"}}, 3)
			r.say("après")
			shelf, src := newShelf(), r.source()
			for range 4 {
				shelf.mustPoll(t, src)
				r.clock.Advance(5 * time.Second)
			}
			shelf.get(t, late)
		})
	}
}

func TestRefusals(t *testing.T) {
	json := http.Header{"Content-Type": {"application/problem+json"}}
	html := http.Header{"Content-Type": {"text/html"}}
	cases := []struct {
		name  string
		fault xtest.Fault
		want  collectors.Class
	}{
		{"not enrolled", xtest.NotEnrolled(), collectors.ClassAuth},
		{"code 453", xtest.Legacy453(), collectors.ClassAuth},
		{"usage capped", xtest.UsageCapped(), collectors.ClassBudget},
		{"rate limit", xtest.Fault{Status: 429, Header: json, Body: `{"title":"Too Many Requests","status":429}`}, collectors.ClassLimited},
		{"forbidden", xtest.Fault{Status: 403, Header: json, Body: `{"title":"Forbidden","status":403}`}, collectors.ClassAuth},
		{"unauthorised", xtest.Fault{Status: 401, Header: json, Body: `{"title":"Unauthorized"}`}, collectors.ClassAuth},
		{"empty gone", xtest.Fault{Status: 410}, collectors.ClassGone},
		{"not found {}", xtest.Fault{Status: 404, Header: json, Body: `{}`}, collectors.ClassGone},
		{"maintenance", xtest.Fault{Status: 503, Header: html, Body: `<html>MARKER</html>`}, collectors.ClassRetry},
		{"captive portal", xtest.Fault{Status: 200, Header: html, Body: `<html>MARKER</html>`}, collectors.ClassRetry},
		{"empty answer", xtest.Fault{Status: 200}, collectors.ClassRetry},
		{"answer cut", xtest.Fault{Status: 200, Body: `[{"id":"1","text":"MARKER`, Cut: true}, collectors.ClassRetry},
		{"not JSON", xtest.Fault{Status: 200, Body: `MARKER`}, collectors.ClassRetry},
		{"bad request", xtest.Fault{Status: 400, Header: json, Body: `{"errors":[{"parameters":{"id":["MARKER"]},"message":"MARKER"}],"type":"https://api.twitter.com/2/problems/invalid-request"}`}, collectors.ClassBug},
	}
	for _, mode := range bothModes {
		for _, plain := range []bool{false, true} {
			for _, c := range cases {
				name := mode + "/" + c.name
				if plain {
					name += "/plain transport"
				}
				t.Run(name, func(t *testing.T) { refusal1(t, mode, plain, c.fault, c.want) })
			}
		}
	}
}

// refusal1 lets the second page of a walk fail, over the transport of the
// collectors or over a plain one, and heals the server afterwards.
func refusal1(t *testing.T, mode string, plain bool, fault xtest.Fault, want collectors.Class) {
	r := newRig(t, mode)
	ids := r.sayMany(250, "MARKER-text")
	d := r.deps()
	if plain {
		d.Client = &http.Client{}
	}
	src, err := New(r.c, d)
	if err != nil {
		t.Fatal(err)
	}
	fault.Path, fault.Skip = mentionsPath(mode), 1
	r.x.Fail(fault)
	shelf := newShelf()
	wantClass(t, shelf.poll(src, -1), want)
	r.x.Heal()
	r.clock.Advance(2 * time.Hour)
	shelf.mustPoll(t, r.source())
	for _, id := range ids {
		shelf.get(t, id)
	}
}

func mentionsPath(mode string) string {
	if mode == ModeLegacy {
		return "/1.1/statuses/mentions_timeline.json"
	}
	return "/2/users/" + watched.ID + "/mentions"
}

func TestRateLimitSaysWhenToGoOn(t *testing.T) {
	r := newRig(t, ModeV2)
	r.sayMany(10, "texte")
	r.x.SetRateLimit(1) // users/me takes it
	e := wantClass(t, newShelf().poll(r.source(), -1), collectors.ClassLimited)
	if wait := e.Until.Sub(r.clock.Now()); wait < 9*time.Minute || wait > 11*time.Minute {
		t.Errorf("waits %v, want about 10 minutes", wait)
	}
}

func TestUsageCapEndsTomorrowAtTheEarliest(t *testing.T) {
	r := newRig(t, ModeV2)
	r.x.Fail(xtest.UsageCapped())
	e := wantClass(t, newShelf().poll(r.source(), -1), collectors.ClassBudget)
	if want := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC); !e.Until.Equal(want) {
		t.Errorf("until %v, want %v", e.Until, want)
	}
}

func TestRevokedKeysInMidWalk(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, mode)
			r.sayMany(250, "texte")
			shelf, src := newShelf(), r.source()
			var last error
			for p, err := range src.Pages(context.Background(), "") {
				if last = err; err == nil {
					shelf.put(p)
				}
				r.x.Revoke(true)
			}
			wantClass(t, last, collectors.ClassAuth)
		})
	}
}

func TestWhoAmI(t *testing.T) {
	bearer := func(c *Config) {
		c.ConsumerKeyFile, c.ConsumerSecretFile, c.AccessTokenFile, c.AccessSecretFile = "", "", "", ""
		c.BearerFile, c.UserID = "Bearer", watched.ID
	}
	cases := []struct {
		name  string
		mode  string
		with  func(*Config)
		class collectors.Class // "" for success
	}{
		{"four keys", ModeV2, func(*Config) {}, ""},
		{"four keys, account named", ModeV2, func(c *Config) { c.Account = "@ASSO" }, ""},
		{"four keys, other account", ModeV2, func(c *Config) { c.Account = "@autre" }, collectors.ClassAuth},
		{"four keys, other user_id", ModeV2, func(c *Config) { c.UserID = "7" }, collectors.ClassAuth},
		{"v1.1", ModeLegacy, func(*Config) {}, ""},
		{"v1.1, other account", ModeLegacy, func(c *Config) { c.Account = "@autre" }, collectors.ClassAuth},
		{"bearer", ModeV2, bearer, ""},
		{"bearer, unknown user", ModeV2, func(c *Config) { bearer(c); c.UserID = "404" }, collectors.ClassGone},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.mode)
			c.with(&r.c)
			me, err := r.source().WhoAmI(context.Background())
			if c.class != "" {
				e := wantClass(t, err, c.class)
				if r.c.Account == "@autre" && (!strings.Contains(e.Error(), "@asso") || !strings.Contains(e.Error(), "autre")) {
					t.Errorf("the error does not name both accounts: %v", e)
				}
				return
			}
			want := vigie.Account{ID: "x:x.com/@asso", Platform: "x", Host: "x.com", Remote: "7001", Handle: "@asso", URL: "https://x.com/asso"}
			if err != nil || me != want {
				t.Errorf("got %+v, %v", me, err)
			}
		})
	}
}

func TestBearerCollects(t *testing.T) {
	r := newRig(t, ModeV2)
	id := r.say("bonjour")
	r.c = Config{Server: r.x.URL(), BearerFile: "Bearer", UserID: watched.ID, MonthlyBudget: "10"}
	shelf := newShelf()
	shelf.mustPoll(t, r.source())
	shelf.get(t, id)
}

func TestRenamedParametersAreLearntOnce(t *testing.T) {
	r := newRig(t, ModeV2)
	r.x.SetSpelling("post")
	root := r.say("racine")
	reply := r.x.Add(xtest.Post{Text: "réponse", ReplyTo: root, Thread: root})
	shelf := newShelf()
	shelf.mustPoll(t, r.source())
	if c := shelf.get(t, reply); c.Kind != vigie.KindReply || c.InReplyTo != commentID(root) || c.Thread != commentID(root) {
		t.Errorf("the other spelling was not decoded: %+v", c)
	}
	r.say("encore")
	before := len(r.x.Requests())
	shelf.mustPoll(t, r.source()) // a new process
	for _, q := range r.x.Requests()[before:] {
		if strings.Contains(q, "tweet.fields") {
			t.Errorf("the refused spelling was tried again: %s", q)
		}
	}
}

func TestRefusedTokenGoesOnByID(t *testing.T) {
	r := newRig(t, ModeV2)
	ids := r.sayMany(250, "texte")
	shelf := newShelf()
	if err := shelf.poll(r.source(), 1); err != nil {
		t.Fatal(err)
	}
	r.x.Fail(xtest.Fault{Path: mentionsPath(ModeV2), Times: 1, Status: 400, Body: `{"errors":[{"parameters":{"pagination_token":["x"]},"message":"expired"}],"type":"https://api.twitter.com/2/problems/invalid-request"}`})
	shelf.mustPoll(t, r.source())
	for _, id := range ids {
		shelf.get(t, id)
	}
}

func TestSinceTooOldIsWalkedDownTo(t *testing.T) {
	r := newRig(t, ModeV2)
	r.sayMany(50, "ancien")
	shelf := newShelf()
	shelf.mustPoll(t, r.source())
	r.clock.Advance(time.Minute)
	shelf.mustPoll(t, r.source()) // the window has passed
	r.clock.Advance(240 * time.Hour)
	ids := r.sayMany(120, "neuf")
	r.x.Fail(xtest.Fault{Path: mentionsPath(ModeV2), Times: 1, Status: 400, Body: `{"errors":[{"parameters":{"since_id":["1"]},"message":"too old"}],"type":"https://api.twitter.com/2/problems/invalid-request"}`})
	shelf.mustPoll(t, r.source())
	for _, id := range ids {
		shelf.get(t, id)
	}
}

func TestOneBadItemIsQuarantined(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, mode)
			first := r.say("avant")
			r.x.Add(xtest.Post{Raw: `{"id":"MARKER","text":{"MARKER":1}}`})
			last := r.say("après")
			shelf := newShelf()
			shelf.mustPoll(t, r.source())
			shelf.get(t, first)
			shelf.get(t, last)
			if shelf.bad != 1 {
				t.Errorf("%d items in quarantine, want 1", shelf.bad)
			}
		})
	}
}

func TestForeignCursorIsRefused(t *testing.T) {
	for _, cursor := range []string{"nonsense", `{"oldest":"MARKER"}`, `{"window":"MARKER"}`, `[]`} {
		shelf := newShelf()
		shelf.cursor = cursor
		wantClass(t, shelf.poll(newRig(t, ModeV2).source(), -1), collectors.ClassBug)
	}
}
