package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vigie"
)

const (
	shownRunes = 2000    // of a text before "show all"
	shownMost  = 200_000 // of a text at all, in runes
	shownRuns  = 10_000  // pieces of a text at all: each is an element of the page
	plainMost  = 80      // of a name
	maxMarks   = 3       // combining marks on one letter: more is not writing
)

// piece is a run of a foreign text that is shown in one way.
type piece struct {
	Text   string
	Symbol bool // Text names something invisible: "U+202E"
	Hit    int  // number of the hit that covers it, 0 for none
	First  bool // the hit's number stands before this piece
}

// shown is a foreign text made harmless: controls as symbols, marks thinned.
type shown struct {
	Head []piece
	Rest []piece // after "show all"
	Cut  int     // bytes beyond both
}

// show cuts a text at its hits and makes each run harmless. Offsets that do
// not fit the text are clamped: they come from what was stored, not from us.
func show(text string, hits []vigie.Hit) shown {
	var s shown
	w := writer{out: &s.Head, limit: shownRunes}
	spans := spansOf(text, hits)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if w.runes == shownRunes && w.out == &s.Head {
			w.flush()
			w.out = &s.Rest
		}
		if w.runes == shownMost || len(s.Head)+len(s.Rest) >= shownRuns {
			s.Cut = len(text) - i
			break
		}
		for len(spans) > 0 && spans[0].end <= i {
			spans = spans[1:]
		}
		hit, first := 0, false
		if len(spans) > 0 && spans[0].start <= i {
			hit, first = spans[0].hit, spans[0].start == i
		}
		w.add(r, n, hit, first)
		i += n
	}
	w.flush()
	return s
}

// span is the part of a text that one hit covers and no earlier hit does.
type span struct{ start, end, hit int }

func spansOf(text string, hits []vigie.Hit) []span {
	var all []span
	for i, h := range hits {
		all = append(all, span{start: runeStart(text, h.Start), end: min(h.End, len(text)), hit: i + 1})
	}
	slices.SortStableFunc(all, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var out []span
	at := 0
	for _, s := range all {
		s.start = max(s.start, at)
		if s.end > s.start {
			out = append(out, s)
			at = runeStart(text, s.end)
		}
	}
	return out
}

// runeStart moves an offset back to where its character begins.
func runeStart(text string, i int) int {
	i = min(max(i, 0), len(text))
	for i > 0 && i < len(text) && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// writer gathers runes that are shown alike.
type writer struct {
	out   *[]piece
	limit int
	runes int
	marks int
	buf   []rune
	hit   int
	first bool
}

func (w *writer) add(r rune, size, hit int, first bool) {
	if hit != w.hit || first {
		w.flush()
		w.hit, w.first = hit, first
	}
	w.runes++
	if unicode.In(r, unicode.Mn, unicode.Me) {
		w.marks++
		if w.marks > maxMarks {
			return
		}
		w.buf = append(w.buf, r)
		return
	}
	w.marks = 0
	if name := symbol(r, size); name != "" {
		w.flush()
		*w.out = append(*w.out, piece{Text: name, Symbol: true, Hit: w.hit, First: w.first})
		w.first = false
		return
	}
	w.buf = append(w.buf, r)
}

func (w *writer) flush() {
	if len(w.buf) == 0 {
		return
	}
	*w.out = append(*w.out, piece{Text: string(w.buf), Hit: w.hit, First: w.first})
	w.buf, w.first = w.buf[:0], false
}

// symbol names what cannot be seen, "" for what can. Joiners stay: emoji and
// several scripts need them.
func symbol(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return "\uFFFD"
	case r == '\n' || r == '\t' || r == '\u200C' || r == '\u200D':
		return ""
	case r < 0x20:
		return string(0x2400 + r)
	case r == 0x7F:
		return "\u2421"
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) && !tag(r):
		return fmt.Sprintf("U+%04X", r)
	}
	return ""
}

// tag is a letter of a flag emoji such as Scotland's.
func tag(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }

// clean is a foreign text in one harmless string, at most as long as what is
// shown before "show all".
func clean(text string) string {
	var b strings.Builder
	for _, p := range show(text, nil).Head {
		b.WriteString(p.Text)
	}
	return b.String()
}

// plain is a short foreign text, such as a name, in one harmless string.
func plain(text string) string {
	out := []rune(clean(text))
	if len(out) > plainMost {
		out = append(out[:plainMost], '…')
	}
	return string(out)
}

// webLink returns an address that may become a link: http or https with a
// host and nothing secret. Anything else is "".
func webLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}
