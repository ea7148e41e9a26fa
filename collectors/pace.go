package collectors

import (
	"errors"
	"math/rand/v2"
	"time"
)

// The bounds of back-off.
const (
	firstBackoff = 2 * time.Second
	maxBackoff   = 15 * time.Minute
	leastBackoff = 250 * time.Millisecond
)

// pace is the rhythm of one source.
type pace struct {
	least, most time.Duration
	interval    time.Duration
	failures    int
}

func newPace(every, most time.Duration) pace {
	if every <= 0 {
		every = 10 * time.Second
	}
	return pace{least: every, most: max(every, most), interval: every}
}

// next returns the pause after a good poll: none if there is more to fetch,
// half as long if it brought something, half as long again if it did not.
func (p *pace) next(o outcome) time.Duration {
	p.failures = 0
	switch {
	case o.more && o.fresh > 0:
		p.interval = p.least
		return 0
	case o.more && o.moved: // re-reading after a crash; a source that turns in circles looks the same
		p.interval = p.least
	case o.fresh > 0:
		p.interval = max(p.least, p.interval/2)
	default:
		p.interval = min(p.most, p.interval*3/2)
	}
	return spread(p.interval)
}

// after returns the pause after a failure that passes by itself: what the
// platform asks for, and never less than a back-off with full jitter if it
// asks for nothing.
func (p *pace) after(err error, now time.Time) time.Duration {
	limit := min(maxBackoff, firstBackoff<<min(p.failures, 16))
	p.failures++
	wait := leastBackoff + rand.N(limit)
	var e *Error
	if errors.As(err, &e) && e.Until.After(now) {
		// A little later than allowed, so that replicas do not come all at once.
		return e.Until.Sub(now) + rand.N(2*time.Second)
	}
	return min(wait, maxBackoff)
}

// spread varies a pause by a fifth either way, so that sources started
// together drift apart.
func spread(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d - d/5 + rand.N(2*d/5+1)
}
