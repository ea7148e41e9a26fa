package alerts

import (
	"time"

	"vigie"
)

// How long to wait after a failure. Full jitter: a delay is drawn evenly below
// a ceiling that doubles, so that lanes and replicas do not knock in step.
const (
	firstCeiling = 5 * time.Second
	lastCeiling  = 15 * time.Minute
	shortest     = time.Second

	// longestHold bounds how long a failing lane keeps everything back: after
	// it, a newer alert may try the channel although an older one still waits.
	longestHold = time.Minute
	// longestPause bounds how far a receiver's Retry-After is believed.
	longestPause = time.Hour
	// fewestTries is how often a message is tried before its age can bury it,
	// so that one kept through a long pause still gets its chance.
	fewestTries = 5
)

// backoff draws the wait before the next try after n earlier failures; draw is
// in [0,1).
func backoff(n int, draw float64) time.Duration {
	ceiling := lastCeiling
	if n < 10 {
		ceiling = min(ceiling, firstCeiling<<max(n, 0))
	}
	return max(shortest, time.Duration(draw*float64(ceiling)))
}

// ownBackoff is the wait of a message, by its own failures: what is imminent
// never waits longer than a minute.
func ownBackoff(m *vigie.Message, draw float64) time.Duration {
	delay := backoff(tried(m), draw)
	if m.Severity() >= vigie.SeverityImminent {
		return min(delay, longestHold)
	}
	return delay
}

// DefaultMaxAge is how long a message is retried before it becomes a dead
// letter: 24 hours, and 72 for what is high or imminent.
func DefaultMaxAge(s vigie.Severity) time.Duration {
	if s >= vigie.SeverityHigh {
		return 72 * time.Hour
	}
	return 24 * time.Hour
}

// queued returns when the oldest alert of m was put into the outbox, zero if
// the outbox does not say.
func queued(m *vigie.Message) time.Time {
	var oldest time.Time
	for _, a := range m.Alerts {
		if at := a.Queued; !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at
		}
	}
	return oldest
}

// tried returns how often m was tried before.
func tried(m *vigie.Message) int {
	n := 0
	for _, a := range m.Alerts {
		n = max(n, a.Attempts)
	}
	return n
}
