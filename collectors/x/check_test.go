package x

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/x/xtest"
)

func TestCheckFindsEditsAndDeletions(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, mode)
			kept, gone := r.say("reste"), r.say("part")
			r.x.Delete(gone)
			looked, err := r.source().Check(context.Background(), []vigie.CommentID{commentID(kept), commentID(gone), "mastodon:a/1"})
			if err != nil {
				t.Fatal(err)
			}
			want := map[vigie.CommentID]vigie.Presence{commentID(kept): vigie.PresencePresent, commentID(gone): vigie.PresenceMissing}
			if d := cmp.Diff(want, looked.Presence); d != "" {
				t.Error(d)
			}
			if len(looked.Comments) != 1 || looked.Comments[0].Text != "reste" || looked.Comments[0].Account == "" {
				t.Errorf("comments %+v", looked.Comments)
			}
		})
	}
}

func TestEditIsANewVersionOfTheFirstID(t *testing.T) {
	r := newRig(t, ModeV2)
	first := r.say("poli")
	shelf, src := newShelf(), r.source()
	shelf.mustPoll(t, src)
	r.clock.Advance(60e9)
	second, err := r.x.Edit(first, "odieux")
	if err != nil {
		t.Fatal(err)
	}
	looked, err := src.Check(context.Background(), []vigie.CommentID{commentID(first)})
	if err != nil {
		t.Fatal(err)
	}
	if len(looked.Comments) != 1 || looked.Comments[0].Text != "odieux" || looked.Presence[commentID(first)] != vigie.PresencePresent {
		t.Fatalf("the check found %+v", looked)
	}
	shelf.mustPoll(t, src)
	c := shelf.get(t, first)
	if len(shelf.comments) != 1 || c.Text != "odieux" || !c.Edited.Equal(r.clock.Now()) || !c.Created.Before(c.Edited) {
		t.Errorf("version %s came as %+v", second, c)
	}
	if d := cmp.Diff(c, looked.Comments[0]); d != "" {
		t.Errorf("check and mentions disagree: %s", d)
	}
}

func TestHiddenPostHasNoPresence(t *testing.T) {
	r := newRig(t, ModeV2)
	r.x.Fail(xtest.Fault{Path: "/2/tweets", Status: 200, Body: `{"errors":[{"value":"5","type":"https://api.twitter.com/2/problems/not-authorized-for-resource"}]}`})
	looked, err := r.source().Check(context.Background(), []vigie.CommentID{"x:x.com/5"})
	if err != nil || len(looked.Presence) != 0 || len(looked.Comments) != 0 {
		t.Errorf("got %+v, %v", looked, err)
	}
}

func TestLegacyOutageIsNoMassDeletion(t *testing.T) {
	r := newRig(t, ModeLegacy)
	r.x.Fail(xtest.Fault{Path: "/1.1/statuses/lookup.json", Status: 200, Body: `[]`})
	looked, err := r.source().Check(context.Background(), []vigie.CommentID{"x:x.com/5", "x:x.com/6"})
	if err != nil || len(looked.Presence) != 0 {
		t.Errorf("got %+v, %v", looked, err)
	}
}

func TestCheckFails(t *testing.T) {
	r := newRig(t, ModeV2)
	r.x.Fail(xtest.Fault{Path: "/2/tweets", Status: 401})
	_, err := r.source().Check(context.Background(), []vigie.CommentID{"x:x.com/5"})
	wantClass(t, err, collectors.ClassAuth)
}
