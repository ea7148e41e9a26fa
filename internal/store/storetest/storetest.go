// Package storetest is the conformance suite of internal/store: what every
// database behind it must do. It stores nothing of its own.
package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"vigie"
	"vigie/internal/store"
)

// Opener opens an empty database; opened again with the same options within
// one test, it finds what it stored before. It closes it when the test ends.
type Opener func(t *testing.T, o store.Options) *store.Store

// Run runs the whole suite.
func Run(t *testing.T, open Opener) {
	for name, run := range map[string]func(*testing.T, Opener){
		"collect": collect, "looks": looks, "sources": sources, "judge": judge, "ring": ring,
		"queue": queue, "case": oneCase, "long thread": longThread, "reveal": reveal, "decide": decide, "status": status,
		"users": users, "login": login, "leaving": leaving, "sessions": sessions,
	} {
		t.Run(name, func(t *testing.T) { run(t, open) })
	}
}

// Clock is a clock that a test turns.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at a fixed instant.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)} }

// Now returns the instant at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Turn moves the clock on.
func (c *Clock) Turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is one test's store with its clock.
type bench struct {
	*store.Store
	t     *testing.T
	ctx   context.Context
	clock *Clock
}

func start(t *testing.T, open Opener) *bench {
	t.Helper()
	clock := NewClock()
	return &bench{Store: open(t, store.Options{Now: clock.Now, Base: "https://vigie.example", Lang: "fr"}), t: t, ctx: t.Context(), clock: clock}
}

// Comment makes a comment of the number n, published n seconds after start.
func Comment(n int, text string) vigie.Comment {
	return vigie.Comment{
		ID:      vigie.NewCommentID("mastodon", "piaille.fr", fmt.Sprint(1000+n)),
		Account: "mastodon:piaille.fr/@asso", Kind: vigie.KindReply,
		Author: vigie.Author{
			ID: vigie.AuthorID(fmt.Sprintf("mastodon:piaille.fr/a%d", n)), Handle: fmt.Sprintf("@auteur%d@piaille.fr", n),
			Name: fmt.Sprintf("Auteur %d", n), URL: "https://piaille.fr/@auteur", Created: NewClock().Now().AddDate(-1, 0, 0),
		},
		Text: text, Lang: "fr", URL: "https://piaille.fr/@auteur/1", Visibility: vigie.VisibilityPublic,
		Thread:  "mastodon:piaille.fr/1",
		Created: NewClock().Now().Add(time.Duration(n-3600) * time.Second), Seen: NewClock().Now(),
		Raw: fmt.Appendf(nil, `{"id":"%d"}`, 1000+n), RawType: "application/json",
	}
}

// Flag makes a verdict of a severity on a comment.
func Flag(c *vigie.Comment, severity vigie.Severity) vigie.Verdict {
	v := vigie.Verdict{Comment: c.ID, Version: c.Version, Lang: "fr", Severity: severity, Score: 0.9, Ruleset: "r1", Judged: NewClock().Now()}
	if v.Flagged() {
		v.Labels = []vigie.LabelScore{{Label: vigie.LabelInsult, Score: 0.9}, {Label: vigie.LabelThreat, Target: "person", Score: 0.8}}
		v.Hits = []vigie.Hit{{Rule: "fr.insult.a", Label: vigie.LabelInsult, Start: 0, End: 1, Why: "injure"}}
	}
	return v
}

func (b *bench) append(comments ...vigie.Comment) vigie.Appended {
	b.t.Helper()
	done, err := b.Append(b.ctx, "asso", comments, nil, "next")
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

func (b *bench) unjudged(limit int) []vigie.Comment {
	b.t.Helper()
	got, err := b.Unjudged(b.ctx, limit, b.clock.Now().Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// settle judges one claimed comment and settles it.
func (b *bench) settle(c vigie.Comment, severity vigie.Severity, channels ...string) vigie.Settled {
	b.t.Helper()
	var sealed *vigie.Record
	if severity > vigie.SeverityNone {
		sealed = &vigie.Record{Seq: 7, Comment: c.ID, Version: c.Version}
	}
	done, err := b.Settle(b.ctx, &c, Flag(&c, severity), sealed, channels)
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

// open appends one comment, flags it and returns it with its case.
func (b *bench) open(n int, text string, severity vigie.Severity, channels ...string) (vigie.Comment, vigie.CaseID) {
	b.t.Helper()
	b.append(Comment(n, text))
	got := b.unjudged(1)
	if len(got) != 1 {
		b.t.Fatalf("claimed %d comments, want 1", len(got))
	}
	return got[0], b.settle(got[0], severity, channels...).Case
}

func (b *bench) claim(channel string, batch int) (vigie.Message, bool) {
	b.t.Helper()
	m, ok, err := b.Claim(b.ctx, channel, batch, b.clock.Now(), b.clock.Now().Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	return m, ok
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
