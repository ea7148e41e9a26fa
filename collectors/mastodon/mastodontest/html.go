package mastodontest

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

var linkable = regexp.MustCompile(`https?://\S+|` + mentionPattern.String() + `|#[\p{L}\p{N}_]+`)

// content renders what was typed as Mastodon does: paragraphs, line breaks,
// mentions and links in spans of which some are invisible.
func (s *Server) content(c *call, st *status) string {
	if st.HTML != "" {
		return st.HTML
	}
	var b strings.Builder
	if st.quoted != nil {
		ref := s.accountURL(c, st.quoted.author) + "/" + itoa(st.quoted.id)
		fmt.Fprintf(&b, `<p class="quote-inline">RE: %s</p>`, link(ref))
	}
	for _, par := range strings.Split(st.Text, "\n\n") {
		b.WriteString("<p>")
		b.WriteString(s.line(c, par))
		b.WriteString("</p>")
	}
	return b.String()
}

func (s *Server) line(c *call, text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range linkable.FindAllStringIndex(text, -1) {
		b.WriteString(escape(text[rest:at[0]]))
		b.WriteString(s.token(c, text[at[0]:at[1]]))
		rest = at[1]
	}
	b.WriteString(escape(text[rest:]))
	return b.String()
}

func escape(text string) string {
	return strings.ReplaceAll(html.EscapeString(text), "\n", "<br />")
}

func (s *Server) token(c *call, word string) string {
	switch word[0] {
	case '@':
		a := s.find(word)
		if a == nil {
			return escape(word)
		}
		return fmt.Sprintf(`<span class="h-card" translate="no"><a href="%s" class="u-url mention">@<span>%s</span></a></span>`,
			escape(s.accountURL(c, a)), escape(a.username()))
	case '#':
		return fmt.Sprintf(`<a href="%s/tags/%s" class="mention hashtag" rel="tag">#<span>%s</span></a>`, c.base, escape(word[1:]), escape(word[1:]))
	default:
		return link(word)
	}
}

// link shows at most thirty characters of an address, the rest is invisible.
func link(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	shown, hidden, class := rest, "", ""
	if runes := []rune(rest); len(runes) > 30 {
		shown, hidden, class = string(runes[:30]), string(runes[30:]), "ellipsis"
	}
	return fmt.Sprintf(`<a href="%s" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">%s://</span><span class="%s">%s</span><span class="invisible">%s</span></a>`,
		escape(address), scheme, class, escape(shown), escape(hidden))
}
