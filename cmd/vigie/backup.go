package main

import (
	"context"
	"fmt"

	"vigie/internal/daemon"
)

// runBackup copies the database while the daemon runs.
func runBackup(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "backup")
	config := f.String("config", "vigie.yaml", "configuration file")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError{"name the file to write"}
	}
	c, err := daemon.Load(*config)
	if err != nil {
		return err
	}
	if err := daemon.Backup(ctx, c, rest[0]); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "The database is copied to %s. Copy %s too: its files never change once written.\n", rest[0], daemon.EvidenceDir(c))
	return nil
}
