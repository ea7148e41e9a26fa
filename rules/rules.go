// Package rules is Vigie's rule language: parse, compile, judge.
//
// It is pure: no I/O beyond the file system handed to it, no clock, no global
// state. Packs are embedded under packs/<lang>; each rule carries the texts it
// must hit and those it must miss, and they are run as tests. docs/rules.md
// teaches the language.
//
// Read [Load] first, then [Set.Judge]. A loaded [Set] never changes and is
// safe for concurrent use.
package rules

import (
	"sync"

	"vigie"
	"vigie/internal/text"
)

// Set is the compiled rules of several packs.
type Set struct {
	rules    []rule
	patterns []*pattern // of all rules, as gates name them
	gates    [][]int    // by symbol: the patterns that may match where it occurs
	lex      lexicon
	langs    []string          // bit i of a langMask is langs[i]
	names    map[symbol]string // of concepts, for Explain
	packs    int
	hash     string
	pool     sync.Pool // of *scratch
}

// langMask is a set of languages; bit i is Set.langs[i].
type langMask uint64

const everyLang = ^langMask(0)

// rule is a compiled rule.
type rule struct {
	Rule
	langs  langMask
	any    []*pattern
	with   []*pattern
	but    []*pattern
	unless []Guard
	needs  []need
}

// Rule describes a rule as its pack states it.
type Rule struct {
	ID       string
	Pack     string
	Langs    []string // nil: every language
	Label    vigie.Label
	Target   string // "@": taken from the concept that matched
	Severity vigie.Severity
	Score    float64           // 0..1
	Why      map[string]string // by language
	Patterns []string
	Hits     []Example
	Misses   []Example
	File     string
	Line     int
}

// Example is a text of a pack with its place.
type Example struct {
	Text         string
	Line, Column int
}

// Input is a text to judge.
type Input struct {
	Text  *text.Text
	Langs []string // the languages it may be in; empty: any
}

// Finding is a rule that matched, and what guards made of it.
type Finding struct {
	Rule     *Rule
	Target   string
	Severity vigie.Severity // after guards
	Score    float64        // after guards
	Start    int            // bytes of the original, half open
	End      int
	Guards   []Guard // those that held, in the order of the rule
	Muted    bool    // guards took it down to nothing: it asserts nothing

	from, to int // tokens
}

// Rules returns how many rules there are.
func (s *Set) Rules() int { return len(s.rules) }

// Packs returns how many packs they come from.
func (s *Set) Packs() int { return s.packs }

// List returns all rules, in the order of files and lines.
func (s *Set) List() []Rule {
	out := make([]Rule, len(s.rules))
	for i := range s.rules {
		out[i] = s.rules[i].Rule
	}
	return out
}

// Languages returns the languages that some pack is made for.
func (s *Set) Languages() []string { return append([]string(nil), s.langs...) }

// Hash names the rules by their content: same hash, same verdicts.
func (s *Set) Hash() string { return s.hash }

// Judge returns the rules that match, in the order of the text, muted ones included.
func (s *Set) Judge(in Input) []Finding {
	sc := s.scratch()
	defer s.pool.Put(sc)
	return s.judge(sc, in)
}

func (s *Set) judge(sc *scratch, in Input) []Finding {
	langs := s.mask(in.Langs)
	sc.read(s, in.Text)
	sc.trigger(s)
	for _, tr := range sc.triggers {
		p := s.patterns[tr.pattern]
		if r := &s.rules[p.rule]; r.langs&langs != 0 {
			sc.find(s, r, p, tr.sentence, langs&r.langs)
		}
	}
	return sc.result()
}

// mask returns the languages named; all of them if none is.
func (s *Set) mask(langs []string) langMask {
	if len(langs) == 0 {
		return everyLang
	}
	m := langMask(0)
	for i, known := range s.langs {
		for _, l := range langs {
			if l == known {
				m |= 1 << i
			}
		}
	}
	return m | anyLang
}

// anyLang is the bit of what belongs to no language: rules without lang have it alone beside all others.
const anyLang langMask = 1 << 63
