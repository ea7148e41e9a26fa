package vigie

import "fmt"

// Severity orders verdicts by how soon a person has to look.
type Severity int

// The severities, in ascending order.
const (
	SeverityNone     Severity = iota // nothing to do
	SeverityLow                      // uncertain: review when there is time
	SeverityMedium                   // one hateful or insulting comment
	SeverityHigh                     // grave: threat, incitement, doxxing of a handle
	SeverityImminent                 // danger for a person now
)

var severityNames = [...]string{"none", "low", "medium", "high", "imminent"}

// Severities lists all severities in ascending order.
func Severities() []Severity {
	return []Severity{SeverityNone, SeverityLow, SeverityMedium, SeverityHigh, SeverityImminent}
}

// String returns the stable name: none, low, medium, high or imminent.
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return fmt.Sprintf("Severity(%d)", int(s))
	}
	return severityNames[s]
}

// ParseSeverity reads a stable name.
func ParseSeverity(name string) (Severity, error) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: use none, low, medium, high or imminent", name)
}

// MarshalText writes the stable name.
func (s Severity) MarshalText() ([]byte, error) {
	if s < 0 || int(s) >= len(severityNames) {
		return nil, fmt.Errorf("severity %d is out of range", int(s))
	}
	return []byte(severityNames[s]), nil
}

// UnmarshalText reads a stable name.
func (s *Severity) UnmarshalText(text []byte) error {
	parsed, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}
