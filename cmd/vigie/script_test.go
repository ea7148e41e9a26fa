package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the program as a process, as people type it. Each file of
// testdata/script is one story.
func TestScripts(t *testing.T) {
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(bin)+string(os.PathListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCodeCommand,
			"lines":    linesCommand,
		},
		RequireUniqueNames: true,
	})
}

// exitCodeCommand runs a command and demands its exit code: exitcode 2 vigie …
func exitCodeCommand(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exitcode N COMMAND …")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s (%v), want %s", got, err, args[0])
	}
}

// linesCommand demands a number of lines: lines 3 stdout
func linesCommand(ts *testscript.TestScript, _ bool, args []string) {
	n := strings.Count(ts.ReadFile(args[1]), "\n")
	if want := args[0]; want != strconv.Itoa(n) {
		ts.Fatalf("%s has %d lines, want %s", args[1], n, want)
	}
}
