package alerts

import (
	"sync"

	"vigie"
)

// firsts remembers for which cases an alert was delivered lately, so that the detection
// latency is observed once per case, whichever channel was quickest. It forgets
// the oldest, and everything at a restart: then a case counts a second time if
// its severity rises.
type firsts struct {
	mu   sync.Mutex
	seen map[vigie.CaseID]bool
	ring []vigie.CaseID
	next int
}

func newFirsts(size int) *firsts {
	return &firsts{seen: make(map[vigie.CaseID]bool, size), ring: make([]vigie.CaseID, size)}
}

// first says whether this is the first time id is asked for.
func (f *firsts) first(id vigie.CaseID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen[id] {
		return false
	}
	delete(f.seen, f.ring[f.next])
	f.ring[f.next] = id
	f.seen[id] = true
	f.next = (f.next + 1) % len(f.ring)
	return true
}
