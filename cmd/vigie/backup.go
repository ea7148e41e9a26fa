package main

import (
	"context"
	"fmt"

	"vigie/internal/daemon"
)

// runBackup copies database and evidence while the daemon runs.
func runBackup(ctx context.Context, t terminal, args []string) error {
	c, dir, err := backupArgs(t, "backup", args)
	if err != nil {
		return err
	}
	if err := daemon.Backup(ctx, c, dir); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "database and evidence are copied to %s; it holds personal data: keep it as safe as the original\n", dir)
	return nil
}

// runRestore puts a backup into an empty data folder and verifies it.
func runRestore(ctx context.Context, t terminal, args []string) error {
	c, dir, err := backupArgs(t, "restore", args)
	if err != nil {
		return err
	}
	report, err := daemon.Restore(ctx, c, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s is restored into %s\n", dir, c.Data)
	if report.Dir == "" {
		return nil
	}
	fmt.Fprintln(t.out, report)
	if code := report.ExitCode(); code != exitDone {
		return codeError(code)
	}
	return nil
}

func backupArgs(t terminal, name string, args []string) (*daemon.Config, string, error) {
	f := flags(t, name)
	config := f.String("config", "vigie.yaml", "configuration file")
	rest, err := parse(f, args)
	if err != nil {
		return nil, "", err
	}
	if len(rest) != 1 {
		return nil, "", usageError{"name the folder of the backup"}
	}
	c, err := daemon.Load(*config)
	return c, rest[0], err
}
