package rules

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// expr is a node of a parsed pattern.
type expr struct {
	op       op
	kids     []expr
	name     string // word: as written; concept: its name, kind: its name
	min, max int    // gap
	at       int    // byte in the pattern
}

type op uint8

const (
	opSeq op = iota
	opAlt
	opOpt
	opWord
	opConcept
	opKind
	opGap
	opStart
	opEnd
)

// maxGap is the widest gap of a pattern, in tokens.
const maxGap = 8

// maxDepth is how deep brackets may nest.
const maxDepth = 16

// patternError is a fault in a pattern, at a byte of it.
type patternError struct {
	at      int
	problem string
	remedy  string
}

type patternParser struct {
	s     string
	i     int
	depth int
	err   *patternError
}

// parsePattern reads a pattern.
func parsePattern(s string) (expr, *patternError) {
	p := &patternParser{s: s}
	root := p.sequence()
	if p.err == nil && p.i < len(p.s) {
		p.unexpected()
	}
	return root, p.err
}

func (p *patternParser) unexpected() {
	switch p.s[p.i] {
	case ')', ']':
		p.fail(p.i, fmt.Sprintf("%q closes nothing", p.s[p.i]), "open it, or remove it")
	case '|':
		p.fail(p.i, `"|" outside of brackets`, "write (a|b)")
	default:
		p.fail(p.i, fmt.Sprintf("unexpected %q", p.s[p.i]), "see docs/rules.md, Patterns")
	}
}

func (p *patternParser) fail(at int, problem, remedy string) {
	if p.err == nil {
		p.err = &patternError{at: at, problem: problem, remedy: remedy}
	}
}

func (p *patternParser) blanks() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\n') {
		p.i++
	}
}

// peek returns the next byte after blanks, 0 at the end.
func (p *patternParser) peek() byte {
	p.blanks()
	if p.i >= len(p.s) || p.err != nil {
		return 0
	}
	return p.s[p.i]
}

func (p *patternParser) sequence() expr {
	e := expr{op: opSeq, at: p.i}
	for {
		switch p.peek() {
		case 0, ')', ']', '|':
			return e
		case '^':
			e.kids = append(e.kids, expr{op: opStart, at: p.i})
			p.i++
		case '$':
			e.kids = append(e.kids, expr{op: opEnd, at: p.i})
			p.i++
		case '(':
			e.kids = append(e.kids, p.group(')', opAlt))
		case '[':
			e.kids = append(e.kids, p.group(']', opOpt))
		case '{':
			e.kids = append(e.kids, p.gap())
		case '<':
			e.kids = append(e.kids, p.kind())
		case '@':
			e.kids = append(e.kids, p.concept())
		default:
			if !p.wordInto(&e) {
				return e
			}
		}
	}
}

// group reads alternatives up to the closing bracket.
func (p *patternParser) group(closing byte, as op) expr {
	e := expr{op: as, at: p.i}
	if p.depth++; p.depth > maxDepth {
		p.fail(p.i, fmt.Sprintf("brackets nested more than %d deep", maxDepth), "name a concept")
		return e
	}
	p.i++
	alt := expr{op: opAlt, at: p.i}
	for {
		kid := p.sequence()
		if len(kid.kids) == 0 {
			p.fail(kid.at, "an alternative is empty", "write [a] for what may be absent")
			return e
		}
		alt.kids = append(alt.kids, kid)
		if p.peek() != '|' {
			break
		}
		p.i++
	}
	if p.peek() != closing {
		p.fail(e.at, fmt.Sprintf("%q is never closed", p.s[e.at]), fmt.Sprintf("add %q", closing))
		return e
	}
	p.i++
	p.depth--
	if as == opAlt {
		return alt
	}
	e.kids = []expr{alt}
	return e
}

// gap reads {m,n} or {n}.
func (p *patternParser) gap() expr {
	e := expr{op: opGap, at: p.i}
	end := strings.IndexByte(p.s[p.i:], '}')
	if end < 0 {
		p.fail(p.i, `"{" is never closed`, "write {0,3}")
		return e
	}
	lo, hi, two := strings.Cut(p.s[p.i+1:p.i+end], ",")
	if !two {
		hi = lo
	}
	var err1, err2 error
	e.min, err1 = strconv.Atoi(strings.TrimSpace(lo))
	e.max, err2 = strconv.Atoi(strings.TrimSpace(hi))
	switch {
	case err1 != nil || err2 != nil || e.min < 0:
		p.fail(e.at, "a gap that is no {m,n}", "write two numbers, such as {0,3}")
	case e.max < e.min || e.max == 0:
		p.fail(e.at, "an empty gap", "the second number is the greater one")
	case e.max > maxGap:
		p.fail(e.at, fmt.Sprintf("a gap of %d tokens", e.max), fmt.Sprintf("%d is the most: cost must stay bounded", maxGap))
	}
	p.i += end + 1
	return e
}

func (p *patternParser) kind() expr {
	e := expr{op: opKind, at: p.i}
	end := strings.IndexByte(p.s[p.i:], '>')
	if end < 0 {
		p.fail(p.i, `"<" is never closed`, "write <mention>")
		return e
	}
	e.name = p.s[p.i+1 : p.i+end]
	if kindSymbol(e.name) < 0 {
		p.fail(p.i, fmt.Sprintf("no kind of token is named %q", e.name), "use <word>, <number>, <url>, <email>, <phone>, <mention> or <emoji>")
	}
	p.i += end + 1
	return e
}

func (p *patternParser) concept() expr {
	e := expr{op: opConcept, at: p.i}
	p.i++
	start := p.i
	for p.i < len(p.s) {
		r, n := utf8.DecodeRuneInString(p.s[p.i:])
		if !isNameRune(r) && r != '*' {
			break
		}
		p.i += n
	}
	e.name = p.s[start:p.i]
	bare, star := strings.CutSuffix(e.name, ".*")
	if !isName(bare) || strings.Contains(bare, "*") || !star && strings.Contains(e.name, "*") {
		p.fail(e.at, fmt.Sprintf("@%s is no name of a concept", e.name), "write @name, or @name.* for all that begin so")
	}
	return e
}

// wordInto reads a word and appends it to a sequence. It reports whether there was one.
func (p *patternParser) wordInto(e *expr) bool {
	start := p.i
	for p.i < len(p.s) && !strings.ContainsRune(" \t\n()[]{}|<>^", rune(p.s[p.i])) {
		p.i++
	}
	if p.i == start {
		p.unexpected()
		return false
	}
	name := p.s[start:p.i]
	if k := len(e.kids) - 1; k >= 0 && e.kids[k].op == opWord && plain(e.kids[k].name) && plain(name) {
		e.kids[k].name += " " + name // words in a row are one phrase
		return true
	}
	e.kids = append(e.kids, expr{op: opWord, name: name, at: start})
	return true
}

// plain says whether a word may be part of a phrase.
func plain(name string) bool {
	return !strings.ContainsAny(name, "=*/#") && strings.Count(name, " ") < maxPhrase-3
}
