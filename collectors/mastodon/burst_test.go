package mastodon

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"vigie/collectors/mastodon/mastodontest"
)

// Four writers answer at once; what they write has its ids at once and becomes
// visible up to 25 seconds later, in any order. Both are so in a real attack.
func TestBurstOfFourWriters(t *testing.T) {
	for name, c := range map[string]Config{"notifications": quiet, "all walks": {}} {
		t.Run(name, func(t *testing.T) { burst(t, c) })
	}
}

func burst(t *testing.T, c Config) {
	w := newWorld(t, mastodontest.Options{RateLimit: -1, MaxPage: 7}, c)
	post := w.Post(mastodontest.Status{From: "asso", Text: "fête"})
	w.mustPoll()
	var mu sync.Mutex
	var ids []string
	var writers sync.WaitGroup
	for n := range 4 {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		writers.Go(func() {
			for i := range 25 {
				id := w.Post(mastodontest.Status{From: fmt.Sprintf("troll%d", n), Text: fmt.Sprintf("@asso %d", i),
					ReplyTo: post, Delay: time.Duration(r.Int64N(int64(25 * time.Second)))})
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
			}
		})
	}
	for range 10 {
		w.mustPoll()
		w.clock.Advance(3 * time.Second)
	}
	writers.Wait()
	for range 10 {
		w.mustPoll()
		w.clock.Advance(5 * time.Second)
	}
	for _, id := range ids {
		w.one(id)
	}
	if len(ids) != 100 || len(w.got) != 100 {
		t.Errorf("%d posted, %d collected", len(ids), len(w.got))
	}
}
