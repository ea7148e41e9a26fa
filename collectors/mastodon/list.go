package mastodon

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/mattn/go-mastodon"

	"vigie/collectors"
)

// fetch reads one page of a list.
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
