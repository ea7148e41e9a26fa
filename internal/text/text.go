// Package text is a comment as a machine reads it: tokens with normalised
// readings and the way back to the bytes of the original.
//
// People disguise what they write: case, accents, leet, stretched and spaced
// letters, homoglyphs, zero-width characters, emoji. [Read] keeps for each
// token what was written and the forms that it may stand for, so that a rule
// about "connard" sees "c0nn4rd" and "c o n n a r d", and a hit still points
// to the very bytes of the comment. It is a leaf that classifier and rules
// share; it stores nothing, and its time and memory are linear in the input
// up to [MaxBytes], whatever the bytes are.
package text

import "unicode/utf8"

// MaxBytes is how much of a comment is read. What is beyond is ignored; no
// platform we read allows longer comments.
const MaxBytes = 64 << 10

// Kind says what a token is.
type Kind uint8

// The kinds of token. Punctuation is no token: it ends clauses and sentences.
const (
	KindWord Kind = iota
	KindNumber
	KindURL
	KindEmail
	KindPhone
	KindMention
	KindEmoji
)

var kindNames = [...]string{"word", "number", "url", "email", "phone", "mention", "emoji"}

// String returns the name by which a pattern asks for the kind: "word", "url", …
func (k Kind) String() string { return kindNames[k] }

// Token is a word, number, address, mention or emoji of the original.
type Token struct {
	Kind       Kind
	Quoted     bool // lies between quotation marks, or on a line that starts with ">"
	Start, End int  // bytes of the original, half open, at rune starts
	Sentence   int  // index into Text.Sentences
	Clause     int  // grows over the whole text

	glue rune // the single sign between the token before and this one; ' ' for one blank, 0 for anything else
}

// Sentence is a run of tokens.
type Sentence struct {
	From, To int // tokens, half open
	Question bool
}

// How says by what way a reading came about.
type How uint8

// The ways to a reading.
const (
	AsFolded    How = iota // case, accents, compatibility forms and look-alikes undone
	AsWritten              // lower case, accents kept, prefixed with "="
	AsStretched            // stretched letters squeezed
	AsLeet                 // digits and signs read as letters
	AsMasked               // holds "*" where letters were hidden
	AsElided               // "j" read as "je"
	AsJoined               // spaced or cut letters joined, inclusive forms, hashtags in one
	AsNamed                // the name of an emoji, prefixed with "#"
)

var howNames = [...]string{"folded", "written", "squeezed", "leet", "masked", "elided", "joined", "named"}

// String returns the way in one word.
func (h How) String() string { return howNames[h] }

// Reading is a form that the tokens From to To (half open) may stand for.
type Reading struct {
	From, To int
	How      How
	off, n   int
}

// Text is a comment as read. It is immutable once read and safe for concurrent use.
type Text struct {
	Source    string // the original, whole
	Tokens    []Token
	Sentences []Sentence
	Readings  []Reading // ordered by From
	Truncated bool      // longer than MaxBytes

	first []int // first[i] is the first reading with From == i; len(Tokens)+1
	arena []byte
	forms []form // the folded form of each token
}

// form is where the folded form of a token lies in the arena.
type form struct {
	off, n int
	plain  bool // the original is ASCII
}

// Read reads s. Any bytes will do.
func Read(s string) *Text {
	var r Reader
	return r.Read(s)
}

// Reader reads one text after another into the same memory. It is not safe
// for concurrent use; the zero value is ready.
type Reader struct{ text Text }

// Read reads s. The result is valid until the next call.
func (r *Reader) Read(s string) *Text {
	t := &r.text
	t.Source, t.Truncated = s, false
	t.Tokens, t.Sentences, t.Readings = t.Tokens[:0], t.Sentences[:0], t.Readings[:0]
	t.first, t.arena, t.forms = t.first[:0], t.arena[:0], t.forms[:0]
	sc := scanner{text: t, s: cut(s)}
	t.Truncated = len(sc.s) < len(s)
	sc.scan()
	t.read()
	return t
}

// cut returns what of s is read, ending at a rune start.
func cut(s string) string {
	if len(s) <= MaxBytes {
		return s
	}
	end := MaxBytes
	for end > MaxBytes-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// Form returns the text of a reading. It must not be changed.
func (t *Text) Form(r Reading) []byte { return t.arena[r.off : r.off+r.n] }

// ReadingsAt returns the readings that begin with token i.
func (t *Text) ReadingsAt(i int) []Reading { return t.Readings[t.first[i]:t.first[i+1]] }

// Word returns the folded form of token i.
func (t *Text) Word(i int) []byte { return t.arena[t.forms[i].off : t.forms[i].off+t.forms[i].n] }

// Written returns the bytes of the original under the tokens from to to, half open.
func (t *Text) Written(from, to int) string {
	if from >= to {
		return ""
	}
	return t.Source[t.Tokens[from].Start:t.Tokens[to-1].End]
}
