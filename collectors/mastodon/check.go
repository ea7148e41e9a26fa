package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// batchSize is the most that one multi-status fetch takes.
const batchSize = 20

// Check looks stored comments up again. A comment that the server does not
// show is [vigie.PresenceMissing], never deleted: it may as well be that its
// author blocked the account. Whoever keeps presences decides on deletion, at
// a second look. An answer that shows none at all counts only if the token
// still opens the account: otherwise the error says why nothing was shown.
// Comments of another server, and unreadable ones, have no presence.
func (s *Source) Check(ctx context.Context, ids []vigie.CommentID) (vigie.Looked, error) {
	if err := s.known(ctx); err != nil {
		return vigie.Looked{}, err
	}
	c := checker{api: s.api, view: s.view(), control: func(ctx context.Context) error {
		_, err := s.api.whoami(ctx)
		return err
	}}
	return c.check(ctx, ids, &s.noBatch)
}

// checker looks statuses up for one viewer.
type checker struct {
	api     *client
	view    viewer
	control func(context.Context) error // fails if the server would show us nothing anyway
}

// check looks ids up in batches; single notes that the server cannot do batches.
func (c *checker) check(ctx context.Context, ids []vigie.CommentID, single *bool) (vigie.Looked, error) {
	out := vigie.Looked{Presence: make(map[vigie.CommentID]vigie.Presence)}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id vigie.CommentID) bool {
		return id.Platform() != platform || id.Host() != c.view.host || id.Remote() == ""
	})
	for part := range slices.Chunk(ids, batchSize) {
		found, err := c.fetch(ctx, part, single)
		if err != nil {
			return vigie.Looked{}, err
		}
		if len(found) == 0 {
			if err := c.control(ctx); err != nil {
				return vigie.Looked{}, err
			}
		}
		c.sort(&out, part, found)
	}
	return out, nil
}

// sort notes which of the ids were found.
func (c *checker) sort(out *vigie.Looked, ids []vigie.CommentID, found []raw) {
	shown := make(map[vigie.CommentID]bool)
	for _, a := range found {
		shown[c.view.id(mastodon.ID(positionOf(a.body)))] = true
		st, err := readStatus(a.body)
		if err != nil || !slices.Contains(ids, c.view.id(st.ID)) {
			continue // unreadable today: of unknown presence
		}
		out.Presence[c.view.id(st.ID)] = vigie.PresencePresent
		out.Comments = append(out.Comments, c.view.comment(st, c.kind(st)))
	}
	for _, id := range ids {
		if !shown[id] {
			out.Presence[id] = vigie.PresenceMissing
		}
	}
}

// kind guesses for statuses that neither answer nor quote the account: an
// answer to someone else is in a thread of ours, or names us.
func (c *checker) kind(st *status) vigie.Kind {
	if st.ReplyTo != "" && !st.names(c.view.self.Remote) {
		return vigie.KindReply
	}
	return vigie.KindMention
}

// names says whether a status mentions the account with that id.
func (st *status) names(id string) bool {
	return slices.ContainsFunc(st.Mentions, func(m mastodon.Mention) bool { return string(m.ID) == id })
}

// fetch returns those of the statuses that the server shows.
func (c *checker) fetch(ctx context.Context, ids []vigie.CommentID, single *bool) ([]raw, error) {
	if *single {
		return c.fetchEach(ctx, ids)
	}
	q := url.Values{}
	for _, id := range ids {
		q.Add("id[]", id.Remote())
	}
	a, err := c.api.get(ctx, "/api/v1/statuses", q)
	if status := collectors.StatusOf(err); status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
		*single = true // Mastodon before 4.3, and other servers
		return c.fetchEach(ctx, ids)
	}
	if err != nil {
		return nil, err
	}
	items, err := a.elements()
	var out []raw
	for _, item := range items {
		out = append(out, raw{body: item})
	}
	return out, err
}

func (c *checker) fetchEach(ctx context.Context, ids []vigie.CommentID) ([]raw, error) {
	var out []raw
	for _, id := range ids {
		a, err := c.api.ask(ctx, nil, func(ctx context.Context, lib *mastodon.Client) error {
			_, err := lib.GetStatus(ctx, mastodon.ID(id.Remote()))
			return err
		})
		switch status := collectors.StatusOf(err); {
		case err == nil:
			out = append(out, a)
		case status == http.StatusNotFound || status == http.StatusGone: // not shown
		default:
			return nil, err
		}
	}
	return out, nil
}
