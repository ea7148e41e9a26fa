package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"vigie/internal/text"
)

// symbol is what a pattern consumes: a concept, a literal, a kind of token, a list of guard words.
type symbol int32

// The first symbols are the kinds of token.
const kindSymbols = symbol(text.KindEmoji) + 1

// wordID is an entry of the vocabulary.
type wordID int32

// lexicon finds every word and phrase of every pack in one walk over a text.
type lexicon struct {
	words    map[string]wordID
	prefixes map[string]wordID
	masked   map[maskKey][]string // words by what a masked form shows of them
	children map[edge]node
	inner    []bool     // by node: has children
	outputs  [][]symbol // by node
	symbols  int
	costs    []float64 // by symbol: how often it may occur, relatively
	minPre   int       // lengths of prefixes
	maxPre   int
	guards   map[symbol]guardSymbol
	targets  map[symbol]string
	reader   text.Reader // while packs are loaded
}

type node int32

type edge struct {
	from node
	word wordID
}

type maskKey struct {
	first byte
	n     int
}

func newLexicon() lexicon {
	return lexicon{
		words: map[string]wordID{}, prefixes: map[string]wordID{}, masked: map[maskKey][]string{},
		children: map[edge]node{}, inner: []bool{false}, outputs: [][]symbol{nil},
		symbols: int(kindSymbols), costs: []float64{1e6, 60, 20, 1, 1, 40, 40}, minPre: 1 << 30,
	}
}

// symbol makes a new symbol.
func (l *lexicon) symbol() symbol {
	l.symbols++
	l.costs = append(l.costs, 0)
	return symbol(l.symbols - 1)
}

// entry adds a word or phrase of a concept under a symbol. It returns what is
// wrong with the entry, "" if nothing.
func (l *lexicon) entry(sym symbol, raw string, german bool) string {
	variants, problem := expand(raw)
	if problem != "" {
		return problem
	}
	for _, v := range variants {
		if problem := l.variant(sym, v); problem != "" {
			return problem
		}
		if u := umlauts.Replace(v); german && u != v {
			l.variant(sym, u)
		}
	}
	return ""
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")

// expand undoes the endings of "musulman/e/s" and "crev//er/e".
func expand(raw string) ([]string, string) {
	if !strings.Contains(raw, "/") {
		return []string{raw}, ""
	}
	if strings.ContainsAny(raw, " *") {
		return nil, "endings belong to a single word: write one entry for each form"
	}
	stem, endings, _ := strings.Cut(raw, "/")
	if stem == "" {
		return nil, "the stem before the first / is missing"
	}
	var out []string
	if strings.HasPrefix(endings, "/") {
		endings = endings[1:]
	} else {
		out = append(out, stem)
	}
	for e := range strings.SplitSeq(endings, "/") {
		if e == "" {
			return nil, "an ending is empty: write // only right after the stem"
		}
		out = append(out, stem+e)
	}
	return out, ""
}

// variant adds one form.
func (l *lexicon) variant(sym symbol, form string) string {
	if p, ok := strings.CutSuffix(form, "*"); ok {
		return l.prefix(sym, p)
	}
	if strings.HasPrefix(form, "=") {
		w := strings.ToLower(form)
		if strings.ContainsAny(w, " *") || len(w) < 2 {
			return "= belongs before a single word"
		}
		l.output(l.child(0, l.word(w)), sym, w)
		return ""
	}
	if strings.HasPrefix(form, "#") {
		l.output(l.child(0, l.word(form)), sym, form)
		return ""
	}
	if other := unapostrophed(form); other != "" {
		l.phrase(sym, other)
	}
	return l.phrase(sym, form)
}

func (l *lexicon) phrase(sym symbol, form string) string {
	words := l.wordsOf(form)
	if len(words) == 0 {
		return "no word in it"
	}
	if len(words) > maxPhrase {
		return fmt.Sprintf("a phrase of %d words: %d at most", len(words), maxPhrase)
	}
	at := node(0)
	for _, w := range words {
		at = l.child(at, l.word(w))
	}
	l.output(at, sym, rarest(words))
	return ""
}

// maxPhrase is how many words an entry may have.
const maxPhrase = 12

// unapostrophed returns a phrase as people write who leave out the
// apostrophe, "cest" or "dont", "" where that would be another word ("t'es", "l'a").
func unapostrophed(form string) string {
	words := strings.Fields(strings.ReplaceAll(form, "’", "'"))
	changed := false
	for i, w := range words {
		head, tail, ok := strings.Cut(w, "'")
		if !ok || len(head) == 1 && strings.Contains("tsdmlnTSDMLN", head) || len(head)+len(tail) < 4 {
			continue
		}
		words[i], changed = head+tail, true
	}
	if !changed {
		return ""
	}
	return strings.Join(words, " ")
}

func rarest(words []string) string {
	best := words[0]
	for _, w := range words {
		if wordCost(w) < wordCost(best) {
			best = w
		}
	}
	return best
}

func (l *lexicon) prefix(sym symbol, p string) string {
	w := []string{strings.Join(l.wordsOf(p), "")}
	if strings.Contains(p, " ") || utf8.RuneCountInString(w[0]) < 3 {
		return "a star needs a single word with at least 3 letters before it"
	}
	id, ok := l.prefixes[w[0]]
	if !ok {
		id = l.word("^" + w[0])
		l.prefixes[w[0]] = id
		l.minPre, l.maxPre = min(l.minPre, len(w[0])), max(l.maxPre, len(w[0]))
	}
	l.output(l.child(0, id), sym, w[0])
	return ""
}

// wordsOf returns the folded words of an entry as the text reader cuts them.
func (l *lexicon) wordsOf(form string) []string {
	t := l.reader.Read(form)
	out := make([]string, 0, len(t.Tokens))
	for i := range t.Tokens {
		out = append(out, string(t.Word(i)))
	}
	return out
}

func (l *lexicon) word(w string) wordID {
	id, ok := l.words[w]
	if !ok {
		id = wordID(len(l.words))
		l.words[w] = id
		if w[0] >= 'a' && w[0] <= 'z' && len(w) >= 4 {
			k := maskKey{first: w[0], n: len(w)}
			l.masked[k] = append(l.masked[k], w)
		}
	}
	return id
}

func (l *lexicon) child(from node, w wordID) node {
	e := edge{from, w}
	to, ok := l.children[e]
	if !ok {
		to = node(len(l.outputs))
		l.children[e] = to
		l.outputs = append(l.outputs, nil)
		l.inner = append(l.inner, false)
		l.inner[from] = true
	}
	return to
}

// output lets a node stand for a symbol.
func (l *lexicon) output(at node, sym symbol, rare string) {
	for _, have := range l.outputs[at] {
		if have == sym {
			return
		}
	}
	l.outputs[at] = append(l.outputs[at], sym)
	l.costs[sym] += wordCost(rare)
}

// wordCost estimates how often a word occurs: short words do.
func wordCost(w string) float64 {
	switch n := utf8.RuneCountInString(w); {
	case strings.Contains(common, " "+w+" "):
		return 300
	case n <= 2:
		return 100
	case n == 3:
		return 30
	case n == 4:
		return 5
	default:
		return 8 / float64(n)
	}
}

// common holds words too frequent to wake a rule if anything else can.
const common = ` les des une est pas que qui pour dans sur avec sont tout tous toute toutes nous vous ils elle elles mais plus faire fait etre avoir vais dire
 votre notre leur leurs cette comme aussi bien tres trop encore quand meme rien jamais alors donc avoir avons avez ont etait etes sommes suis ses mes tes nos vos aux sans chez
 vers puis peut faut veut veux sera serait autre autres gens monde chose homme femme ceux celui cela aller allez vont voir vient gros sale petit
 the and you are for not that this with they have was but all your from will just would what when where who why how should could can like get got
 people them their there here out about been being our she his her him its
 der die das und ist nicht ein eine sie ich mit auf den los las una por con para del che non sono per het een van niet dat zijn uma nao `

// fits says whether a masked form may be the word: stars stand for one letter each.
func fits(form []byte, word string) bool {
	if len(form) != len(word) {
		return false
	}
	for i := range form {
		if form[i] != '*' && form[i] != word[i] {
			return false
		}
	}
	return true
}

// inherit lets every entry of a symbol stand for those above it as well.
func (l *lexicon) inherit(above map[symbol][]symbol) {
	for at, syms := range l.outputs {
		for _, s := range syms {
			for _, up := range above[s] {
				if !slices.Contains(l.outputs[at], up) {
					l.outputs[at] = append(l.outputs[at], up)
					l.costs[up]++
				}
			}
		}
	}
}
