// Package collectors says what a source of comments is and runs the sources.
//
// A [Source] speaks one platform's API and nothing else: it yields pages of
// comments from an opaque cursor of its own. The [Runner] does all the rest,
// once for all platforms: schedule and adaptive interval, lease, back-off,
// per-host limits, budgets, failure states, metrics. Each page goes into the
// store together with the cursor that follows it, in one transaction; a page
// that was not stored is asked for again. So a source may be killed between
// any two statements: nothing is lost, and the store drops what it has already.
//
// The package stores nothing itself. It promises that a source which fails for
// good (revoked token, gone account) is marked failed and left alone, never
// called in a loop.
package collectors

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"vigie"
)

// Source yields what was said on one account of one platform.
type Source interface {
	// Pages walks from the cursor since ("" at first) towards now and ends when
	// it has caught up. Pages come in an order in which storing a page and then
	// its Next can never step over a comment. A source never retries, sleeps or
	// logs: it yields a zero Page with an error of this package's classes (see
	// [Error]) and stops. It honours ctx between and within requests.
	Pages(ctx context.Context, since string) iter.Seq2[Page, error]
}

// Page is what one request, or one step of a walk, brought.
type Page struct {
	Comments []vigie.Comment
	Bad      []vigie.Undecodable // items of the page that could not be read
	Next     string              // the cursor to store with this page; opaque to all but the source
	More     bool                // the page was full: there may be more to fetch at once
}

// Checker is a source that can say whether stored comments are still there and
// unchanged. Optional: the Runner asks by type assertion.
type Checker interface {
	// Check looks the given comments up again: edits come back as comments with
	// another text and Edited set.
	Check(ctx context.Context, ids []vigie.CommentID) (vigie.Looked, error)
}

// Identity is a source that can say to whom its credentials belong. Optional;
// asked at start, before the first page.
type Identity interface {
	// WhoAmI returns the account that the credentials open. An error of class
	// [ClassAuth] means that they are refused. If the configuration names
	// another account, the error is of [ClassAuth] and names both.
	WhoAmI(ctx context.Context) (vigie.Account, error)
}

// Deps is what the daemon hands to every source.
type Deps struct {
	Name   string                                  // of the source in the configuration
	Org    vigie.OrgID                             // that owns it
	Client *http.Client                            // over this source's own Transport; sources use no other
	Secret func(file string) (vigie.Secret, error) // reads a secret file named in the configuration
	Budget Budget                                  // money or quota; never nil
	Now    func() time.Time
	Log    *slog.Logger // for what an operator must know; never a text, author or token
}

// Budget is a cap on what a source may spend, in the platform's own unit
// (X: micro-dollars). Reserve before asking, settle after.
type Budget interface {
	// Reserve takes cost from what is left; a refusal is an [Error] of class
	// [ClassBudget] that says when to try again.
	Reserve(ctx context.Context, cost int64) error
	// Settle corrects an earlier reservation to what it really cost.
	Settle(ctx context.Context, reserved, actual int64) error
}

// Kind describes a platform to people and to the table of the daemon.
type Kind struct {
	Name  string   `json:"name"`  // "mastodon"
	Doc   string   `json:"doc"`   // one English sentence
	Gives []string `json:"gives"` // "mentions", "replies", "messages", "quotes", "edits", "deletions"
	Needs []string `json:"needs"` // keys of its configuration: "server", "token_file", …
	Cost  string   `json:"cost"`  // "free", or what a comment costs
}

// Store is where pages go. internal/store implements it.
type Store interface {
	// Cursor returns the cursor stored last for the source, "" if none.
	Cursor(ctx context.Context, source string) (string, error)
	// Append stores comments, quarantined items and the cursor next in one
	// transaction. Comments already stored in the same version are dropped; the
	// same id with another Text or Edited time is a new version.
	Append(ctx context.Context, source string, comments []vigie.Comment, bad []vigie.Undecodable, next string) (vigie.Appended, error)
	// DueForCheck lists stored comments of the source whose next look is due,
	// flagged ones first.
	DueForCheck(ctx context.Context, source string, now time.Time, limit int) ([]vigie.CommentID, error)
	// Looked records what a look found: new versions, presences, the next look.
	Looked(ctx context.Context, source string, now time.Time, l vigie.Looked) (vigie.Appended, error)
	// SetSourceState records how the source fares; a change to failed puts one
	// ops alert for each channel in tell into the outbox in the same transaction.
	SetSourceState(ctx context.Context, s vigie.SourceState, tell []string) error
}
