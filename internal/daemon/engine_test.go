package daemon

import (
	"testing"

	"vigie/rules"
)

func TestRuleWordsAreTitles(t *testing.T) {
	set, err := rules.Load(rules.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	words := ruleWords(set)
	for _, r := range set.List() {
		for _, lang := range []string{"fr", "en"} {
			if words(r.ID, lang) == "" {
				t.Errorf("rule %s says nothing in %s: moderators would read its id", r.ID, lang)
			}
		}
	}
	if got := words("fr.threat.death", "fr"); got != "Menace de mort" {
		t.Errorf("fr.threat.death is called %q", got)
	}
	if got := capitalised(""); got != "" {
		t.Errorf("nothing becomes %q", got)
	}
}
