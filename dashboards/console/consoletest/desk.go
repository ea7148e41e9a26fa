// Package consoletest holds a desk in memory and synthetic cases, for tests of
// the console and for its screenshots. It stores nothing beyond the process,
// and keeps the promises that the console relies on: a reveal and a decision
// are written down, and a stale revision is refused.
package consoletest

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie"
)

// Desk is an organisation's desk in memory; safe for concurrent use.
type Desk struct {
	mu        sync.Mutex
	now       func() time.Time
	users     map[vigie.UserID]vigie.User
	passwords map[vigie.UserID]string
	cases     []*File
	status    vigie.Status
	seq       int64
	fails     map[string]int
	trail     []vigie.AuditEntry
	feed      *Feed
}

// File is a case with all that a real desk would fetch for it.
type File struct {
	View  vigie.CaseView
	Texts map[vigie.CommentID]vigie.Revealed // of the case's comment and of its thread
}

// Password is that of every member added by AddUser.
const Password = "correct horse"

// maxFails is how many wrong passwords in a row are answered before throttling.
const maxFails = 5

// NewDesk returns an empty desk that publishes its changes on feed; nil for none.
func NewDesk(now func() time.Time, feed *Feed) *Desk {
	return &Desk{now: now, users: make(map[vigie.UserID]vigie.User), passwords: make(map[vigie.UserID]string),
		fails: make(map[string]int), feed: feed}
}

// AddUser makes a member, with Password as password.
func (d *Desk) AddUser(u vigie.User) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users[u.ID], d.passwords[u.ID] = u, Password
}

// RemoveUser takes a member out of the team.
func (d *Desk) RemoveUser(id vigie.UserID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.users, id)
}

// ChangePassword does to the sessions of a member what a new password does.
func (d *Desk) ChangePassword(id vigie.UserID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.users[id]
	u.Epoch += "+"
	d.users[id] = u
}

// SetStatus replaces what Status returns.
func (d *Desk) SetStatus(s vigie.Status) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status = s
}

// ChangeStatus is SetStatus that also tells the feed.
func (d *Desk) ChangeStatus(s vigie.Status) {
	d.SetStatus(s)
	if d.feed != nil {
		d.feed.Publish(vigie.Event{Kind: vigie.EventSourceState, At: d.now()})
	}
}

// Open adds a case and tells the feed.
func (d *Desk) Open(f File) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.View.Case.State == "" {
		f.View.Case.State = vigie.CaseOpen
	}
	d.cases = append(d.cases, &f)
	d.tell("case.opened", f.View.Case)
}

// Trail returns what was written down so far.
func (d *Desk) Trail() []vigie.AuditEntry {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.trail)
}

func (d *Desk) tell(kind vigie.EventKind, c vigie.Case) {
	if d.feed != nil {
		d.feed.Publish(vigie.Event{Kind: kind, Case: c.ID, Severity: c.Severity, At: d.now()})
	}
}

// throttled is the answer to too many wrong passwords.
type throttled struct{ wait time.Duration }

func (t throttled) Error() string             { return "too many tries" }
func (t throttled) RetryAfter() time.Duration { return t.wait }

// Authenticate checks a password and slows down after five wrong ones.
func (d *Desk) Authenticate(_ context.Context, org vigie.OrgID, login, password string) (vigie.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails[login] >= maxFails {
		return vigie.User{}, throttled{5 * time.Minute}
	}
	u, ok := d.users[vigie.UserID(login)]
	want := d.passwords[u.ID]
	if !ok || u.Org != org || subtle.ConstantTimeCompare([]byte(want), []byte(password)) != 1 {
		d.fails[login]++
		return vigie.User{}, vigie.ErrDenied
	}
	d.fails[login] = 0
	return u, nil
}

// User returns a member.
func (d *Desk) User(_ context.Context, org vigie.OrgID, id vigie.UserID) (vigie.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[id]
	if !ok || u.Org != org {
		return vigie.User{}, vigie.ErrNotFound
	}
	return u, nil
}

// Counts counts as Cases does, and the failed sources.
func (d *Desk) Counts(ctx context.Context, caller vigie.Caller) (vigie.Counts, error) {
	page, err := d.Cases(ctx, caller, vigie.CaseFilter{Tab: vigie.TabOpen, Limit: 1})
	n := vigie.Counts{Open: page.Open, Mine: page.Mine, Done: page.Done}
	if err != nil {
		return n, err
	}
	st, err := d.Status(ctx, caller)
	for _, s := range st.Sources {
		n.Failed += count(s.Status == vigie.SourceFailed)
	}
	return n, err
}

// Cases returns a page of the queue: gravest first, then oldest first.
func (d *Desk) Cases(_ context.Context, caller vigie.Caller, f vigie.CaseFilter) (vigie.CasePage, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var page vigie.CasePage
	var found []vigie.Case
	for _, file := range d.cases {
		c := file.View.Case
		if c.Org != caller.Org {
			continue
		}
		open, mine := c.State == vigie.CaseOpen, c.Assignee == caller.User
		page.Open += count(open)
		page.Mine += count(open && mine)
		page.Done += count(!open)
		if in(f.Tab, open, mine) && c.Severity >= f.MinSeverity && file.matches(f.Query) {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b vigie.Case) int {
		if a.Severity != b.Severity {
			return int(b.Severity) - int(a.Severity)
		}
		return a.Opened.Compare(b.Opened)
	})
	start, _ := strconv.Atoi(f.After)
	end := min(start+f.Limit, len(found))
	page.Cases = found[min(start, end):end]
	if end < len(found) {
		page.Next = strconv.Itoa(end)
	}
	return page, nil
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func in(t vigie.Tab, open, mine bool) bool {
	switch t {
	case vigie.TabMine:
		return open && mine
	case vigie.TabDone:
		return !open
	}
	return open
}

func (f *File) matches(q string) bool {
	r := f.Texts[f.View.Case.Comment]
	return q == "" || strings.Contains(strings.ToLower(r.Text+" "+r.Name+" "+r.Handle), strings.ToLower(q))
}

func (d *Desk) find(caller vigie.Caller, id vigie.CaseID) (*File, error) {
	for _, f := range d.cases {
		if f.View.Case.ID == id && f.View.Case.Org == caller.Org {
			return f, nil
		}
	}
	return nil, vigie.ErrNotFound
}

func (d *Desk) audit(caller vigie.Caller, action, object string) {
	d.trail = append(d.trail, vigie.AuditEntry{Seq: int64(len(d.trail) + 1), At: d.now(), User: caller.User, Via: caller.Via,
		Action: action, Object: object, Result: "ok"})
}

// Case returns one case without any text.
func (d *Desk) Case(_ context.Context, caller vigie.Caller, id vigie.CaseID) (vigie.CaseView, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.find(caller, id)
	if err != nil {
		return vigie.CaseView{}, err
	}
	d.audit(caller, "case.read", string(id))
	v := f.View
	v.Decisions = slices.Clone(v.Decisions)
	return v, nil
}

// Reveal returns a text and writes down who asked.
func (d *Desk) Reveal(_ context.Context, caller vigie.Caller, id vigie.CaseID, c vigie.CommentID, _ int) (vigie.Revealed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.find(caller, id)
	if err != nil {
		return vigie.Revealed{}, err
	}
	r, ok := f.Texts[c]
	if !ok {
		return vigie.Revealed{}, vigie.ErrNotFound
	}
	d.audit(caller, "comment.reveal", string(c))
	return r, nil
}

// Decide adds a decision, or refuses one taken on a stale page.
func (d *Desk) Decide(_ context.Context, caller vigie.Caller, dec vigie.Decision, revision int) (vigie.Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.find(caller, dec.Case)
	if err != nil {
		return vigie.Case{}, err
	}
	if dec.By != caller.User {
		return vigie.Case{}, errors.New("a decision in somebody else's name")
	}
	c := &f.View.Case
	if c.Revision != revision {
		return vigie.Case{}, vigie.ErrStale
	}
	d.audit(caller, "case.decide", string(c.ID))
	d.seq++
	dec.Seq = d.seq
	f.View.Decisions = append(f.View.Decisions, dec)
	c.State, c.Assignee = vigie.Derive(f.View.Decisions)
	c.Revision++
	d.tell("case.changed", *c)
	return *c, nil
}

// Status returns what SetStatus set.
func (d *Desk) Status(context.Context, vigie.Caller) (vigie.Status, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status, nil
}
