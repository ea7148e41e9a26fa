package mastodon

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// printer writes text with line breaks where the blocks of the markup end.
type printer struct {
	out     []byte
	hidden  []byte // text of invisible spans outside of links
	breaks  int    // line ends due before the next text
	space   bool   // a blank is due before the next text
	pre     int    // depth of elements that keep their blanks
	quote   int    // depth of block quotes
	dropped bool   // inside a script or style
	cloak   int    // depth of spans since an invisible one, itself included
	link    string // address of the open link
	linkAt  int    // where its text began in out, plus one; 0: no link is open
	named   bool   // the link is a mention or hashtag
	inline  int    // where a "RE: …" paragraph began, plus one; 0: none
}

func (p *printer) open(tag atom.Atom, m marks) {
	switch tag {
	case atom.Br:
		p.line(1)
	case atom.P:
		p.line(2)
		p.inline = 0
		if m.is("quote-inline") {
			p.inline = len(p.out) + 1
		}
	case atom.Div, atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Tr:
		p.line(1)
	case atom.Blockquote:
		p.line(1)
		p.quote++
	case atom.Pre:
		p.line(1)
		p.pre++
	case atom.A:
		p.link, p.linkAt = m.href, len(p.out)+1
		p.named = m.is("mention") || m.is("hashtag") || m.is("u-url")
	case atom.Span:
		if p.cloak > 0 || p.linkAt == 0 && m.is("invisible") {
			p.cloak++
		}
	case atom.Img:
		p.write(m.alt)
	case atom.Script, atom.Style:
		p.dropped = true
	}
}

func (p *printer) close(tag atom.Atom) {
	switch tag {
	case atom.P:
		p.endQuoteLink()
		p.line(2)
	case atom.Div, atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Tr:
		p.line(1)
	case atom.Blockquote:
		p.line(1)
		p.quote = max(0, p.quote-1)
	case atom.Pre:
		p.line(1)
		p.pre = max(0, p.pre-1)
	case atom.A:
		p.endLink()
	case atom.Span:
		p.cloak = max(0, p.cloak-1)
	case atom.Script, atom.Style:
		p.dropped = false
	}
}

// line asks for at least n line ends before the next text.
func (p *printer) line(n int) {
	p.breaks = max(p.breaks, n)
	p.space = false
}

// write adds text, folding blanks as a browser does.
func (p *printer) write(text string) {
	switch {
	case p.dropped:
		return
	case p.cloak > 0:
		p.hidden = append(p.hidden, text...)
		return
	case p.pre > 0:
		p.flush()
		p.out = append(p.out, text...)
		return
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ', '\t', '\n', '\r', '\f':
			p.space = true
		default:
			p.flush()
			p.out = append(p.out, text[i])
		}
	}
}

// flush writes the line ends or the blank that are due.
func (p *printer) flush() {
	start := len(p.out) == 0
	switch {
	case p.breaks > 0 && !start:
		p.out = append(p.out, "\n\n"[:min(p.breaks, 2)]...)
		start = true
	case p.space && !start:
		p.out = append(p.out, ' ')
	}
	if start && p.quote > 0 && (p.breaks > 0 || len(p.out) == 0) {
		p.out = append(p.out, "> "...)
	}
	p.breaks, p.space = 0, false
}

// endLink adds the address of a link whose text does not show it.
func (p *printer) endLink() {
	if p.linkAt == 0 {
		return
	}
	shown := string(bytes.TrimSpace(p.out[min(p.linkAt-1, len(p.out)):]))
	web := strings.HasPrefix(p.link, "https://") || strings.HasPrefix(p.link, "http://")
	said := shown == "" || strings.Contains(shown, "://") || strings.HasPrefix(shown, "@") || strings.HasPrefix(shown, "#")
	if web && !said && !p.named && p.cloak == 0 && !p.dropped {
		p.write(" (" + p.link + ")")
	}
	p.link, p.linkAt, p.named = "", 0, false
}

// endQuoteLink takes back a paragraph that holds nothing but the address of
// the quoted status, which apps that know quotes do not show.
func (p *printer) endQuoteLink() {
	if p.inline == 0 {
		return
	}
	at := p.inline - 1
	words := bytes.Fields(p.out[at:])
	if len(words) == 2 && string(words[0]) == "RE:" && bytes.HasPrefix(words[1], []byte("http")) {
		p.out = p.out[:at]
	}
	p.inline = 0
}

// String returns the text, with what was hidden on a line of its own.
func (p *printer) String() string {
	text := strings.Trim(string(p.out), " \n")
	if hidden := strings.Join(strings.Fields(string(p.hidden)), " "); hidden != "" {
		text = strings.TrimLeft(text+"\n"+hidden, "\n")
	}
	return text
}
