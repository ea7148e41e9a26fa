package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class is what a rune does in a text.
type class uint8

const (
	classIgnored class = iota // controls, zero-width, combining marks, invalid bytes
	classSpace
	classLetter // letters, digits
	classDigit
	classEmoji
	classPunct
)

const latinEnd = 0x250

// latin answers for the runes below latinEnd without a look-up.
var latin = buildLatin()

type latinTable struct {
	class [latinEnd]class
	fold  [latinEnd]string
}

func buildLatin() *latinTable {
	var t latinTable
	for r := range rune(latinEnd) {
		t.class[r] = classify(r)
		t.fold[r] = string(foldSlow(nil, r))
	}
	return &t
}

// classOf returns the class of a rune.
func classOf(r rune) class {
	if r < latinEnd {
		return latin.class[r]
	}
	return classify(r)
}

func classify(r rune) class {
	switch {
	case r == '\n' || unicode.IsSpace(r):
		return classSpace
	case r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me, unicode.Variation_Selector):
		return classIgnored
	case r >= '0' && r <= '9':
		return classDigit
	case signLetter(r) != 0 || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r):
		return classLetter
	case isEmoji(r):
		return classEmoji
	}
	if unicode.In(r, unicode.So, unicode.No) && len(foldSlow(nil, r)) == 1 {
		return classLetter // circled and squared letters
	}
	return classPunct
}

// appendFold appends the folded form of r: lower case, without accents,
// compatibility forms and look-alikes undone. Marks and controls vanish.
func appendFold(dst []byte, r rune) []byte {
	switch {
	case r >= 'a' && r <= 'z':
		return append(dst, byte(r))
	case r < latinEnd:
		return append(dst, latin.fold[r]...)
	}
	return foldSlow(dst, r)
}

func foldSlow(dst []byte, r rune) []byte {
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	if d := norm.NFKD.Properties(buf[:n]).Decomposition(); len(d) > 0 {
		for len(d) > 0 {
			part, size := utf8.DecodeRune(d)
			dst = foldPart(dst, part)
			d = d[size:]
		}
		return dst
	}
	return foldPart(dst, r)
}

// foldPart folds a rune that has no decomposition left.
func foldPart(dst []byte, r rune) []byte {
	r = unicode.ToLower(r)
	switch {
	case r < utf8.RuneSelf && r >= ' ' && r != 0x7f:
		return append(dst, byte(r))
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc) || r == utf8.RuneError:
		return dst
	}
	if s, ok := lookAlikes[r]; ok {
		return append(dst, s...)
	}
	if l := signLetter(r); l != 0 {
		return append(dst, l)
	}
	return utf8.AppendRune(dst, r)
}

// signLetter returns the Latin letter shown by a negative circled, negative
// squared or squared sign, 0 for other runes.
func signLetter(r rune) byte {
	switch {
	case r >= 0x1F150 && r <= 0x1F169:
		return byte('a' + r - 0x1F150)
	case r >= 0x1F170 && r <= 0x1F189:
		return byte('a' + r - 0x1F170)
	}
	return 0
}

// lookAlikes gives letters that are read as Latin ones: not all confusables of
// Unicode, but those that people use to slip through a filter.
var lookAlikes = eachRune([]runes{
	{"a", "аαɑᴀ"},
	{"b", "вβʙь"},
	{"c", "сϲᴄ"},
	{"d", "ԁᴅđð"},
	{"e", "еεєᴇə"},
	{"f", "ƒꜰ"},
	{"g", "ɡɢԍ"},
	{"h", "һнʜ"},
	{"i", "іιıɩɪ"},
	{"j", "јᴊ"},
	{"k", "кκᴋ"},
	{"l", "łʟӏ"},
	{"m", "мᴍ"},
	{"n", "ηпɴ"},
	{"o", "оοσօøᴏ"},
	{"p", "рρᴘ"},
	{"q", "ԛ"},
	{"r", "ʀг"},
	{"s", "ѕꜱ"},
	{"t", "тτᴛ"},
	{"u", "υսᴜμ"},
	{"v", "νᴠѵ"},
	{"w", "ԝωᴡш"},
	{"x", "хχ"},
	{"y", "уγʏ"},
	{"z", "ᴢ"},
	{"ss", "ß"},
	{"ae", "æ"},
	{"oe", "œ"},
})
