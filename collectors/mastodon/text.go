package mastodon

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain turns a status's HTML into the text that a person reads. It works on
// tokens, not on a tree, so that its time is linear and no nesting is too deep.
// Nothing readable is lost: text in invisible spans outside of links, by which
// words could be hidden from us and shown by some apps, goes to the end.
func plain(markup string) string {
	z := html.NewTokenizer(strings.NewReader(markup))
	var p printer
	for {
		switch z.Next() {
		case html.ErrorToken: // the end: a string has no other errors
			return p.String()
		case html.TextToken:
			p.write(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := atom.Lookup(name)
			p.open(tag, attributes(z, more))
		case html.EndTagToken:
			name, _ := z.TagName()
			p.close(atom.Lookup(name))
		}
	}
}

// marks are the attributes of a tag that matter.
type marks struct{ class, href, alt string }

func attributes(z *html.Tokenizer, more bool) (m marks) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "class":
			m.class = " " + string(value) + " "
		case "href":
			m.href = string(value)
		case "alt":
			m.alt = string(value)
		}
	}
	return m
}

func (m marks) is(class string) bool { return strings.Contains(m.class, " "+class+" ") }
