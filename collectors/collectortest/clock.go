package collectortest

import (
	"sync"
	"time"
)

// Clock is a clock that only the test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands in March 2026.
func NewClock() *Clock { return NewClockAt(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)) }

// NewClockAt returns a clock that stands at now.
func NewClockAt(now time.Time) *Clock { return &Clock{now: now} }

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
