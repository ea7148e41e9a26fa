package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"vigie/internal/daemon"
)

// stopWithin bounds an orderly stop; after it the process ends anyway, which
// loses nothing.
const stopWithin = 10 * time.Second

// runDaemon watches until it is told to stop. SIGHUP reads the configuration again.
func runDaemon(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "run")
	path := f.String("config", "vigie.yaml", "configuration file")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{"it takes no arguments"}
	}
	c, err := daemon.Load(*path)
	if err != nil {
		return err
	}
	app, err := daemon.New(ctx, c, daemon.Options{Log: logger(t, c.Log), Out: t.out, Version: version})
	if err != nil {
		return err
	}
	if err := app.Start(ctx); err != nil {
		return stop(app, err)
	}
	fmt.Fprintf(t.out, "Vigie %s\n", app.ConsoleURL())
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	return stop(app, attend(ctx, app, hangup))
}

// attend waits for the end of the context or of a part that must not end, and
// reloads on each hangup.
func attend(ctx context.Context, app *daemon.App, hangup <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-app.Failed():
			return err
		case <-hangup:
			app.Reload(ctx)
		}
	}
}

// stop ends the app in an orderly way and keeps the error that led to it.
func stop(app *daemon.App, cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := app.Stop(ctx); err != nil && cause == nil {
		return fmt.Errorf("stop: %w", err)
	}
	return cause
}

// logger writes to standard error, in the form the configuration asks for.
func logger(t terminal, c daemon.LogConfig) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(t.err, o))
	}
	return slog.New(slog.NewTextHandler(t.err, o))
}
