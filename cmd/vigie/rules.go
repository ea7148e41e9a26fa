package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"vigie/internal/daemon"
	"vigie/rules"
)

// runRules checks packs, runs their examples and explains verdicts. A folder
// named is taken beside the packs that come with the program.
func runRules(_ context.Context, t terminal, args []string) error {
	f := flags(t, "rules")
	lang := f.String("lang", "", "explain: the language of the text, if known")
	own := f.String("rules", "", "explain: folder of the organisation's own packs")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) >= 1 && len(rest) <= 2 && (rest[0] == "check" || rest[0] == "test"):
		return checkRules(t, rest[1:], rest[0] == "test")
	case len(rest) == 2 && rest[0] == "explain":
		return daemon.Explain(t.out, rest[1], *lang, *own)
	}
	return usageError{"say check [DIR], test [DIR] or explain TEXT"}
}

func checkRules(t terminal, dir []string, examples bool) error {
	folders := []fs.FS{rules.Embedded()}
	if len(dir) == 1 {
		folders = append(folders, os.DirFS(dir[0]))
	}
	set, err := rules.Load(folders...)
	if err != nil {
		fmt.Fprintln(t.err, err)
		return codeError(exitFailed)
	}
	if !examples {
		fmt.Fprintf(t.out, "%d rules in %d packs are good\n", set.Rules(), set.Packs())
		return nil
	}
	problems := set.Check()
	for _, p := range problems {
		fmt.Fprintln(t.out, p)
	}
	if len(problems) > 0 {
		return codeError(exitFailed)
	}
	fmt.Fprintf(t.out, "all examples of %d rules hold\n", set.Rules())
	return nil
}
