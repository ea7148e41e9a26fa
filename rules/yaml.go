package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"vigie"
)

// packFile is a pack as written, with the place of every text.
type packFile struct {
	file     string
	name     value
	langs    []string
	concepts []conceptDecl
	rules    []ruleDecl
}

type value struct {
	text         string
	line, column int // where the text itself begins
}

type conceptDecl struct {
	name   value
	target string
	words  []value
}

type ruleDecl struct {
	Rule
	id                           value
	any, with, but, unless, need []value
	scored                       bool
}

// reader reads one YAML file strictly.
type reader struct{ *faults }

// document returns the root mapping of a file, nil if there is none.
func (r reader) document(data []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		line := 1
		fmt.Sscanf(err.Error(), "yaml: line %d:", &line)
		r.add(line, 1, "not YAML: "+strings.TrimPrefix(err.Error(), "yaml: "), "quote patterns: @, {, [ and # mean something to YAML")
		return nil
	}
	if len(doc.Content) == 0 {
		r.add(1, 1, "the file is empty", "write at least pack: and rules:")
		return nil
	}
	return doc.Content[0]
}

// fields calls the reader of each key of a mapping; unknown and doubled keys are faults.
func (r reader) fields(n *yaml.Node, keys map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.add(n.Line, n.Column, "expected a mapping (key: value)", "")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		read, ok := keys[k.Value]
		switch {
		case !ok:
			known := slices.Sorted(maps.Keys(keys))
			r.add(k.Line, k.Column, fmt.Sprintf("unknown key %q", k.Value), "use one of "+strings.Join(known, ", "))
		case seen[k.Value]:
			r.add(k.Line, k.Column, fmt.Sprintf("key %q is given twice", k.Value), "keep one")
		default:
			seen[k.Value] = true
			read(v)
		}
	}
}

// scalar returns the text of a scalar and where it begins.
func (r reader) scalar(n *yaml.Node) value {
	if n.Kind != yaml.ScalarNode {
		r.add(n.Line, n.Column, "expected a text", "quote it if it begins with @, { or [")
		return value{line: n.Line, column: n.Column}
	}
	col := n.Column
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		col++
	}
	return value{text: n.Value, line: n.Line, column: col}
}

// list returns the texts of a sequence; a single text is a list of one.
func (r reader) list(n *yaml.Node) []value {
	if n.Kind == yaml.ScalarNode {
		if n.Tag == "!!null" {
			return nil
		}
		return []value{r.scalar(n)}
	}
	if n.Kind != yaml.SequenceNode {
		r.add(n.Line, n.Column, "expected a list", "write [a, b] or one \"- a\" a line")
		return nil
	}
	out := make([]value, 0, len(n.Content))
	for _, c := range n.Content {
		out = append(out, r.scalar(c))
	}
	return out
}

func (r reader) examples(n *yaml.Node) []Example {
	var out []Example
	for _, v := range r.list(n) {
		out = append(out, Example{Text: v.text, Line: v.line, Column: v.column})
	}
	return out
}

// byLang reads a text per language.
func (r reader) byLang(n *yaml.Node) map[string]string {
	out := map[string]string{}
	if n.Kind != yaml.MappingNode {
		r.add(n.Line, n.Column, "expected a text per language", `write {fr: "…", en: "…"}`)
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		out[n.Content[i].Value] = r.scalar(n.Content[i+1]).text
	}
	return out
}

// pack reads a pack file.
func (r reader) pack(data []byte) *packFile {
	root := r.document(data)
	if root == nil {
		return nil
	}
	p := &packFile{file: r.file}
	r.fields(root, map[string]func(*yaml.Node){
		"pack":     func(n *yaml.Node) { p.name = r.scalar(n) },
		"lang":     func(n *yaml.Node) { p.langs = r.langs(n) },
		"doc":      func(n *yaml.Node) { r.byLang(n) },
		"concepts": func(n *yaml.Node) { p.concepts = r.concepts(n) },
		"rules":    func(n *yaml.Node) { p.rules = r.rules(n) },
	})
	if p.name.text == "" {
		r.add(root.Line, root.Column, "the pack has no name", "add pack: <language>.<subject>")
	}
	for i := range p.rules {
		p.rules[i].Pack, p.rules[i].Langs, p.rules[i].File = p.name.text, p.langs, r.file
	}
	return p
}

func (r reader) langs(n *yaml.Node) []string {
	var out []string
	for _, v := range r.list(n) {
		if len(v.text) != 2 || strings.ToLower(v.text) != v.text {
			r.add(v.line, v.column, fmt.Sprintf("%q is no language", v.text), "use a code of two small letters, such as fr")
			continue
		}
		out = append(out, v.text)
	}
	return out
}

func (r reader) concepts(n *yaml.Node) []conceptDecl {
	if n.Kind != yaml.MappingNode {
		r.add(n.Line, n.Column, "expected concepts: {name: [words]}", "")
		return nil
	}
	var out []conceptDecl
	for i := 0; i+1 < len(n.Content); i += 2 {
		c := conceptDecl{name: r.scalar(n.Content[i])}
		if !isName(c.name.text) {
			r.add(c.name.line, c.name.column, fmt.Sprintf("%q is no name of a concept", c.name.text), "use letters, digits, dots and underscores")
		}
		if v := n.Content[i+1]; v.Kind == yaml.MappingNode {
			r.fields(v, map[string]func(*yaml.Node){
				"target": func(n *yaml.Node) { c.target = r.scalar(n).text },
				"words":  func(n *yaml.Node) { c.words = r.list(n) },
			})
		} else {
			c.words = r.list(v)
		}
		if len(c.words) == 0 {
			r.add(c.name.line, c.name.column, "concept "+c.name.text+" has no words", "list some, or remove it")
		}
		out = append(out, c)
	}
	return out
}

func isName(s string) bool {
	for _, r := range s {
		if !isNameRune(r) {
			return false
		}
	}
	return s != "" && s[0] != '.' && s[len(s)-1] != '.'
}

func isNameRune(r rune) bool {
	return r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xC0 && r <= 0x24F
}

func (r reader) rules(n *yaml.Node) []ruleDecl {
	if n.Kind != yaml.SequenceNode {
		r.add(n.Line, n.Column, "expected a list of rules", `begin each with "- id:"`)
		return nil
	}
	var out []ruleDecl
	for _, c := range n.Content {
		out = append(out, r.rule(c))
	}
	return out
}

func (r reader) rule(n *yaml.Node) ruleDecl {
	d := ruleDecl{}
	d.Line = n.Line
	d.Severity = -1
	r.fields(n, map[string]func(*yaml.Node){
		"id":       func(n *yaml.Node) { d.id = r.scalar(n); d.ID = d.id.text },
		"label":    func(n *yaml.Node) { d.Label = parsed(r, n, vigie.ParseLabel) },
		"target":   func(n *yaml.Node) { d.Target = r.scalar(n).text },
		"severity": func(n *yaml.Node) { d.Severity = parsed(r, n, vigie.ParseSeverity) },
		"score":    func(n *yaml.Node) { d.Score, d.scored = r.score(n), true },
		"any":      func(n *yaml.Node) { d.any = r.list(n) },
		"with":     func(n *yaml.Node) { d.with = r.list(n) },
		"needs":    func(n *yaml.Node) { d.need = r.list(n) },
		"unless":   func(n *yaml.Node) { d.unless = r.list(n) },
		"but":      func(n *yaml.Node) { d.but = r.list(n) },
		"why":      func(n *yaml.Node) { d.Why = r.byLang(n) },
		"hits":     func(n *yaml.Node) { d.Hits = r.examples(n) },
		"misses":   func(n *yaml.Node) { d.Misses = r.examples(n) },
	})
	r.complete(n, &d)
	return d
}

// complete checks what a rule must have and fills in the default score.
func (r reader) complete(n *yaml.Node, d *ruleDecl) {
	for _, missing := range []struct {
		key string
		is  bool
	}{{"id", d.ID == ""}, {"label", d.Label == ""}, {"severity", d.Severity < 0}, {"any", len(d.any) == 0}} {
		if missing.is {
			r.add(n.Line, n.Column, "the rule has no "+missing.key, "add "+missing.key+":")
		}
	}
	if d.ID != "" && !isName(d.ID) {
		r.add(d.id.line, d.id.column, fmt.Sprintf("%q is no id of a rule", d.ID), "use letters, digits, dots and underscores")
	}
	if d.Label == vigie.LabelCriticism && d.Severity > vigie.SeverityNone {
		r.add(n.Line, n.Column, "criticism with a severity", "write severity: none: criticism is no offence")
	}
	if !d.scored && d.Severity >= 0 {
		d.Score = [...]float64{0.1, 0.35, 0.6, 0.85, 0.95}[d.Severity]
	}
	for _, v := range d.any {
		d.Patterns = append(d.Patterns, v.text)
	}
}

func parsed[T any](r reader, n *yaml.Node, parse func(string) (T, error)) T {
	v := r.scalar(n)
	out, err := parse(v.text)
	if err != nil {
		r.add(v.line, v.column, err.Error(), "")
	}
	return out
}

func (r reader) score(n *yaml.Node) float64 {
	var f float64
	if err := n.Decode(&f); err != nil || !(f >= 0 && f <= 1) {
		r.add(n.Line, n.Column, "score is not a number from 0 to 1", "write for example score: 0.8")
		return 0
	}
	return f
}
