package collectors_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
)

// script is a source that plays one step at each poll and repeats the last.
type script struct {
	mu    sync.Mutex
	steps []func(yield func(collectors.Page, error) bool)
	polls []time.Time
	who   func() (vigie.Account, error)
}

func (s *script) Pages(ctx context.Context, since string) iter.Seq2[collectors.Page, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := s.steps[min(len(s.polls), len(s.steps)-1)]
	s.polls = append(s.polls, time.Now())
	return step
}

func (s *script) WhoAmI(context.Context) (vigie.Account, error) {
	if s.who == nil {
		return vigie.Account{ID: "fake:host/@us"}, nil
	}
	return s.who()
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.polls)
}

func brings(more bool, ids ...string) func(func(collectors.Page, error) bool) {
	return func(yield func(collectors.Page, error) bool) {
		p := collectors.Page{Next: strings.Join(ids, ","), More: more}
		for _, id := range ids {
			p.Comments = append(p.Comments, vigie.Comment{ID: vigie.CommentID("fake:host/" + id), Text: "t"})
		}
		yield(p, nil)
	}
}

func fails(err error) func(func(collectors.Page, error) bool) {
	return func(yield func(collectors.Page, error) bool) { yield(collectors.Page{}, err) }
}

// memory is a store that counts.
type memory struct {
	mu      sync.Mutex
	cursors map[string]string
	seen    map[vigie.CommentID]vigie.Comment
	states  []vigie.SourceState
	looked  int
	due     []vigie.CommentID
	broken  error // of SetSourceState
	appends int   // calls of Append
	full    int   // so many of them fail
}

func (m *memory) Cursor(_ context.Context, source string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursors[source], nil
}

func (m *memory) Append(_ context.Context, source string, cs []vigie.Comment, _ []vigie.Undecodable, next string) (a vigie.Appended, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.appends++; m.appends <= m.full {
		return a, errors.New("disk full")
	}
	for _, c := range cs {
		if _, ok := m.seen[c.ID]; ok {
			a.Known++
			continue
		}
		m.seen[c.ID] = c
		a.New++
	}
	m.cursors[source] = next
	return a, nil
}

func (m *memory) DueForCheck(context.Context, string, time.Time, int) ([]vigie.CommentID, error) {
	return m.due, nil
}

func (m *memory) Looked(context.Context, string, time.Time, vigie.Looked) (vigie.Appended, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looked++
	return vigie.Appended{}, nil
}

func (m *memory) SetSourceState(_ context.Context, s vigie.SourceState, tell []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.states = append(m.states, s)
	return nil
}

// failures counts the changes to failed: one ops alert each.
func (m *memory) failures() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := vigie.SourceStatus("")
	for _, s := range m.states {
		if s.Status == vigie.SourceFailed && was != vigie.SourceFailed {
			n++
		}
		was = s.Status
	}
	return n
}

func newMemory() *memory {
	return &memory{cursors: map[string]string{}, seen: map[vigie.CommentID]vigie.Comment{}}
}

// running starts a runner inside a synctest bubble and stops it at the end.
func running(t *testing.T, c collectors.RunnerConfig) *collectors.Runner {
	t.Helper()
	r, err := collectors.NewRunner(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func job(s collectors.Source) collectors.Job {
	return collectors.Job{Name: "asso", Kind: "fake", Org: vigie.DefaultOrg, Host: "host", Source: s,
		Every: 10 * time.Second, MaxEvery: time.Minute}
}

func gaps(s *script) (g []float64) {
	for i := 1; i < len(s.polls); i++ {
		g = append(g, s.polls[i].Sub(s.polls[i-1]).Seconds())
	}
	return g
}
