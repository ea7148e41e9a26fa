package rules

import "vigie/internal/text"

// reach remembers how far the matches of a pattern of with or but reach within
// one sentence. Every match of the rule asks for it: without a memory, a text
// that repeats such a match would take time with the square of its length.
type reach struct {
	span     text.Sentence
	furthest []int // by token of the sentence: the furthest end of a match that begins there or before
}

// anywhere says whether one of the patterns matches in a sentence so as to
// overlap the tokens from to to.
func (sc *scratch) anywhere(ps []*pattern, span text.Sentence, from, to int) bool {
	for _, p := range ps {
		if sc.reaches(p, span, from, min(to, span.To)) {
			return true
		}
	}
	return false
}

// reaches says whether a match that begins before to ends after from. It looks
// no further than it has to.
func (sc *scratch) reaches(p *pattern, span text.Sentence, from, to int) bool {
	r := sc.reached[p]
	if r == nil {
		r = &reach{span: span}
		sc.reached[p] = r
	}
	if r.span != span {
		r.span, r.furthest = span, r.furthest[:0]
	}
	end := -1
	if known := min(to-span.From, len(r.furthest)); known > 0 {
		end = r.furthest[known-1]
	}
	for at := span.From + len(r.furthest); at < to && end <= from; at++ {
		end = max(end, sc.run(p, at, span))
		r.furthest = append(r.furthest, end)
	}
	return end > from
}
