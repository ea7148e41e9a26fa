package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxForm   = 80 // bytes: longer tokens are kept as folded only
	maxChain  = 24 // tokens joined into one word at most
	minSpaced = 3  // single letters in a row that are read as one word
)

// read makes the readings of all tokens.
func (t *Text) read() {
	for i := range t.Tokens {
		t.folded(i)
	}
	for i := range t.Tokens {
		t.first = append(t.first, len(t.Readings))
		t.token(i)
		t.chain(i)
		t.spaced(i)
	}
	t.first = append(t.first, len(t.Readings))
}

// put adds a reading of the tokens from to to, whose form lies in the arena from off on.
func (t *Text) put(from, to int, how How, off int) {
	n := len(t.arena) - off
	if n == 0 && how != AsFolded {
		return
	}
	t.Readings = append(t.Readings, Reading{From: from, To: to, How: how, off: off, n: n})
}

// putNew is put unless the form is that of reading k.
func (t *Text) putNew(from, to int, how How, off, k int) {
	if bytes.Equal(t.arena[off:], t.Form(t.Readings[k])) {
		t.arena = t.arena[:off]
		return
	}
	t.put(from, to, how, off)
}

// folded keeps the folded form of token i.
func (t *Text) folded(i int) {
	tok := &t.Tokens[i]
	raw := t.Source[tok.Start:tok.End]
	off := len(t.arena)
	if tok.Kind == KindEmoji {
		t.arena = append(t.arena, raw[:emojiHead(raw)]...)
		t.forms = append(t.forms, form{off: off, n: len(t.arena) - off})
		return
	}
	plain := true
	for k := 0; k < len(raw); {
		r, n := rune(raw[k]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(raw[k:])
			plain = false
		}
		t.arena = appendFold(t.arena, r)
		k += n
	}
	t.forms = append(t.forms, form{off: off, n: len(t.arena) - off, plain: plain})
}

// token makes the readings of token i alone; the first is the folded one.
func (t *Text) token(i int) {
	tok, f := &t.Tokens[i], t.forms[i]
	t.Readings = append(t.Readings, Reading{From: i, To: i + 1, How: AsFolded, off: f.off, n: f.n})
	raw := t.Source[tok.Start:tok.End]
	if tok.Kind != KindEmoji && len(raw) > maxForm {
		return
	}
	switch tok.Kind {
	case KindEmoji:
		t.named(i, raw)
	case KindWord:
		t.word(i, raw, f.plain)
	case KindMention:
		t.leet(i, len(t.Readings)-1)
	}
}

// word makes the further readings of a word.
func (t *Text) word(i int, raw string, plain bool) {
	base := len(t.Readings) - 1
	t.written(i, raw, plain)
	form := t.Form(t.Readings[base])
	if bytes.IndexByte(form, '*') > 0 {
		t.masked(i, base)
		return
	}
	t.stretched(i, base)
	if hasLeet(form) {
		t.leet(i, base)
	}
	if i+1 < len(t.Tokens) && (isApostrophe(t.Tokens[i+1].glue) || t.Tokens[i+1].Start == t.Tokens[i].End) {
		t.elided(i, base)
	}
}

// written adds the form with its accents, for entries that insist on them.
func (t *Text) written(i int, raw string, plain bool) {
	off := len(t.arena)
	t.arena = append(t.arena, '=')
	if plain {
		t.arena = append(t.arena, t.Word(i)...)
	} else {
		t.arena = appendLower(t.arena, norm.NFC.String(raw))
	}
	t.put(i, i+1, AsWritten, off)
}

func appendLower(dst []byte, s string) []byte {
	for _, r := range s {
		if classOf(r) != classIgnored {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

// masked adds a form in which letters are hidden by stars.
func (t *Text) masked(i, base int) {
	form := t.Form(t.Readings[base])
	letters := len(form) - bytes.Count(form, []byte("*"))
	if len(form) < 4 || letters < 2 {
		return
	}
	off := len(t.arena)
	t.arena = append(t.arena, form...)
	t.put(i, i+1, AsMasked, off)
}

func hasLeet(form []byte) bool {
	letter, sign := false, false
	for _, b := range form {
		if b >= 'a' && b <= 'z' || b >= utf8.RuneSelf {
			letter = true
		}
		if b < 'a' {
			sign = true
		}
	}
	return letter && sign || bytes.Contains(form, []byte("€"))
}

// leet adds the forms in which digits and signs are letters; 1 is i or l.
func (t *Text) leet(i, base int) {
	for _, one := range []byte{'i', 'l'} {
		off := len(t.arena)
		form := t.Form(t.Readings[base])
		changed := false
		for k := 0; k < len(form); k++ {
			b := form[k]
			if b == 0xE2 && bytes.HasPrefix(form[k:], []byte("€")) {
				t.arena = append(t.arena, 'e')
				k += 2
				continue
			}
			l := leetLetter(b, one)
			changed = changed || b == '1'
			t.arena = append(t.arena, l)
		}
		t.putNew(i, i+1, AsLeet, off, base)
		if k := len(t.Readings) - 1; k > base && t.Readings[k].How == AsLeet {
			t.stretched(i, k)
		}
		if !changed {
			return
		}
	}
}

func leetLetter(b, one byte) byte {
	switch b {
	case '0':
		return 'o'
	case '1':
		return one
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '7':
		return 't'
	case '8':
		return 'b'
	case '6', '9':
		return 'g'
	}
	return b
}

// stretched adds the forms in which each run of three equal letters or more
// is one letter or two: all ways up to three runs, else all one and all two.
func (t *Text) stretched(i, base int) {
	runs := countRuns(t.Form(t.Readings[base]))
	if runs == 0 {
		return
	}
	ways, all := 1<<min(runs, 3), runs > 3
	if all {
		ways = 2
	}
	for way := range ways {
		off := len(t.arena)
		t.squeeze(base, way, all)
		t.put(i, i+1, AsStretched, off)
	}
	off := len(t.arena)
	t.arena = appendSingle(t.arena, t.Form(t.Readings[base]))
	t.putNew(i, i+1, AsStretched, off, len(t.Readings)-ways)
}

// appendSingle appends a form without any doubled letter: who stretches one
// letter may have doubled another ("miigraaants").
func appendSingle(dst, form []byte) []byte {
	for k, b := range form {
		if k == 0 || b != form[k-1] || b >= utf8.RuneSelf {
			dst = append(dst, b)
		}
	}
	return dst
}

func countRuns(form []byte) int {
	runs := 0
	for k := 2; k < len(form); k++ {
		if form[k] == form[k-1] && form[k] == form[k-2] && (k == 2 || form[k-3] != form[k]) {
			runs++
		}
	}
	return runs
}

// squeeze appends the form of reading base with run number n doubled where bit n of way is set.
func (t *Text) squeeze(base, way int, all bool) {
	form := t.Form(t.Readings[base])
	run := 0
	for k := 0; k < len(form); {
		end := k + 1
		for end < len(form) && form[end] == form[k] {
			end++
		}
		keep := end - k
		if keep > 2 {
			keep = 1 + way>>run&1
			if !all {
				run++
			}
		}
		for range keep {
			t.arena = append(t.arena, form[k])
		}
		k = end
	}
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', 'ʼ', '`', '´', '′', '‘', '＇':
		return true
	}
	return false
}

// elided adds what "j" before an apostrophe stands for.
func (t *Text) elided(i, base int) {
	full := ""
	switch string(t.Form(t.Readings[base])) {
	case "j":
		full = "je"
	case "t":
		full = "te tu"
	case "l":
		full = "le la"
	case "d":
		full = "de"
	case "s":
		full = "se si"
	case "m":
		full = "me"
	case "n":
		full = "ne"
	case "c":
		full = "ce"
	case "qu":
		full = "que"
	}
	for full != "" {
		var w string
		w, full, _ = strings.Cut(full, " ")
		off := len(t.arena)
		t.arena = append(t.arena, w...)
		t.put(i, i+1, AsElided, off)
	}
}

// emojiHead returns how many bytes of an emoji tell it apart: its first rune, or both of a flag.
func emojiHead(raw string) int {
	r, n := utf8.DecodeRuneInString(raw)
	if isFlagLetter(r) {
		return min(2*n, len(raw))
	}
	return n
}

// named adds the name of an emoji.
func (t *Text) named(i int, raw string) {
	r, _ := utf8.DecodeRuneInString(raw)
	if name := emojiNames[r]; name != "" {
		off := len(t.arena)
		t.arena = append(append(t.arena, '#'), name...)
		t.put(i, i+1, AsNamed, off)
	}
}
