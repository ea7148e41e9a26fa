package collectors

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Window is the overlap window of one list of a source (mentions, a search).
// Platforms mint ids before they show them, so a lower id may become visible
// after a higher one, most of all in an attack: a cursor on the highest id seen
// loses it. The window steps past an id only when a walk that began at least
// the overlap after that id was first seen has read up to it again. What is
// read twice, the store drops.
//
// A Window holds nothing that the cursor does not, but for the ids it has seen
// lately, by which it notices late arrivals. It is not safe for concurrent use;
// the Runner calls one source at a time.
type Window struct {
	overlap time.Duration
	compare func(a, b string) int
	seen    map[string]bool
	since   time.Time // start of the last complete walk of this process
}

// The bounds of the overlap.
const (
	DefaultOverlap = 30 * time.Second
	maxOverlap     = 30 * time.Minute
)

// NewWindow returns a window with the given overlap (0: [DefaultOverlap]) over
// ids in the order of compare.
func NewWindow(overlap time.Duration, compare func(a, b string) int) *Window {
	return &Window{overlap: cmp.Or(overlap, DefaultOverlap), compare: compare, seen: make(map[string]bool)}
}

// ByLength orders ids as Mastodon and X do: by length, then by text.
func ByLength(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// Begin starts a walk at the instant now from a stored cursor, "" at first.
func (w *Window) Begin(cursor string, now time.Time) (*Walk, error) {
	c, err := parseCursor(cursor)
	if err != nil {
		return nil, &Error{Class: ClassBug, Err: fmt.Errorf("cursor: %w", err)}
	}
	c.settle(now)
	k := &Walk{w: w, c: c, began: now}
	if c.Token != "" {
		k.began = time.UnixMilli(c.Began)
	}
	return k, nil
}

// Walk is one walk over a list. A list paged from old to new calls Step for
// each page and Finish for the last; one paged from new to old calls Pause for
// each page and Finish for the last, because only then is nothing left behind.
type Walk struct {
	w     *Window
	c     cursor
	began time.Time
	late  int
}

// Since returns the id after which to read, "" for all there is.
func (k *Walk) Since() string { return k.c.Safe }

// Token returns the page token of an interrupted walk from new to old, "" to
// start at the newest.
func (k *Walk) Token() string { return k.c.Token }

// Fresh says that the list was never read.
func (k *Walk) Fresh() bool { return k.c.Safe == "" && len(k.c.Marks) == 0 && k.c.Token == "" }

// Late returns how many ids of this walk became visible after higher ones.
func (k *Walk) Late() int { return k.late }

// Floor sets where a fresh list begins: ids up to and including id are none of
// our business. Without it a fresh list begins at its first comment.
func (k *Walk) Floor(id string) {
	if k.c.Safe == "" {
		k.c.Safe = id
	}
}

// Step notes a page of a walk from old to new, read at the instant now, and
// returns the cursor to store with it.
func (k *Walk) Step(now time.Time, ids ...string) string {
	top := k.see(ids)
	k.advance(top)
	k.mark(now, top)
	return k.c.String()
}

// Pause notes a page of a walk from new to old that goes on at token, and
// returns the cursor to store with it.
func (k *Walk) Pause(token string, ids ...string) string {
	k.c.Top = k.higher(k.c.Top, k.see(ids))
	k.c.Token, k.c.Began = token, k.began.UnixMilli()
	return k.c.String()
}

// Finish notes the last page of a walk and returns the cursor to store with it.
// Call it with no ids if the last page was empty.
func (k *Walk) Finish(now time.Time, ids ...string) string {
	top := k.higher(k.c.Top, k.see(ids))
	if k.c.Token != "" { // its newest page is as old as its start
		now = k.began
	}
	k.c.Token, k.c.Began, k.c.Top = "", 0, ""
	if n := len(k.c.Marks); n > 0 {
		k.advance(k.c.Marks[n-1].ID)
	}
	k.mark(now, top)
	k.forget()
	k.w.since = k.began
	return k.c.String()
}

// see returns the highest of ids and counts those that are late.
func (k *Walk) see(ids []string) (top string) {
	for _, id := range ids {
		top = k.higher(top, id)
		if k.w.seen[id] {
			continue
		}
		k.w.seen[id] = true
		k.lateness(id)
	}
	return top
}

// lateness notices an id that the last walk should have shown: a higher one
// was known before that walk began. The overlap then grows to three times the
// delay that is proved by it.
func (k *Walk) lateness(id string) {
	for _, m := range k.c.Marks {
		known := time.UnixMilli(m.At)
		if k.w.compare(m.ID, id) <= 0 || k.w.since.IsZero() {
			continue
		}
		if known.Before(k.began) {
			k.late++
		}
		if spread := k.w.since.Sub(known); spread > time.Duration(k.c.Spread)*time.Millisecond {
			k.c.Spread = spread.Milliseconds()
		}
		return
	}
}

func (k *Walk) higher(a, b string) string {
	if a == "" || b != "" && k.w.compare(b, a) > 0 {
		return b
	}
	return a
}

// overlap is the configured one, or three times the spread observed.
func (k *Walk) overlap() time.Duration {
	seen := 3 * min(time.Duration(k.c.Spread)*time.Millisecond, maxOverlap)
	return min(max(k.w.overlap, seen), max(k.w.overlap, maxOverlap))
}

// advance moves the safe id to the highest mark up to top that was noted at
// least the overlap before this walk began.
func (k *Walk) advance(top string) {
	if top == "" {
		return
	}
	limit := k.began.Add(-k.overlap())
	n := 0
	for n < len(k.c.Marks) && k.w.compare(k.c.Marks[n].ID, top) <= 0 && !time.UnixMilli(k.c.Marks[n].At).After(limit) {
		k.c.Safe = k.c.Marks[n].ID
		n++
	}
	k.c.Marks = k.c.Marks[n:]
}

// mark notes that top was visible at the instant now. Marks rise in both time
// and id; those closer together than an eighth of the overlap are merged into
// the later one, which is the careful side.
func (k *Walk) mark(now time.Time, top string) {
	last := k.c.Safe
	if n := len(k.c.Marks); n > 0 {
		last = k.c.Marks[n-1].ID
		now = later(now, time.UnixMilli(k.c.Marks[n-1].At))
	}
	if top == "" || last != "" && k.w.compare(top, last) <= 0 {
		return
	}
	m := mark{At: now.UnixMilli(), ID: top}
	if n := len(k.c.Marks); n > 1 && m.At-k.c.Marks[n-2].At < (k.overlap()/8).Milliseconds() {
		k.c.Marks[n-1] = m
		return
	}
	k.c.Marks = append(k.c.Marks, m)
	k.c.shrink()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// forget drops the ids that no later walk will read again.
func (k *Walk) forget() {
	for id := range k.w.seen {
		if k.c.Safe != "" && k.w.compare(id, k.c.Safe) <= 0 {
			delete(k.w.seen, id)
		}
	}
}
