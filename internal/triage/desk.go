// Package triage takes one comment from unread to judged. Read [Desk.Review]
// first: it is the way of a comment.
package triage

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"vigie"
)

// Judge concludes a verdict on a comment: language, labels, hits, severity.
// [Engine] is the one in use.
type Judge interface {
	Judge(c *vigie.Comment) vigie.Verdict
}

// store keeps what the desk concludes.
type store interface {
	// Unjudged claims up to limit comment versions that nobody has judged,
	// oldest first, until the time given; another replica may take them after.
	Unjudged(ctx context.Context, limit int, lapses time.Time) ([]vigie.Comment, error)
	// Settle writes verdict, case and an alert for each channel in ring, in one
	// transaction. sealed is nil if the comment was not flagged. Settling what is
	// settled already changes nothing.
	Settle(ctx context.Context, c *vigie.Comment, v vigie.Verdict, sealed *vigie.Record, ring []string) (vigie.Settled, error)
}

// recorder seals flagged comments; idempotent by comment version.
type recorder interface {
	Append(ctx context.Context, c *vigie.Comment, v vigie.Verdict) (vigie.Record, error)
}

var (
	_ = fmt.Errorf
	_ *slog.Logger
)
