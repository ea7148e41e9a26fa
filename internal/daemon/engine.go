package daemon

import (
	"fmt"

	"vigie/classifier"
	"vigie/internal/triage"
	"vigie/rules"
)

// NewEngine makes the judge from the packs that come with the program. lang is
// the language of its explanations, "fr" or "en".
func NewEngine(lang string) (*triage.Engine, error) {
	set, err := rules.Load(rules.Embedded())
	if err != nil {
		return nil, fmt.Errorf("load the rule packs of the program: %w", err)
	}
	return &triage.Engine{Rules: set, Languages: &classifier.Classifier{}, Lang: lang}, nil
}

// ruleWords returns what a rule says of itself in a language.
func ruleWords(set *rules.Set) func(id, lang string) string {
	why := make(map[string]map[string]string)
	for _, r := range set.List() {
		why[r.ID] = r.Why
	}
	return func(id, lang string) string { return why[id][lang] }
}
