package mastodontest

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// page shows a public status to a browser, at the address that its url names.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.statuses[id]
	if err != nil || !st.visible(nil, s.opts.Now()) || !strings.HasPrefix(r.PathValue("handle"), "@") {
		http.Error(w, "The page you are looking for isn't here", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	_, _ = fmt.Fprintf(w, "<!doctype html><meta charset=utf-8><title>%s</title><h1>@%s</h1><p>%s<p><small>A simulated network: nobody wrote this.</small>",
		html.EscapeString(s.opts.Domain), html.EscapeString(st.author.name), escape(st.Text))
}
