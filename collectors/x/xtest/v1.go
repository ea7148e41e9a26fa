package xtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// mentionsTimeline answers GET /1.1/statuses/mentions_timeline.json.
func (s *Server) mentionsTimeline(w http.ResponseWriter, r *http.Request) {
	q, ok := legacyQuery(w, r, "count", "since_id", "max_id", "trim_user", "contributor_details", "include_entities", "tweet_mode")
	if !ok {
		return
	}
	size := 20
	if n := q["count"]; n != 0 {
		size = int(n)
	}
	size = min(size, s.maxPage)
	until := q["max_id"]
	if until != 0 {
		until++ // max_id is inclusive
	}
	list := s.listed(q["since_id"], until)
	answer(w, legacy(list[:min(size, len(list))]))
}

// statusesLookup answers GET /1.1/statuses/lookup.json: those that are gone are left out.
func (s *Server) statusesLookup(w http.ResponseWriter, r *http.Request) {
	if _, ok := legacyQuery(w, r, "id", "trim_user", "include_entities", "map", "tweet_mode"); !ok {
		return
	}
	var found []*Post
	for _, id := range strings.Split(r.URL.Query().Get("id"), ",") {
		if p := s.posts[id]; p != nil {
			found = append(found, p)
		}
	}
	answer(w, legacy(found))
}

// verifyCredentials answers GET /1.1/account/verify_credentials.json.
func (s *Server) verifyCredentials(w http.ResponseWriter, r *http.Request) {
	if _, ok := legacyQuery(w, r, "include_entities", "skip_status", "include_email"); !ok {
		return
	}
	answer(w, map[string]any{"id": number(s.me.ID), "id_str": s.me.ID, "screen_name": s.me.Username, "name": s.me.Name})
}

func legacy(posts []*Post) []json.RawMessage {
	out := []json.RawMessage{}
	for _, p := range posts {
		out = append(out, p.v1())
	}
	return out
}

// legacyQuery returns the numeric parameters; others must be known too.
func legacyQuery(w http.ResponseWriter, r *http.Request, allowed ...string) (map[string]int64, bool) {
	out := map[string]int64{}
	for name, values := range r.URL.Query() {
		if !slices.Contains(allowed, name) {
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]any{"errors": []any{map[string]any{"code": 25, "message": "Query parameters are invalid: " + name}}})
			return nil, false
		}
		if n, err := strconv.ParseInt(values[0], 10, 64); err == nil {
			out[name] = n
		}
	}
	return out, true
}
