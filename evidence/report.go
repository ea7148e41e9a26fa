package evidence

import (
	"fmt"
	"strings"
	"time"

	"vigie"
)

// The exit codes of a verification.
const (
	CodeGood         = 0
	CodeTampered     = 1
	CodeUnverifiable = 2
	CodeUnstamped    = 3 // good, but a time stamp that was configured is missing
)

// maxFaults is how many faults a report lists.
const maxFaults = 100

// Finding is one thing that a verification found.
type Finding struct {
	File    string // under the folder of the log
	Seq     int64  // of the record at fault, or the first one after it; -1 if it is about none
	Problem string
}

// String names file, record and problem.
func (f Finding) String() string {
	if f.Seq < 0 {
		return f.File + ": " + f.Problem
	}
	return fmt.Sprintf("%s, record %d: %s", f.File, f.Seq, f.Problem)
}

// Report is what a verification found.
type Report struct {
	Dir          string
	Records      uint64       // that the head signs
	Last         vigie.Digest // of the last of them
	Signed       time.Time    // when the head was signed, by the clock of the machine that wrote it
	Key          string       // fingerprint of the key that the log was checked with
	Faults       []Finding    // tampering; the first 100
	Notes        []Finding    // what a crash or a clock explains
	Unverifiable string       // why nothing can be said; "" if it can
	Unstamped    int          // records without a time stamp that was configured; always 0 in this version
}

// ExitCode is 0 good, 1 tampered, 2 not verifiable, 3 good but a stamp is missing.
func (r Report) ExitCode() int {
	switch {
	case len(r.Faults) > 0:
		return CodeTampered
	case r.Unverifiable != "":
		return CodeUnverifiable
	case r.Unstamped > 0:
		return CodeUnstamped
	}
	return CodeGood
}

// String is the report for a person.
func (r Report) String() string {
	var b strings.Builder
	switch r.ExitCode() {
	case CodeTampered:
		fmt.Fprintf(&b, "TAMPERED: %s\n", r.Dir)
	case CodeUnverifiable:
		fmt.Fprintf(&b, "NOT VERIFIABLE: %s: %s\n", r.Dir, r.Unverifiable)
	case CodeUnstamped:
		fmt.Fprintf(&b, "GOOD, but %d records have no time stamp yet: %s\n", r.Unstamped, r.Dir)
	default:
		fmt.Fprintf(&b, "GOOD: %d records in %s\n", r.Records, r.Dir)
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "  %s\n", f)
	}
	for _, f := range r.Notes {
		fmt.Fprintf(&b, "  note: %s\n", f)
	}
	if r.Unverifiable == "" {
		fmt.Fprintf(&b, "  head: %d records, last %s, signed %s, key %s\n", r.Records, r.Last, stamp(r.Signed), r.Key)
		b.WriteString("  an older copy of the whole folder would pass too: compare with a head kept elsewhere (--at-least N)")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *Report) fault(file string, seq int64, problem string) {
	if len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, Finding{file, seq, problem})
	}
}

func (r *Report) note(file string, seq int64, problem string) {
	r.Notes = append(r.Notes, Finding{file, seq, problem})
}
