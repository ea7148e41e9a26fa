package alerts

import (
	"fmt"
	"slices"

	"vigie"
)

// Routes is the list `routes:` of vigie.yaml: which severity rings where.
type Routes []RouteRule

// RouteRule sends one severity, and all above it, to some channels.
type RouteRule struct {
	Severity vigie.Severity `yaml:"severity"`
	To       []string       `yaml:"to"` // names of configured channels
}

// Route returns the names of the channels that a verdict of this severity
// rings, each once, in the order of the configuration. An installation has one
// list for all its organisations today; the organisation is asked for so that
// this may change without touching a caller.
func (r Routes) Route(_ vigie.OrgID, severity vigie.Severity) []string {
	var names []string
	for _, rule := range r {
		if severity < rule.Severity || severity == vigie.SeverityNone {
			continue
		}
		for _, name := range rule.To {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Validate checks the routes against the names of the configured channels. The
// error is a *[vigie.FieldError] whose Field is the path of the faulty key
// below routes, such as "[0].to[1]".
func (r Routes) Validate(channels []string) error {
	for i, rule := range r {
		if err := rule.validate(i, channels); err != nil {
			return err
		}
		for j, earlier := range r[:i] {
			if earlier.Severity == rule.Severity {
				problem := fmt.Sprintf("severity %s is already routed by [%d]", rule.Severity, j)
				return routeError(fmt.Sprintf("[%d].severity", i), problem, "put all its channels into one list")
			}
		}
	}
	return nil
}

func (rule RouteRule) validate(i int, channels []string) error {
	if rule.Severity <= vigie.SeverityNone || rule.Severity > vigie.SeverityImminent {
		return routeError(fmt.Sprintf("[%d].severity", i), "nothing to ring for", "use low, medium, high or imminent")
	}
	if len(rule.To) == 0 {
		return routeError(fmt.Sprintf("[%d].to", i), "is empty", "name at least one channel")
	}
	for j, name := range rule.To {
		field := fmt.Sprintf("[%d].to[%d]", i, j)
		if !slices.Contains(channels, name) {
			return routeError(field, fmt.Sprintf("no channel is called %q", name), fmt.Sprintf("use one of %q", channels))
		}
		if slices.Contains(rule.To[:j], name) {
			return routeError(field, fmt.Sprintf("channel %q is named twice", name), "remove one")
		}
	}
	return nil
}

func routeError(field, problem, remedy string) error {
	return &vigie.FieldError{Field: field, Problem: problem, Remedy: remedy}
}
