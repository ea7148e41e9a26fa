// Package alerts says what a channel is and brings alerts to channels.
//
// A [Channel] speaks one protocol and nothing else. The [Dispatcher] takes from
// the outbox what is due, sends it, and writes down what came of it: retries
// with back-off and Retry-After, paused channels, dead letters. Delivery is at
// least once, each message under one stable id.
//
// A [vigie.Message] holds no text and no author by construction: what leaves
// the machine is a severity, a label, a platform, a count and a link behind a
// login. The package stores nothing itself; the outbox is in internal/store.
package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"vigie"
)

// Channel brings one message to one receiver.
type Channel interface {
	// Send delivers m once and returns. It never retries: an error is an
	// [Error] that says whether the Dispatcher should. It honours ctx.
	Send(ctx context.Context, m vigie.Message) (Receipt, error)
}

// Receipt is what the receiver said of a delivered message.
type Receipt struct {
	External string // its own id for the message, "" if it gives none
}

// Deps is what the daemon hands to every channel.
type Deps struct {
	Name   string                                  // of the channel in the configuration
	Client *http.Client                            // timeouts set, redirects refused, bodies capped
	Secret func(file string) (vigie.Secret, error) // reads a secret file named in the configuration
	Now    func() time.Time
	Log    *slog.Logger // for what an operator must know; never a secret or an address that holds one
}

// Kind describes a channel to people and to the table of the daemon.
type Kind struct {
	Name  string   `json:"name"`  // "email"
	Doc   string   `json:"doc"`   // one English sentence
	Needs []string `json:"needs"` // keys of its configuration
	Batch int      `json:"batch"` // how many alerts due together may go in one message; 1 for machines
	// PerMinute is how many messages a receiver of this kind takes in a
	// minute without complaint; 0 means 60.
	PerMinute int `json:"per_minute"`
}

// Class says what to do about a failed delivery.
type Class string

// The classes of failure.
const (
	ClassRetry     Class = "retry"     // network before anything was sent, 408, 425, 429, 5xx, SMTP 4xx
	ClassAmbiguous Class = "ambiguous" // may have arrived: time-out after the request was written, 502, 504
	ClassAuth      Class = "auth"      // 401, 403, SMTP 535: pause the channel, keep its messages, tell
	ClassGone      Class = "gone"      // 410: the receiver wants no more; pause, keep, tell
	ClassPermanent Class = "permanent" // 400, 404, 422, SMTP 5xx: a dead letter at once
)

// Error is a classified failure of a channel. Its text never holds an address
// with a secret in it, a credential or a response body.
type Error struct {
	Class      Class
	Status     int           // HTTP or SMTP code, 0 if there was no answer
	RetryAfter time.Duration // pause the whole channel that long; 0 if the receiver does not say
	Err        error
}

// Error returns the class, the code and the cause.
func (e *Error) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s (%d): %v", e.Class, e.Status, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Class, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of an error; an unclassified one may have arrived.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ClassAmbiguous
}

// Outbox is the table of alerts. internal/store implements it.
type Outbox interface {
	// Claim takes what is due on one channel into one message: the message
	// that failed before if its time has come, else up to batch waiting alerts,
	// gravest and oldest first. The membership of a message is written down
	// before it is returned, so that a retry, even after a crash, is the same
	// message under the same id. ok is false if nothing is due. A claim lapses
	// at the time given, after which another replica may take it.
	Claim(ctx context.Context, channel string, batch int, now, lapses time.Time) (m vigie.Message, ok bool, err error)
	// Sent records the delivery.
	Sent(ctx context.Context, id vigie.AlertID, at time.Time, external string) error
	// Failed records a failure and when to try again.
	Failed(ctx context.Context, id vigie.AlertID, at time.Time, class string, next time.Time) error
	// Bury makes it a dead letter: kept, listed, retriable by a person.
	Bury(ctx context.Context, id vigie.AlertID, at time.Time, class string) error
	// SetChannelState records how the channel fares, for the status page. The
	// counts of s are the outbox's own business; a zero LastSuccess leaves the
	// one recorded before.
	SetChannelState(ctx context.Context, s vigie.ChannelState) error
}

// Peeker is an [Outbox] that can say what waits without claiming it. Optional:
// with it a channel that people read groups alerts for DispatcherConfig.GroupWait
// and still never holds back what is imminent; without it the wait is short.
type Peeker interface {
	// Peek returns the highest severity among the alerts of a channel that are
	// due and not claimed; ok is false if there are none.
	Peek(ctx context.Context, channel string, now time.Time) (top vigie.Severity, ok bool, err error)
}

// Previewer is a channel that can show what would leave without sending it.
// Optional; both kinds of this module have it.
type Previewer interface {
	// Preview returns the bytes of m as they would leave, with secrets hidden.
	Preview(m vigie.Message) ([]byte, error)
}
