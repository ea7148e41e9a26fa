package main

import (
	"context"
	"fmt"
	"strings"

	"vigie"
	"vigie/internal/daemon"
)

// runAlert tries channels and shows routes and dead letters.
func runAlert(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "alert")
	config := f.String("config", "vigie.yaml", "configuration file")
	dry := f.Bool("dry-run", false, "test: show what would leave, send nothing")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return usageError{"say test CHANNEL, routes, dead or retry ID"}
	}
	c, err := daemon.Load(*config)
	if err != nil {
		return err
	}
	switch {
	case rest[0] == "test" && len(rest) == 2:
		return testChannel(ctx, t, c, rest[1], *dry)
	case rest[0] == "routes" && len(rest) == 1:
		return showRoutes(t, c)
	case rest[0] == "dead" && len(rest) == 1:
		return showDead(ctx, t, c)
	case rest[0] == "retry" && len(rest) == 2:
		return daemon.RetryDead(ctx, c, vigie.AlertID(rest[1]))
	}
	return usageError{"say test CHANNEL, routes, dead or retry ID"}
}

// testChannel shows exactly what leaves, then sends it.
func testChannel(ctx context.Context, t terminal, c *daemon.Config, name string, dry bool) error {
	trial, err := daemon.NewTrial(c, name)
	if err != nil {
		return err
	}
	shown, err := trial.Preview()
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s\n", strings.TrimRight(string(shown), "\n"))
	if dry {
		return nil
	}
	if err := trial.Send(ctx); err != nil {
		return fmt.Errorf("channel %s did not take the test alert: %w", name, err)
	}
	fmt.Fprintf(t.out, "channel %s took the test alert\n", name)
	return nil
}

func showRoutes(t terminal, c *daemon.Config) error {
	for _, s := range vigie.Severities()[1:] {
		to := c.Routes.Route(c.Organisation.ID, s)
		if len(to) == 0 {
			to = []string{"nobody"}
		}
		fmt.Fprintf(t.out, "%-10s %s\n", s, strings.Join(to, ", "))
	}
	fmt.Fprintf(t.out, "%-10s %s\n", "trouble", strings.Join(c.Administrators, ", "))
	return nil
}

func showDead(ctx context.Context, t terminal, c *daemon.Config) error {
	letters, err := daemon.DeadLetters(ctx, c)
	for _, m := range letters {
		fmt.Fprintf(t.out, "%s  %s  %s  %s  %d alerts, %d attempts, last failure: %s\n",
			m.ID, m.At.Format("2006-01-02 15:04"), m.Channel, m.Severity, m.Alerts, m.Attempts, m.Class)
	}
	return err
}
