package mastodontest

import (
	"fmt"
	"time"
)

// stamp writes a time as Mastodon does: UTC, milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Server) renderAccount(c *call, a *account) map[string]any {
	page := s.accountURL(c, a)
	return map[string]any{
		"id": itoa(a.id), "username": a.username(), "acct": handleOf(a), "display_name": a.display,
		"locked": false, "bot": false, "discoverable": true, "group": false,
		"created_at": stamp(a.created.UTC().Truncate(24 * time.Hour)), "note": "<p></p>", "url": page, "uri": page,
		"avatar": c.base + "/avatars/missing.png", "avatar_static": c.base + "/avatars/missing.png",
		"header": c.base + "/headers/missing.png", "header_static": c.base + "/headers/missing.png",
		"followers_count": 0, "following_count": len(a.follows), "statuses_count": 0,
		"last_status_at": nil, "emojis": []any{}, "fields": []any{},
	}
}

func (s *Server) accountURL(c *call, a *account) string {
	if domain := a.domain(""); domain != "" {
		return "https://" + domain + "/@" + a.username()
	}
	return c.base + "/@" + a.name
}

func (s *Server) renderNote(c *call, n *note) map[string]any {
	return map[string]any{
		"id": itoa(n.id), "type": n.kind, "created_at": stamp(n.created), "group_key": "ungrouped-" + itoa(n.id),
		"account": s.renderAccount(c, n.from), "status": s.renderStatus(c, n.status),
	}
}

func (s *Server) renderStatus(c *call, st *status) map[string]any {
	page := s.accountURL(c, st.author) + "/" + itoa(st.id)
	out := map[string]any{
		"id": itoa(st.id), "created_at": stamp(st.Created), "edited_at": nil,
		"in_reply_to_id": nil, "in_reply_to_account_id": nil,
		"sensitive": st.Warning != "", "spoiler_text": st.Warning, "visibility": st.Visibility, "language": nil,
		"uri": page, "url": page, "content": s.content(c, st), "account": s.renderAccount(c, st.author),
		"replies_count": s.replies(st), "reblogs_count": 0, "favourites_count": 0, "quotes_count": 0,
		"favourited": false, "reblogged": false, "muted": false, "bookmarked": false,
		"filtered": []any{}, "reblog": nil, "application": nil, "tags": []any{}, "emojis": []any{}, "card": nil,
		"media_attachments": s.renderMedia(c, st), "mentions": s.renderMentions(c, st),
		"poll": renderPoll(st), "quote": s.renderQuote(c, st),
	}
	if st.Lang != "" {
		out["language"] = st.Lang
	}
	if st.parent != nil && !st.parent.deleted {
		out["in_reply_to_id"], out["in_reply_to_account_id"] = itoa(st.parent.id), itoa(st.parent.author.id)
	}
	if !st.edited.IsZero() {
		out["edited_at"] = stamp(st.edited)
	}
	if st.garbled {
		out["created_at"] = ""
	}
	return out
}

// replies counts direct answers; the real server counts public ones only.
func (s *Server) replies(st *status) int {
	n := 0
	for _, other := range st.children {
		if other.visible(nil, s.opts.Now()) {
			n++
		}
	}
	return n
}

func (s *Server) renderMedia(c *call, st *status) []any {
	out := []any{}
	for i, alt := range st.Alt {
		file := fmt.Sprintf("%s/media/%d-%d.png", c.base, st.id, i)
		out = append(out, map[string]any{"id": itoa(st.id + int64(i)), "type": "image", "url": file, "preview_url": file,
			"remote_url": nil, "meta": map[string]any{"original": map[string]any{"width": 4, "height": 4, "size": "4x4", "aspect": 1.0}},
			"description": alt, "blurhash": nil})
	}
	return out
}

func (s *Server) renderMentions(c *call, st *status) []any {
	out := []any{}
	for _, a := range st.mentions {
		out = append(out, map[string]any{"id": itoa(a.id), "username": a.username(), "url": s.accountURL(c, a), "acct": handleOf(a)})
	}
	return out
}

func renderPoll(st *status) any {
	if len(st.Poll) == 0 {
		return nil
	}
	options := []any{}
	for _, title := range st.Poll {
		options = append(options, map[string]any{"title": title, "votes_count": 0})
	}
	return map[string]any{"id": itoa(st.id), "expires_at": nil, "expired": false, "multiple": false,
		"votes_count": 0, "voters_count": 0, "voted": false, "own_votes": []any{}, "options": options, "emojis": []any{}}
}

// renderQuote nests the quoted status once, as the real server does.
func (s *Server) renderQuote(c *call, st *status) any {
	if st.quoted == nil {
		return nil
	}
	if !st.quoted.visible(c.me, c.now) {
		return map[string]any{"state": "deleted", "quoted_status": nil}
	}
	inner := *st.quoted
	inner.quoted = nil
	return map[string]any{"state": "accepted", "quoted_status": s.renderStatus(c, &inner)}
}
