package mastodon

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// Pages walks notifications, then private messages, then threads.
func (s *Source) Pages(ctx context.Context, since string) iter.Seq2[collectors.Page, error] {
	return func(yield func(collectors.Page, error) bool) {
		if since != s.last {
			clear(s.talked) // what was read then may never have been stored
		}
		p, err := s.begin(ctx, since, func(page collectors.Page) bool {
			s.last = page.Next
			return yield(page, nil)
		})
		if err == nil {
			err = s.walk(ctx, p)
		}
		if err != nil {
			yield(collectors.Page{}, err)
		}
	}
}

// begin prepares a pass over all lists.
func (s *Source) begin(ctx context.Context, since string, emit func(collectors.Page) bool) (*pass, error) {
	if err := s.known(ctx); err != nil {
		return nil, err
	}
	c, err := parseCursor(since, s.api.host()+"/"+s.self.Remote)
	if err != nil {
		return nil, err
	}
	return &pass{api: s.api, cursor: c, before: since, emit: emit, now: s.deps.Now, messages: s.messages, view: s.view(), listEvery: time.Minute}, nil
}

func (s *Source) walk(ctx context.Context, p *pass) error {
	if err := p.list(ctx, s.notes, &p.cursor.Notes, noteLimit, p.notifications); err != nil || p.done {
		return err
	}
	if s.messages {
		talks := func(ctx context.Context, pg mastodon.Pagination) (*batch, error) {
			return p.conversations(ctx, pg, s.talked)
		}
		if err := p.list(ctx, s.talks, &p.cursor.Talks, talkLimit, talks); err != nil || p.done {
			return err
		}
	}
	if s.replies {
		return p.threads(ctx)
	}
	return nil
}

func (s *Source) view() viewer {
	return viewer{host: s.api.host(), self: *s.self, org: s.deps.Org, source: s.deps.Name, now: s.deps.Now()}
}

// pass is one call of Pages.
type pass struct {
	api      *client
	cursor   *cursor
	before   string // the cursor that the store has
	emit     func(collectors.Page) bool
	done     bool // the caller wants no more
	now      func() time.Time
	messages bool
	view     viewer

	listEvery time.Duration // own posts are listed so often, for their count of answers
}

// batch is one page of a list.
type batch struct {
	comments []vigie.Comment
	bad      []vigie.Undecodable
	ids      []string  // positions in the list
	size     int       // items, readable or not
	oldest   time.Time // creation of the oldest item, zero if unknown
	calm     string    // highest position of an item that was created a while ago
	newer    string    // position after which the server says newer items are, "" if it does not
}

// store hands a page to the caller; one that says nothing new is skipped. A
// pass always walks to the end, so no page asks to be called again at once.
func (p *pass) store(b *batch) {
	next := p.cursor.String()
	if next == p.before && len(b.comments)+len(b.bad) == 0 {
		return
	}
	p.before = next
	p.done = !p.emit(collectors.Page{Comments: b.comments, Bad: b.bad, Next: next})
}

type fetch func(context.Context, mastodon.Pagination) (*batch, error)

// list walks one list. The first time it goes back from the newest item, a
// week at most; later it reads forward from the window's start. Every request
// has a Pagination of its own: the library overwrites the one it is given with
// a link to older items, and would walk the whole history.
func (p *pass) list(ctx context.Context, w *collectors.Window, at *json.RawMessage, limit int, f fetch) error {
	k, err := w.Begin(string(*at), p.now())
	if err != nil {
		return err
	}
	if k.Since() == "" || k.Token() != "" {
		return p.backward(ctx, k, at, limit, f)
	}
	return p.forward(ctx, k, at, limit, f)
}

// backward reads a list from its newest item, or from where an interrupted
// walk stands, down to those older than a week.
func (p *pass) backward(ctx context.Context, k *collectors.Walk, at *json.RawMessage, limit int, f fetch) error {
	horizon := p.now().Add(-memory)
	for pos := k.Token(); ; {
		b, err := f(ctx, mastodon.Pagination{MaxID: mastodon.ID(pos), Limit: int64(limit)})
		if err != nil {
			return err
		}
		k.Floor(b.calm)
		low := lowest(b.ids)
		if b.size == 0 || low != "" && !b.oldest.IsZero() && b.oldest.Before(horizon) {
			k.Floor("0") // younger than a while, all of it: the next walk starts at the beginning
			*at = json.RawMessage(k.Finish(p.now(), b.ids...))
			p.store(b)
			return nil
		}
		if low == "" || pos != "" && collectors.ByLength(low, pos) >= 0 {
			return p.stuck(b) // the page of before again: go on from there next time
		}
		pos = low
		*at = json.RawMessage(k.Pause(pos, b.ids...))
		if p.store(b); p.done {
			return nil
		}
	}
}

// stuck ends a walk that a page without any new position interrupts.
func (p *pass) stuck(b *batch) error {
	p.store(b)
	return nil
}

// forward reads a list from old to new until a page is empty; that a page is
// short proves nothing, as servers have caps of their own and leave out, after
// cutting a page, what nobody may see. The window is told that the walk is
// complete only if it has read something: an empty answer at once may be stale.
func (p *pass) forward(ctx context.Context, k *collectors.Walk, at *json.RawMessage, limit int, f fetch) error {
	start := k.Since()
	for pos := start; ; {
		b, err := f(ctx, mastodon.Pagination{MinID: mastodon.ID(pos), Limit: int64(limit)})
		if err != nil {
			return err
		}
		next := highest(pos, append(slices.Clone(b.ids), b.newer)...)
		switch {
		case next != pos:
			*at = json.RawMessage(k.Step(p.now(), append(b.ids, next)...))
		case b.size > 0: // the page of before again
			return p.stuck(b)
		case pos != start:
			*at = json.RawMessage(k.Finish(p.now()))
		}
		if p.store(b); p.done || next == pos {
			return nil
		}
		pos = next
	}
}

func highest(top string, ids ...string) string {
	for _, id := range ids {
		if id != "" && collectors.ByLength(id, top) > 0 {
			top = id
		}
	}
	return top
}

func lowest(ids []string) string {
	low := ""
	for _, id := range ids {
		if low == "" || collectors.ByLength(id, low) < 0 {
			low = id
		}
	}
	return low
}
