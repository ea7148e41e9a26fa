package text_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"vigie/internal/text"
)

// hostile are texts made to be slow.
func hostile() map[string]string {
	return map[string]string{
		"zalgo":        strings.Repeat("e"+strings.Repeat("\u0301", 500), 2000),
		"one mark":     strings.Repeat("\u0301", 1<<20),
		"one letter":   strings.Repeat("a", 1<<20),
		"letters":      strings.Repeat("a ", 1<<19),
		"dots":         strings.Repeat("a.", 1<<19),
		"stars":        strings.Repeat("a*", 1<<19),
		"ats":          strings.Repeat("a@", 1<<19),
		"leading ats":  strings.Repeat("@", 1<<20),
		"digits":       strings.Repeat("0", 1<<20),
		"spaced 0":     strings.Repeat("0 ", 1<<19),
		"hashes":       strings.Repeat("#aB", 1<<18),
		"quotes":       strings.Repeat("\"a", 1<<19),
		"overrides":    strings.Repeat("\u202ea\u202c", 1<<17),
		"emoji":        strings.Repeat("🐷", 1<<18),
		"flags":        strings.Repeat("🇫", 1<<18),
		"joined emoji": strings.Repeat("👨\u200d", 1<<17),
		"invalid":      strings.Repeat("\xff", 1<<20),
		"NUL":          strings.Repeat("\x00", 1<<20),
		"blank":        strings.Repeat(" ", 1<<20),
		"CJK":          strings.Repeat("漢", 1<<18),
		"url":          strings.Repeat("http://", 1<<17),
	}
}

// TestBoundedTime reads a megabyte of each hostile text. The bound is a
// hundred times what a slow machine takes, and a thousandth of what anything quadratic does.
func TestBoundedTime(t *testing.T) {
	for name, in := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			tx := text.Read(in)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			check(t, in, tx)
		})
	}
}

// own are comments of our own, as they come.
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

func BenchmarkRead(b *testing.B) {
	n := 0
	for _, s := range own {
		n += len(s)
	}
	b.Run("vigie", func(b *testing.B) {
		b.SetBytes(int64(n) / int64(len(own)))
		b.ReportAllocs()
		var r text.Reader
		for i := 0; b.Loop(); i++ {
			r.Read(own[i%len(own)])
		}
	})
	b.Run("x-text-chain", func(b *testing.B) {
		b.SetBytes(int64(n) / int64(len(own)))
		b.ReportAllocs()
		chain := transform.Chain(norm.NFKC, runes.Remove(runes.In(unicode.Cf)), cases.Fold(), norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
		for i := 0; b.Loop(); i++ {
			if _, _, err := transform.String(chain, own[i%len(own)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
