package xtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// mentionParams are the parameters of GET /2/users/{id}/mentions, those named
// by spelling left out.
var mentionParams = []string{"max_results", "since_id", "until_id", "pagination_token", "start_time", "end_time", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields"}

var lookupParams = []string{"ids", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields"}

// usersMe answers GET /2/users/me.
func (s *Server) usersMe(w http.ResponseWriter, r *http.Request) {
	if s.known(w, r, []string{"user.fields", "expansions"}) {
		s.showUser(w, s.me)
	}
}

func (s *Server) userByID(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r, []string{"user.fields", "expansions"}) {
		return
	}
	u, ok := s.users[r.PathValue("id")]
	if !ok {
		answer(w, map[string]any{"errors": []any{gone("user", "id", r.PathValue("id"))}})
		return
	}
	s.showUser(w, u)
}

func (s *Server) showUser(w http.ResponseWriter, u User) {
	s.bill("user " + u.ID)
	answer(w, map[string]any{"data": map[string]any{"id": u.ID, "username": u.Username, "name": u.Name}})
}

// mentions answers GET /2/users/{id}/mentions: newest first.
func (s *Server) mentions(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r, mentionParams) {
		return
	}
	if r.PathValue("id") != s.me.ID {
		answer(w, map[string]any{"errors": []any{gone("user", "id", r.PathValue("id"))}})
		return
	}
	q := r.URL.Query()
	size := 10
	if v := q.Get("max_results"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 5 || n > 100 {
			invalid(w, "max_results", v, "The `max_results` query parameter value ["+v+"] is not between 5 and 100")
			return
		}
		size = n
	}
	since, until, ok := bounds(w, q.Get("since_id"), q.Get("until_id"), q.Get("pagination_token"))
	if !ok {
		return
	}
	s.mentionsPage(w, s.listed(since, until), size)
}

func (s *Server) mentionsPage(w http.ResponseWriter, posts []*Post, size int) {
	meta := map[string]any{"result_count": min(size, len(posts))}
	body := map[string]any{"meta": meta}
	if len(posts) > size {
		posts = posts[:size]
		meta["next_token"] = token(posts[size-1].ID)
	}
	if len(posts) > 0 {
		meta["newest_id"], meta["oldest_id"] = posts[0].ID, posts[len(posts)-1].ID
		body["data"] = s.show(posts)
	}
	answer(w, body)
}

func (s *Server) show(posts []*Post) []json.RawMessage {
	var data []json.RawMessage
	for _, p := range posts {
		s.bill("post " + p.ID)
		data = append(data, p.v2(s.spelling))
	}
	return data
}

// lookup answers GET /2/tweets: those that are gone stand in errors, status 200.
func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r, lookupParams) {
		return
	}
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	if len(ids) > 100 || ids[0] == "" {
		invalid(w, "ids", strconv.Itoa(len(ids)), "The number of values in the `ids` query parameter list is not between 1 and 100")
		return
	}
	var found []*Post
	var errs []any
	for _, id := range ids {
		if p := s.posts[id]; p != nil {
			found = append(found, p)
		} else {
			errs = append(errs, gone("tweet", "ids", id))
		}
	}
	body := map[string]any{}
	if len(found) > 0 {
		body["data"] = s.show(found)
	}
	if len(errs) > 0 {
		body["errors"] = errs
	}
	answer(w, body)
}

func gone(resource, parameter, id string) map[string]any {
	return map[string]any{
		"value": id, "resource_id": id, "parameter": parameter, "resource_type": resource, "title": "Not Found Error",
		"detail": "Could not find " + resource + " with " + parameter + ": [" + id + "].", "type": problemType("resource-not-found"),
	}
}

// known refuses unknown parameters as X does, with both spellings in mind.
func (s *Server) known(w http.ResponseWriter, r *http.Request, allowed []string) bool {
	for name, values := range r.URL.Query() {
		if slices.Contains(allowed, name) || name == s.spelling+".fields" ||
			s.spelling == "both" && (name == "tweet.fields" || name == "post.fields") {
			continue
		}
		invalid(w, name, values[0], "The query parameter ["+name+"] is not one of ["+strings.Join(allowed, ",")+"]")
		return false
	}
	return true
}

const tokenPrefix = "7140dibdnow9c7btw"

// token is opaque to clients: a prefix and the last id of the page.
func token(lastID string) string { return tokenPrefix + strconv.FormatInt(number(lastID), 36) }

// bounds reads the ids that limit a page; the token wins over until_id.
func bounds(w http.ResponseWriter, since, until, page string) (from, to int64, ok bool) {
	for _, p := range []struct {
		name, value string
		into        *int64
	}{{"since_id", since, &from}, {"until_id", until, &to}} {
		if p.value == "" {
			continue
		}
		n, err := strconv.ParseInt(p.value, 10, 64)
		if err != nil || n < 1 {
			invalid(w, p.name, p.value, "The `"+p.name+"` query parameter value ["+p.value+"] is not valid")
			return 0, 0, false
		}
		*p.into = n
	}
	if page == "" {
		return from, to, true
	}
	last, found := strings.CutPrefix(page, tokenPrefix)
	n, err := strconv.ParseInt(last, 36, 64)
	if !found || err != nil {
		invalid(w, "pagination_token", page, "The `pagination_token` query parameter value ["+page+"] is not valid")
		return 0, 0, false
	}
	return from, n, true
}
