package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

var (
	alice  = vigie.Caller{User: "alice", Org: vigie.DefaultOrg, Role: vigie.RoleAdmin, Via: "console"}
	bob    = vigie.Caller{User: "bob", Org: vigie.DefaultOrg, Role: vigie.RoleModerator, Via: "console"}
	mallet = vigie.Caller{User: "mallet", Org: "other", Role: vigie.RoleAdmin, Via: "console"}
	nobody = vigie.Caller{User: "x", Org: vigie.DefaultOrg}
)

func (b *bench) list(f vigie.CaseFilter) vigie.CasePage {
	b.t.Helper()
	page, err := b.Cases(b.ctx, bob, f)
	must(b.t, err)
	return page
}

func ids(page vigie.CasePage) (list []vigie.CaseID) {
	for _, c := range page.Cases {
		list = append(list, c.ID)
	}
	return list
}

func queue(t *testing.T, open Opener) {
	t.Run("order and pages", func(t *testing.T) { queueOrder(t, open) })
	t.Run("tabs", func(t *testing.T) { queueTabs(t, open) })
	t.Run("search", func(t *testing.T) { queueSearch(t, open) })
	t.Run("another organisation sees nothing", func(t *testing.T) {
		b := start(t, open)
		_, id := b.open(1, "a", vigie.SeverityHigh)
		page, err := b.Cases(b.ctx, mallet, vigie.CaseFilter{})
		must(t, err)
		if page.Open != 0 || len(page.Cases) != 0 {
			t.Errorf("page %+v", page)
		}
		if _, err := b.Case(b.ctx, mallet, id); !errors.Is(err, vigie.ErrNotFound) {
			t.Errorf("case: %v", err)
		}
	})
}

func queueOrder(t *testing.T, open Opener) {
	b := start(t, open)
	var want []vigie.CaseID
	bySeverity := make(map[vigie.Severity][]vigie.CaseID)
	for n := range 25 {
		severity := vigie.Severity(1 + n%4)
		_, id := b.open(n, "a", severity)
		bySeverity[severity] = append(bySeverity[severity], id)
		b.clock.Turn(time.Second)
	}
	for severity := vigie.SeverityImminent; severity > vigie.SeverityNone; severity-- {
		want = append(want, bySeverity[severity]...)
	}
	var got []vigie.CaseID
	f := vigie.CaseFilter{Limit: 4}
	for range 10 {
		page := b.list(f)
		got = append(got, ids(page)...)
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got)\n%s", diff)
	}
	if page := b.list(vigie.CaseFilter{MinSeverity: vigie.SeverityHigh}); len(page.Cases) != 12 || page.Open != 25 {
		t.Errorf("high and above: %d of %d", len(page.Cases), page.Open)
	}
	for _, bad := range []string{"x", "!!", "AAAA", strings.Repeat("A", 1000)} {
		if page := b.list(vigie.CaseFilter{After: bad}); len(page.Cases) != 25 {
			t.Errorf("a foreign cursor gives %d cases", len(page.Cases))
		}
	}
}

func queueTabs(t *testing.T, open Opener) {
	b := start(t, open)
	b.team()
	_, first := b.open(1, "a", vigie.SeverityHigh)
	_, second := b.open(2, "a", vigie.SeverityHigh)
	_, third := b.open(3, "a", vigie.SeverityHigh)
	b.decide(bob, vigie.Decision{Case: first, Kind: vigie.DecideHate}, 0)
	b.decide(alice, vigie.Decision{Case: second, Kind: vigie.DecideAssign, Assignee: "bob"}, 0)
	for tab, want := range map[vigie.Tab][]vigie.CaseID{
		vigie.TabOpen: {second, third}, vigie.TabMine: {second}, vigie.TabDone: {first}, "": {second, third},
	} {
		page := b.list(vigie.CaseFilter{Tab: tab})
		got := ids(page)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tab %q (-want +got)\n%s", tab, diff)
		}
		if page.Open != 2 || page.Mine != 1 || page.Done != 1 {
			t.Errorf("tab %q counts %d %d %d", tab, page.Open, page.Mine, page.Done)
		}
	}
}

func queueSearch(t *testing.T, open Opener) {
	b := start(t, open)
	_, id := b.open(1, "Espèce d'imbécile\x00 va-t'en \xff vite", vigie.SeverityHigh)
	for query, want := range map[string]int{
		"": 1, " ": 1, "imbecile": 1, "IMBÉC": 1, "espece vite": 1, "vite auteur1": 1, "piaille": 1, "absent": 0, "imbecile absent": 0,
		`"`: 0, `imbecile"`: 1, `imbecile" OR "x`: 0, "NEAR(a b)": 0, "text:imbecile": 0, "*": 0, "imbecile*": 1, "-imbecile": 1, "^": 0,
		"(": 0, "\x00": 0, "\xff": 0, "🐷": 0, "imbecile 🐷": 1, "'; DROP TABLE cases --": 0, "va-t'en": 1, "e\u0301": 1, "\u0301": 0,
	} {
		page := b.list(vigie.CaseFilter{Query: query})
		if len(page.Cases) != want {
			t.Errorf("%q: %d cases, want %d", query, len(page.Cases), want)
		}
	}
	if page := b.list(vigie.CaseFilter{Query: strings.Repeat("vite ", 10000)}); len(page.Cases) != 1 || page.Cases[0].ID != id {
		t.Errorf("a long query: %d cases", len(page.Cases))
	}
}

func (b *bench) team() {
	b.t.Helper()
	must(b.t, b.AddUser(b.ctx, alice, vigie.User{ID: "bob", Name: "Bob", Role: vigie.RoleModerator, Lang: "fr"}, "correct horse battery"))
}

// conversation opens a case on the second of three comments of a thread.
func (b *bench) conversation() (parent, own, sibling, stranger vigie.Comment, id vigie.CaseID) {
	b.t.Helper()
	parent, own, sibling, stranger = Comment(1, "parent text"), Comment(2, "own text"), Comment(3, "sibling text"), Comment(4, "stranger text")
	parent.Thread, own.Thread, sibling.Thread, stranger.Thread = "", "", "", ""
	own.InReplyTo, sibling.InReplyTo, stranger.InReplyTo = parent.ID, parent.ID, "mastodon:piaille.fr/2"
	b.append(parent, own, sibling, stranger)
	for _, c := range b.unjudged(10) {
		if c.ID == own.ID {
			id = b.settle(c, vigie.SeverityHigh).Case
		} else {
			b.settle(c, vigie.SeverityNone)
		}
	}
	return parent, own, sibling, stranger, id
}

func oneCase(t *testing.T, open Opener) {
	b := start(t, open)
	parent, own, sibling, _, id := b.conversation()
	v, err := b.Case(b.ctx, bob, id)
	must(t, err)
	if v.Case.Comment != own.ID || v.Case.Severity != vigie.SeverityHigh || v.Case.Sealed != 7 || v.Case.State != vigie.CaseOpen ||
		v.Length != len(own.Text) || v.Lang != "fr" || v.Score != 0.9 || v.Versions != 1 || len(v.Hits) != 1 || v.Kind != own.Kind {
		t.Errorf("view %+v", v)
	}
	var thread []vigie.CommentID
	for _, it := range v.Thread {
		thread = append(thread, it.Comment)
		if it.Parent != (it.Comment == parent.ID) || it.Pseudonym == v.Pseudonym || it.Version != 1 {
			t.Errorf("item %+v", it)
		}
	}
	if diff := cmp.Diff([]vigie.CommentID{parent.ID, sibling.ID}, thread); diff != "" {
		t.Errorf("thread (-want +got)\n%s", diff)
	}
	if shown := fmt.Sprintf("%+v", v); strings.Contains(shown, "text") || strings.Contains(shown, "auteur2") || strings.Contains(shown, string(own.Author.ID)) || strings.Contains(shown, own.URL) {
		t.Errorf("the view shows what is to be revealed first: %s", shown)
	}
	for _, bad := range []vigie.CaseID{"", "x", id + "\x00", "'"} {
		if _, err := b.Case(b.ctx, bob, bad); !errors.Is(err, vigie.ErrNotFound) {
			t.Errorf("case %q: %v", bad, err)
		}
	}
}

func longThread(t *testing.T, open Opener) {
	many := start(t, open)
	for n := range 40 {
		many.append(Comment(n+10, "x"))
	}
	_, id := many.open(60, "y", vigie.SeverityLow)
	if v, err := many.Case(many.ctx, bob, id); err != nil || len(v.Thread) != 20 {
		t.Errorf("thread of %d items, %v", len(v.Thread), err)
	}
}

func (b *bench) trail() (lines []string) {
	b.t.Helper()
	entries, err := b.Audit(b.ctx, alice, 0, 1000)
	must(b.t, err)
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", e.User, e.Action, e.Object, e.Result))
	}
	return lines
}

func reveal(t *testing.T, open Opener) {
	b := start(t, open)
	parent, own, sibling, stranger, id := b.conversation()
	for _, tt := range []struct {
		name    string
		who     vigie.Caller
		id      vigie.CaseID
		comment vigie.CommentID
		version int
		want    string
		err     error
	}{
		{"own", bob, id, own.ID, 1, own.Text, nil},
		{"latest", bob, id, own.ID, 0, own.Text, nil},
		{"parent", bob, id, parent.ID, 1, parent.Text, nil},
		{"sibling", bob, id, sibling.ID, 1, sibling.Text, nil},
		{"stranger", bob, id, stranger.ID, 1, "", vigie.ErrNotFound},
		{"no such version", bob, id, own.ID, 2, "", vigie.ErrNotFound},
		{"no such case", bob, "x", own.ID, 1, "", vigie.ErrNotFound},
		{"another organisation", mallet, id, own.ID, 1, "", vigie.ErrNotFound},
		{"no role", nobody, id, own.ID, 1, "", vigie.ErrDenied},
	} {
		before := len(b.trail())
		got, err := b.Reveal(b.ctx, tt.who, tt.id, tt.comment, tt.version)
		if !errors.Is(err, tt.err) || got.Text != tt.want {
			t.Errorf("%s: %q, %v", tt.name, got.Text, err)
		}
		if after := b.trail(); tt.who.Org == vigie.DefaultOrg && len(after) != before+2 { // the reading of the trail is one
			t.Errorf("%s: %d entries more, want 2", tt.name, len(after)-before)
		}
	}
	st, err := b.Stats(b.ctx)
	must(t, err)
	if st.Reveals[vigie.SeverityHigh] != 4 {
		t.Errorf("counted %d reveals, want 4", st.Reveals[vigie.SeverityHigh])
	}
}

// counts tells numbers, and leaves no line in the audit trail.
func counts(t *testing.T, b *bench) {
	t.Helper()
	before, err := b.Audit(b.ctx, alice, 0, 1000)
	must(t, err)
	got, err := b.Counts(b.ctx, bob)
	must(t, err)
	if want := (vigie.Counts{Open: 3}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	must(t, b.SetSourceState(b.ctx, vigie.SourceState{Source: "x", Kind: "x", Status: vigie.SourceFailed, Class: "auth"}, nil))
	if got, err := b.Counts(b.ctx, bob); err != nil || got.Failed != 1 {
		t.Errorf("counts %+v %v, want one failed source", got, err)
	}
	after, err := b.Audit(b.ctx, alice, 0, 1000)
	must(t, err)
	if len(after) != len(before)+1 { // the reading of the trail itself
		t.Errorf("the trail grew from %d to %d lines", len(before), len(after))
	}
}

func status(t *testing.T, open Opener) {
	b := start(t, open)
	for n, severity := range []vigie.Severity{vigie.SeverityHigh, vigie.SeverityHigh, vigie.SeverityLow} {
		b.open(n, "a", severity, "equipe")
	}
	b.append(Comment(9, "unjudged"))
	m, _ := b.claim("equipe", 1)
	must(t, b.Bury(b.ctx, m.ID, b.clock.Now(), "permanent"))
	m, _ = b.claim("equipe", 1)
	must(t, b.Failed(b.ctx, m.ID, b.clock.Now(), "retry", b.clock.Now().Add(time.Hour)))
	must(t, b.SetSourceState(b.ctx, vigie.SourceState{Source: "asso", Kind: "mastodon", Status: vigie.SourceOK, Since: b.clock.Now()}, nil))
	must(t, b.SetChannelState(b.ctx, vigie.ChannelState{Channel: "equipe", Kind: "webhook", LastSuccess: b.clock.Now()}))
	b.clock.Turn(time.Minute)
	got, err := b.Status(b.ctx, bob)
	must(t, err)
	want := vigie.Status{
		Sources:  []vigie.SourceState{{Org: vigie.DefaultOrg, Source: "asso", Kind: "mastodon", Status: vigie.SourceOK, Since: NewClock().Now()}},
		Channels: []vigie.ChannelState{{Channel: "equipe", Kind: "webhook", LastSuccess: NewClock().Now(), Waiting: 2, Dead: 1}},
		Comments: 4, Unjudged: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got)\n%s", diff)
	}
	counts(t, b)
	st, err := b.Stats(b.ctx)
	must(t, err)
	if st.Comments != 4 || st.Unjudged != 1 || st.CasesOpened[vigie.SeverityHigh] != 2 || st.CasesOpen[vigie.SeverityLow] != 1 ||
		st.Queue[vigie.SeverityHigh] != 2 || st.QueueAge[vigie.SeverityHigh] != time.Minute ||
		st.Outbox["equipe"] != 2 || st.OutboxAge["equipe"] != time.Minute || st.DeadLetters["equipe"] != 1 {
		t.Errorf("stats %+v", st)
	}
	letters, err := b.DeadLetters(b.ctx, bob, 10)
	must(t, err)
	if len(letters) != 1 || letters[0].Class != "permanent" || letters[0].Attempts != 1 || letters[0].Alerts != 1 {
		t.Fatalf("dead letters %+v", letters)
	}
	if err := b.RetryDead(b.ctx, bob, letters[0].ID); !errors.Is(err, vigie.ErrDenied) {
		t.Errorf("a moderator retries: %v", err)
	}
	must(t, b.RetryDead(b.ctx, alice, letters[0].ID))
	if m, ok := b.claim("equipe", 1); !ok || m.ID != letters[0].ID {
		t.Errorf("claimed %v %s, want %s", ok, m.ID, letters[0].ID)
	}
	if err := b.RetryDead(b.ctx, alice, letters[0].ID); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("retried twice: %v", err)
	}
}
