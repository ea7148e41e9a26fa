package collectortest

import (
	"context"
	"errors"
	"sync"
	"time"

	"vigie"
)

// ErrDied is what a [Store] returns when it was told to die.
var ErrDied = errors.New("the store died")

// Store is a collectors.Store in memory that keeps every version and can die
// at any call, with the call done or not.
type Store struct {
	mu       sync.Mutex
	cursor   string
	versions map[vigie.CommentID][]vigie.Comment
	bad      map[string]vigie.Undecodable // by raw bytes
	presence map[vigie.CommentID]vigie.Presence
	order    []vigie.CommentID

	dieAt   int // calls until death; negative: never
	written bool
	onPage  func() // called once after the next page was stored
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{versions: make(map[vigie.CommentID][]vigie.Comment), bad: make(map[string]vigie.Undecodable),
		presence: make(map[vigie.CommentID]vigie.Presence), dieAt: -1}
}

// Die makes the call after n more fail, either before anything is written or
// after all is.
func (s *Store) Die(n int, written bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dieAt, s.written = n, written
}

// Died says whether the death that was asked for has come.
func (s *Store) Died() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dieAt < 0
}

// call runs a statement, or dies before or after it.
func (s *Store) call(statement func()) error {
	due := s.dieAt == 0
	if s.dieAt >= 0 {
		s.dieAt--
	}
	if !due || s.written {
		statement()
	}
	if due {
		return ErrDied
	}
	return nil
}

// Cursor returns the stored cursor.
func (s *Store) Cursor(context.Context, string) (cursor string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.call(func() { cursor = s.cursor })
	return cursor, err
}

// Append stores a page and its cursor.
func (s *Store) Append(_ context.Context, _ string, cs []vigie.Comment, bad []vigie.Undecodable, next string) (a vigie.Appended, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.call(func() {
		for _, c := range cs {
			s.add(c, &a)
		}
		for _, b := range bad {
			s.bad[string(b.Raw)] = b
		}
		s.cursor = next
	})
	if f := s.onPage; f != nil && err == nil && len(cs) > 0 {
		s.onPage = nil
		f()
	}
	return a, err
}

// add stores a version unless it is the one known last.
func (s *Store) add(c vigie.Comment, a *vigie.Appended) {
	old := s.versions[c.ID]
	switch {
	case len(old) == 0:
		a.New++
		s.order = append(s.order, c.ID)
	case old[len(old)-1].Text == c.Text && old[len(old)-1].Edited.Equal(c.Edited):
		a.Known++
		return
	default:
		a.Edited++
	}
	s.versions[c.ID] = append(old, c)
}

// DueForCheck returns the comments stored last, as if all were due.
func (s *Store) DueForCheck(_ context.Context, _ string, _ time.Time, limit int) (ids []vigie.CommentID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.call(func() { ids = append(ids, s.order[max(0, len(s.order)-limit):]...) })
	return ids, err
}

// Looked stores what a look found.
func (s *Store) Looked(_ context.Context, _ string, _ time.Time, l vigie.Looked) (a vigie.Appended, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.call(func() {
		for _, c := range l.Comments {
			s.add(c, &a)
		}
		for id, p := range l.Presence {
			s.presence[id] = p
		}
	})
	return a, err
}

// SetSourceState does nothing.
func (s *Store) SetSourceState(context.Context, vigie.SourceState, []string) error { return nil }

// Comments returns the versions of every comment, in the order of their coming.
func (s *Store) Comments() map[vigie.CommentID][]vigie.Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.versions
}
