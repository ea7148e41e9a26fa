package rules

import (
	"fmt"
	"math/bits"
	"slices"
)

// pattern is a compiled pattern: an automaton without loops over at most
// maxPositions positions, whose states fit one machine word.
type pattern struct {
	rule   int // index into Set.rules
	first  uint64
	last   uint64
	follow []uint64 // by position
	any    uint64   // positions that take any token
	takes  []taking // by symbol: a hash table whose free slots have mask 0
	shift  uint     // of the hash
	starts uint64   // positions that ^ takes, at no cost
	ends   uint64   // the same of $
	gate   []symbol
}

// taking says which positions take a symbol.
type taking struct {
	sym  symbol
	mask uint64
}

const maxPositions = 63

// builder makes the automaton of one pattern (Glushkov's construction).
type builder struct {
	p       *pattern
	n       int
	resolve func(e expr) []symbol // the symbols of a word, concept or kind
	costs   []float64
	tooLong bool
}

// part is what the construction knows of a sub-expression.
type part struct {
	first, last uint64
	nullable    bool
	gate        []symbol // one of these must occur; nil if nothing must
	cost        float64
}

func (b *builder) build(e expr) part {
	switch e.op {
	case opSeq:
		return b.sequence(e.kids)
	case opAlt:
		return b.alternatives(e.kids)
	case opOpt:
		out := b.build(e.kids[0])
		out.nullable, out.gate = true, nil
		return out
	case opGap:
		return b.gap(e)
	case opStart:
		pos := b.position()
		b.p.starts |= pos
		return part{first: pos, last: pos}
	case opEnd:
		pos := b.position()
		b.p.ends |= pos
		return part{first: pos, last: pos}
	default:
		return b.atom(b.position(), e)
	}
}

func (b *builder) sequence(kids []expr) part {
	out := part{nullable: true}
	for _, k := range kids {
		out = b.concat(out, b.build(k))
	}
	return out
}

func (b *builder) concat(x, y part) part {
	for m := x.last; m != 0; m &= m - 1 {
		b.p.follow[bits.TrailingZeros64(m)] |= y.first
	}
	out := part{first: x.first, last: y.last, nullable: x.nullable && y.nullable, gate: x.gate, cost: x.cost}
	if x.nullable {
		out.first |= y.first
	}
	if y.nullable {
		out.last |= x.last
	}
	if y.gate != nil && (x.gate == nil || y.cost < x.cost) {
		out.gate, out.cost = y.gate, y.cost
	}
	return out
}

// alternatives builds (a|b|c); those of one symbol share a position.
func (b *builder) alternatives(kids []expr) part {
	out, shared := part{}, uint64(0)
	for i, k := range kids {
		var one part
		if len(k.kids) == 1 && k.kids[0].op >= opWord && k.kids[0].op <= opKind {
			if shared == 0 {
				shared = b.position()
			}
			one = b.atom(shared, k.kids[0])
		} else {
			one = b.build(k)
		}
		out.first |= one.first
		out.last |= one.last
		out.nullable = out.nullable || one.nullable
		switch {
		case one.gate == nil:
			out.gate, out.cost = nil, -1
		case i == 0 || out.cost >= 0:
			out.gate = append(slices.Clip(out.gate), one.gate...)
			out.cost += one.cost
		}
	}
	return out
}

func (b *builder) gap(e expr) part {
	out := part{nullable: true}
	for i := range e.max {
		pos := b.position()
		b.p.any |= pos
		out = b.concat(out, part{first: pos, last: pos, nullable: i >= e.min})
	}
	return out
}

// atom lets a position take what e stands for.
func (b *builder) atom(pos uint64, e expr) part {
	out := part{first: pos, last: pos}
	for _, sym := range b.resolve(e) {
		b.p.takes = append(b.p.takes, taking{sym, pos})
		if sym != wordSymbol {
			out.gate = append(out.gate, sym)
			out.cost += b.costs[sym]
		}
	}
	return out
}

// position returns the bit of a new position.
func (b *builder) position() uint64 {
	if b.n >= maxPositions {
		b.tooLong = true
		return 0
	}
	b.n++
	b.p.follow = append(b.p.follow, 0)
	return 1 << (b.n - 1)
}

// finish checks the whole and sorts the table.
func (b *builder) finish(root part) *patternError {
	switch {
	case b.tooLong:
		return &patternError{problem: fmt.Sprintf("the pattern has more than %d positions", maxPositions), remedy: "split it, or narrow its gaps"}
	case root.nullable:
		return &patternError{problem: "the pattern matches nothing at all", remedy: "make one part required"}
	case root.gate == nil:
		return &patternError{problem: "the pattern requires no word or concept", remedy: "add one that must be present"}
	}
	if b.p.first = root.first; root.first&b.p.any != 0 {
		return &patternError{problem: "the pattern begins with a gap", remedy: "remove it: a match may begin anywhere"}
	}
	b.p.first, b.p.last, b.p.gate = root.first, root.last, root.gate
	b.p.index()
	slices.Sort(b.p.gate)
	b.p.gate = slices.Compact(b.p.gate)
	return nil
}

// index turns the list of what is taken into a hash table.
func (p *pattern) index() {
	list := p.takes
	size := bits.Len(uint(2 * len(list)))
	p.takes, p.shift = make([]taking, 1<<size), uint(64-size)
	for _, t := range list {
		at := p.slot(t.sym)
		p.takes[at].sym = t.sym
		p.takes[at].mask |= t.mask
	}
}

// slot returns where a symbol is, or would be, in the table.
func (p *pattern) slot(sym symbol) int {
	at := int(uint64(sym) * 0x9E3779B97F4A7C15 >> p.shift)
	for p.takes[at].mask != 0 && p.takes[at].sym != sym {
		at = (at + 1) & (len(p.takes) - 1)
	}
	return at
}

// mask returns the positions that take a symbol.
func (p *pattern) mask(sym symbol) uint64 { return p.takes[p.slot(sym)].mask }
