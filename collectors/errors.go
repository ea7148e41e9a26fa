package collectors

import (
	"errors"
	"fmt"
	"time"
)

// Class says what to do about a failed request.
type Class string

// The classes of failure.
const (
	ClassRetry   Class = "retry"   // network, 5xx, HTML where JSON was due: back off and go on
	ClassLimited Class = "limited" // 429: go on at Error.Until
	ClassBudget  Class = "budget"  // our own cap, or the platform's billing cap: go on at Error.Until
	ClassAuth    Class = "auth"    // credentials refused: stop, tell the administrators
	ClassGone    Class = "gone"    // the account or the API does not exist any more: stop, tell
	ClassBug     Class = "bug"     // the platform refuses our request as malformed: stop, tell
)

// Error is a classified failure of a source. Its text never holds a token, a
// comment's text or a response body.
type Error struct {
	Class  Class
	Status int       // HTTP status, 0 if there was no answer
	Until  time.Time // ClassLimited and ClassBudget: when to go on; zero if the platform does not say
	Hint   string    // what a person can do about it, "" if nothing
	Err    error     // the cause
}

// Error returns the class, the status and the cause.
func (e *Error) Error() string {
	s := string(e.Class)
	if e.Status != 0 {
		s = fmt.Sprintf("%s (HTTP %d)", s, e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of an error; an unclassified one is worth a retry.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ClassRetry
}

// Final says that the source must stop until a person acts.
func (c Class) Final() bool { return c == ClassAuth || c == ClassGone || c == ClassBug }
