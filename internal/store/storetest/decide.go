package storetest

import (
	"errors"
	"fmt"
	"testing"

	"vigie"
)

func (b *bench) decide(who vigie.Caller, d vigie.Decision, revision int) vigie.Case {
	b.t.Helper()
	k, err := b.Decide(b.ctx, who, d, revision)
	must(b.t, err)
	return k
}

func decide(t *testing.T, open Opener) {
	t.Run("states and undo", func(t *testing.T) { decideStates(t, open) })
	t.Run("refusals are in the trail", func(t *testing.T) { decideRefused(t, open) })
	t.Run("a worse version opens a decided case again", func(t *testing.T) { decideAgain(t, open) })
}

func decideStates(t *testing.T, open Opener) {
	b := start(t, open)
	b.team()
	_, id := b.open(1, "a", vigie.SeverityHigh)
	k := b.decide(bob, vigie.Decision{Case: id, Kind: vigie.DecideClear, Note: "rien\x00"}, 0)
	if k.State != vigie.CaseCleared || k.Revision != 1 {
		t.Fatalf("cleared: %+v", k)
	}
	v, err := b.Case(b.ctx, bob, id)
	must(t, err)
	if len(v.Decisions) != 1 || v.Decisions[0].By != "bob" || v.Decisions[0].Note != "rien\x00" || !v.Decisions[0].At.Equal(b.clock.Now()) {
		t.Fatalf("history %+v", v.Decisions)
	}
	k = b.decide(alice, vigie.Decision{Case: id, Kind: vigie.DecideUndo, Undoes: v.Decisions[0].Seq}, 1)
	if k.State != vigie.CaseOpen {
		t.Fatalf("undone: %+v", k)
	}
	k = b.decide(bob, vigie.Decision{Case: id, Kind: vigie.DecideAssign, Assignee: "bob"}, 2)
	k = b.decide(bob, vigie.Decision{Case: id, Kind: vigie.DecideHate}, k.Revision)
	if k.State != vigie.CaseHateful || k.Assignee != "bob" || k.Revision != 4 {
		t.Fatalf("hateful: %+v", k)
	}
}

func decideRefused(t *testing.T, open Opener) {
	b := start(t, open)
	_, id := b.open(1, "a", vigie.SeverityHigh)
	b.decide(bob, vigie.Decision{Case: id, Kind: vigie.DecideClear}, 0)
	for _, tt := range []struct {
		name     string
		who      vigie.Caller
		d        vigie.Decision
		revision int
		err      error
		result   string
	}{
		{"stale", bob, vigie.Decision{Case: id, Kind: vigie.DecideHate}, 0, vigie.ErrStale, "stale"},
		{"unknown kind", bob, vigie.Decision{Case: id, Kind: "burn"}, 1, vigie.ErrDenied, "denied"},
		{"unknown assignee", bob, vigie.Decision{Case: id, Kind: vigie.DecideAssign, Assignee: "eve"}, 1, vigie.ErrDenied, "denied"},
		{"nothing to undo", bob, vigie.Decision{Case: id, Kind: vigie.DecideUndo, Undoes: 99}, 1, vigie.ErrDenied, "denied"},
		{"no role", nobody, vigie.Decision{Case: id, Kind: vigie.DecideHate}, 1, vigie.ErrDenied, "denied"},
	} {
		if _, err := b.Decide(b.ctx, tt.who, tt.d, tt.revision); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", tt.name, err)
		}
		want := fmt.Sprintf("%s case.decide %s %s", tt.who.User, id, tt.result)
		trail := b.trail()
		if trail[len(trail)-2] != want { // the last one is the reading of the trail
			t.Errorf("%s: trail %q, want %q", tt.name, trail[len(trail)-2], want)
		}
	}
	if v, err := b.Case(b.ctx, bob, id); err != nil || len(v.Decisions) != 1 {
		t.Errorf("%d decisions, %v", len(v.Decisions), err)
	}
	if _, err := b.Decide(b.ctx, mallet, vigie.Decision{Case: id, Kind: vigie.DecideHate}, 1); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("another organisation: %v", err)
	}
	if _, err := b.Audit(b.ctx, bob, 0, 10); !errors.Is(err, vigie.ErrDenied) {
		t.Errorf("a moderator reads the trail: %v", err)
	}
}

func decideAgain(t *testing.T, open Opener) {
	for name, severity := range map[string]vigie.Severity{"graver": vigie.SeverityHigh, "as grave": vigie.SeverityMedium} {
		t.Run(name, func(t *testing.T) { decideVersion(t, open, severity) })
	}
}

func decideVersion(t *testing.T, open Opener, severity vigie.Severity) {
	b := start(t, open)
	_, id := b.open(1, "a", vigie.SeverityMedium, "equipe")
	b.decide(bob, vigie.Decision{Case: id, Kind: vigie.DecideClear}, 0)
	b.append(Comment(1, "b"))
	done := b.settle(b.unjudged(1)[0], severity, "equipe")
	if !done.Raised || done.Alerts != 1 {
		t.Errorf("settled %+v", done)
	}
	if _, err := b.Decide(b.ctx, bob, vigie.Decision{Case: id, Kind: vigie.DecideHate}, 1); !errors.Is(err, vigie.ErrStale) {
		t.Errorf("decided on the page of the old version: %v", err)
	}
	v, err := b.Case(b.ctx, bob, id)
	must(t, err)
	if v.Case.State != vigie.CaseOpen || v.Case.Version != 2 || v.Case.Severity != severity || len(v.Decisions) != 1 {
		t.Errorf("case %+v", v.Case)
	}
	if k := b.decide(bob, vigie.Decision{Case: id, Kind: vigie.DecideHate}, 2); k.State != vigie.CaseHateful {
		t.Errorf("decided: %+v", k)
	}
}
