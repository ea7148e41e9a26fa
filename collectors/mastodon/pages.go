package mastodon

import (
	"context"
	"iter"
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
