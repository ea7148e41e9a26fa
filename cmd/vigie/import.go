package main

import (
	"context"
	"fmt"

	"vigie/internal/daemon"
)

// runImport takes comments in from files, judges and seals them, and rings
// nobody. Repeated, it adds nothing twice.
func runImport(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "import")
	config := f.String("config", "vigie.yaml", "configuration file")
	format := f.String("format", "", "jsonl, csv or x (an archive of X); default: by the file's name")
	files, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usageError{"name at least one file"}
	}
	c, err := daemon.Load(*config)
	if err != nil {
		return err
	}
	app, err := daemon.New(ctx, c, daemon.Options{Log: logger(t, c.Log), Version: version, Silent: true, NoRing: true})
	if err != nil {
		return err
	}
	for _, path := range files {
		summary, err := app.Import(ctx, path, *format, func(line int, reason string) {
			fmt.Fprintf(t.err, "%s:%d: rejected: %s\n", path, line, reason)
		})
		if err != nil {
			return stop(app, err)
		}
		fmt.Fprintf(t.out, "%s: %d new, %d edited, %d known, %d rejected; %d flagged\n",
			path, summary.New, summary.Edited, summary.Known, summary.Rejected, summary.Flagged)
	}
	return stop(app, nil)
}
