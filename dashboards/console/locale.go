package console

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed locale/*.json
var localeFiles embed.FS

// locale holds the sentences of one language.
type locale struct {
	Tag   string
	texts map[string]forms
}

// forms is a sentence: the singular is empty where there is nothing to count.
type forms struct {
	One   string `json:"one"`
	Other string `json:"other"`
}

// UnmarshalJSON reads a plain string or an object with both forms.
func (f *forms) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &f.Other)
	}
	type plain forms
	return json.Unmarshal(b, (*plain)(f))
}

func loadLocales() (map[string]*locale, error) {
	all := make(map[string]*locale)
	for _, tag := range []string{"fr", "en"} {
		b, err := localeFiles.ReadFile("locale/" + tag + ".json")
		if err != nil {
			return nil, err
		}
		l := &locale{Tag: tag}
		if err := json.Unmarshal(b, &l.texts); err != nil {
			return nil, fmt.Errorf("console: locale %s: %w", tag, err)
		}
		all[tag] = l
	}
	return all, nil
}

// T returns the sentence of a key with {name} places filled from pairs of name
// and value. An unknown key is shown as itself: ugly, harmless, and found by a test.
func (l *locale) T(key string, pairs ...string) string {
	f, ok := l.texts[key]
	if !ok {
		return clean(key)
	}
	return fill(f.Other, pairs)
}

// N returns the sentence of a key for a count, which also fills {n}.
func (l *locale) N(key string, n int64, pairs ...string) string {
	f, ok := l.texts[key]
	if !ok {
		return clean(key)
	}
	s := f.Other
	if f.One != "" && l.singular(n) {
		s = f.One
	}
	return fill(s, append(pairs, "n", l.Number(n)))
}

// Maybe returns the sentence of a key, or fallback if there is none.
func (l *locale) Maybe(key, fallback string) string {
	if f, ok := l.texts[key]; ok {
		return f.Other
	}
	return clean(fallback)
}

// singular is the plural rule: French counts 0 as one, English does not.
func (l *locale) singular(n int64) bool {
	return n == 1 || n == 0 && l.Tag == "fr"
}

// Number groups thousands as the language does.
func (l *locale) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sep := "\u202f" // narrow no-break space
	if l.Tag == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

func fill(s string, pairs []string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", clean(pairs[i+1]))
	}
	return s
}
