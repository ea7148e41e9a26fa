package collectors

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// quota is what a platform's headers say about the requests left.
type quota struct {
	limit, remaining float64       // -1 if the header is missing
	wait             time.Duration // until the reset, by the server's own clock
	known            bool          // the reset is known
}

// quotaNames are the header families in use: X; Mastodon, GoToSocial, Reddit
// and GitHub; Bluesky and the IETF draft.
var quotaNames = [...]string{"X-Rate-Limit-", "X-Ratelimit-", "Ratelimit-"}

// readQuota reads the first family of rate-limit headers that is present.
func readQuota(h http.Header, now time.Time) quota {
	server := serverNow(h, now)
	for _, prefix := range quotaNames {
		left := number(h.Get(prefix + "Remaining"))
		wait, known := until(h.Get(prefix+"Reset"), server)
		if left >= 0 || known {
			return quota{limit: number(h.Get(prefix + "Limit")), remaining: left, wait: wait, known: known}
		}
	}
	return quota{limit: -1, remaining: -1}
}

// serverNow is the server's clock: resets are told in it, and ours may be off
// by a day.
func serverNow(h http.Header, ours time.Time) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}
	return ours
}

// number parses a header value that some platforms write as a float.
func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f < 1e15) {
		return -1
	}
	return f
}

// until reads a time as Unix seconds, seconds from now, ISO 8601 or an HTTP
// date, and returns how long that is after the server's clock.
func until(s string, server time.Time) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	if n := number(s); n >= 1e9 {
		return max(0, time.Unix(int64(n), 0).Sub(server)), true
	} else if n >= 0 {
		return time.Duration(n * float64(time.Second)), true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t, err = http.ParseTime(s)
	}
	if err != nil {
		return 0, false
	}
	return max(0, t.Sub(server)), true
}

// limitedFor says how long to stay away after a refusal: Retry-After first,
// then the reset of the quota.
func limitedFor(h http.Header, now time.Time) (time.Duration, bool) {
	if d, ok := until(h.Get("Retry-After"), serverNow(h, now)); ok {
		return d, true
	}
	q := readQuota(h, now)
	return q.wait, q.known
}

// buckets remember, for each bucket of a source, that it is empty until when.
type buckets struct {
	mu    sync.Mutex
	empty map[string]time.Time
}

// closedUntil returns when the bucket fills again, the zero time if it is open.
func (b *buckets) closedUntil(key string, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.empty[key]
	if t.After(now) {
		return t
	}
	delete(b.empty, key)
	return time.Time{}
}

// close marks the bucket empty until t.
func (b *buckets) close(key string, t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.empty == nil {
		b.empty = make(map[string]time.Time)
	}
	b.empty[key] = t
}
