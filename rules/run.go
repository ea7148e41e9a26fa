package rules

import (
	"math/bits"

	"vigie/internal/text"
)

// find notes the matches of a pattern in a sentence.
func (sc *scratch) find(s *Set, r *rule, p *pattern, sentence int, langs langMask) {
	span := sc.text.Sentences[sentence]
	for from := span.From; from < span.To; {
		to := sc.run(p, from, span)
		if to < 0 {
			from++
			continue
		}
		if sc.count[p.rule] >= maxFindings {
			return
		}
		if sc.holds(r, from, to, span, langs) {
			sc.count[p.rule]++
			sc.keep(sc.finding(s, r, p, from, to, langs))
		}
		from = to
	}
}

// holds says whether with, needs and but let a match stand.
func (sc *scratch) holds(r *rule, from, to int, span text.Sentence, langs langMask) bool {
	if len(r.with) > 0 && !sc.anywhere(r.with, span, span.From, span.To) {
		return false
	}
	return !sc.anywhere(r.but, span, from, to) && sc.meets(r, from, langs)
}

// run matches a pattern that begins at a token. It returns where its shortest
// match ends, -1 if there is none.
func (sc *scratch) run(p *pattern, from int, span text.Sentence) int {
	core := sc.cores[sc.text.Tokens[from].Sentence]
	sc.states[from] = initial
	end, high := -1, from
	for pos := from; pos <= high; pos++ {
		states := sc.states[pos]
		sc.states[pos] = 0
		if end >= 0 || states == 0 {
			continue
		}
		if p.starts|p.ends != 0 {
			states = sc.anchored(p, states, pos, core)
		}
		if states&p.last != 0 {
			end = pos
			continue
		}
		if pos < span.To {
			high = sc.step(p, states, pos, high)
		}
	}
	return end
}

// initial is the state before the first position.
const initial = uint64(1) << 63

// after returns the positions that may come next.
func (p *pattern) after(states uint64) uint64 {
	next := uint64(0)
	if states&initial != 0 {
		next = p.first
	}
	for m := states &^ initial; m != 0; m &= m - 1 {
		next |= p.follow[bits.TrailingZeros64(m)]
	}
	return next
}

// anchored adds the states reached by ^ and $ where they hold.
func (sc *scratch) anchored(p *pattern, states uint64, pos int, core text.Sentence) uint64 {
	free := uint64(0)
	if pos <= core.From {
		free |= p.starts
	}
	if pos >= core.To {
		free |= p.ends
	}
	for free != 0 {
		more := p.after(states) & free &^ states
		if more == 0 {
			break
		}
		states |= more
	}
	return states
}

// step carries the states at a token over everything that begins there.
func (sc *scratch) step(p *pattern, states uint64, pos, high int) int {
	next := p.after(states)
	if one := next & p.any; one != 0 {
		sc.states[pos+1] |= one
		high = max(high, pos+1)
	}
	if sc.text.Tokens[pos].Kind == text.KindEmoji && states&initial == 0 {
		sc.states[pos+1] |= states
		high = max(high, pos+1)
	}
	for _, a := range sc.arcs[sc.arcsAt[pos]:sc.arcsAt[pos+1]] {
		if m := p.mask(a.sym) & next; m != 0 {
			sc.states[a.to] |= m
			high = max(high, a.to)
		}
	}
	return high
}

// trim finds in each sentence the tokens that ^ and $ look at: mentions,
// addresses and emoji before and after them are not counted.
func (sc *scratch) trim() {
	sc.cores = sc.cores[:0]
	for _, s := range sc.text.Sentences {
		for s.From < s.To && passed(sc.text.Tokens[s.From].Kind) {
			s.From++
		}
		for s.To > s.From && passed(sc.text.Tokens[s.To-1].Kind) {
			s.To--
		}
		sc.cores = append(sc.cores, s)
	}
}

func passed(k text.Kind) bool {
	return k == text.KindMention || k == text.KindURL || k == text.KindEmoji
}
