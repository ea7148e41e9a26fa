package rules

import (
	"strings"
	"testing"
)

// FuzzCompile parses and builds any pattern, and looks at the automaton.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"a (b|c d|@e) [f] {0,3} <word> $", "^ #pig {8}", "((a|b)", "[[[a]]]", "@a.* b*", "=é", "a/s", "{0,0}", "^ $", "a//b", "'", "| a", "(^|a) [$]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, fault := parsePattern(s)
		if fault != nil {
			if fault.at < 0 || fault.at > len(s) || fault.problem == "" {
				t.Fatalf("fault %+v of a pattern of %d bytes", fault, len(s))
			}
			return
		}
		p := &pattern{}
		b := &builder{p: p, costs: make([]float64, 16), resolve: func(e expr) []symbol { return []symbol{symbol(8 + len(e.name)%8)} }}
		if b.finish(b.build(e)) != nil {
			return
		}
		if len(p.follow) > maxPositions || p.first == 0 || p.last == 0 || len(p.gate) == 0 {
			t.Fatalf("%q compiles to %+v", s, p)
		}
		for i, next := range p.follow {
			if next&(1<<(i+1)-1) != 0 && !strings.ContainsAny(s, "(") {
				t.Fatalf("%q: position %d leads back", s, i)
			}
		}
	})
}
