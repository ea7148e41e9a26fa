package mastodontest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// item is one element of a list that is paged by id.
type item struct {
	id     int64
	render func() any
}

// list cuts one page out of all, which ascend by id, and answers it newest
// first with its Link header. min_id asks for the oldest page just after,
// since_id for the newest page, as on the real server.
func (s *Server) list(c *call, all []item, preset, most int, always bool) answer {
	limit, bad := c.limit(preset, most)
	bounds, worse := c.bounds()
	if bad || worse {
		return failure(http.StatusUnprocessableEntity, "Validation failed: a paging parameter is not a number")
	}
	if s.opts.MaxPage > 0 {
		limit = min(limit, s.opts.MaxPage)
	}
	var fit []item
	for _, it := range all {
		if it.id > max(bounds["min_id"], bounds["since_id"]) && (bounds["max_id"] == 0 || it.id < bounds["max_id"]) {
			fit = append(fit, it)
		}
	}
	if c.q.Has("min_id") {
		fit = fit[:min(limit, len(fit))]
	} else {
		fit = fit[max(0, len(fit)-limit):]
	}
	fit = slices.Clone(fit)
	slices.Reverse(fit)
	a := ok(bodies(fit))
	if link := c.link(fit, always || len(fit) == limit); link != "" {
		a.header = http.Header{"Link": {link}}
	}
	return a
}

func bodies(items []item) []any {
	out := make([]any, 0, len(items)) // [] and not null when empty
	for _, it := range items {
		out = append(out, it.render())
	}
	return out
}

func (c *call) limit(preset, most int) (int, bool) {
	if !c.q.Has("limit") {
		return preset, false
	}
	n, err := strconv.Atoi(c.q.Get("limit"))
	return min(max(n, -n), most), err != nil
}

func (c *call) bounds() (map[string]int64, bool) {
	out := map[string]int64{}
	for _, key := range []string{"min_id", "since_id", "max_id"} {
		if !c.q.Has(key) {
			continue
		}
		n, err := strconv.ParseInt(c.q.Get(key), 10, 64)
		if err != nil {
			return nil, true
		}
		out[key] = n
	}
	return out, false
}

// link writes the Link header of a page: next is older, prev is newer.
func (c *call) link(page []item, older bool) string {
	if len(page) == 0 {
		return ""
	}
	keep := url.Values{}
	for k, v := range c.q {
		if !strings.HasSuffix(k, "_id") {
			keep[k] = v
		}
	}
	ref := func(key string, id int64, rel string) string {
		query := key + "=" + itoa(id)
		if len(keep) > 0 {
			query = keep.Encode() + "&" + query
		}
		return fmt.Sprintf("<%s%s?%s>; rel=%q", c.base, c.path, query, rel)
	}
	prev := ref("min_id", page[0].id, "prev")
	if !older {
		return prev
	}
	return ref("max_id", page[len(page)-1].id, "next") + ", " + prev
}
