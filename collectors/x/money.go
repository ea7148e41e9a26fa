package x

import (
	"context"
	"errors"
	"sync"
	"time"

	"vigie/collectors"
)

// userPrice is what X asks for one user read, in micro-dollars.
const userPrice = 10_000

// ledger is what was spent in a calendar month (UTC). It travels in the
// cursor, so the cap holds even where the shared Budget was lost.
type ledger struct {
	Month string `json:"month,omitempty"` // "2026-11"
	Spent int64  `json:"spent,omitempty"` // micro-dollars
}

// purse pays for requests: out of Deps.Budget and under the monthly cap.
type purse struct {
	budget collectors.Budget
	cap    int64 // micro-dollars a month; 0 means that nothing costs
	now    func() time.Time

	mu   sync.Mutex
	book ledger
	day  string          // of paid
	paid map[string]bool // resources paid for on that UTC day: reading them again is free
}

func newPurse(cap int64, d collectors.Deps) *purse {
	return &purse{budget: d.Budget, cap: cap, now: d.Now, paid: map[string]bool{}}
}

// load takes over what the cursor says was spent, if that is more than known.
func (p *purse) load(l ledger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roll()
	if l.Month == p.book.Month {
		p.book.Spent = max(p.book.Spent, l.Spent)
	}
}

// ledger returns what to write into the cursor.
func (p *purse) ledger() ledger {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.book
}

// roll opens a new month and a new day when they come.
func (p *purse) roll() {
	now := p.now().UTC()
	if m := now.Format("2006-01"); m != p.book.Month {
		p.book = ledger{Month: m}
	}
	if d := now.Format(time.DateOnly); d != p.day {
		p.day, p.paid = d, map[string]bool{}
	}
}

var errSpent = errors.New("the monthly budget is spent")

// reserve takes cost before a request, or refuses until next month.
func (p *purse) reserve(ctx context.Context, cost int64) error {
	if p.cap == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roll()
	if p.book.Spent+cost > p.cap {
		return p.spent(errSpent)
	}
	if err := p.budget.Reserve(ctx, cost); err != nil {
		return p.spent(err)
	}
	p.book.Spent += cost
	return nil
}

// spent makes sure that a refusal for want of money says when to go on. What
// is no such refusal passes unchanged.
func (p *purse) spent(err error) error {
	var e *collectors.Error
	if !errors.Is(err, errSpent) && (!errors.As(err, &e) || e.Class != collectors.ClassBudget || !e.Until.IsZero()) {
		return err
	}
	y, m, _ := p.now().UTC().Date()
	return &collectors.Error{Class: collectors.ClassBudget, Until: time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC),
		Hint: "raise monthly_budget of this source if it should go on before", Err: errSpent}
}

// settle books what a request really cost: price for each of the resources
// that were not paid for today.
func (p *purse) settle(ctx context.Context, reserved, price int64, resources ...string) error {
	if p.cap == 0 {
		return nil
	}
	p.mu.Lock()
	p.roll()
	var actual int64
	for _, r := range resources {
		if !p.paid[r] {
			p.paid[r] = true
			actual += price
		}
	}
	p.book.Spent = max(0, p.book.Spent-reserved+actual)
	p.mu.Unlock()
	// The request was made: its cost counts even if the caller has left.
	return p.budget.Settle(context.WithoutCancel(ctx), reserved, actual)
}
