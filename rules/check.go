package rules

import (
	"fmt"

	"vigie"
	"vigie/internal/text"
)

// Problem is an example that a rule does not keep.
type Problem struct {
	File         string
	Line, Column int
	Rule         string
	Text         string // the example
	Hit          bool   // it must be hit; else it must be missed
	Got          string // what came instead
}

// Error returns "file:line:column: rule …".
func (p Problem) Error() string {
	want := "must miss"
	if p.Hit {
		want = "must hit"
	}
	return fmt.Sprintf("%s:%d:%d: rule %s %s %q: %s", p.File, p.Line, p.Column, p.Rule, want, p.Text, p.Got)
}

// Check runs the hits and misses of every rule, and returns those that fail.
func (s *Set) Check() []Problem {
	var out []Problem
	var rd text.Reader
	for i := range s.rules {
		r := &s.rules[i].Rule
		for _, e := range r.Hits {
			if got := s.missed(r, s.Judge(Input{Text: rd.Read(e.Text), Langs: r.Langs})); got != "" {
				out = append(out, Problem{r.File, e.Line, e.Column, r.ID, e.Text, true, got})
			}
		}
		for _, e := range r.Misses {
			if got := s.hit(r, s.Judge(Input{Text: rd.Read(e.Text), Langs: r.Langs})); got != "" {
				out = append(out, Problem{r.File, e.Line, e.Column, r.ID, e.Text, false, got})
			}
		}
	}
	return out
}

// missed says why a rule does not assert anything, "" if it does.
func (s *Set) missed(r *Rule, findings []Finding) string {
	got := "it is not found"
	for _, f := range findings {
		if f.Rule != r {
			continue
		}
		if !f.Muted {
			return ""
		}
		got = fmt.Sprintf("guards %v mute it", f.Guards)
	}
	return got
}

// hit says where a rule asserts more than low, or all it can, "" if it does not.
func (s *Set) hit(r *Rule, findings []Finding) string {
	for _, f := range findings {
		lowered := f.Severity < r.Severity
		if f.Rule == r && !f.Muted && !(lowered && f.Severity <= vigie.SeverityLow) {
			return fmt.Sprintf("it is found at bytes %d to %d, severity %s", f.Start, f.End, f.Severity)
		}
	}
	return ""
}
