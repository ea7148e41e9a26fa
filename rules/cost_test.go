package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"vigie/internal/text"
	"vigie/rules"
)

// embedded loads the packs of the program.
func embedded(tb testing.TB) *rules.Set {
	tb.Helper()
	set, err := rules.Load(rules.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// TestBoundedTime judges texts made to wake as many rules as possible as
// often as possible. The bound is far above what they take, and far below
// what anything quadratic would.
func TestBoundedTime(t *testing.T) {
	set := embedded(t)
	for _, unit := range []string{
		"les arabes sont des ", "je vais te tuer ", "pas ", "sale ", "sale 🐷", "tu ", "s a l e ", "s*l* ", "« sale arabe » ", "si tu crèves ", "@a ",
		"les les les les arabes arabes ", "charogne odeur mort ", "a prick of ", "f.d.p.", "con-con-con ", "#SaleArabe ", "je vais pas te ne plus jamais tuer ",
	} {
		t.Run(unit, func(t *testing.T) {
			in := strings.Repeat(unit, text.MaxBytes/4/len(unit))
			start := time.Now()
			fs := set.Judge(rules.Input{Text: text.Read(in)})
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v, %d findings", took, len(fs))
			} else {
				t.Logf("%v, %d findings", took, len(fs))
			}
		})
	}
}

// FuzzJudge judges any bytes by the embedded rules.
func FuzzJudge(f *testing.F) {
	set := embedded(f)
	for _, s := range []string{"", "je vais te tuer, sale arabe 🐷", "\xff\x00«", "c o n*a*d", "les musulman·e·s ne sont pas"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, got := range set.Judge(rules.Input{Text: text.Read(s)}) {
			if got.Start < 0 || got.Start >= got.End || got.End > len(s) || got.Start < end-len(s) {
				t.Fatalf("%s lies at %d to %d of %d", got.Rule.ID, got.Start, got.End, len(s))
			}
			if got.Score < 0 || got.Score > 1 || got.Severity > got.Rule.Severity {
				t.Fatalf("%s: score %v, severity %s", got.Rule.ID, got.Score, got.Severity)
			}
			end = got.Start
		}
	})
}

// FuzzPattern compiles any pattern, and judges by it if it is good.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"a (b|c d|@e) [f] {0,3} <word> $", "^ #pig {8}", "((a|b)", "[[[a]]]", "@a.* b*", "=é", "a/s", "{0,0}", "^ $", "a//b", "'", "| a"} {
		f.Add(s)
	}
	in := text.Read("a b c d, e f 🐷. a bs")
	f.Fuzz(func(t *testing.T, pattern string) {
		pack := fmt.Sprintf("pack: a\nconcepts: {e: [e], a.b: [a]}\nrules:\n  - {id: a, label: insult, severity: low, any: [%q]}\n", pattern)
		set, err := rules.Load(fstest.MapFS{"a.yaml": {Data: []byte(pack)}})
		if err != nil {
			return
		}
		set.Judge(rules.Input{Text: in})
	})
}

// FuzzLoad reads any pack.
func FuzzLoad(f *testing.F) {
	f.Add("a.yaml", guarded)
	f.Add("fr/guards.yaml", "guards: fr\nnegated: {before: [pas]}\n")
	f.Add("a.yaml", "pack: a\nconcepts: {a: ['@b'], b: ['@a', '@a.*']}\n")
	f.Add("a.yaml", "pack: &a b\nlang: *a\nrules: [*a]\n")
	f.Fuzz(func(t *testing.T, name, data string) {
		set, err := rules.Load(fstest.MapFS{"x/" + strings.ReplaceAll(name, "/", "_"): {Data: []byte(data)}})
		if err == nil {
			set.Check()
		}
	})
}

var own = []string{
	"Merci pour votre travail, c'est vraiment important pour nous tous !",
	"Franchement déçu par votre dernière campagne, 25 € pour ça... je ne renouvellerai pas mon adhésion.",
	"J'vais te retrouver espèce de c0nn4rd, tu vas voir 😡",
	"Bonjour @asso, à quelle heure ouvre la permanence demain ? https://example.org/horaires",
	"T'es qu'un gros n u l, #DégageDeLà",
	"Great work everyone, see you on Saturday at the market!",
	"Je pense que la mairie devrait écouter davantage les habitants du quartier, surtout les personnes âgées.",
	"mdr jsuis mort 😂😂 trop fort votre vidéo",
}

// BenchmarkJudge reads and judges comments by the embedded rules.
func BenchmarkJudge(b *testing.B) {
	set := embedded(b)
	b.ReportAllocs()
	var r text.Reader
	for i := 0; b.Loop(); i++ {
		set.Judge(rules.Input{Text: r.Read(own[i%len(own)]), Langs: []string{"fr", "en"}})
	}
}

// BenchmarkJudgeTerms shows what ten times the terms cost.
func BenchmarkJudgeTerms(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var pack strings.Builder
			pack.WriteString("pack: many\nrules:\n")
			for i := range n {
				fmt.Fprintf(&pack, "  - {id: r%d, label: insult, severity: low, any: [\"votre {0,2} mot%dx\"]}\n", i, i)
			}
			set, err := rules.Load(fstest.MapFS{"a.yaml": {Data: []byte(pack.String())}})
			if err != nil {
				b.Fatal(err)
			}
			var r text.Reader
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				set.Judge(rules.Input{Text: r.Read(own[i%len(own)])})
			}
		})
	}
}

// BenchmarkLoad is what a cold start pays for the rules.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		embedded(b)
	}
}

// TestTimeGrowsWithTheLength repeats matches that with or but take back: four
// times the text may take about four times as long, not sixteen times.
func TestTimeGrowsWithTheLength(t *testing.T) {
	set := embedded(t)
	for _, unit := range []string{"charogne odeur mort ", "a prick of ", "ketchup pouffe "} {
		took := func(size int) time.Duration {
			in := rules.Input{Text: text.Read(strings.Repeat(unit, size/len(unit)))}
			best := time.Hour
			for range 5 {
				start := time.Now()
				set.Judge(in)
				best = min(best, time.Since(start))
			}
			return best
		}
		if short, long := took(text.MaxBytes/4), took(text.MaxBytes); long > 9*short {
			t.Errorf("%q: %v for 16 KiB, %v for 64 KiB", unit, short, long)
		}
	}
}
