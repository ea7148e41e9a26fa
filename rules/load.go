package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"vigie/internal/text"
)

const wordSymbol = symbol(text.KindWord)

// kindSymbol returns the symbol of a kind of token, -1 if there is none of that name.
func kindSymbol(name string) symbol {
	for k := symbol(0); k < kindSymbols; k++ {
		if text.Kind(k).String() == name {
			return k
		}
	}
	return -1
}

// Load reads and compiles all *.yaml files of the folders given, as one set:
// packs, and guards.yaml files with the words of the guards. So an
// organisation's own packs stand beside those of the program and use their
// concepts. Faults in packs come as [Errors].
func Load(folders ...fs.FS) (*Set, error) {
	f := &faults{}
	l := &loader{faults: f, set: &Set{lex: newLexicon()}, concepts: map[conceptKey]*concept{}, literals: map[string]symbol{}, ids: map[string]string{}, guards: builtinGuards(f)}
	sum := sha256.New()
	sum.Write(builtin)
	for _, folder := range folders {
		if err := l.read(folder, sum); err != nil {
			return nil, err
		}
	}
	l.set.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	l.compile()
	if len(f.all) > 0 {
		return nil, f.all
	}
	return l.set, nil
}

type conceptKey struct{ lang, name string }

// concept is a named lexicon of one language, while packs are loaded.
type concept struct {
	sym    symbol
	target string
	from   []conceptKey // those it takes over
}

type loader struct {
	*faults
	set      *Set
	packs    []*packFile
	guards   map[string]guardWords
	concepts map[conceptKey]*concept
	literals map[string]symbol
	ids      map[string]string // rule id → where it is
}

// read parses every file of a folder and adds it to the hash.
func (l *loader) read(fsys fs.FS, sum hash.Hash) error {
	before := len(l.packs)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
		l.file = name
		if path.Base(name) == "guards.yaml" {
			reader{l.faults}.guards(data, l.guards)
		} else if p := (reader{l.faults}).pack(data); p != nil {
			l.packs = append(l.packs, p)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read rule packs: %w", err)
	}
	if len(l.packs) == before && len(l.all) == 0 {
		return errors.New("no rule packs: the folder holds no *.yaml file")
	}
	return nil
}

func (l *loader) compile() {
	l.languages()
	for _, p := range l.packs {
		l.file = p.file
		l.declare(p)
	}
	for _, p := range l.packs {
		l.file = p.file
		l.fill(p)
	}
	l.inherit()
	l.compileGuards()
	for _, p := range l.packs {
		l.file = p.file
		for i := range p.rules {
			l.rule(p, &p.rules[i])
		}
	}
	l.gates()
	l.set.packs = len(l.packs)
}

// languages numbers the languages of packs and guards.
func (l *loader) languages() {
	seen := map[string]bool{}
	for lang := range l.guards {
		seen[lang] = true
	}
	for _, p := range l.packs {
		for _, lang := range p.langs {
			seen[lang] = true
		}
	}
	l.set.langs = slices.Sorted(maps.Keys(seen))
	if len(l.set.langs) > 60 {
		l.add(1, 1, "more than 60 languages", "load fewer packs at once")
		l.set.langs = l.set.langs[:60]
	}
}

// scopes returns the languages a pack declares for: "" if for any.
func scopes(p *packFile) []string {
	if len(p.langs) == 0 {
		return []string{""}
	}
	return p.langs
}

// declare makes the symbols of a pack's concepts.
func (l *loader) declare(p *packFile) {
	for _, c := range p.concepts {
		for _, lang := range scopes(p) {
			k := conceptKey{lang, c.name.text}
			have := l.concepts[k]
			if have == nil {
				l.concepts[k] = &concept{sym: l.set.lex.symbol(), target: c.target}
				continue
			}
			if c.target != "" && have.target != "" && c.target != have.target {
				l.add(c.name.line, c.name.column, fmt.Sprintf("concept %s has target %q here and %q elsewhere", c.name.text, c.target, have.target), "give one of them another name")
			}
			if have.target == "" {
				have.target = c.target
			}
		}
	}
}

// fill puts the words of a pack's concepts into the lexicon.
func (l *loader) fill(p *packFile) {
	for _, c := range p.concepts {
		for _, w := range c.words {
			for _, lang := range scopes(p) {
				l.fillWord(l.concepts[conceptKey{lang, c.name.text}], lang, w)
			}
		}
	}
}

func (l *loader) fillWord(c *concept, lang string, w value) {
	if name, ok := strings.CutPrefix(w.text, "@"); ok {
		found := l.lookup([]string{lang}, name)
		if len(found) == 0 {
			l.unknownConcept(w.line, w.column, name)
		}
		c.from = append(c.from, found...)
		return
	}
	if problem := l.set.lex.entry(c.sym, w.text, lang == "de"); problem != "" {
		l.add(w.line, w.column, fmt.Sprintf("entry %q: %s", w.text, problem), "")
	}
}

// lookup returns the concepts that a name means in some languages; none means every language.
func (l *loader) lookup(langs []string, name string) []conceptKey {
	stem, all := strings.CutSuffix(name, ".*")
	var out []conceptKey
	for k := range l.concepts {
		visible := k.lang == "" || len(langs) == 0 || slices.Contains(langs, k.lang) || slices.Contains(langs, "")
		if visible && (k.name == name || all && strings.HasPrefix(k.name, stem+".")) {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b conceptKey) int { return strings.Compare(a.lang+":"+a.name, b.lang+":"+b.name) })
	return out
}

func (l *loader) unknownConcept(line, column int, name string) {
	var near []string
	for k := range l.concepts {
		if k.name != "" && name != "" && (strings.HasPrefix(k.name, name[:1]) && len(k.name) < len(name)+4) && !slices.Contains(near, k.name) {
			near = append(near, k.name)
		}
	}
	slices.Sort(near)
	remedy := "declare it under concepts: in a pack of the same language"
	if len(near) > 0 {
		remedy += "; there are @" + strings.Join(near[:min(5, len(near))], ", @")
	}
	l.add(line, column, fmt.Sprintf("no concept is named @%s", name), remedy)
}

// inherit lets the words of taken-over concepts stand for those that take them.
func (l *loader) inherit() {
	above := map[symbol][]symbol{} // concept → all that include it
	for _, k := range slices.SortedFunc(maps.Keys(l.concepts), func(a, b conceptKey) int {
		return strings.Compare(a.lang+":"+a.name, b.lang+":"+b.name)
	}) {
		seen := map[conceptKey]bool{k: true}
		todo := slices.Clone(l.concepts[k].from)
		for len(todo) > 0 {
			one := todo[0]
			todo = todo[1:]
			if seen[one] {
				continue
			}
			seen[one] = true
			above[l.concepts[one].sym] = append(above[l.concepts[one].sym], l.concepts[k].sym)
			todo = append(todo, l.concepts[one].from...)
		}
	}
	l.set.lex.inherit(above)
}
