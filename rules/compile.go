package rules

import (
	"fmt"
	"strings"

	"vigie"
)

// rule compiles one rule of a pack.
func (l *loader) rule(p *packFile, d *ruleDecl) {
	if where, twice := l.ids[d.ID]; twice && d.ID != "" {
		l.add(d.id.line, d.id.column, fmt.Sprintf("rule %s exists already at %s", d.ID, where), "give this one another id")
	}
	l.ids[d.ID] = fmt.Sprintf("%s:%d", p.file, d.Line)
	r := rule{Rule: d.Rule, langs: l.maskOf(p.langs)}
	index := len(l.set.rules)
	r.any = l.patterns(index, p, d.any)
	r.with = l.patterns(index, p, d.with)
	r.but = l.patterns(index, p, d.but)
	for _, v := range d.unless {
		r.unless = append(r.unless, named(l, v, guardNames))
	}
	for _, v := range d.need {
		r.needs = append(r.needs, named(l, v, needNames))
	}
	if d.Target == "@" && d.Label != vigie.LabelHate {
		l.add(d.Line, 1, `target "@" of a rule that is not about hate`, "remove target, or say who in words")
	}
	l.set.rules = append(l.set.rules, r)
}

func (l *loader) maskOf(langs []string) langMask {
	if len(langs) == 0 {
		return everyLang
	}
	return l.set.mask(langs) &^ anyLang
}

func named[T ~string](l *loader, v value, known []T) T {
	for _, k := range known {
		if string(k) == v.text {
			return k
		}
	}
	l.add(v.line, v.column, fmt.Sprintf("unknown name %q", v.text), fmt.Sprintf("use one of %v", known))
	return ""
}

func (l *loader) patterns(rule int, p *packFile, from []value) []*pattern {
	var out []*pattern
	for _, v := range from {
		if one := l.pattern(p, v); one != nil {
			one.rule = rule
			out = append(out, one)
		}
	}
	return out
}

// pattern compiles one pattern, nil if it is faulty.
func (l *loader) pattern(p *packFile, v value) *pattern {
	parsed, fault := parsePattern(v.text)
	if fault == nil {
		out := &pattern{}
		b := &builder{p: out, resolve: func(e expr) []symbol { return l.symbols(p, v, e) }}
		b.declare(parsed)
		b.costs = l.set.lex.costs
		if fault = b.finish(b.build(parsed)); fault == nil {
			return out
		}
	}
	l.add(v.line, v.column+fault.at, fmt.Sprintf("pattern %q: %s", v.text, fault.problem), fault.remedy)
	return nil
}

// declare makes the symbols of all literals, so that costs are known before the automaton is built.
func (b *builder) declare(e expr) {
	if e.op == opWord {
		b.resolve(e)
	}
	for _, k := range e.kids {
		b.declare(k)
	}
}

// symbols returns the symbols that an atom takes.
func (l *loader) symbols(p *packFile, v value, e expr) []symbol {
	switch e.op {
	case opKind:
		return []symbol{kindSymbol(e.name)}
	case opConcept:
		var out []symbol
		for _, k := range l.lookup(p.langs, e.name) {
			out = append(out, l.concepts[k].sym)
		}
		if len(out) == 0 {
			l.unknownConcept(v.line, v.column+e.at, e.name)
			return []symbol{0}
		}
		return out
	}
	return []symbol{l.literal(p, v, e)}
}

func (l *loader) literal(p *packFile, v value, e expr) symbol {
	sym, ok := l.literals[e.name]
	if ok {
		return sym
	}
	sym = l.set.lex.symbol()
	l.literals[e.name] = sym
	german := len(p.langs) == 1 && p.langs[0] == "de"
	if problem := l.set.lex.entry(sym, e.name, german); problem != "" {
		l.add(v.line, v.column+e.at, fmt.Sprintf("word %q: %s", e.name, problem), "see docs/rules.md, Patterns")
	}
	return sym
}

// gates lets each symbol wake the patterns that need it.
func (l *loader) gates() {
	s := l.set
	s.gates = make([][]int, s.lex.symbols)
	s.lex.targets, s.names = map[symbol]string{}, map[symbol]string{}
	for k, c := range l.concepts {
		s.names[c.sym] = strings.TrimSuffix("@"+k.name+" "+k.lang, " ")
		if c.target != "" {
			s.lex.targets[c.sym] = c.target
		}
	}
	for i := range s.rules {
		for _, p := range s.rules[i].any {
			for _, sym := range p.gate {
				s.gates[sym] = append(s.gates[sym], len(s.patterns))
			}
			s.patterns = append(s.patterns, p)
		}
	}
}
