package x

import (
	"context"
	"fmt"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/x/xtest"
)

// TestNeverSpendsAboveTheCap polls and checks over restarts until the budget
// refuses, with a shared Budget that forgets everything at each restart: the
// account in the cursor has to hold the cap alone.
func TestNeverSpendsAboveTheCap(t *testing.T) {
	r := newRig(t, ModeV2)
	r.c.MonthlyBudget, r.c.PageSize = "1.00", 50
	shelf := newShelf()
	refused := 0
	for round := range 60 {
		r.budget = &budget{}
		r.sayMany(80, fmt.Sprint("vague ", round))
		err := shelf.poll(r.source(), 1+round%4) // sometimes killed in mid-walk
		if err != nil {
			e := wantClass(t, err, collectors.ClassBudget)
			if want := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC); !e.Until.Equal(want) {
				t.Fatalf("until %v, want %v", e.Until, want)
			}
			refused++
		}
		r.clock.Advance(time.Minute)
	}
	billed := r.x.Billed() // posts at 0.001 each; one user at 0.010 counts as ten posts
	if spent := billed - 1 + 10; spent > 1000 {
		t.Errorf("X billed for $%.3f, the cap is $1.00", float64(spent)/1000)
	}
	if refused == 0 || billed < 500 {
		t.Errorf("refused %d times after %d resources: the test proves nothing", refused, billed)
	}
}

func TestNextMonthGoesOn(t *testing.T) {
	r := newRig(t, ModeV2)
	r.c.MonthlyBudget = "0.12"
	r.sayMany(60, "texte")
	shelf := newShelf()
	shelf.mustPoll(t, r.source())
	id := r.say("trop")
	e := wantClass(t, shelf.poll(r.source(), -1), collectors.ClassBudget)
	r.clock.Advance(e.Until.Sub(r.clock.Now()) + time.Second)
	shelf.mustPoll(t, r.source())
	shelf.get(t, id)
}

func TestSharedBudgetIsAskedFirst(t *testing.T) {
	r := newRig(t, ModeV2)
	r.say("texte")
	r.budget.max = 50_000 // less than a page
	src := r.source()
	e := wantClass(t, newShelf().poll(src, -1), collectors.ClassBudget)
	if e.Until.IsZero() {
		t.Error("the refusal does not say when to go on")
	}
	for _, q := range r.x.Requests() {
		if q != "GET /2/users/me" {
			t.Errorf("asked without money: %s", q)
		}
	}
}

func TestReadingAgainTheSameDayIsFree(t *testing.T) {
	r := newRig(t, ModeV2)
	r.sayMany(5, "texte")
	shelf, src := newShelf(), r.source()
	shelf.mustPoll(t, src)
	first := r.budget.total()
	shelf.mustPoll(t, src) // the overlap window reads all five again
	if got := r.budget.total(); got != first || first != userPrice+5*1000 {
		t.Errorf("spent %d then %d micro-dollars, want %d both times", first, got, userPrice+5*1000)
	}
}

func TestFailedRequestsCostNothing(t *testing.T) {
	r := newRig(t, ModeV2)
	src := r.source()
	newShelf().mustPoll(t, src)
	before := r.budget.total()
	r.x.Fail(xtest.Fault{Status: 503})
	wantClass(t, newShelf().poll(src, -1), collectors.ClassRetry)
	if got := r.budget.total(); got != before {
		t.Errorf("a failed request cost %d micro-dollars", got-before)
	}
}

func TestQuietAccountCostsNothing(t *testing.T) {
	r := newRig(t, ModeV2)
	r.sayMany(3, "texte")
	shelf, src := newShelf(), r.source()
	for range 40 {
		shelf.mustPoll(t, src)
		r.clock.Advance(time.Hour) // over midnight, where X would bill again
	}
	if billed := r.x.Billed(); billed > 2*3+1 {
		t.Errorf("X billed for %d resources of a quiet account", billed)
	}
	if shelf.pages > 5 {
		t.Errorf("stored %d pages though nothing happened", shelf.pages)
	}
}

func TestCheckPaysOutOfTheSameBudget(t *testing.T) {
	r := newRig(t, ModeV2)
	ids := r.sayMany(3, "texte")
	r.c.MonthlyBudget = "0.11"
	src := r.source()
	if _, err := src.WhoAmI(context.Background()); err != nil {
		t.Fatal(err)
	}
	check := []vigie.CommentID{commentID(ids[0]), commentID(ids[1]), commentID(ids[2])}
	if _, err := src.Check(context.Background(), check); err != nil {
		t.Fatal(err)
	}
	if got := r.budget.total(); got != userPrice+3*5000 {
		t.Errorf("spent %d micro-dollars", got)
	}
	wantClass(t, newShelf().poll(src, -1), collectors.ClassBudget) // 0.100 for a page is no longer there
}
