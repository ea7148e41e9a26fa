package rules

import (
	"fmt"
	"strings"
)

// Error is a fault in a pack: where it is, what is wrong, and what was expected.
type Error struct {
	File         string
	Line, Column int
	Problem      string
	Remedy       string
}

// Error returns "file:line:column: problem; remedy".
func (e *Error) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem)
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Errors is all the faults of a set of packs, in the order they were found.
type Errors []*Error

// Error returns one fault a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// faults collects errors; a loader with more than maxFaults gives up.
type faults struct {
	file string
	all  Errors
}

const maxFaults = 200

func (f *faults) add(line, column int, problem, remedy string) {
	if len(f.all) < maxFaults {
		f.all = append(f.all, &Error{File: f.file, Line: line, Column: column, Problem: problem, Remedy: remedy})
	}
}
