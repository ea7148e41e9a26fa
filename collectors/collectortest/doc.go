// Package collectortest is the conformance suite that every source runs.
//
// A source's test builds a [Fake] of its platform, small and in memory, and
// hands a [Harness] to [Run]. The suite drives the fake: comments whose ids
// become visible late, edits, deletions, bursts, every kind of refusal, and a
// store that dies before or after each call. It then checks the invariant: each
// comment is stored exactly once, none is lost, an edit is a new version, a
// refusal has the right class and tells no secret, and one bad item costs
// nothing but itself.
//
// What a platform cannot show, its harness declares in [Harness.Cannot] with
// the reason; nothing is skipped in silence. Most fakes are an http.Handler
// behind a [Wire], which plays all the faults of HTTP.
package collectortest

import (
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
)

// Token is the token that a harness gives to its source; the suite looks for it
// in errors.
const Token = "tok3n-that-must-not-show"

// Marker is in every comment's text; the suite looks for it in errors.
const Marker = "m4rker-that-must-not-show"

// Fake is one platform, empty at first. Comments have numbers from 0; the fake
// gives each an id that is above those of smaller numbers. Its pages should be
// short (20 at most), so that a walk takes many.
type Fake interface {
	// Source builds the source anew, as after a restart; with the same
	// configuration each time.
	Source() (collectors.Source, error)
	// ID returns the id that the source gives to comment n.
	ID(n int) vigie.CommentID
	// Show makes comment n visible. Numbers come out of order.
	Show(n int, text string)
	// Edit changes the text of a visible comment.
	Edit(n int, text string)
	// Delete removes a visible comment.
	Delete(n int)
	// Spoil makes a visible comment one that cannot be decoded.
	Spoil(n int)
	// Break makes one request fail, after so many good ones.
	Break(f Fault, after int)
}

// Harness is what a source's test gives to the suite.
type Harness struct {
	// New returns an empty fake. The clock is for Deps.Now, and for the fake's
	// own times.
	New func(tb testing.TB, clock *Clock) Fake
	// Cannot names what the platform cannot show, and why.
	Cannot map[Fault]string
	// Class names the class of a fault where the platform's differs from the
	// usual one; "" where the source rightly takes it as an ordinary answer.
	Class map[Fault]collectors.Class
	// Late is how long after its minting an id may become visible; 25 s if zero.
	Late time.Duration
}
