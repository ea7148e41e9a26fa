// Package classifier estimates what a comment is: its language, and later the
// scores of labels that no single rule decides.
//
// Language is asked in two steps. [Classifier.Guess] looks at script and at
// function words, which costs nothing beside reading the text and decides most
// comments of more than a few words. [Classifier.Ask] puts the doubtful ones
// to the models of lingua-go, which are exact and slow (about a millisecond)
// and are loaded on first use; so triage asks them only where the languages
// that remain possible would lead to different verdicts.
//
// It stores nothing and is safe for concurrent use. It is the only package
// that imports lingua-go, whose models make 124 MB of the program.
package classifier

import (
	"slices"
	"sync"

	"github.com/pemistahl/lingua-go"

	"vigie/internal/text"
)

// Reading is what the classifier says of a text.
type Reading struct {
	Lang       string             // ISO 639-1, "" if undecided
	Confidence float64            // 0..1, that Lang is right
	Plausible  []string           // the languages it may be in, best first; Lang alone if decided
	Scores     map[string]float64 // by label; nil as long as no statistical model is trained
}

// Classifier knows French, English, German, Spanish, Italian, Dutch and
// Portuguese. The zero value is ready; it must not be copied.
type Classifier struct {
	once     sync.Once
	detector lingua.LanguageDetector
}

// Languages returns the languages it tells apart.
func (c *Classifier) Languages() []string { return slices.Clone(known) }

// Classify says all it can of a text. hint is the language that the platform
// states, "" if it is silent; it counts for little.
func (c *Classifier) Classify(t *text.Text, hint string) Reading {
	lang, plausible := c.Guess(t, hint)
	r := Reading{Lang: lang, Confidence: 1, Plausible: plausible}
	if lang == "" && len(plausible) > 1 {
		r.Lang, r.Confidence = c.ask(t, plausible)
	}
	if r.Lang != "" {
		r.Plausible = []string{r.Lang}
	}
	return r
}

// sure is the confidence from which an answer of the models is believed. It is
// low for long texts, on which they do not err, and out of reach for a word or two.
func sure(words int) float64 {
	switch {
	case words < 3:
		return 0.9
	case words < 6:
		return 0.6
	}
	return 0.4
}

// Ask puts a text to the models. It returns one of the languages given, or ""
// if they are not sure.
func (c *Classifier) Ask(t *text.Text, among []string) string {
	lang, _ := c.ask(t, among)
	return lang
}

func (c *Classifier) ask(t *text.Text, among []string) (string, float64) {
	c.once.Do(c.load)
	s := t.Source[:min(len(t.Source), askBytes)]
	for _, v := range c.detector.ComputeLanguageConfidenceValues(s) {
		lang := isoOf(v.Language())
		if !slices.Contains(among, lang) {
			continue
		}
		if v.Value() >= sure(len(t.Tokens)) {
			return lang, v.Value()
		}
		break
	}
	return "", 0
}

// askBytes is how much of a text the models read; more changes nothing.
const askBytes = 600

func (c *Classifier) load() {
	c.detector = lingua.NewLanguageDetectorBuilder().
		FromLanguages(lingua.French, lingua.English, lingua.German, lingua.Spanish, lingua.Italian, lingua.Dutch, lingua.Portuguese).
		Build()
}

func isoOf(l lingua.Language) string {
	switch l {
	case lingua.French:
		return "fr"
	case lingua.English:
		return "en"
	case lingua.German:
		return "de"
	case lingua.Spanish:
		return "es"
	case lingua.Italian:
		return "it"
	case lingua.Dutch:
		return "nl"
	case lingua.Portuguese:
		return "pt"
	}
	return ""
}
