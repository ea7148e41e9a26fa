package mastodon

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/mastodon/mastodontest"
)

func TestCheckSeesEditsAndAbsences(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	var ids []vigie.CommentID
	var posts []string
	for range 45 {
		posts = append(posts, w.Post(mastodontest.Status{From: "bob", Text: "@asso bonjour"}))
		ids = append(ids, w.id(posts[len(posts)-1]))
	}
	w.clock.Advance(time.Minute)
	w.Edit(posts[3], "@asso sale")
	w.Delete(posts[30])
	ids = append(ids, "mastodon:elsewhere.example/1", "x:x.com/2")
	got, err := w.source.Check(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if n := w.Count("/api/v1/statuses"); n != 3 {
		t.Errorf("%d requests for 45 comments, want 3", n)
	}
	if len(got.Comments) != 44 || len(got.Presence) != 45 || got.Presence[ids[30]] != vigie.PresenceMissing || got.Presence[ids[0]] != vigie.PresencePresent {
		t.Errorf("%d comments, %d presences, deleted one %q", len(got.Comments), len(got.Presence), got.Presence[ids[30]])
	}
	for _, c := range got.Comments {
		if edited := c.ID == ids[3]; edited != (c.Text == "@asso sale") || edited == c.Edited.IsZero() {
			t.Errorf("%s: %q, edited %v", c.ID, c.Text, c.Edited)
		}
	}
}

func TestCheckBelievesNoMassDeletionWithoutControl(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	id := w.Post(mastodontest.Status{From: "bob", Text: "@asso bonjour"})
	w.mustPoll()
	w.Inject(mastodontest.Fault{Path: "/api/v1/statuses", Status: 200, Body: "[]"})
	w.Revoke(testToken)
	_, err := w.source.Check(context.Background(), []vigie.CommentID{w.id(id)})
	if collectors.ClassOf(err) != collectors.ClassAuth {
		t.Errorf("got %v, want the refusal of the token", err)
	}
	w.AddAccount(mastodontest.Account{Name: "asso", Token: testToken})
	w.Delete(id)
	got, err := w.source.Check(context.Background(), []vigie.CommentID{w.id(id)})
	if err != nil || got.Presence[w.id(id)] != vigie.PresenceMissing {
		t.Errorf("got %v, %v", got.Presence, err)
	}
}

func TestCheckOnAServerWithoutBatches(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, quiet)
	here := w.Post(mastodontest.Status{From: "bob", Text: "@asso bonjour"})
	gone := w.Post(mastodontest.Status{From: "bob", Text: "@asso adieu"})
	w.Delete(gone)
	w.Inject(mastodontest.Fault{Path: "/api/v1/statuses", Status: http.StatusNotFound, Body: `{"error":"Not Found"}`})
	got, err := w.source.Check(context.Background(), []vigie.CommentID{w.id(here), w.id(gone)})
	if err != nil || got.Presence[w.id(here)] != vigie.PresencePresent || got.Presence[w.id(gone)] != vigie.PresenceMissing || len(got.Comments) != 1 {
		t.Errorf("got %v, %v", got.Presence, err)
	}
}

func TestIdentity(t *testing.T) {
	tests := map[string]struct {
		account string
		ok      bool
	}{
		"any":          {"", true},
		"name":         {"@asso", true},
		"without at":   {"asso", true},
		"other case":   {"@ASSO", true},
		"other name":   {"@autre", false},
		"other server": {"@asso@ailleurs.example", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, mastodontest.Options{}, Config{Account: tt.account})
			a, err := w.source.WhoAmI(context.Background())
			if tt.ok {
				if want := vigie.AccountID("mastodon:" + w.host() + "/@asso"); err != nil || a.ID != want || a.Remote == "" {
					t.Errorf("got %+v, %v", a, err)
				}
				return
			}
			if collectors.ClassOf(err) != collectors.ClassAuth || !strings.Contains(err.Error(), "@asso@"+w.host()) || !strings.Contains(err.Error(), tt.account) {
				t.Errorf("got %v, want an error of class auth with both names", err)
			}
			if w.poll() == nil {
				t.Error("the source collects for the wrong account")
			}
		})
	}
}

func TestAServerOfAnotherKind(t *testing.T) {
	w := newWorld(t, mastodontest.Options{}, Config{})
	w.Inject(mastodontest.Fault{Status: 404, Body: "not here"})
	_, err := w.source.WhoAmI(context.Background())
	if collectors.ClassOf(err) != collectors.ClassGone || !strings.Contains(err.Error(), "correct the key server") {
		t.Errorf("got %v", err)
	}
}

func TestConfig(t *testing.T) {
	tests := map[string]struct {
		c     Config
		field string
	}{
		"good":            {Config{Server: "https://piaille.fr", TokenFile: "t"}, ""},
		"with slash":      {Config{Server: "https://piaille.fr/", TokenFile: "t"}, ""},
		"no server":       {Config{TokenFile: "t"}, "server"},
		"no scheme":       {Config{Server: "piaille.fr", TokenFile: "t"}, "server"},
		"other scheme":    {Config{Server: "ftp://piaille.fr", TokenFile: "t"}, "server"},
		"secret in it":    {Config{Server: "https://a:b@piaille.fr", TokenFile: "t"}, "server"},
		"path":            {Config{Server: "https://piaille.fr/@asso", TokenFile: "t"}, "server"},
		"no token":        {Config{Server: "https://piaille.fr"}, "token_file"},
		"account as link": {Config{Server: "https://piaille.fr", TokenFile: "t", Account: "https://piaille.fr/@asso"}, "account"},
		"three parts":     {Config{Server: "https://piaille.fr", TokenFile: "t", Account: "@a@b@c"}, "account"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.c.Validate()
			var f *vigie.FieldError
			if tt.field == "" && err != nil || tt.field != "" && (!errors.As(err, &f) || f.Field != tt.field || f.Remedy == "") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestEmptyTokenFile(t *testing.T) {
	for name, secret := range map[string]func(string) (vigie.Secret, error){
		"empty":   func(string) (vigie.Secret, error) { return " \n", nil },
		"missing": func(string) (vigie.Secret, error) { return "", errors.New("no such file") },
	} {
		_, err := New(Config{Server: "https://piaille.fr", TokenFile: "t"}, collectors.Deps{Client: http.DefaultClient, Secret: secret})
		var f *vigie.FieldError
		if !errors.As(err, &f) || f.Field != "token_file" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
