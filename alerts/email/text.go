package email

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"vigie"
)

// listed is how many alerts a mail spells out; the rest is a count and a link.
const listed = 20

// subject says how grave, how many and where; never what was said.
func subject(m *vigie.Message) string {
	w := wordsOf(m.Lang)
	cases, platforms := 0, []string(nil)
	for _, a := range m.Alerts {
		if a.Kind == vigie.AlertOps || a.Kind == vigie.AlertTest {
			continue
		}
		cases++
		if p := clean(a.Platform); !slices.Contains(platforms, p) {
			platforms = append(platforms, p)
		}
	}
	slices.Sort(platforms)
	where, how := strings.Join(platforms, ", "), w.severity[m.Severity()]
	switch {
	case cases == 1:
		return fmt.Sprintf(w.one, how, where)
	case cases > 1:
		return fmt.Sprintf(w.many, how, cases, where)
	case len(m.Alerts) > 0 && m.Alerts[0].Kind == vigie.AlertOps:
		return w.ops
	default:
		return w.test
	}
}

// body lists the alerts, gravest first as they come, a link below each.
func body(m *vigie.Message) string {
	w := wordsOf(m.Lang)
	var b strings.Builder
	for _, a := range m.Alerts[:min(listed, len(m.Alerts))] {
		b.WriteString(line(w, &a) + "\n" + a.Link(m.Base) + "\n\n")
	}
	if more := len(m.Alerts) - listed; more > 0 {
		fmt.Fprintf(&b, w.more+"\n\n", more, m.Base+"/")
	}
	b.WriteString("-- \n" + w.footer + "\n")
	return b.String()
}

func line(w *words, a *vigie.Alert) string {
	switch a.Kind {
	case vigie.AlertOps:
		return fmt.Sprintf(w.opsLine, clean(a.Ops.Subject), clean(a.Ops.Class))
	case vigie.AlertTest:
		return w.testLine
	}
	parts := []string{w.severity[a.Severity]}
	if name, ok := w.label[a.Label]; ok {
		parts = append(parts, name)
	}
	if p := clean(a.Platform); p != "" {
		parts = append(parts, p)
	}
	if account := clean(string(a.Account)); account != "" {
		parts = append(parts, fmt.Sprintf(w.on, account))
	}
	if !a.Posted.IsZero() {
		parts = append(parts, fmt.Sprintf(w.posted, a.Posted.UTC().Format(w.clock)))
	}
	return strings.Join(parts, " · ")
}

// clean keeps a field on its line: no control and no invisible characters, no
// direction overrides, 100 characters at most.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "") {
		if !unicode.IsPrint(r) {
			continue
		}
		if n++; n > 100 {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}
