package rules

import (
	"slices"
	"sort"

	"vigie/internal/text"
)

// scratch is the memory of one judgement.
type scratch struct {
	text    *text.Text
	words   []wordAt // what each token may be; ordered by token
	wordsAt []int    // first of words by token, one more at the end
	arcs    []arc    // symbols seen, ordered by first token
	arcsAt  []int
	heards  []heard         // guard words, ordered by first token
	cores   []text.Sentence // sentences without what ^ and $ pass over
	clauses []int           // clause of each token, clause words counted

	woken    []uint64 // by pattern: epoch and sentence that woke it last
	epoch    uint64
	triggers []trigger
	states   []uint64    // by token: states reached
	walk     []walking   // frontier of the lexicon walk
	found    []Finding   // result
	count    map[int]int // findings by rule
	reached  map[*pattern]*reach

	mention, mentionFirst bool
}

// wordAt is a vocabulary word that the tokens up to to may be.
type wordAt struct {
	word wordID
	to   int
}

type arc struct {
	sym symbol
	to  int
}

type heard struct {
	list     list
	lang     langMask
	from, to int
}

type trigger struct{ pattern, sentence int }

type walking struct {
	at  node
	pos int
}

const (
	maxWalk     = 64 // lexicon nodes followed from one token
	maxMasked   = 16 // words that one masked form may be
	maxFindings = 16 // matches of one rule in one text
)

func (s *Set) scratch() *scratch {
	if sc, ok := s.pool.Get().(*scratch); ok {
		return sc
	}
	return &scratch{woken: make([]uint64, len(s.patterns)), count: map[int]int{}, reached: map[*pattern]*reach{}}
}

// read finds all words, symbols and guard words of a text.
func (sc *scratch) read(s *Set, t *text.Text) {
	n := len(t.Tokens)
	sc.text = t
	sc.words, sc.wordsAt, sc.arcs, sc.arcsAt, sc.heards = sc.words[:0], sc.wordsAt[:0], sc.arcs[:0], sc.arcsAt[:0], sc.heards[:0]
	sc.triggers, sc.found = sc.triggers[:0], nil
	clear(sc.count)
	clear(sc.reached)
	sc.mention, sc.mentionFirst = false, n > 0 && t.Tokens[0].Kind == text.KindMention
	for i := range n {
		sc.mention = sc.mention || t.Tokens[i].Kind == text.KindMention
		sc.wordsAt = append(sc.wordsAt, len(sc.words))
		for _, r := range t.ReadingsAt(i) {
			sc.look(&s.lex, t.Form(r), r)
		}
	}
	sc.wordsAt = append(sc.wordsAt, len(sc.words))
	for i := range n {
		sc.arcsAt = append(sc.arcsAt, len(sc.arcs))
		sc.arcs = append(sc.arcs, arc{symbol(t.Tokens[i].Kind), i + 1})
		sc.follow(&s.lex, i)
	}
	sc.arcsAt = append(sc.arcsAt, len(sc.arcs))
	sc.countClauses()
	sc.trim()
	if len(sc.states) < n+1 {
		sc.states = make([]uint64, n+1)
	}
}

// look resolves a form to words of the vocabulary.
func (sc *scratch) look(l *lexicon, form []byte, r text.Reading) {
	if r.How == text.AsMasked {
		left := maxMasked
		for _, w := range l.masked[maskKey{first: form[0], n: len(form)}] {
			if left > 0 && fits(form, w) {
				sc.words = append(sc.words, wordAt{l.words[w], r.To})
				left--
			}
		}
		return
	}
	if id, ok := l.words[string(form)]; ok {
		sc.words = append(sc.words, wordAt{id, r.To})
	}
	for n := l.minPre; n <= min(len(form), l.maxPre); n++ {
		if id, ok := l.prefixes[string(form[:n])]; ok {
			sc.words = append(sc.words, wordAt{id, r.To})
		}
	}
}

// follow walks the lexicon from token i and notes every symbol that begins there.
func (sc *scratch) follow(l *lexicon, i int) {
	t := sc.text
	end := t.Sentences[t.Tokens[i].Sentence].To
	sc.walk = append(sc.walk[:0], walking{0, i})
	for k := 0; k < len(sc.walk) && k < maxWalk; k++ {
		w := sc.walk[k]
		if w.pos >= end {
			continue
		}
		if w.at != 0 && t.Tokens[w.pos].Kind == text.KindEmoji {
			sc.walk = append(sc.walk, walking{w.at, w.pos + 1})
		}
		for _, wa := range sc.words[sc.wordsAt[w.pos]:sc.wordsAt[w.pos+1]] {
			to, ok := l.children[edge{w.at, wa.word}]
			if !ok {
				continue
			}
			for _, sym := range l.outputs[to] {
				sc.note(l, sym, i, wa.to)
			}
			if l.inner[to] {
				sc.walk = append(sc.walk, walking{to, wa.to})
			}
		}
	}
}

func (sc *scratch) note(l *lexicon, sym symbol, from, to int) {
	if g, ok := l.guards[sym]; ok {
		sc.heards = append(sc.heards, heard{g.list, g.lang, from, to})
		return
	}
	a := arc{sym, to}
	if !slices.Contains(sc.arcs[sc.arcsAt[from]:], a) {
		sc.arcs = append(sc.arcs, a)
	}
}

// countClauses numbers the clauses, a clause word such as "mais" beginning one.
func (sc *scratch) countClauses() {
	sc.clauses = sc.clauses[:0]
	extra, k := 0, 0
	for i := range sc.text.Tokens {
		for ; k < len(sc.heards) && sc.heards[k].from <= i; k++ {
			if sc.heards[k].list == listClause && sc.heards[k].from == i {
				extra++
			}
		}
		sc.clauses = append(sc.clauses, sc.text.Tokens[i].Clause+extra)
	}
}

// heardIn returns the guard words that begin between two tokens.
func (sc *scratch) heardIn(from, to int) []heard {
	lo := sort.Search(len(sc.heards), func(i int) bool { return sc.heards[i].from >= from })
	hi := lo
	for hi < len(sc.heards) && sc.heards[hi].from < to {
		hi++
	}
	return sc.heards[lo:hi]
}

// trigger lists the patterns whose gate occurs, once for each sentence.
func (sc *scratch) trigger(s *Set) {
	sc.epoch += 1 << 32
	for i := range sc.text.Tokens {
		sentence := sc.text.Tokens[i].Sentence
		for _, a := range sc.arcs[sc.arcsAt[i]:sc.arcsAt[i+1]] {
			for _, p := range s.gates[a.sym] {
				if stamp := sc.epoch + uint64(sentence) + 1; sc.woken[p] != stamp {
					sc.woken[p] = stamp
					sc.triggers = append(sc.triggers, trigger{p, sentence})
				}
			}
		}
	}
}

// finding makes what a match asserts, guards weighed.
func (sc *scratch) finding(s *Set, r *rule, p *pattern, from, to int, langs langMask) Finding {
	t := sc.text
	f := Finding{
		Rule: &r.Rule, Target: r.Target, Severity: r.Severity, Score: r.Score,
		Start: t.Tokens[from].Start, End: t.Tokens[to-1].End, from: from, to: to,
	}
	if f.Target == "@" {
		f.Target = sc.target(s, p, from, to)
	}
	sc.weigh(r, p, &f, langs)
	return f
}

// target returns the target of the first concept that has one within a match.
func (sc *scratch) target(s *Set, p *pattern, from, to int) string {
	for pos := from; pos < to; pos++ {
		best, width := "", 0
		for _, a := range sc.arcs[sc.arcsAt[pos]:sc.arcsAt[pos+1]] {
			if target := s.lex.targets[a.sym]; target != "" && a.to <= to && a.to-pos > width {
				best, width = target, a.to-pos
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// keep adds a finding, or merges it with one of the same rule that it overlaps: the gravest stays, then the widest.
func (sc *scratch) keep(f Finding) {
	for i := range sc.found {
		g := &sc.found[i]
		if g.Rule != f.Rule || g.Start >= f.End || f.Start >= g.End {
			continue
		}
		if f.Severity > g.Severity || f.Severity == g.Severity && f.End-f.Start > g.End-g.Start {
			*g = f
		}
		return
	}
	sc.found = append(sc.found, f)
}

// result returns the findings in the order of the text.
func (sc *scratch) result() []Finding {
	out := sc.found
	sc.found, sc.text = nil, nil
	slices.SortStableFunc(out, func(a, b Finding) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return int(b.Severity - a.Severity)
	})
	return out
}
