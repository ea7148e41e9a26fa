// Command vigie watches an organisation's accounts, judges what is said to
// them, seals what is hateful and tells the people who care.
//
// This package reads flags, wires signals and chooses exit codes; all else is
// in internal/daemon. One file holds one subcommand.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"

	"vigie/internal/daemon"
)

// version is set by the linker for releases.
var version = "dev"

// The exit codes that docs/operations.md promises.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// terminal is the world as a subcommand sees it; tests hand in another.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
}

// command is one subcommand.
type command struct {
	name, args, about string
	run               func(ctx context.Context, t terminal, args []string) error
}

func commands() []command {
	return []command{
		{"run", "[--config vigie.yaml]", "watch, judge, seal and alert until stopped", runDaemon},
		{"demo", "", "the same on a simulated network: no account needed, nothing leaves the machine", runDemo},
		{"watch", "mastodon:@user@host …", "a first look at the public replies to public accounts, without credentials", runWatch},
		{"classify", "[--text] [--workers N]", "judge lines from standard input", runClassify},
		{"eval", "--data FILE.tsv…", "measure the judgement on labelled texts", runEval},
		{"import", "FILE.jsonl|.csv…", "take comments in from files, judge and seal them", runImport},
		{"rules", "check|test|explain", "check rule packs, run their examples, explain a verdict", runRules},
		{"evidence", "verify|show", "verify the evidence log, list its records", runEvidence},
		{"config", "check", "check the configuration without starting", runConfig},
		{"alert", "test|routes|dead|retry", "send a harmless alert, show who would be told, list and retry dead letters", runAlert},
		{"user", "add|password|list", "manage the team", runUser},
		{"backup", "DIR", "copy database and evidence while the daemon runs", runBackup},
		{"restore", "DIR", "put a backup into an empty data folder and verify it", runRestore},
		{"kinds", "[--json]", "every kind of source and channel", runKinds},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}
	os.Exit(dispatch(ctx, t, os.Args[1:]))
}

// dispatch runs the subcommand named first and turns its error into an exit code.
func dispatch(ctx context.Context, t terminal, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(t.out)
		return map[bool]int{true: exitUsage, false: exitDone}[len(args) == 0]
	}
	if args[0] == "version" || args[0] == "--version" {
		fmt.Fprintln(t.out, "vigie", version)
		return exitDone
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return exitCode(t.err, c, c.run(ctx, t, args[1:]))
		}
	}
	fmt.Fprintf(t.err, "vigie: unknown command %q; vigie help lists them\n", args[0])
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Vigie watches an organisation's accounts and brings hateful comments to a person.\n\nUsage: vigie COMMAND [flags]")
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(tab, "  %s %s\t%s\n", c.name, c.args, c.about)
	}
	tab.Flush()
}

// usageError is a wrong use of the command line: exit code 2.
type usageError struct{ problem string }

func (e usageError) Error() string { return e.problem }

// codeError carries an exit code of its own, after the command has said why.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func exitCode(w io.Writer, c command, err error) int {
	var (
		code   codeError
		wrong  usageError
		config *daemon.ConfigError
	)
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &wrong):
		fmt.Fprintf(w, "vigie %s: %v\nusage: vigie %s %s\n", c.name, err, c.name, c.args)
		return exitUsage
	case errors.As(err, &config):
		fmt.Fprintln(w, err)
		return exitUsage
	}
	fmt.Fprintf(w, "vigie %s: %v\n", c.name, err)
	return exitFailed
}

// flags makes a flag set that reports to the terminal and never exits.
func flags(t terminal, name string) *flag.FlagSet {
	f := flag.NewFlagSet("vigie "+name, flag.ContinueOnError)
	f.SetOutput(t.err)
	return f
}

// parse reads flags and makes a mistake in them a usage error. Flags may stand
// before and after the arguments.
func parse(f *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, codeError(exitUsage) // the flag set has said why
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
}
