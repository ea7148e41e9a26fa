package mastodontest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) instance(c *call) answer {
	return ok(map[string]any{
		"uri": s.opts.Domain, "title": "Simulated network", "short_description": "", "description": "", "email": "",
		"version": "4.5.1", "languages": []string{"fr"}, "registrations": false, "approval_required": true,
		"urls":  map[string]string{"streaming_api": "wss://" + s.opts.Domain},
		"stats": map[string]int{"user_count": len(s.accounts), "status_count": len(s.order), "domain_count": 1},
	})
}

func (s *Server) verifyCredentials(c *call) answer { return ok(s.renderAccount(c, c.me)) }

func (s *Server) lookup(c *call) answer {
	a := s.find(c.q.Get("acct"))
	if a == nil {
		return notFound()
	}
	return ok(s.renderAccount(c, a))
}

func (s *Server) account(c *call) answer {
	a := s.byID(c.id)
	if a == nil {
		return notFound()
	}
	return ok(s.renderAccount(c, a))
}

func (s *Server) accountStatuses(c *call) answer {
	a := s.byID(c.id)
	if a == nil {
		return notFound()
	}
	noReplies := c.q.Get("exclude_replies") == "true"
	var all []item
	for _, id := range s.order {
		st := s.statuses[id]
		reply := st.parent != nil && st.parent.author != a
		if st.author == a && st.visible(c.me, c.now) && !(noReplies && reply) {
			all = append(all, item{id, func() any { return s.renderStatus(c, st) }})
		}
	}
	return s.list(c, all, 20, 40, false)
}

func (s *Server) manyStatuses(c *call) answer {
	ids := c.q["id[]"]
	if len(ids) > 20 {
		return failure(http.StatusUnprocessableEntity, "Validation failed: too many ids")
	}
	out := []any{}
	for _, id := range ids {
		n, _ := strconv.ParseInt(id, 10, 64) // what is no number is nobody's id
		if st := s.statuses[n]; st.visible(c.me, c.now) {
			out = append(out, s.renderStatus(c, st))
		}
	}
	return ok(out)
}

func (s *Server) oneStatus(c *call) answer {
	st := s.statuses[c.id]
	if !st.visible(c.me, c.now) {
		return notFound()
	}
	return ok(s.renderStatus(c, st))
}

// context answers the thread around a status: deepest first along each branch,
// bounded for callers without a token.
func (s *Server) context(c *call) answer {
	st := s.statuses[c.id]
	if !st.visible(c.me, c.now) {
		return notFound()
	}
	up, down, depth := 4096, 4096, 4096
	if c.me == nil {
		up, down, depth = 40, s.opts.PublicContext, 20
	}
	ancestors := []any{}
	for p := st.parent; p != nil && len(ancestors) < up; p = p.parent {
		if p.visible(c.me, c.now) {
			ancestors = append([]any{s.renderStatus(c, p)}, ancestors...)
		}
	}
	descendants := []any{}
	for _, d := range descend(st, depth) {
		if d.visible(c.me, c.now) && len(descendants) < down {
			descendants = append(descendants, s.renderStatus(c, d))
		}
	}
	return ok(map[string]any{"ancestors": ancestors, "descendants": descendants})
}

func descend(st *status, depth int) []*status {
	if depth == 0 {
		return nil
	}
	var out []*status
	for _, child := range st.children {
		if child.deleted {
			continue // what hangs below a deleted status hangs in the air
		}
		out = append(append(out, child), descend(child, depth-1)...)
	}
	return out
}

func (s *Server) notifications(c *call) answer {
	var all []item
	for _, n := range s.notes {
		if s.listed(c, n) {
			all = append(all, item{n.id, func() any { return s.renderNote(c, n) }})
		}
	}
	return s.list(c, all, 40, 80, true)
}

// listed says whether a notification belongs into the caller's list.
func (s *Server) listed(c *call, n *note) bool {
	types, not := c.q["types[]"], c.q["exclude_types[]"]
	switch {
	case n.to != c.me || !n.status.visible(c.me, c.now):
		return false
	case len(types) > 0 && !slices.Contains(types, n.kind), slices.Contains(not, n.kind):
		return false
	case c.q.Has("account_id") && c.q.Get("account_id") != itoa(n.from.id):
		return false
	}
	return s.opts.Strangers || c.me.follows[n.from.id] || c.q.Get("include_filtered") == "true"
}

func (s *Server) notification(c *call) answer {
	for _, n := range s.notes {
		if n.id == c.id && n.to == c.me && n.status.visible(c.me, c.now) {
			return ok(s.renderNote(c, n))
		}
	}
	return notFound()
}

// conversations lists the direct threads of the caller by the id of their last
// status, which is what the real server pages them by.
func (s *Server) conversations(c *call) answer {
	last := map[int64]*status{}
	for _, id := range s.order {
		if st := s.statuses[id]; st.Visibility == "direct" && st.visible(c.me, c.now) {
			last[st.root] = st
		}
	}
	var all []item
	for root, st := range last {
		all = append(all, item{st.id, func() any {
			return map[string]any{"id": itoa(root % 1_000_003), "unread": true,
				"last_status": s.renderStatus(c, st), "accounts": s.others(c, st)}
		}})
	}
	slices.SortFunc(all, func(a, b item) int { return cmp.Compare(a.id, b.id) })
	return s.list(c, all, 20, 40, false)
}

func (s *Server) others(c *call, st *status) []any {
	out := []any{}
	for _, a := range append([]*account{st.author}, st.mentions...) {
		if a != c.me {
			out = append(out, s.renderAccount(c, a))
		}
	}
	return out
}

func handleOf(a *account) string { return strings.TrimPrefix(a.name, "@") }
