package triage_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/internal/text"
	"vigie/internal/triage"
	"vigie/rules"
)

// languages is a classifier of the test: a word of the text names the language.
type languages struct {
	mu    sync.Mutex
	asked int
}

func (l *languages) Guess(t *text.Text, hint string) (string, []string) {
	switch {
	case strings.Contains(t.Source, "français"):
		return "fr", []string{"fr"}
	case strings.Contains(t.Source, "日本"):
		return "", nil
	}
	return "", []string{"fr", "es"}
}

func (l *languages) Ask(t *text.Text, among []string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if strings.Contains(t.Source, "hola") {
		return "es"
	}
	return ""
}

const pack = `
pack: fr.t
lang: [fr]
rules:
  - {id: threat, label: threat, severity: high, score: 0.9, any: [tuer], why: {fr: "menace", en: "threat"}}
  - {id: hate1, label: hate, target: race.arab, severity: medium, score: 0.5, any: [bicot], unless: [negated]}
  - {id: hate2, label: hate, target: race.arab, severity: medium, score: 0.5, any: ["sale bicot"]}
  - {id: rude, label: profanity, severity: low, score: 0.4, any: [merde]}
  - {id: rude.none, label: profanity, severity: none, score: 0.9, any: [zut]}
  - {id: critic, label: criticism, severity: none, any: ["votre service"]}
  - {id: con, label: insult, severity: low, any: [con]}
`

func engine(t testing.TB) (*triage.Engine, *languages) {
	t.Helper()
	set, err := rules.Load(fstest.MapFS{"fr/t.yaml": {Data: []byte(pack)}})
	if err != nil {
		t.Fatal(err)
	}
	l := new(languages)
	return &triage.Engine{Rules: set, Languages: l, Now: func() time.Time { return time.Unix(1, 0) }}, l
}

func TestJudge(t *testing.T) {
	hate := vigie.LabelScore{Label: vigie.LabelHate, Target: "race.arab", Score: 0.5}
	for _, c := range []struct {
		name, in string
		severity vigie.Severity
		score    float64
		labels   []vigie.LabelScore
		rules    []string
	}{
		{"nothing", "bonjour", vigie.SeverityNone, 0, nil, nil},
		{"one rule", "bicot", vigie.SeverityMedium, 0.5, []vigie.LabelScore{hate}, []string{"hate1"}},
		{"twice the same", "bicot, bicot", vigie.SeverityMedium, 0.5, []vigie.LabelScore{hate}, []string{"hate1"}},
		{"two rules of one label", "sale bicot", vigie.SeverityMedium, 0.75, []vigie.LabelScore{{Label: "hate", Target: "race.arab", Score: 0.75}}, []string{"hate2", "hate1"}},
		{"muted", "pas bicot", vigie.SeverityNone, 0, nil, nil},
		{"best first", "merde, tuer", vigie.SeverityHigh, 0.94, []vigie.LabelScore{{Label: "threat", Score: 0.9}, {Label: "profanity", Score: 0.4}}, []string{"rude", "threat"}},
		{"asserted, not flagged", "zut", vigie.SeverityNone, 0.3, []vigie.LabelScore{{Label: "profanity", Score: 0.9}}, []string{"rude.none"}},
		{"criticism", "votre service", vigie.SeverityNone, 0, []vigie.LabelScore{{Label: "criticism", Score: 0.1}}, []string{"critic"}},
		{"criticism excuses a strong word", "merde, votre service", vigie.SeverityNone, 0, []vigie.LabelScore{{Label: "profanity", Score: 0.4}, {Label: "criticism", Score: 0.1}}, []string{"rude", "critic"}},
		{"criticism excuses no threat", "tuer votre service", vigie.SeverityHigh, 0.9, []vigie.LabelScore{{Label: "threat", Score: 0.9}, {Label: "criticism", Score: 0.1}}, []string{"threat", "critic"}},
		{"other language", "hola con", vigie.SeverityNone, 0, nil, nil},
		{"undecided language", "con", vigie.SeverityLow, 0.35, []vigie.LabelScore{{Label: "insult", Score: 0.35}}, []string{"con"}},
		{"foreign script", "日本 con", vigie.SeverityNone, 0, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, _ := engine(t)
			v := e.Judge(&vigie.Comment{ID: "a:b/c", Version: 2, Text: c.in})
			if v.Severity != c.severity || v.Score != c.score {
				t.Errorf("severity %s, score %v; want %s, %v", v.Severity, v.Score, c.severity, c.score)
			}
			if diff := cmp.Diff(c.labels, v.Labels); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.rules, v.Rules()); diff != "" {
				t.Error(diff)
			}
			if v.Comment != "a:b/c" || v.Version != 2 || v.Ruleset != e.Rules.Hash() || !v.Judged.Equal(time.Unix(1, 0)) {
				t.Errorf("verdict of %s %d by %q at %v", v.Comment, v.Version, v.Ruleset, v.Judged)
			}
		})
	}
}

func TestHitsPointToTheOriginal(t *testing.T) {
	e, _ := engine(t)
	in := "«\u200bÀ b\u202eic0t » TU3R"
	v := e.Judge(&vigie.Comment{Text: in})
	var got []string
	for _, h := range v.Hits {
		got = append(got, h.Rule+" "+in[h.Start:h.End]+" "+h.Why)
	}
	if diff := cmp.Diff([]string{"hate1 b\u202eic0t ", "threat TU3R menace"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestModelsAreAskedOnlyIfItMatters(t *testing.T) {
	for in, want := range map[string]int{"bonjour": 0, "con français": 0, "con": 1, "日本 con": 0} {
		e, l := engine(t)
		e.Judge(&vigie.Comment{Text: in})
		if l.asked != want {
			t.Errorf("%q: models asked %d times, want %d", in, l.asked, want)
		}
	}
}

// TestEngineConcurrent gives one engine to many goroutines; run with -race.
func TestEngineConcurrent(t *testing.T) {
	e, _ := engine(t)
	want := e.Judge(&vigie.Comment{Text: "sale bicot, tuer"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				got := e.Judge(&vigie.Comment{Text: "sale bicot, tuer"})
				if !slices.Equal(got.Labels, want.Labels) || !slices.Equal(got.Hits, want.Hits) {
					t.Errorf("got %+v, want %+v", got, want)
				}
			}
		})
	}
	wg.Wait()
}
