package text

import "bytes"

// chain adds the one word that tokens glued by signs may be, if token i is
// the first of them: "con.nard", "musulman·e·s", "l'arabe", "#DehorsLes…".
func (t *Text) chain(i int) {
	if t.Tokens[i].Kind != KindWord || i > 0 && t.gluedTo(i) {
		return
	}
	end := i + 1
	for end < len(t.Tokens) && end-i < maxChain && t.gluedTo(end) {
		end++
	}
	if end-i < 2 || !t.join(i, end) {
		return
	}
	t.inclusive(i, end)
}

// gluedTo says whether token i hangs on the one before by a single sign.
func (t *Text) gluedTo(i int) bool {
	tok := &t.Tokens[i]
	if tok.Kind != KindWord || t.Tokens[i-1].Kind != KindWord || tok.Sentence != t.Tokens[i-1].Sentence {
		return false
	}
	switch tok.glue {
	case '.', '-', '_', '*', '·', '•', '∙', '‧', '‐', '‑', '/', '|', '~', '+', '#', '(', ')':
		return true
	}
	return isApostrophe(tok.glue)
}

// join adds the reading of the tokens from to to as one word. It reports
// whether it was short enough.
func (t *Text) join(from, to int) bool {
	off := len(t.arena)
	for k := from; k < to; k++ {
		t.arena = append(t.arena, t.Word(k)...)
		if len(t.arena)-off > maxForm {
			t.arena = t.arena[:off]
			return false
		}
	}
	t.put(from, to, AsJoined, off)
	t.stretched2(from, to)
	return true
}

// stretched2 squeezes a joined word.
func (t *Text) stretched2(from, to int) {
	k := len(t.Readings) - 1
	if countRuns(t.Form(t.Readings[k])) == 0 {
		return
	}
	for way := range 2 {
		off := len(t.arena)
		t.squeeze(k, way, true)
		t.put(from, to, AsStretched, off)
	}
}

// inclusive adds the masculine of a French inclusive form: "musulman·e·s" is
// also musulmans, "musulman(e)" musulman.
func (t *Text) inclusive(from, to int) {
	last := t.Word(to - 1)
	for k := from + 1; k < to; k++ {
		if !isEnding(t.Word(k)) {
			return
		}
	}
	off := len(t.arena)
	t.arena = append(t.arena, t.Word(from)...)
	plural := bytes.HasSuffix(last, []byte("s"))
	if plural && !bytes.HasSuffix(t.Word(from), []byte("s")) {
		t.arena = append(t.arena, 's')
	}
	t.put(from, to, AsJoined, off)
}

func isEnding(w []byte) bool {
	switch string(w) {
	case "e", "s", "es", "ne", "nes", "le", "les", "te", "tes", "se", "ses", "ve", "ves", "ere", "eres", "euse", "euses", "trice", "trices", "x", "fe", "fes", "que", "ques", "in", "esse", "esses":
		return true
	}
	return false
}

// spaced adds the word that single letters in a row may spell, if token i is
// the first of them: "c o n n a r d", "f . d . p".
func (t *Text) spaced(i int) {
	if !t.single(i) || i > 0 && t.single(i-1) && t.near(i) {
		return
	}
	end := i + 1
	for end < len(t.Tokens) && end-i < maxForm/2 && t.single(end) && t.near(end) {
		end++
	}
	if end-i >= minSpaced && t.Tokens[i+1].glue != '.' {
		t.join(i, end)
	}
}

// single says whether token i is one letter.
func (t *Text) single(i int) bool {
	return t.Tokens[i].Kind == KindWord && len(t.Word(i)) == 1
}

// near says whether token i follows the one before by at most three bytes, two blanks not being one.
func (t *Text) near(i int) bool {
	gap := t.Source[t.Tokens[i-1].End:t.Tokens[i].Start]
	return len(gap) <= 3 && gap != "  " && gap != "   " && t.Tokens[i].Clause == t.Tokens[i-1].Clause
}
