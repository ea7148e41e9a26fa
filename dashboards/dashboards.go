// Package dashboards holds what other programs show and watch of Vigie:
// Grafana's dashboards in grafana/, Prometheus' and Alertmanager's files in
// prometheus/, and the list of metrics on which both rest. The moderators' own
// pages are in dashboards/console.
//
// It stores nothing and runs nothing. Its tests promise that every rule was
// seen silent and firing by promtool, and that rules and dashboards use only
// metrics of the list; a test of the daemon holds the registry to the same list.
package dashboards

import (
	_ "embed" // for metrics.txt
	"fmt"
	"slices"
	"strings"
)

//go:embed metrics.txt
var list string

// Metric is one metric that rules and dashboards may use.
type Metric struct {
	Name   string   // "vigie_cases_open"
	Type   string   // "counter", "gauge" or "histogram"
	Labels []string // without le; nil if there are none
}

// Metrics returns the list of metrics.txt in its order.
func Metrics() []Metric {
	var out []Metric
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if len(fields) != 3 {
			panic(fmt.Sprintf("metrics.txt: %q is not name, type, labels", line)) // the file is part of the program
		}
		m := Metric{Name: fields[0], Type: fields[1]}
		if fields[2] != "-" {
			m.Labels = strings.Split(fields[2], ",")
		}
		out = append(out, m)
	}
	return out
}

// MetricNames returns the names of the list, sorted.
func MetricNames() []string {
	var names []string
	for _, m := range Metrics() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}
