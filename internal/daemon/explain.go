package daemon

import (
	"fmt"
	"io"

	"vigie"
	"vigie/internal/text"
	"vigie/rules"
)

// Explain writes what the rules see in a text and what the verdict on it is.
// lang is its language, "" to have it guessed. The output quotes the text: it
// is for the terminal of who wrote it.
// own is the folder of the organisation's packs, "" for none.
func Explain(w io.Writer, s, lang, own string) error {
	engine, err := NewEngine("en", own)
	if err != nil {
		return err
	}
	t := text.Read(s)
	langs := []string{lang}
	if lang == "" {
		_, langs = engine.Languages.Guess(t, "")
	}
	fmt.Fprint(w, engine.Rules.Explain(rules.Input{Text: t, Langs: langs}))
	v := engine.Judge(&vigie.Comment{Text: s, Lang: lang})
	_, err = fmt.Fprintf(w, "\nverdict: language %q, severity %s, score %.2f, labels %v\n", v.Lang, v.Severity, v.Score, v.Labels)
	return err
}
