package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner cuts a text into tokens, clauses and sentences.
type scanner struct {
	text *Text
	s    string
	i    int

	clause    int
	open      bool // the current sentence has a token
	question  bool
	gap       int  // end of the last token
	quote     int  // first token after an opening quotation mark, -1 if none is open
	closer    rune // what ends that quotation
	cited     bool // the line starts with ">"
	lineStart bool // nothing but blanks since the line began
	hard      bool // a sentence ended since the last token
}

func (sc *scanner) scan() {
	sc.quote, sc.lineStart = -1, true
	for sc.i < len(sc.s) {
		sc.step()
	}
	sc.endSentence()
}

// step consumes one token or one sign.
func (sc *scanner) step() {
	r, n := utf8.DecodeRuneInString(sc.s[sc.i:])
	switch classOf(r) {
	case classIgnored:
		sc.i += n
	case classSpace:
		sc.space()
	case classLetter, classDigit:
		sc.wordLike()
	case classEmoji:
		sc.emoji()
	default:
		if !sc.special(r, n) {
			sc.sign(r, n)
		}
	}
}

// special takes tokens that begin with a sign: mentions, hashtags, "+33 …", "$alope".
func (sc *scanner) special(r rune, n int) bool {
	next, _ := utf8.DecodeRuneInString(sc.s[sc.i+n:])
	c := classOf(next)
	word := sc.i+n < len(sc.s) && (c == classLetter || c == classDigit)
	switch {
	case (r == '@' || r == '＠') && (word || next == '_'):
		sc.mention(n)
	case r == '#' && word:
		sc.hashtag(n)
	case r == '+' && c == classDigit:
		if end := phoneEnd(sc.s, sc.i); end > 0 {
			sc.add(KindPhone, sc.i, end)
			return true
		}
		return false
	case (r == '$' || r == '€') && c == classLetter:
		sc.word()
	default:
		return false
	}
	return true
}

// wordLike takes what begins with a letter or digit.
func (sc *scanner) wordLike() {
	if end := urlEnd(sc.s, sc.i); end > 0 {
		sc.add(KindURL, sc.i, end)
		return
	}
	if end := emailEnd(sc.s, sc.i); end > 0 {
		sc.add(KindEmail, sc.i, end)
		return
	}
	if end := phoneEnd(sc.s, sc.i); end > 0 {
		sc.add(KindPhone, sc.i, end)
		return
	}
	if end := numberEnd(sc.s, sc.i); end > 0 {
		sc.add(KindNumber, sc.i, end)
		return
	}
	sc.word()
}

// word takes letters, digits, and the signs inside that hide letters.
func (sc *scanner) word() {
	start, end := sc.i, sc.i
	for i := start; i < len(sc.s); {
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		switch c := classOf(r); {
		case c == classLetter || c == classDigit:
			i += n
			end = i
		case c == classIgnored:
			if i += n; unicode.Is(unicode.Mn, r) {
				end = i // an accent written apart
			}
		case r == '*' && end > start, (r == '$' || r == '€' || r == '@') && (i == start || sc.letterAt(i+n)):
			i += n
			if r != '*' {
				end = i
			}
		default:
			if stars := strings.TrimRight(sc.s[end:i], "*"); len(sc.s[end:i])-len(stars) > 1 && stars == "" && !sc.starred(start) {
				end = i // "f***"
			}
			sc.takeWord(start, end)
			return
		}
	}
	if rest := sc.s[end:]; len(rest) > 1 && strings.Trim(rest, "*") == "" && !sc.starred(start) {
		end = len(sc.s)
	}
	sc.takeWord(start, end)
}

func (sc *scanner) letterAt(i int) bool {
	r, n := utf8.DecodeRuneInString(sc.s[i:])
	return n > 0 && classOf(r) == classLetter
}

// starred says whether a star stands before i: then trailing stars are emphasis.
func (sc *scanner) starred(i int) bool { return i > 0 && sc.s[i-1] == '*' }

// takeWord adds a word, cut in two where French glues "j" to a verb: "jvais".
func (sc *scanner) takeWord(start, end int) {
	if gluedJe(sc.s[start:end]) {
		sc.add(KindWord, start, start+1)
		sc.add(KindWord, start+1, end)
		sc.text.Tokens[len(sc.text.Tokens)-1].glue = '\''
		return
	}
	sc.add(KindWord, start, end)
}

func gluedJe(w string) bool {
	if len(w) < 3 || len(w) > 20 || w[0]|0x20 != 'j' || !strings.ContainsRune("bcdfgklmnpqrstvBCDFGKLMNPQRSTV", rune(w[1])) {
		return false
	}
	return strings.ContainsAny(w[2:], "aeiouyéèêAEIOUY")
}

// mention takes "@someone" and "@someone@host".
func (sc *scanner) mention(n int) {
	end := sc.i + n
	for end < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[end:])
		c := classOf(r)
		inner := (r == '_' || r == '.' || r == '-' || r == '@') && end+n < len(sc.s) && isASCIIWord(sc.s[end+n])
		if c != classLetter && c != classDigit && r != '_' && !inner {
			break
		}
		end += n
	}
	sc.add(KindMention, sc.i, end)
}

// hashtag takes "#DehorsLesMigrants" as the words that its capitals show.
func (sc *scanner) hashtag(n int) {
	start := sc.i + n
	i, wasLower, first := start, false, true
	for i < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		c := classOf(r)
		if c != classLetter && c != classDigit && c != classIgnored && r != '_' {
			break
		}
		upper := unicode.IsUpper(r)
		if (upper && (wasLower || sc.lowerAt(i+n)) || r == '_') && i > start {
			sc.tagPart(start, i, first)
			start, first = i, false
			if r == '_' {
				start = i + n
			}
		}
		wasLower = unicode.IsLower(r) || c == classDigit
		i += n
	}
	sc.tagPart(start, i, first)
	sc.i = max(sc.i, i)
}

// lowerAt says whether a small letter begins at i: a capital before it begins a word ("ALaCuisine").
func (sc *scanner) lowerAt(i int) bool {
	r, _ := utf8.DecodeRuneInString(sc.s[i:])
	return unicode.IsLower(r)
}

func (sc *scanner) tagPart(start, end int, first bool) {
	if start >= end {
		return
	}
	sc.add(KindWord, start, end)
	if !first {
		sc.text.Tokens[len(sc.text.Tokens)-1].glue = '#'
	}
}

// emoji takes an emoji with its modifiers and joined parts.
func (sc *scanner) emoji() {
	first, n := utf8.DecodeRuneInString(sc.s[sc.i:])
	end, joined := sc.i+n, false
	flag := isFlagLetter(first)
	for end < len(sc.s) && end-sc.i < 64 {
		r, n := utf8.DecodeRuneInString(sc.s[end:])
		switch {
		case r == zwj:
			joined = true
		case r >= skinFirst && r <= skinLast, unicode.Is(unicode.Variation_Selector, r):
		case joined && classOf(r) == classEmoji:
			joined = false
		case flag && isFlagLetter(r):
			flag = false
		default:
			sc.add(KindEmoji, sc.i, end)
			return
		}
		end += n
	}
	sc.add(KindEmoji, sc.i, end)
}

// add appends a token and moves behind it.
func (sc *scanner) add(k Kind, start, end int) {
	t := sc.text
	if sc.hard && sc.open {
		sc.endSentence()
	}
	sc.hard, sc.lineStart = false, false
	if !sc.open {
		t.Sentences = append(t.Sentences, Sentence{From: len(t.Tokens)})
		sc.open = true
	}
	glue := rune(0)
	if len(t.Tokens) > 0 {
		glue = glueOf(sc.s[sc.gap:start])
	}
	t.Tokens = append(t.Tokens, Token{Kind: k, Start: start, End: end, Sentence: len(t.Sentences) - 1, Clause: sc.clause, Quoted: sc.cited, glue: glue})
	sc.i, sc.gap = end, end
}

// glueOf returns the single sign of a gap, 0 if it is wider.
func glueOf(gap string) rune {
	r, n := utf8.DecodeRuneInString(gap)
	if n == 0 || n != len(gap) {
		return 0
	}
	return r
}

func (sc *scanner) endSentence() {
	if !sc.open {
		return
	}
	last := &sc.text.Sentences[len(sc.text.Sentences)-1]
	last.To, last.Question = len(sc.text.Tokens), sc.question
	sc.open, sc.question = false, false
	sc.clause++
}
