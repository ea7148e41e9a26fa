package classifier_test

import (
	"slices"
	"sync"
	"testing"

	"vigie/classifier"
	"vigie/internal/text"
)

// models is shared because loading them takes seconds.
var models classifier.Classifier

// TestGuess holds the cheap evidence to what it must decide by itself, and to what it must leave open.
func TestGuess(t *testing.T) {
	var c classifier.Classifier
	for _, one := range []struct {
		in, hint, lang string
		plausible      []string // among the plausible; nil: not looked at
	}{
		{"je ne sais pas ce que vous voulez dire avec ça", "", "fr", nil},
		{"jsuis trop content de votre travail les gars", "", "fr", nil},
		{"I don't know what you are talking about", "", "en", nil},
		{"ich weiß nicht was du meinst und warum", "", "de", nil},
		{"no sé lo que quieres decir con eso pero está muy bien", "", "es", nil},
		{"non so che cosa vuoi dire con questo ma va bene", "", "it", nil},
		{"ik weet niet wat je bedoelt maar het is goed", "", "nl", nil},
		{"não sei o que você quer dizer com isso mas está bem", "", "pt", nil},
		{"connard", "", "", []string{"fr", "en", "de", "es", "it", "nl", "pt"}},
		{"", "", "", []string{"fr", "en"}},
		{"sale arabe", "", "", []string{"fr"}},
		{"le chat", "fr", "", []string{"fr"}},
		{"это совершенно другой язык", "", "", []string{}},
		{"これは日本語です", "fr", "", []string{}},
	} {
		lang, plausible := c.Guess(text.Read(one.in), one.hint)
		if lang != one.lang {
			t.Errorf("%q: %q, want %q (plausible %v)", one.in, lang, one.lang, plausible)
		}
		for _, l := range one.plausible {
			if !slices.Contains(plausible, l) {
				t.Errorf("%q: %v is plausible, want %s among them", one.in, plausible, l)
			}
		}
		if one.plausible != nil && len(one.plausible) == 0 && len(plausible) > 0 {
			t.Errorf("%q: %v is plausible, want nothing", one.in, plausible)
		}
	}
}

// TestClassify asks the models where cheap evidence fails.
func TestClassify(t *testing.T) {
	c := &models
	for in, want := range map[string]string{
		"regarde derrière chaque fenêtre ouverte":     "fr",
		"Freiheit Gerechtigkeit Brüderlichkeit":       "de",
		"beautiful mountains surrounding villages":    "en",
		"montañas hermosas rodeando pueblos":          "es",
		"je te dis que c'est vraiment n'importe quoi": "fr",
		"ok": "",
	} {
		r := c.Classify(text.Read(in), "")
		if r.Lang != want {
			t.Errorf("%q: %q, want %q", in, r.Lang, want)
		}
		if r.Confidence < 0 || r.Confidence > 1 || (r.Lang != "" && !slices.Equal(r.Plausible, []string{r.Lang})) {
			t.Errorf("%q: %+v", in, r)
		}
	}
}

func TestAskAnswersAmongThose(t *testing.T) {
	c := &models
	if got := c.Ask(text.Read("beautiful mountains surrounding villages"), []string{"fr", "it"}); got == "en" {
		t.Errorf("got %q, which was excluded", got)
	}
}

// TestConcurrent loads the models from many goroutines; run with -race.
func TestConcurrent(t *testing.T) {
	c := &models
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := c.Ask(text.Read("regarde derrière chaque fenêtre ouverte"), c.Languages()); got != "fr" {
				t.Errorf("got %q, want fr", got)
			}
		})
	}
	wg.Wait()
}

func BenchmarkGuess(b *testing.B) {
	var c classifier.Classifier
	t := text.Read("je ne sais pas ce que vous voulez dire avec ça, mais c'est très bien dit")
	b.ReportAllocs()
	for b.Loop() {
		c.Guess(t, "")
	}
}

func BenchmarkAsk(b *testing.B) {
	c := &models
	t := text.Read("je ne sais pas ce que vous voulez dire avec ça, mais c'est très bien dit")
	c.Ask(t, c.Languages())
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		c.Ask(t, c.Languages())
	}
}
