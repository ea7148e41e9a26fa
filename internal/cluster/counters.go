package cluster

import (
	"context"
	"fmt"
	"time"
)

// mostCounted bounds the comments, and the authors, kept per account: beyond
// it the oldest are forgotten, and a count is a lower bound.
const mostCounted = 100_000

// Add counts a comment said to account by author at an instant of the
// platform's clock; instants may come in any order. The same author at the
// same instant counts once, so a replay adds nothing. The author is kept as a
// keyed digest only.
func (c *Cluster) Add(ctx context.Context, account, author string, at time.Time) error {
	if at.Before(c.now().Add(-c.retention)) {
		return nil // no window reaches that far
	}
	if err := c.add(ctx, account, c.digest(author), at); err != nil {
		return fmt.Errorf("count a comment: %w", err)
	}
	return nil
}

// Count returns how many comments account got within the window that ends now,
// and from how many different authors.
func (c *Cluster) Count(ctx context.Context, account string, window time.Duration) (comments, authors int64, err error) {
	if window > c.retention {
		return 0, 0, fmt.Errorf("a window of %s is longer than the %s that are kept", window, c.retention)
	}
	comments, authors, err = c.count(ctx, account, c.now().Add(-window))
	if err != nil {
		return 0, 0, fmt.Errorf("count comments: %w", err)
	}
	return comments, authors, nil
}
