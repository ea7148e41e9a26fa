package console

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

func TestShowMarksHits(t *testing.T) {
	hit := func(start, end int) vigie.Hit { return vigie.Hit{Start: start, End: end} }
	tests := []struct {
		name string
		text string
		hits []vigie.Hit
		want []piece
	}{
		{"none", "abc", nil, []piece{{Text: "abc"}}},
		{"one", "abcdef", []vigie.Hit{hit(2, 4)}, []piece{{Text: "ab"}, {Text: "cd", Hit: 1, First: true}, {Text: "ef"}}},
		{"two that touch", "abcd", []vigie.Hit{hit(0, 2), hit(2, 4)}, []piece{{Text: "ab", Hit: 1, First: true}, {Text: "cd", Hit: 2, First: true}}},
		{"two that overlap", "abcdef", []vigie.Hit{hit(0, 4), hit(2, 6)}, []piece{{Text: "abcd", Hit: 1, First: true}, {Text: "ef", Hit: 2, First: true}}},
		{"out of order", "abcd", []vigie.Hit{hit(2, 4), hit(0, 1)}, []piece{{Text: "a", Hit: 2, First: true}, {Text: "b"}, {Text: "cd", Hit: 1, First: true}}},
		{"out of range", "abc", []vigie.Hit{hit(-5, 1), hit(2, 99), hit(50, 60)}, []piece{{Text: "a", Hit: 1, First: true}, {Text: "b"}, {Text: "c", Hit: 2, First: true}}},
		{"inside a letter", "é!", []vigie.Hit{hit(1, 2)}, []piece{{Text: "é", Hit: 1, First: true}, {Text: "!"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, show(tt.text, tt.hits).Head); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestShowNamesWhatCannotBeSeen(t *testing.T) {
	tests := map[string]string{
		"a\x00b":           "a[␀]b",
		"pay\u202Egpj.exe": "pay[U+202E]gpj.exe",
		"x\u2066y\u2069":   "x[U+2066]y[U+2069]",
		"bad \xff byte":    "bad [\uFFFD] byte",
		"zero\u200Bwidth":  "zero[U+200B]width",
		"line\nbreak\ttab": "line\nbreak\ttab",
		"👩\u200D🚒":         "👩\u200D🚒",
		"del\x7f":          "del[␡]",
		"\uFEFFbom":        "[U+FEFF]bom",
	}
	for text, want := range tests {
		var got strings.Builder
		for _, p := range show(text, nil).Head {
			if p.Symbol {
				got.WriteString("[" + p.Text + "]")
			} else {
				got.WriteString(p.Text)
			}
		}
		if got.String() != want {
			t.Errorf("show(%q) = %q, want %q", text, got.String(), want)
		}
	}
}

func TestShowThinsMarks(t *testing.T) {
	s := show("z"+strings.Repeat("\u0336\u0489", 5000)+"o", nil)
	if got := utf8.RuneCountInString(s.Head[0].Text); got > 2+maxMarks {
		t.Errorf("%d characters are shown, want at most %d", got, 2+maxMarks)
	}
}

func TestShowBoundsLength(t *testing.T) {
	began := time.Now()
	s := show(strings.Repeat("é", 600_000), nil) // more than a mebibyte
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if got := utf8.RuneCountInString(s.Head[0].Text); got != shownRunes {
		t.Errorf("%d characters before \"show all\", want %d", got, shownRunes)
	}
	if want := 2 * (600_000 - shownMost); s.Cut != want {
		t.Errorf("%d bytes are not shown, want %d", s.Cut, want)
	}
}

func FuzzShow(f *testing.F) {
	f.Add("plain", 0, 3)
	f.Add("\u202Eevil\x00\xff<script>", -1, 99)
	f.Add(strings.Repeat("z\u0336", 3000), 5, 1)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		s := show(text, []vigie.Hit{{Start: start, End: end}, {Start: end, End: start}})
		for _, p := range append(s.Head, s.Rest...) {
			if !utf8.ValidString(p.Text) || p.Text == "" {
				t.Fatalf("piece %q", p.Text)
			}
			for _, r := range p.Text {
				if unicode.In(r, unicode.Bidi_Control) || r < ' ' && r != '\n' && r != '\t' {
					t.Fatalf("%U reaches the page", r)
				}
			}
		}
	})
}

func TestWebLink(t *testing.T) {
	tests := map[string]string{
		"https://piaille.fr/@x/1":     "https://piaille.fr/@x/1",
		"http://forum.example/t/5":    "http://forum.example/t/5",
		"javascript:alert(1)":         "",
		"JaVaScRiPt://x.example/%0aa": "",
		"data:text/html,x":            "",
		"//evil.example/":             "",
		"https://user:pw@x.example/":  "",
		"https:///path":               "",
		"":                            "",
		"\x00":                        "",
	}
	for address, want := range tests {
		if got := webLink(address); got != want {
			t.Errorf("webLink(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for p, want := range map[string]string{"/cases/a": "/cases/a", "/?tab=mine": "/?tab=mine", "": "/", "https://evil.example": "/",
		"//evil.example": "/", "/\\evil.example": "/", "/a\r\nX: y": "/"} {
		if got := localPath(p); got != want {
			t.Errorf("localPath(%q) = %q, want %q", p, got, want)
		}
	}
}

// Every invisible character is an element of its own: a text of nothing else
// must not choke the browser of who reveals it.
func TestInvisibleTextIsBounded(t *testing.T) {
	for _, unit := range []string{"\u200b", "\u202e", "a\u200b", "\x01"} {
		text := strings.Repeat(unit, 300_000/len(unit))
		s := show(text, nil)
		if n := len(s.Head) + len(s.Rest); n > shownRuns+2 || s.Cut == 0 {
			t.Errorf("%q: %d pieces, %d bytes cut", unit, n, s.Cut)
		}
	}
}
