package text

import (
	"strings"
	"unicode/utf8"
)

// quoteWidth is how many bytes a quotation may span; a mark that is not closed by then quotes nothing.
const quoteWidth = 2000

// space consumes blanks. A line end closes the clause, an empty line the sentence.
func (sc *scanner) space() {
	lines := 0
	for sc.i < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[sc.i:])
		if classOf(r) != classSpace {
			break
		}
		if r == '\n' || r == '\u2028' || r == '\u2029' {
			lines++
		}
		sc.i += n
	}
	if lines == 0 {
		return
	}
	sc.clause++
	sc.lineStart, sc.cited = true, false
	if lines > 1 {
		sc.hard = true
	}
}

// sign consumes one sign and notes what it does to clause, sentence and quotation.
func (sc *scanner) sign(r rune, n int) {
	after := sc.i + n
	switch r {
	case '?', '？', '⁇', '؟':
		sc.question = sc.open
		sc.hard = true
	case '!', '！', '‼':
		sc.hard = true
	case '.', '。':
		sc.dot(after)
	case ',', ';', ':', '…', '—', '–', '[', ']':
		sc.clause++
	case '(', ')':
		if sc.i > sc.gap || sc.spaceAt(after) { // not inside a word: "musulman(e)s"
			sc.clause++
		}
	case '>':
		if sc.lineStart {
			sc.cited = true
		}
	}
	sc.quotation(r)
	if r != '>' {
		sc.lineStart = false
	}
	sc.i = after
}

// dot ends the sentence unless it belongs to an ellipsis, an initial or an address.
func (sc *scanner) dot(after int) {
	t := sc.text
	if strings.HasPrefix(sc.s[after:], ".") || (after > 1 && sc.s[after-2] == '.') {
		sc.clause++
		return
	}
	if len(t.Tokens) == 0 {
		return
	}
	if last := t.Tokens[len(t.Tokens)-1]; last.End-last.Start < 2 {
		return
	}
	upper := after < len(sc.s) && sc.s[after] >= 'A' && sc.s[after] <= 'Z'
	if sc.spaceAt(after) || upper && after-1 == sc.gap {
		sc.hard = true
	}
}

func (sc *scanner) spaceAt(i int) bool {
	r, n := utf8.DecodeRuneInString(sc.s[i:])
	return n == 0 || classOf(r) == classSpace || r == '"' || r == '»' || r == '”'
}

// quotation opens or closes a quotation, and marks the tokens of a closed one.
func (sc *scanner) quotation(r rune) {
	t := sc.text
	if sc.quote >= 0 && r == sc.closer {
		first := sc.quote
		sc.quote = -1
		if first >= len(t.Tokens) || sc.i-t.Tokens[first].Start > quoteWidth {
			return
		}
		for k := first; k < len(t.Tokens); k++ {
			t.Tokens[k].Quoted = true
		}
		return
	}
	if c := closerOf(r); c != 0 && (sc.quote < 0 || r != '"') {
		sc.quote, sc.closer = len(t.Tokens), c
	}
}

// closerOf returns what closes a quotation that r opens, 0 if it opens none.
func closerOf(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '«':
		return '»'
	case '“', '„':
		return '”'
	case '‹':
		return '›'
	case '「':
		return '」'
	}
	return 0
}

func isASCIIWord(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// urlEnd returns where the address that begins at i ends, 0 if none does.
func urlEnd(s string, i int) int {
	rest := s[i:]
	if !hasPrefixFold(rest, "http://") && !hasPrefixFold(rest, "https://") && !hasPrefixFold(rest, "www.") {
		return 0
	}
	end := strings.IndexAny(rest, " \t\r\n\"<>«»")
	if end < 0 {
		end = len(rest)
	}
	return i + len(strings.TrimRight(rest[:end], ".,;:!?)"))
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// lookAhead bounds how far an e-mail address or a telephone number is looked
// for, so that a text without blanks costs no more than one with.
const lookAhead = 64

// emailEnd returns where the e-mail address that begins at i ends, 0 if none does.
func emailEnd(s string, i int) int {
	at, dot := 0, 0
	j := i
	for ; j < len(s) && j-i < lookAhead; j++ {
		b := s[j]
		switch {
		case isASCIIWord(b) || b == '-' || b == '+' && at == 0:
		case b == '.':
			if at > 0 && j > at+1 {
				dot = j
			}
		case b == '@' && at == 0 && j > i:
			at = j
		default:
			return mailEnd(s, i, j, at, dot)
		}
	}
	return mailEnd(s, i, j, at, dot)
}

func mailEnd(s string, i, j, at, dot int) int {
	for j > i && (s[j-1] == '.' || s[j-1] == '-') {
		j--
	}
	if at == 0 || dot == 0 {
		return 0
	}
	if dot >= j { // the last dot ended the sentence: look for one before
		dot = strings.LastIndexByte(s[at:j], '.') + at
		if dot <= at {
			return 0
		}
	}
	if j-dot < 3 {
		return 0
	}
	return j
}

// phoneEnd returns where the telephone number that begins at i ends, 0 if
// none does: 9 to 15 digits after "0" or "+", with at most one separator between.
func phoneEnd(s string, i int) int {
	if s[i] != '0' && s[i] != '+' {
		return 0
	}
	digits, end := 0, 0
	for j := i; j < len(s) && j-i < lookAhead; j++ {
		switch b := s[j]; {
		case isDigit(b):
			digits++
			end = j + 1
		case b == '+' && j == i:
		case (b == ' ' || b == '.' || b == '-' || b == '/' || b == '(' || b == ')') && (end == j || s[j-1] == ')' || s[j-1] == ' '):
		default:
			return phone(s, digits, end)
		}
	}
	return phone(s, digits, end)
}

func phone(s string, digits, end int) int {
	if digits < 9 || digits > 15 || end < len(s) && isASCIIWord(s[end]) {
		return 0
	}
	return end
}

// numberEnd returns where the number that begins at i ends, 0 if a letter follows.
func numberEnd(s string, i int) int {
	if !isDigit(s[i]) {
		return 0
	}
	j := i
	for j < len(s) && isDigit(s[j]) {
		j++
		if j+1 < len(s) && (s[j] == '.' || s[j] == ',') && isDigit(s[j+1]) {
			j++
		}
	}
	if r, n := utf8.DecodeRuneInString(s[j:]); n > 0 {
		if c := classOf(r); c == classLetter || r == '$' || r == '@' || r == '*' || r == '€' && j+n < len(s) && classOf(rune(s[j+n])) == classLetter {
			return 0
		}
	}
	return j
}
