package mastodon

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// The bounds of the third walk, which keep it within a small part of a
// server's rate limit (300 requests in five minutes).
const (
	maxThreads    = 120 // own posts watched at a time
	threadsAPass  = 8   // threads read in one call of Pages
	refreshing    = 15 * time.Second
	tooLongRetry  = 6 * time.Hour
	statusesLimit = 40
)

// pause is how long a thread is left alone though nothing says that it moved:
// the server counts direct public answers only.
func pause(age time.Duration) time.Duration {
	switch {
	case age < time.Hour:
		return 2 * time.Minute
	case age < 6*time.Hour:
		return 10 * time.Minute
	case age < 24*time.Hour:
		return 30 * time.Minute
	}
	return 3 * time.Hour
}

// threads lists own recent posts and reads the threads that moved or are due,
// one page each.
func (p *pass) threads(ctx context.Context) error {
	c, now := p.cursor, p.now()
	if now.Sub(time.Unix(c.Listed, 0)).Abs() >= p.listEvery {
		posts, err := p.posts(ctx)
		if err != nil {
			return err
		}
		c.Threads, c.Listed = merge(c.Threads, posts, now), now.Unix()
	}
	for _, i := range due(c.Threads, now) {
		if err := p.thread(ctx, &c.Threads[i]); err != nil || p.done {
			return err
		}
	}
	p.store(&batch{}) // the list alone may have changed the cursor
	return nil
}

// posts lists the account's own posts of the last week, newest first.
func (p *pass) posts(ctx context.Context) ([]*status, error) {
	var all []*status
	for from := (mastodon.ID)(""); len(all) < maxThreads; {
		page, err := p.postsBefore(ctx, from)
		if err != nil {
			return nil, err
		}
		for _, st := range page {
			if p.now().Sub(st.CreatedAt) < memory && st.watched() {
				all = append(all, st)
			}
		}
		if len(page) == 0 || p.now().Sub(page[len(page)-1].CreatedAt) >= memory || page[len(page)-1].ID == from {
			break
		}
		from = page[len(page)-1].ID
	}
	return all, nil
}

func (p *pass) postsBefore(ctx context.Context, from mastodon.ID) ([]*status, error) {
	items, _, err := p.api.list(ctx, nil, func(ctx context.Context, lib *mastodon.Client) error {
		_, err := lib.GetAccountStatusesParams(ctx, mastodon.ID(p.view.self.Remote),
			url.Values{"exclude_reblogs": {"true"}}, &mastodon.Pagination{MaxID: from, Limit: statusesLimit})
		return err
	})
	if err != nil {
		return nil, err
	}
	var page []*status
	for _, item := range items {
		if st, err := readStatus(item); err == nil { // our own posts are no comments: none is set aside
			page = append(page, st)
		}
	}
	return page, nil
}

// watched says whether a post may have a thread of its own: messages have the
// walk over conversations, and an answer to oneself is in the thread above it.
func (st *status) watched() bool {
	return st.Visibility != mastodon.VisibilityDirectMessage && st.ReplyToAccount != st.Account.ID
}

// merge brings the watched threads up to the list just read.
func merge(known []thread, posts []*status, now time.Time) []thread {
	var out []thread
	for _, st := range posts {
		t := thread{ID: string(st.ID), Posted: st.CreatedAt.Unix()}
		if i := slices.IndexFunc(known, func(k thread) bool { return k.ID == t.ID }); i >= 0 {
			t = known[i]
		} else if age := now.Sub(st.CreatedAt); st.RepliesCount == 0 {
			t.Next = now.Add(pause(age)).Unix()
		}
		t.Replies = st.RepliesCount
		if len(out) < maxThreads {
			out = append(out, t)
		}
	}
	return out
}

// due returns which threads to read now: those that moved first, then the
// newest, so many as one pass may read.
func due(threads []thread, now time.Time) []int {
	var out []int
	for i, t := range threads {
		if t.Replies != t.Read || now.Unix() >= t.Next {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		return cmp.Or(-cmp.Compare(moved(threads[a]), moved(threads[b])), -cmp.Compare(threads[a].Posted, threads[b].Posted))
	})
	return out[:min(len(out), threadsAPass)]
}

func moved(t thread) int {
	if t.Replies != t.Read {
		return 1
	}
	return 0
}

// thread reads the answers below one own post.
func (p *pass) thread(ctx context.Context, t *thread) error {
	now, wait := p.now(), pause(p.now().Sub(time.Unix(t.Posted, 0)))
	b := &batch{}
	c, err := p.api.context(ctx, mastodon.ID(t.ID))
	switch {
	case err == nil:
		p.answers(b, c, t.ID)
		if c.header.Get("Mastodon-Async-Refresh") != "" {
			wait = refreshing // the server is still fetching answers from elsewhere
		}
	case collectors.StatusOf(err) == http.StatusNotFound: // deleted; the next list will not hold it
	case collectors.StatusOf(err) == 0 && collectors.ClassOf(err) == collectors.ClassBug:
		wait = tooLongRetry // thousands of answers: too long to read whole, and no reason to stop the other walks
	default:
		return err
	}
	t.Read, t.Next = t.Replies, now.Add(wait).Unix()
	p.store(b)
	return nil
}

func (p *pass) answers(b *batch, c *around, post string) {
	root := mastodon.ID(post)
	if len(c.Ancestors) > 0 {
		if id := positionOf(c.Ancestors[0]); id != "" {
			root = mastodon.ID(id)
		}
	}
	from := len(b.comments)
	for _, item := range c.Descendants {
		p.collect(b, item, vigie.KindReply)
	}
	for i := range b.comments[from:] {
		b.comments[from+i].Thread = p.view.id(root)
	}
}
