package storetest

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

func collect(t *testing.T, open Opener) {
	t.Run("counts", func(t *testing.T) { collectCounts(t, open) })
	t.Run("cursor", func(t *testing.T) { collectCursor(t, open) })
	t.Run("two sources, one comment", func(t *testing.T) { collectTwoSources(t, open) })
	t.Run("an old page brings no old version back", func(t *testing.T) { collectOldPage(t, open) })
	t.Run("any bytes", func(t *testing.T) { collectBytes(t, open) })
}

func collectCounts(t *testing.T, open Opener) {
	b := start(t, open)
	edited := Comment(1, "b")
	edited.Edited = b.clock.Now()
	anonymous := Comment(9, "c")
	anonymous.ID = ""
	for _, step := range []struct {
		name     string
		comments []vigie.Comment
		want     vigie.Appended
	}{
		{"new, newest first", []vigie.Comment{Comment(2, "a"), Comment(1, "a")}, vigie.Appended{New: 2}},
		{"again", []vigie.Comment{Comment(2, "a"), Comment(1, "a")}, vigie.Appended{Known: 2}},
		{"late and twice in a page", []vigie.Comment{Comment(0, "z"), Comment(0, "z")}, vigie.Appended{New: 1, Late: 1, Known: 1}},
		{"edited", []vigie.Comment{edited}, vigie.Appended{Edited: 1}},
		{"same text, other time of edit", []vigie.Comment{editedAt(edited, time.Hour)}, vigie.Appended{Edited: 1}},
		{"same text, silent about edits", []vigie.Comment{editedAt(edited, 0)}, vigie.Appended{Known: 1}},
		{"no id", []vigie.Comment{anonymous}, vigie.Appended{}},
	} {
		if diff := cmp.Diff(step.want, b.append(step.comments...)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", step.name, diff)
		}
	}
}

// editedAt moves the time of the edit; 0 takes it away.
func editedAt(c vigie.Comment, d time.Duration) vigie.Comment {
	c.Edited = c.Edited.Add(d)
	if d == 0 {
		c.Edited = time.Time{}
	}
	return c
}

func collectCursor(t *testing.T, open Opener) {
	b := start(t, open)
	if got, err := b.Cursor(b.ctx, "asso"); got != "" || err != nil {
		t.Fatalf("first cursor %q, %v", got, err)
	}
	opaque := "a\x00\xff…"
	_, err := b.Append(b.ctx, "asso", nil, []vigie.Undecodable{{Raw: []byte("{"), Reason: "truncated"}}, opaque)
	must(t, err)
	if got, err := b.Cursor(b.ctx, "asso"); got != opaque || err != nil {
		t.Fatalf("cursor %q, %v; want %q", got, err, opaque)
	}
	if got, err := b.Cursor(b.ctx, "other"); got != "" || err != nil {
		t.Fatalf("another source's cursor %q, %v", got, err)
	}
}

func collectTwoSources(t *testing.T, open Opener) {
	b := start(t, open)
	b.append(Comment(1, "a"))
	done, err := b.Append(b.ctx, "other", []vigie.Comment{Comment(1, "a")}, nil, "x")
	must(t, err)
	if done != (vigie.Appended{Known: 1}) {
		t.Errorf("second source: %+v", done)
	}
	if got := b.unjudged(10); len(got) != 1 || got[0].Source != "asso" {
		t.Errorf("to judge: %d comments", len(got))
	}
}

func collectOldPage(t *testing.T, open Opener) {
	b := start(t, open)
	b.append(Comment(1, "a"))
	b.append(Comment(1, "b"))
	if done := b.append(Comment(1, "a")); done != (vigie.Appended{Known: 1}) {
		t.Errorf("an old page: %+v", done)
	}
	done, err := b.Looked(b.ctx, "asso", b.clock.Now(), vigie.Looked{Comments: []vigie.Comment{Comment(1, "a")}})
	must(t, err)
	if done != (vigie.Appended{Edited: 1}) {
		t.Errorf("a fresh look that finds the first text again: %+v", done)
	}
}

func collectBytes(t *testing.T, open Opener) {
	texts := map[string]string{
		"empty": "", "NUL": "a\x00b\x00", "invalid UTF-8": "\xff\xfe\xc3(\xed\xa0\x80", "right to left": "\u202eabc\u2066",
		"1 MiB": strings.Repeat("Z\u0335\u0310a\x00\xff", 1<<20/7), "quote": `'";--`, "emoji": "🏳️‍🌈👨‍👩‍👧",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			b := start(t, open)
			want := Comment(1, text)
			want.Author.Name, want.URL, want.Author.Handle = text, text, text
			want.Raw = append([]byte{0, 0xff}, text...)
			b.append(want)
			want.Org, want.Version, want.Source = vigie.DefaultOrg, 1, "asso"
			got := b.unjudged(1)
			if len(got) != 1 {
				t.Fatalf("%d comments", len(got))
			}
			if !bytes.Equal(got[0].Raw, want.Raw) || !cmp.Equal(got[0], want) {
				t.Errorf("came back otherwise (text %d bytes for %d)", len(got[0].Text), len(want.Text))
			}
			v := b.settle(got[0], vigie.SeverityHigh)
			if !v.Opened {
				t.Errorf("settled: %+v", v)
			}
		})
	}
}

func looks(t *testing.T, open Opener) {
	t.Run("schedule", func(t *testing.T) { looksSchedule(t, open) })
	t.Run("deleted after two looks", func(t *testing.T) { looksDeleted(t, open) })
	t.Run("back again", func(t *testing.T) { looksBack(t, open) })
}

func (b *bench) due() []vigie.CommentID {
	b.t.Helper()
	due, err := b.DueForCheck(b.ctx, "asso", b.clock.Now(), 10)
	must(b.t, err)
	return due
}

func (b *bench) look(id vigie.CommentID, p vigie.Presence) vigie.Appended {
	b.t.Helper()
	done, err := b.Looked(b.ctx, "asso", b.clock.Now(), vigie.Looked{Presence: map[vigie.CommentID]vigie.Presence{id: p}})
	must(b.t, err)
	return done
}

// now makes a comment published at this instant.
func (b *bench) now(n int) vigie.Comment {
	c := Comment(n, "a")
	c.Created = b.clock.Now()
	return c
}

func looksSchedule(t *testing.T, open Opener) {
	b := start(t, open)
	c := b.now(1)
	b.append(c)
	started := b.clock.Now()
	var at []time.Duration
	for b.clock.Now().Sub(started) < 40*24*time.Hour {
		b.clock.Turn(5 * time.Minute)
		if len(b.due()) == 1 {
			at = append(at, b.clock.Now().Sub(started))
			b.look(c.ID, vigie.PresencePresent)
		}
	}
	const day = 24 * time.Hour
	want := []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour, day, 3 * day, 7 * day, 30 * day}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("looks (-want +got)\n%s", diff)
	}
	late := b.now(2)
	b.append(late, b.now(3))
	got := b.unjudged(10)
	b.settle(got[len(got)-1], vigie.SeverityHigh)
	b.clock.Turn(5 * time.Minute)
	if due := b.due(); len(due) != 1 || due[0] != got[len(got)-1].ID {
		t.Errorf("after 5 min due: %v, want the flagged one", due)
	}
	if due := b.due(); len(due) != 0 {
		t.Errorf("asked for twice: %v", due)
	}
}

func looksDeleted(t *testing.T, open Opener) {
	b := start(t, open)
	c := b.now(1)
	b.append(c)
	b.clock.Turn(15 * time.Minute)
	for _, step := range []struct {
		turn    time.Duration
		due     int
		deleted int
	}{{0, 1, 0}, {9 * time.Minute, 0, 0}, {time.Minute, 1, 1}, {time.Hour, 0, 0}, {40 * 24 * time.Hour, 0, 0}} {
		b.clock.Turn(step.turn)
		if due := b.due(); len(due) != step.due {
			t.Errorf("after %v due: %v, want %d", step.turn, due, step.due)
		}
		if done := b.look(c.ID, vigie.PresenceMissing); done.Deleted != step.deleted {
			t.Errorf("after %v deleted: %d, want %d", step.turn, done.Deleted, step.deleted)
		}
	}
}

func looksBack(t *testing.T, open Opener) {
	b := start(t, open)
	c := b.now(1)
	b.append(c)
	b.look(c.ID, vigie.PresenceMissing)
	b.clock.Turn(11 * time.Minute)
	b.append(c) // seen again on a page
	if done := b.look(c.ID, vigie.PresenceMissing); done.Deleted != 0 {
		t.Error("one look after it was seen again is not enough")
	}
	done, err := b.Looked(b.ctx, "asso", b.clock.Now(), vigie.Looked{Comments: []vigie.Comment{b.now(1)}})
	must(t, err)
	if done.Known != 1 {
		t.Errorf("unchanged: %+v", done)
	}
	b.clock.Turn(11 * time.Minute)
	if done := b.look(c.ID, vigie.PresenceMissing); done.Deleted != 0 {
		t.Error("seen in between, missing once: not deleted")
	}
	if done := b.look("mastodon:piaille.fr/unknown", vigie.PresenceMissing); done != (vigie.Appended{}) {
		t.Errorf("an unknown comment: %+v", done)
	}
}

func sources(t *testing.T, open Opener) {
	b := start(t, open)
	st := vigie.SourceState{Source: "asso", Kind: "mastodon", Account: "mastodon:piaille.fr/@asso"}
	for _, step := range []struct {
		status vigie.SourceStatus
		class  string
		alerts int
	}{
		{vigie.SourceStarting, "", 0}, {vigie.SourceOK, "", 0}, {vigie.SourceFailed, "auth", 1}, {vigie.SourceFailed, "auth", 0},
		{vigie.SourceStarting, "", 0}, {vigie.SourceFailed, "auth", 0}, // a restart
		{vigie.SourceOK, "", 0}, {vigie.SourceFailed, "auth", 1},
	} {
		st.Status, st.Class = step.status, step.class
		b.clock.Turn(time.Second)
		must(t, b.SetSourceState(b.ctx, st, []string{"equipe", "mail"}))
		m, ok := b.claim("equipe", 10)
		if ok != (step.alerts == 1) {
			t.Errorf("%s: rang %v, want %d", step.status, ok, step.alerts)
		}
		if ok && (m.Alerts[0].Kind != vigie.AlertOps || m.Alerts[0].Ops != vigie.OpsEvent{Subject: "source asso", Class: "auth"}) {
			t.Errorf("alert %+v", m.Alerts[0])
		}
	}
	if m, ok := b.claim("mail", 10); !ok || len(m.Alerts) != 2 {
		t.Errorf("the other channel: %v %+v", ok, m)
	}
}

func judge(t *testing.T, open Opener) {
	t.Run("claim", func(t *testing.T) { judgeClaim(t, open) })
	t.Run("one case for a comment", func(t *testing.T) { judgeVersions(t, open) })
	t.Run("refusals", func(t *testing.T) { judgeRefusals(t, open) })
}

func judgeClaim(t *testing.T, open Opener) {
	b := start(t, open)
	b.append(Comment(1, "a"), Comment(2, "b"), Comment(3, "c"))
	first := b.unjudged(2)
	if len(first) != 2 || first[0].Text != "a" {
		t.Fatalf("claimed %d", len(first))
	}
	if got := b.unjudged(10); len(got) != 1 || got[0].Text != "c" {
		t.Fatalf("the rest: %d", len(got))
	}
	must(t, b.Postpone(b.ctx, &first[0], "disk", b.clock.Now().Add(time.Hour)))
	b.settle(first[1], vigie.SeverityNone)
	b.clock.Turn(time.Minute)
	if got := b.unjudged(10); len(got) != 1 || got[0].Text != "c" {
		t.Fatalf("after the lapse: %d", len(got))
	}
	b.clock.Turn(time.Hour)
	if got := b.unjudged(10); len(got) != 2 || got[0].Text != "a" {
		t.Fatalf("after the postponement: %d", len(got))
	}
}

func judgeVersions(t *testing.T, open Opener) {
	b := start(t, open)
	first, id := b.open(1, "a", vigie.SeverityMedium, "equipe", "mail")
	again := b.settle(first, vigie.SeverityMedium, "equipe", "mail")
	if diff := cmp.Diff(vigie.Settled{Case: id, Already: true}, again); diff != "" {
		t.Errorf("settled again (-want +got)\n%s", diff)
	}
	for _, step := range []struct {
		text     string
		severity vigie.Severity
		want     vigie.Settled
	}{
		{"b", vigie.SeverityLow, vigie.Settled{Case: id}},
		{"c", vigie.SeverityHigh, vigie.Settled{Case: id, Raised: true, Alerts: 2}},
		{"d", vigie.SeverityHigh, vigie.Settled{Case: id}},
		{"e", vigie.SeverityNone, vigie.Settled{Case: id}},
	} {
		b.append(Comment(1, step.text))
		if diff := cmp.Diff(step.want, b.settle(b.unjudged(1)[0], step.severity, "equipe", "mail")); diff != "" {
			t.Errorf("version %s (-want +got)\n%s", step.text, diff)
		}
	}
	m, _ := b.claim("mail", 10)
	if len(m.Alerts) != 2 || m.Alerts[0].ID == m.Alerts[1].ID || m.Alerts[0].Severity != vigie.SeverityHigh {
		t.Errorf("alerts %+v", m.Alerts)
	}
}

func judgeRefusals(t *testing.T, open Opener) {
	b := start(t, open)
	b.append(Comment(1, "a"))
	c := b.unjudged(1)[0]
	if _, err := b.Settle(b.ctx, &c, Flag(&c, vigie.SeverityLow), nil, nil); err == nil {
		t.Error("flagged without a record: settled")
	}
	c.Version = 7
	if _, err := b.Settle(b.ctx, &c, Flag(&c, vigie.SeverityNone), nil, nil); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("unknown version: %v", err)
	}
	if err := b.Postpone(b.ctx, &c, "disk", b.clock.Now()); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("unknown version: %v", err)
	}
}
