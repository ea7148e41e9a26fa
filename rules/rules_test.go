package rules_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/internal/text"
	"vigie/rules"
)

// load compiles one pack of the test.
func load(t *testing.T, files map[string]string) *rules.Set {
	t.Helper()
	set, err := rules.Load(packs(files))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func packs(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return fsys
}

// onePattern is a set of one rule with one pattern.
func onePattern(t *testing.T, pattern string) *rules.Set {
	t.Helper()
	return load(t, map[string]string{"fr/a.yaml": `
pack: fr.a
lang: [fr]
concepts:
  tuer: [tuer, buter, "faire la peau"]
  groupe.arabe: {target: race.arab, words: [arabe/s]}
  groupe.juif: {target: religion.jewish, words: [jui//f/fs/ve/ves, "=salé"]}
  groupe: ["@groupe.*"]
  animal: [rat/s, chien*, 🐷, "#monkey"]
rules:
  - id: r
    label: insult
    severity: medium
    any: ['` + strings.ReplaceAll(pattern, "'", "''") + `']
`})
}

// written returns what a set finds in a text, "" if nothing.
func written(set *rules.Set, s string) string {
	var out []string
	for _, f := range set.Judge(rules.Input{Text: text.Read(s)}) {
		if !f.Muted {
			out = append(out, s[f.Start:f.End])
		}
	}
	return strings.Join(out, "|")
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, in, want string }{
		{"sale type", "Sale type !", "Sale type"},
		{"sale type", "sales types", ""},
		{"sale type", "sale, TYPE", "sale, TYPE"},
		{"sale type", "sale. type", ""},
		{"sale type", "sale 😡 type", "sale 😡 type"},
		{"sale type", "s a l e type", "s a l e type"},
		{"sale type", "s@le typpppe", "s@le typpppe"},
		{"sale type", "s*le type", "s*le type"},
		{"sale type", "#SaleType", "SaleType"},
		{"je vais te @tuer", "j'vais te buter", "j'vais te buter"},
		{"je vais te @tuer", "jvais te faire la peau", "jvais te faire la peau"},
		{"te {0,2} @tuer", "te vraiment bien buter", "te vraiment bien buter"},
		{"te {0,2} @tuer", "te un deux trois buter", ""},
		{"te {1,2} @tuer", "te buter", ""},
		{"te {2} @tuer", "te un buter", ""},
		{"te {2} @tuer", "te un deux buter", "te un deux buter"},
		{"on va [tous] les @tuer", "on va les tuer", "on va les tuer"},
		{"on va [tous|bien] les @tuer", "on va bien les tuer", "on va bien les tuer"},
		{"on va [tous] les @tuer", "on va bien les tuer", ""},
		{"(sale|gros porc|@animal) @groupe", "gros porc juif", "gros porc juif"},
		{"(sale|gros porc|@animal) @groupe", "chiennes d'arabes", ""},
		{"(sale|gros porc|@animal) [de] @groupe", "chiennes d'arabes", "chiennes d'arabes"},
		{"@groupe.* @animal", "juives 🐷", "juives 🐷"},
		{"@groupe @animal", "arabe 🙈", "arabe 🙈"},
		{"@groupe #monkey", "arabe 🐒", "arabe 🐒"},
		{"@groupe 🐒", "arabe 🐒", "arabe 🐒"},
		{"@groupe 🐒", "arabe 🙈", ""},
		{"sale @groupe", "sale salé", "sale salé"},
		{"sale @groupe", "sale sale", ""},
		{"^ dehors", "@asso dehors", "dehors"},
		{"^ dehors", "va dehors", ""},
		{"dehors $", "va dehors 😡", "dehors"},
		{"dehors $", "dehors les gens", ""},
		{"(^|allez) dehors", "allez dehors", "allez dehors"},
		{"(^|allez) dehors", "va dehors", ""},
		{"dehors [$]", "dehors", "dehors"},
		{"appelle <phone>", "appelle 06 12 34 56 78", "appelle 06 12 34 56 78"},
		{"appelle <phone>", "appelle 18", ""},
		{"bats*", "batsuit", "batsuit"},
		{"=mûr", "mur", ""},
		{"=mûr", "MÛR", "MÛR"},
		{"c'est nul", "cest nul", "cest nul"},
		{"nul", "nul nul", "nul|nul"},
		{"les musulmans dehors", "les musulman·e·s dehors", "les musulman·e·s dehors"},
	} {
		t.Run(c.pattern+"/"+c.in, func(t *testing.T) {
			if got := written(onePattern(t, c.pattern), c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	const head = "pack: a\nlang: [fr]\nrules:\n  - {id: a, label: insult, severity: low, any: ["
	for _, c := range []struct{ name, pack, want string }{
		{"unknown key", "pack: a\nwords: []\n", `p.yaml:2:1: unknown key "words"; use one of concepts, doc, lang, pack, rules`},
		{"unknown rule key", "pack: a\nrules:\n  - {id: a, lable: b}\n", `p.yaml:3:13: unknown key "lable"`},
		{"twice", "pack: a\npack: b\n", `p.yaml:2:1: key "pack" is given twice`},
		{"no name", "rules: []\n", "p.yaml:1:1: the pack has no name"},
		{"no YAML", "pack: [a\n", "p.yaml:"},
		{"empty", "", "p.yaml:1:1: the file is empty"},
		{"unquoted concept", "pack: a\nconcepts:\n  a: [@b]\n", "p.yaml:3:1: not YAML"},
		{"no label", "pack: a\nrules:\n  - {id: a, severity: low, any: [b]}\n", "p.yaml:3:5: the rule has no label"},
		{"label", "pack: a\nrules:\n  - {id: a, label: bad, severity: low, any: [b]}\n", `p.yaml:3:20: unknown label "bad"`},
		{"severity", "pack: a\nrules:\n  - {id: a, label: insult, severity: huge, any: [b]}\n", `unknown severity "huge": use none, low, medium, high or imminent`},
		{"score", "pack: a\nrules:\n  - {id: a, label: insult, severity: low, score: 2, any: [b]}\n", "p.yaml:3:50: score is not a number from 0 to 1"},
		{"criticism", "pack: a\nrules:\n  - {id: a, label: criticism, severity: low, any: [b]}\n", "criticism with a severity"},
		{"guard", "pack: a\nrules:\n  - {id: a, label: insult, severity: low, any: [b], unless: [negation]}\n", `p.yaml:3:62: unknown name "negation"; use one of [negated`},
		{"same id", "pack: a\nrules:\n  - {id: a, label: insult, severity: low, any: [b]}\n  - {id: a, label: insult, severity: low, any: [b]}\n", "p.yaml:4:10: rule a exists already at p.yaml:3"},
		{"concept", head + `"sale @b"]}` + "\n", "p.yaml:4:55: no concept is named @b"},
		{"bracket", head + `"a (b|c"]}` + "\n", `p.yaml:4:52: pattern "a (b|c": '(' is never closed; add ')'`},
		{"closing", head + `"a b)"]}` + "\n", `')' closes nothing`},
		{"gap", head + `"a {0,9} b"]}` + "\n", "p.yaml:4:52: pattern \"a {0,9} b\": a gap of 9 tokens; 8 is the most"},
		{"gap first", head + `"{0,2} bac"]}` + "\n", "begins with a gap"},
		{"optional only", head + `"[a]"]}` + "\n", "matches nothing at all"},
		{"kind only", head + `"<word> <word>"]}` + "\n", "requires no word or concept"},
		{"kind", head + `"a <verb>"]}` + "\n", `no kind of token is named "verb"`},
		{"too long", head + `"a {8} b {8} c {8} d {8} e {8} f {8} g {8} h {8}"]}` + "\n", "more than 63 positions"},
		{"deep", head + `"` + strings.Repeat("(", 40) + `"]}` + "\n", "nested more than 16 deep"},
		{"short prefix", head + `"ab*"]}` + "\n", "at least 3 letters before it"},
		{"language", "pack: a\nlang: [french]\n", `"french" is no language`},
		{"entry", "pack: a\nconcepts:\n  c: [\"a b/s\"]\n", `p.yaml:3:8: entry "a b/s": endings belong to a single word`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rules.Load(packs(map[string]string{"p.yaml": c.pack}))
			if err == nil {
				t.Fatal("loaded")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
			var all rules.Errors
			if !errors.As(err, &all) || all[0].File != "p.yaml" || all[0].Line < 1 || all[0].Column < 1 {
				t.Errorf("the error names no place: %#v", err)
			}
		})
	}
}

func TestNoPacks(t *testing.T) {
	if _, err := rules.Load(fstest.MapFS{}); err == nil {
		t.Error("an empty folder is taken for rules")
	}
}

const guarded = `
pack: fr.g
lang: [fr]
concepts:
  groupe.arabe: {target: race.arab, words: [arabe/s]}
rules:
  - id: hate
    label: hate
    target: "@"
    severity: medium
    score: 0.8
    any: ["@groupe.arabe {0,3} (sont|suis) {0,3} voleurs", "sale arabe", "arabes savent pas"]
    unless: [negated, quoted, question, conditional, reclaimed, hyperbole]
  - id: threat
    label: threat
    severity: high
    any: ["vais {0,2} te tuer"]
    unless: [negated, quoted, hyperbole]
    but: ["tuer de rire"]
  - id: you
    label: insult
    severity: low
    any: [connard]
    needs: [addressed]
  - id: with
    label: insult
    severity: low
    any: [machin]
    with: ["sale {0,3} truc"]
`

func TestGuards(t *testing.T) {
	set := load(t, map[string]string{"fr/g.yaml": guarded})
	for _, c := range []struct {
		in       string
		severity vigie.Severity // of the gravest finding
		guards   string
	}{
		{"les arabes sont des voleurs", vigie.SeverityMedium, ""},
		{"les arabes sont pas des voleurs", vigie.SeverityNone, "negated"},
		{"les arabes ne sont pas des voleurs", vigie.SeverityNone, "negated"},
		{"jamais les arabes sont des voleurs", vigie.SeverityNone, "negated"},
		{"je suis pas raciste mais les arabes sont des voleurs", vigie.SeverityMedium, ""},
		{"je ne suis pas raciste, les arabes sont des voleurs", vigie.SeverityMedium, ""},
		{"les arabes sont pas mal voleurs", vigie.SeverityMedium, ""},
		{"les arabes savent pas", vigie.SeverityMedium, ""},
		{"« sale arabe »", vigie.SeverityLow, "quoted"},
		{"il m'a dit sale arabe", vigie.SeverityNone, "quoted"},
		{"il m'a dit « sale arabe »", vigie.SeverityNone, "quoted"},
		{"Sale arabe. C'est inacceptable !", vigie.SeverityNone, "quoted"},
		{"les arabes sont des voleurs ?", vigie.SeverityLow, "question"},
		{"si les arabes sont des voleurs", vigie.SeverityLow, "conditional"},
		{"je suis un sale arabe", vigie.SeverityNone, "reclaimed"},
		{"sale arabe mdr", vigie.SeverityNone, "hyperbole"},
		{"sale arabe 😂", vigie.SeverityNone, "hyperbole"},
		{"je vais te tuer", vigie.SeverityHigh, ""},
		{"je ne vais pas te tuer", vigie.SeverityLow, "negated"},
		{"je vais te tuer mdr", vigie.SeverityLow, "hyperbole"},
		{"je vais te tuer de rire", vigie.SeverityNone, ""},
		{"connard", vigie.SeverityNone, ""},
		{"tu es un connard", vigie.SeverityLow, ""},
		{"@quelquun connard", vigie.SeverityLow, ""},
		{"machin", vigie.SeverityNone, ""},
		{"machin, sale petit truc", vigie.SeverityLow, ""},
	} {
		t.Run(c.in, func(t *testing.T) {
			got, guards := vigie.SeverityNone, []string{}
			for _, f := range set.Judge(rules.Input{Text: text.Read(c.in), Langs: []string{"fr"}}) {
				got = max(got, f.Severity)
				for _, g := range f.Guards {
					guards = append(guards, string(g))
				}
				if f.Muted != (f.Severity == vigie.SeverityNone) {
					t.Errorf("severity %s, muted %v", f.Severity, f.Muted)
				}
			}
			if got != c.severity || strings.Join(guards, " ") != c.guards {
				t.Errorf("severity %s, guards %v; want %s, %q", got, guards, c.severity, c.guards)
			}
		})
	}
}

func TestTargetOfConcept(t *testing.T) {
	set := load(t, map[string]string{"fr/g.yaml": guarded})
	fs := set.Judge(rules.Input{Text: text.Read("les arabes sont des voleurs")})
	if len(fs) != 1 || fs[0].Target != "race.arab" {
		t.Errorf("got %+v, want one finding with target race.arab", fs)
	}
}

func TestLanguages(t *testing.T) {
	pack := func(lang string) string {
		return "pack: " + lang + ".a\nlang: [" + lang + "]\nconcepts: {c: [con]}\nrules:\n  - {id: " + lang + ".a, label: insult, severity: low, any: ['@c']}\n"
	}
	set := load(t, map[string]string{"fr/a.yaml": pack("fr"), "es/a.yaml": pack("es"),
		"any.yaml": "pack: any\nrules:\n  - {id: any.a, label: insult, severity: low, any: [con]}\n"})
	for _, c := range []struct{ langs, want []string }{
		{nil, []string{"any.a", "es.a", "fr.a"}},
		{[]string{"fr"}, []string{"any.a", "fr.a"}},
		{[]string{"fr", "es"}, []string{"any.a", "es.a", "fr.a"}},
		{[]string{"und"}, []string{"any.a"}},
	} {
		var got []string
		for _, f := range set.Judge(rules.Input{Text: text.Read("con"), Langs: c.langs}) {
			got = append(got, f.Rule.ID)
		}
		if diff := cmp.Diff(c.want, got, cmp.Transformer("sorted", sorted)); diff != "" {
			t.Errorf("%v: %s", c.langs, diff)
		}
	}
}

func TestGuardFileReplacesItsLists(t *testing.T) {
	set := load(t, map[string]string{"fr/g.yaml": guarded, "fr/guards.yaml": "guards: fr\nconditional: [admettons]\n"})
	for in, want := range map[string]vigie.Severity{
		"admettons arabes sont voleurs": vigie.SeverityLow,
		"si arabes sont voleurs":        vigie.SeverityMedium,
		"arabes sont pas voleurs":       vigie.SeverityNone, // this list is still the built-in one
	} {
		fs := set.Judge(rules.Input{Text: text.Read(in)})
		if len(fs) != 1 || fs[0].Severity != want {
			t.Errorf("%q: got %+v, want one finding of severity %s", in, fs, want)
		}
	}
}

func TestCheck(t *testing.T) {
	set := load(t, map[string]string{"fr/a.yaml": `pack: a
lang: [fr]
rules:
  - id: a
    label: insult
    severity: medium
    any: [nul]
    unless: [negated]
    hits: ["c'est nul", "c'est bien", "pas nul"]
    misses: ["c'est bien", "c'est nul", "pas nul"]
`})
	var got []string
	for _, p := range set.Check() {
		got = append(got, p.Error())
	}
	want := []string{
		`fr/a.yaml:9:26: rule a must hit "c'est bien": it is not found`,
		`fr/a.yaml:9:40: rule a must hit "pas nul": guards [negated] mute it`,
		`fr/a.yaml:10:29: rule a must miss "c'est nul": it is found at bytes 6 to 9, severity medium`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHash(t *testing.T) {
	a := load(t, map[string]string{"fr/g.yaml": guarded})
	b := load(t, map[string]string{"fr/g.yaml": guarded})
	c := load(t, map[string]string{"fr/g.yaml": guarded + "# more\n"})
	if a.Hash() != b.Hash() || a.Hash() == c.Hash() || a.Hash() == "" {
		t.Errorf("hashes %q, %q (same rules), %q (others)", a.Hash(), b.Hash(), c.Hash())
	}
}

func TestExplain(t *testing.T) {
	set := load(t, map[string]string{"fr/g.yaml": guarded})
	got := set.Explain(rules.Input{Text: text.Read("Les @rabes sont pas des v0leurs")}).String()
	for _, want := range []string{"voleurs (leet)", "concept     4 @groupe.arabe fr", "guard      16 negated.before fr \"pas\"", "hate of race.arab, severity none (of medium)", "guards [negated], muted"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestConcurrent judges with one set from many goroutines; run with -race.
func TestConcurrent(t *testing.T) {
	set := load(t, map[string]string{"fr/g.yaml": guarded})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if fs := set.Judge(rules.Input{Text: text.Read("je vais te tuer, sale arabe")}); len(fs) != 2 {
					t.Errorf("%d findings, want 2", len(fs))
				}
			}
		})
	}
	wg.Wait()
}

func sorted(s []string) map[string]bool {
	out := map[string]bool{}
	for _, one := range s {
		out[one] = true
	}
	return out
}
