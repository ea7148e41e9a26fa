package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"vigie/internal/daemon"
)

// runKinds lists what this program can collect from and alert through.
func runKinds(_ context.Context, t terminal, args []string) error {
	f := flags(t, "kinds")
	asJSON := f.Bool("json", false, "print JSON")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{"it takes no arguments"}
	}
	sources, channels := daemon.Kinds()
	if *asJSON {
		enc := json.NewEncoder(t.out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"sources": sources, "channels": channels})
	}
	fmt.Fprintln(t.out, "Sources:")
	for _, k := range sources {
		fmt.Fprintf(t.out, "  %-16s %s\n%20sgives %s; needs %s; %s\n", k.Name, k.Doc, "",
			strings.Join(k.Gives, ", "), strings.Join(k.Needs, ", "), k.Cost)
	}
	fmt.Fprintln(t.out, "Channels:")
	for _, k := range channels {
		fmt.Fprintf(t.out, "  %-16s %s\n%20sneeds %s\n", k.Name, k.Doc, "", strings.Join(k.Needs, ", "))
	}
	return nil
}
