package main

import (
	"context"
	"encoding/json"
	"fmt"

	"vigie/evidence"
	"vigie/internal/daemon"
)

// runEvidence verifies or lists the evidence log. It needs no daemon and
// changes nothing.
func runEvidence(_ context.Context, t terminal, args []string) error {
	f := flags(t, "evidence")
	config := f.String("config", "vigie.yaml", "configuration file, to find the log")
	dir := f.String("dir", "", "folder of the log, instead of a configuration")
	asJSON := f.Bool("json", false, "show: one JSON object a line")
	atLeast := f.Uint64("at-least", 0, "verify: how many records the log must hold, from an earlier look")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError{"say verify or show"}
	}
	if *dir == "" {
		c, err := daemon.Load(*config)
		if err != nil {
			return err
		}
		*dir = daemon.EvidenceDir(c)
	}
	switch rest[0] {
	case "verify":
		return verifyEvidence(t, *dir, *atLeast)
	case "show":
		return showEvidence(t, *dir, *asJSON)
	}
	return usageError{fmt.Sprintf("unknown %q: say verify or show", rest[0])}
}

// verifyEvidence exits 0 good, 1 tampered, 2 not verifiable, 3 good but a stamp is missing.
func verifyEvidence(t terminal, dir string, atLeast uint64) error {
	report, err := evidence.Verify(dir, evidence.VerifyOptions{AtLeast: atLeast})
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, report)
	if code := report.ExitCode(); code != exitDone {
		return codeError(code)
	}
	return nil
}

func showEvidence(t terminal, dir string, asJSON bool) error {
	for r, err := range evidence.Records(dir) {
		if err != nil {
			return err
		}
		if !asJSON {
			fmt.Fprintf(t.out, "%6d  %s  %s  %s v%d\n", r.Seq, r.Sealed.Format("2006-01-02 15:04:05"), r.Kind, r.Comment, r.Version)
			continue
		}
		if err := json.NewEncoder(t.out).Encode(r); err != nil {
			return fmt.Errorf("write the records: %w", err)
		}
	}
	return nil
}
