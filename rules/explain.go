package rules

import (
	"fmt"
	"slices"
	"strings"

	"vigie/internal/text"
)

// Explanation is what the rules saw in a text: for the people who write rules.
// It quotes the text, so it belongs neither in a log nor in an alert.
type Explanation struct {
	Tokens   []TokenSeen
	Concepts []Seen // concepts, by place
	Guards   []Seen // words of guards, by place, whether or not a rule asks for them
	Findings []Finding
}

// TokenSeen is a token with all that it may stand for.
type TokenSeen struct {
	Start, End int // bytes, half open
	Kind       string
	Written    string
	Readings   []string // "connard (leet)"
}

// Seen is a concept or a guard list with the words that stood for it.
type Seen struct {
	Name       string // "@tuer fr", "negated.before fr"
	Start, End int
	Written    string
}

// Explain judges a text and says what was seen on the way.
func (s *Set) Explain(in Input) Explanation {
	sc := s.scratch()
	defer s.pool.Put(sc)
	var x Explanation
	sc.read(s, in.Text)
	x.Tokens = tokensSeen(in.Text)
	for i := range in.Text.Tokens {
		for _, a := range sc.arcs[sc.arcsAt[i]:sc.arcsAt[i+1]] {
			if name := s.names[a.sym]; name != "" {
				x.Concepts = append(x.Concepts, seen(in.Text, name, i, a.to))
			}
		}
	}
	for _, h := range sc.heards {
		x.Guards = append(x.Guards, seen(in.Text, h.list.String()+" "+s.langName(h.lang), h.from, h.to))
	}
	x.Findings = s.judge(sc, in)
	return x
}

func seen(t *text.Text, name string, from, to int) Seen {
	return Seen{Name: name, Start: t.Tokens[from].Start, End: t.Tokens[to-1].End, Written: t.Written(from, to)}
}

func tokensSeen(t *text.Text) []TokenSeen {
	out := make([]TokenSeen, len(t.Tokens))
	for i, tok := range t.Tokens {
		out[i] = TokenSeen{Start: tok.Start, End: tok.End, Kind: tok.Kind.String(), Written: t.Written(i, i+1)}
		for _, r := range t.ReadingsAt(i) {
			if r.How == text.AsWritten {
				continue
			}
			form := string(t.Form(r)) + " (" + r.How.String() + ")"
			if !slices.Contains(out[i].Readings, form) {
				out[i].Readings = append(out[i].Readings, form)
			}
		}
	}
	return out
}

func (s *Set) langName(m langMask) string {
	for i, l := range s.langs {
		if m == 1<<i {
			return l
		}
	}
	return ""
}

var listNames = [lists]string{"negated.before", "negated.after", "negated.never", "quoted.reporting", "quoted.counter",
	"conditional", "reclaimed", "hyperbole", "addressed", "clause"}

// String returns the path of the list in a guards.yaml.
func (l list) String() string { return listNames[l] }

// String returns the explanation as text, one thing a line.
func (x Explanation) String() string {
	var b strings.Builder
	for _, t := range x.Tokens {
		fmt.Fprintf(&b, "token    %4d %-9s %q  %s\n", t.Start, t.Kind, t.Written, strings.Join(t.Readings, ", "))
	}
	for _, c := range x.Concepts {
		fmt.Fprintf(&b, "concept  %4d %s %q\n", c.Start, c.Name, c.Written)
	}
	for _, g := range x.Guards {
		fmt.Fprintf(&b, "guard    %4d %s %q\n", g.Start, g.Name, g.Written)
	}
	for _, f := range x.Findings {
		fmt.Fprintf(&b, "rule     %4d–%d %s: %s%s, severity %s (of %s), score %.2f", f.Start, f.End, f.Rule.ID, f.Rule.Label, target(f.Target), f.Severity, f.Rule.Severity, f.Score)
		if len(f.Guards) > 0 {
			fmt.Fprintf(&b, ", guards %v", f.Guards)
		}
		if f.Muted {
			b.WriteString(", muted")
		}
		b.WriteString("\n")
	}
	if len(x.Findings) == 0 {
		b.WriteString("no rule matches\n")
	}
	return b.String()
}

func target(t string) string {
	if t == "" {
		return ""
	}
	return " of " + t
}
