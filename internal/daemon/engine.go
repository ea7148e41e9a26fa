package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"unicode"
	"unicode/utf8"

	"vigie/classifier"
	"vigie/internal/triage"
	"vigie/rules"
)

// NewEngine makes the judge from the packs that come with the program and, if
// a folder is named, the organisation's own beside them. lang is the language
// of its explanations, "fr" or "en".
func NewEngine(lang, own string) (*triage.Engine, error) {
	folders := []fs.FS{rules.Embedded()}
	if own != "" {
		folders = append(folders, os.DirFS(own))
	}
	set, err := rules.Load(folders...)
	var faults rules.Errors
	if errors.As(err, &faults) {
		return nil, &ConfigError{File: own, Problem: "the rule packs have faults:\n" + faults.Error(), Remedy: "vigie rules check " + own}
	}
	if err != nil {
		return nil, fmt.Errorf("load the rule packs: %w", err)
	}
	return &triage.Engine{Rules: set, Languages: &classifier.Classifier{}, Lang: lang}, nil
}

// ruleWords returns what a rule says of itself in a language.
func ruleWords(set *rules.Set) func(id, lang string) string {
	why := make(map[string]map[string]string)
	for _, r := range set.List() {
		why[r.ID] = make(map[string]string)
		for lang, words := range r.Why {
			why[r.ID][lang] = capitalised(words)
		}
	}
	return func(id, lang string) string { return why[id][lang] }
}

// capitalised writes a rule's words as the title that they are on a page.
func capitalised(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + words[size:]
}
