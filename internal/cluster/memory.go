package cluster

import (
	"context"
	"slices"
	"sync"
	"time"

	"vigie"
)

// NewMemory makes a cluster of one process: nothing leaves it, and it ends with it.
func NewMemory(c Config) *Cluster {
	c.complete()
	return open(&memory{
		cfg:    c,
		leases: make(map[string]lease), budgets: make(map[string]Spent),
		counts: make(map[string]*tally), feeds: make(map[vigie.OrgID]*feed),
	}, c)
}

// memory is the backend of one process.
type memory struct {
	cfg     Config
	mu      sync.Mutex
	leases  map[string]lease
	budgets map[string]Spent
	counts  map[string]*tally
	feeds   map[vigie.OrgID]*feed
	closed  bool
}

type lease struct {
	holder string
	fence  int64
	until  time.Time
}

func (m *memory) take(_ context.Context, name, holder string, ttl time.Duration) (int64, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.cfg.Now()
	l := m.leases[name]
	free := !now.Before(l.until)
	if !free && l.holder != holder {
		return 0, false, nil
	}
	if free {
		l.fence++
	}
	l.holder, l.until = holder, now.Add(ttl)
	m.leases[name] = l
	return l.fence, true, nil
}

func (m *memory) give(_ context.Context, name, holder string, fence int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.leases[name]; l.holder == holder && l.fence == fence {
		l.until = time.Time{} // the fence goes on
		m.leases[name] = l
	}
	return nil
}

func (m *memory) charge(_ context.Context, c charge) (int64, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	spent, known := m.budgets[c.name]
	if !known || !spent.Start.Equal(c.start) {
		spent = Spent{c.start, c.floor}
	}
	if c.most >= 0 && spent.Used+c.delta > c.most {
		return spent.Used, false, nil
	}
	spent.Used = max(0, spent.Used+c.delta)
	m.budgets[c.name] = spent
	return spent.Used, true, nil
}

// tally is what an account got of late.
type tally struct {
	comments []said               // by instant, then author
	authors  map[string]time.Time // the latest of each
}

type said struct {
	at     time.Time
	author string
}

func (a said) compare(b said) int {
	if c := a.at.Compare(b.at); c != 0 {
		return c
	}
	switch {
	case a.author < b.author:
		return -1
	case a.author > b.author:
		return 1
	}
	return 0
}

func (m *memory) add(_ context.Context, account, author string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.counts[account]
	if t == nil {
		t = &tally{authors: make(map[string]time.Time)}
		m.counts[account] = t
	}
	s := said{at.Truncate(time.Microsecond), author}
	i, known := slices.BinarySearchFunc(t.comments, s, said.compare)
	if known {
		return nil
	}
	t.comments = slices.Insert(t.comments, i, s)
	if s.at.After(t.authors[author]) {
		t.authors[author] = s.at
	}
	t.forget(m.cfg.Now().Add(-m.cfg.Retention))
	return nil
}

// forget drops what no window reaches, and the oldest beyond the bound.
func (t *tally) forget(before time.Time) {
	n := max(0, len(t.comments)-mostCounted)
	for n < len(t.comments) && !t.comments[n].at.After(before) {
		n++
	}
	for _, s := range t.comments[:n] {
		if t.authors[s.author].Equal(s.at) {
			delete(t.authors, s.author)
		}
	}
	t.comments = slices.Delete(t.comments, 0, n)
}

func (m *memory) count(_ context.Context, account string, since time.Time) (comments, authors int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.counts[account]
	if t == nil {
		return 0, 0, nil
	}
	first, _ := slices.BinarySearchFunc(t.comments, since, func(s said, since time.Time) int {
		if s.at.After(since) {
			return 1
		}
		return -1
	})
	for _, last := range t.authors {
		if last.After(since) {
			authors++
		}
	}
	return int64(len(t.comments) - first), authors, nil
}

func (m *memory) publish(_ context.Context, org vigie.OrgID, e vigie.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.feedOf(org)
	id := eventID{ms: uint64(max(0, m.cfg.Now().UnixMilli()))}
	if !f.last.less(id) {
		id = eventID{f.last.ms, f.last.seq + 1}
	}
	e.ID = id.String()
	f.append(e)
	return nil
}

func (m *memory) feed(_ context.Context, org vigie.OrgID) (*feed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, errClosed
	}
	return m.feedOf(org), nil
}

// feedOf makes the feed at first use. Ids of an earlier process are older than
// its beginning, so their readers learn that they missed something.
func (m *memory) feedOf(org vigie.OrgID) *feed {
	f := m.feeds[org]
	if f == nil {
		f = newFeed(m.cfg.Events, eventID{ms: uint64(max(0, m.cfg.Now().UnixMilli()))})
		m.feeds[org] = f
	}
	return f
}

func (m *memory) ping(context.Context) error { return nil }

func (m *memory) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	for org, f := range m.feeds {
		close(f.closed)
		delete(m.feeds, org)
	}
	return nil
}
