package store

import (
	"strings"
	"unicode"
)

// searchable is foreign text as the index takes it: valid, without NUL.
func searchable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, " "), "\x00", " ")
}

// maxWords is how many words of a question count.
const maxWords = 16

// match turns what a person typed into a question for the index: all words,
// each as the beginning of one. Each is quoted, so that nothing in it can be
// read as syntax. It is "" if there is nothing to look for.
func match(typed string) string {
	words := strings.FieldsFunc(searchable(typed), func(r rune) bool { return !isWord(r) })
	var quoted []string
	for _, w := range words[:min(len(words), maxWords)] {
		quoted = append(quoted, `"`+w+`"*`)
	}
	return strings.Join(quoted, " ")
}

// isWord says whether the index sees r as a part of a word.
func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.Is(unicode.Co, r) || unicode.IsNumber(r)
}
