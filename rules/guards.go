package rules

import (
	_ "embed"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"vigie"
)

// Guard is a reason to weigh a match less.
type Guard string

// The guards that a rule may name under unless.
const (
	GuardNegated     Guard = "negated"
	GuardQuoted      Guard = "quoted"
	GuardQuestion    Guard = "question"
	GuardConditional Guard = "conditional"
	GuardReclaimed   Guard = "reclaimed"
	GuardHyperbole   Guard = "hyperbole"
)

var guardNames = []Guard{GuardNegated, GuardQuoted, GuardQuestion, GuardConditional, GuardReclaimed, GuardHyperbole}

// need is a condition that a rule may name under needs.
type need string

const (
	needAddressed need = "addressed"
	needMentioned need = "mentioned"
)

var needNames = []need{needAddressed, needMentioned}

// list is one of the word lists that guards go by.
type list uint8

const (
	listNegBefore list = iota
	listNegAfter
	listNegNever
	listReporting
	listCounter
	listConditional
	listReclaimed
	listHyperbole
	listAddressed
	listClause
	lists
)

// guardWords is the words of one language's guards.
type guardWords map[list][]value

// builtin holds the guards of all languages that have no file of their own.
//
//go:embed guards.yaml
var builtin []byte

// builtinGuards reads the embedded guards: one document a language.
func builtinGuards(f *faults) map[string]guardWords {
	out := map[string]guardWords{}
	var all map[string]yaml.Node
	f.file = "rules/guards.yaml"
	if err := yaml.Unmarshal(builtin, &all); err != nil {
		f.add(1, 1, err.Error(), "")
		return out
	}
	for _, lang := range slices.Sorted(maps.Keys(all)) {
		n := all[lang]
		out[lang] = guardWords{}
		reader{f}.guardLists(&n, out[lang], nil)
	}
	return out
}

// guards reads a guards.yaml over what is known.
func (r reader) guards(data []byte, all map[string]guardWords) {
	root := r.document(data)
	if root == nil {
		return
	}
	lang, given := "", guardWords{}
	r.guardLists(root, given, func(n *yaml.Node) { lang = r.scalar(n).text })
	if len(lang) != 2 {
		r.add(root.Line, root.Column, "the guards have no language", "add guards: fr")
		return
	}
	if all[lang] == nil {
		all[lang] = guardWords{}
	}
	maps.Copy(all[lang], given)
}

func (r reader) guardLists(n *yaml.Node, into guardWords, lang func(*yaml.Node)) {
	take := func(which list) func(*yaml.Node) {
		return func(n *yaml.Node) { into[which] = append(into[which], r.list(n)...) }
	}
	keys := map[string]func(*yaml.Node){
		"negated": func(n *yaml.Node) {
			r.fields(n, map[string]func(*yaml.Node){"before": take(listNegBefore), "after": take(listNegAfter), "never": take(listNegNever)})
		},
		"quoted": func(n *yaml.Node) {
			r.fields(n, map[string]func(*yaml.Node){"reporting": take(listReporting), "counter": take(listCounter)})
		},
		"conditional": take(listConditional), "reclaimed": take(listReclaimed), "hyperbole": take(listHyperbole),
		"addressed": take(listAddressed), "clause": take(listClause),
	}
	if lang != nil {
		keys["guards"] = lang
	}
	r.fields(n, keys)
}

// guardSymbol tells which list of which language a symbol is.
type guardSymbol struct {
	list list
	lang langMask
}

// compileGuards puts the words of the guards into the lexicon.
func (l *loader) compileGuards() {
	lex := &l.set.lex
	lex.guards = map[symbol]guardSymbol{}
	for i, lang := range l.set.langs {
		for which := range lists {
			words := l.guards[lang][which]
			if len(words) == 0 {
				continue
			}
			sym := lex.symbol()
			lex.guards[sym] = guardSymbol{list: which, lang: 1 << i}
			for _, w := range words {
				if problem := lex.entry(sym, w.text, lang == "de"); problem != "" {
					l.file = "guards of " + lang
					l.add(w.line, w.column, problem, "")
				}
			}
		}
	}
}

// stepFactor is what one step of a guard leaves of a score.
const stepFactor = 0.6

// weigh lowers a finding by the guards that hold.
func (sc *scratch) weigh(r *rule, p *pattern, f *Finding, langs langMask) {
	steps := 0
	for _, g := range r.unless {
		if n := sc.steps(p, g, f.from, f.to, langs); n > 0 {
			steps += n
			f.Guards = append(f.Guards, g)
		}
	}
	if steps == 0 {
		return
	}
	for range steps {
		f.Score *= stepFactor
	}
	floor := vigie.SeverityNone
	if r.Label == vigie.LabelThreat || r.Label == vigie.LabelDoxxing {
		floor = min(vigie.SeverityLow, r.Severity)
	}
	f.Severity = max(floor, r.Severity-vigie.Severity(steps))
	f.Muted = f.Severity == vigie.SeverityNone
}

// steps says by how much a guard lowers a match; 0 if it does not hold.
func (sc *scratch) steps(p *pattern, g Guard, from, to int, langs langMask) int {
	t := sc.text
	sentence := t.Tokens[from].Sentence
	held := func(ok bool, n int) int {
		if ok {
			return n
		}
		return 0
	}
	switch g {
	case GuardNegated:
		return held(sc.negated(p, from, to, langs), 3)
	case GuardQuoted:
		n := held(t.Tokens[from].Quoted && t.Tokens[to-1].Quoted, 1)
		n += held(sc.heard(listReporting, langs, t.Sentences[sentence].From, from), 2)
		first, last := t.Sentences[max(0, sentence-1)].From, t.Sentences[min(len(t.Sentences)-1, sentence+1)].To
		return n + held(sc.heard(listCounter, langs, first, last), 2)
	case GuardQuestion:
		return held(t.Sentences[sentence].Question, 1)
	case GuardConditional:
		return held(sc.heard(listConditional, langs, t.Sentences[sentence].From, from), 1)
	case GuardReclaimed:
		return held(sc.reclaimed(p, from, to, langs), 3)
	case GuardHyperbole:
		last := t.Sentences[min(len(t.Sentences)-1, sentence+1)].To
		return held(sc.heard(listHyperbole, langs, t.Sentences[sentence].From, last), 2)
	}
	return 0
}

// negationReach is how many tokens before a match a negation may stand.
const negationReach = 5

func (sc *scratch) negated(p *pattern, from, to int, langs langMask) bool {
	for _, h := range sc.heardIn(max(0, from-negationReach), to+1) {
		if h.lang&langs == 0 || sc.clauses[h.from] != sc.clauses[from] && h.from < from {
			continue
		}
		before := h.list == listNegBefore && h.from < to
		after := h.list == listNegAfter && h.from == to && sc.clauses[h.from] == sc.clauses[to-1]
		if (before || after) && !sc.excused(h, langs) && !sc.consumed(p, h, from, to) {
			return true
		}
	}
	return false
}

// excused says whether a negation belongs to a phrase that is none: "pas mal de".
func (sc *scratch) excused(n heard, langs langMask) bool {
	for _, h := range sc.heardIn(max(0, n.from-maxPhrase), n.to) {
		if h.list == listNegNever && h.lang&langs != 0 && h.from <= n.from && h.to >= n.to {
			return true
		}
	}
	return false
}

// consumed says whether the pattern itself asks for a guard word inside its
// match: in "les femmes savent pas conduire" the negation is what is attacked.
func (sc *scratch) consumed(p *pattern, h heard, from, to int) bool {
	if h.from < from || h.to > to {
		return false
	}
	for pos := from; pos <= h.from; pos++ {
		for _, a := range sc.arcs[sc.arcsAt[pos]:sc.arcsAt[pos+1]] {
			if a.to >= h.to && a.to <= to && a.sym >= kindSymbols && p.mask(a.sym) != 0 {
				return true
			}
		}
	}
	return false
}

// reclaimReach is how many tokens may stand between "je suis" and a match.
const reclaimReach = 4

func (sc *scratch) reclaimed(p *pattern, from, to int, langs langMask) bool {
	for _, h := range sc.heardIn(max(0, from-reclaimReach-3), to) {
		if h.list == listReclaimed && h.lang&langs != 0 && sc.clauses[h.to-1] == sc.clauses[from] && h.to+reclaimReach >= from && !sc.consumed(p, h, from, to) {
			return true
		}
	}
	return false
}

// heard says whether a word of a list begins between two tokens.
func (sc *scratch) heard(which list, langs langMask, from, to int) bool {
	for _, h := range sc.heardIn(from, to) {
		if h.list == which && h.lang&langs != 0 {
			return true
		}
	}
	return false
}

// meets says whether the needs of a rule hold for a match.
func (sc *scratch) meets(r *rule, from int, langs langMask) bool {
	t := sc.text
	s := t.Sentences[t.Tokens[from].Sentence]
	for _, n := range r.needs {
		switch n {
		case needAddressed:
			if !sc.mentionFirst && !sc.heard(listAddressed, langs, s.From, s.To) {
				return false
			}
		case needMentioned:
			if !sc.mention {
				return false
			}
		}
	}
	return true
}
