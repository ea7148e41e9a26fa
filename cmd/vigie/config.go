package main

import (
	"context"
	"fmt"

	"vigie/internal/daemon"
)

// runConfig checks a configuration: its keys, its secrets, its rules. It opens
// no connection.
func runConfig(_ context.Context, t terminal, args []string) error {
	f := flags(t, "config")
	path := f.String("config", "vigie.yaml", "configuration file")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 || rest[0] != "check" || len(rest) > 2 {
		return usageError{"say: config check [FILE]"}
	}
	if len(rest) == 2 {
		*path = rest[1]
	}
	c, err := daemon.Load(*path)
	if err != nil {
		return err
	}
	if err := daemon.CheckSecrets(c); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s is good; sources: %d, channels: %d, routes: %d\n", *path, len(c.Sources), len(c.Channels), len(c.Routes))
	return nil
}
