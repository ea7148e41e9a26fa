package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"vigie"
	"vigie/internal/daemon"
)

// watched is an account as written on the command line.
var watched = regexp.MustCompile(`^mastodon:@([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+)$`)

// runWatch looks at the public replies to public accounts.
func runWatch(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "watch")
	listen := f.String("listen", "127.0.0.1:8080", "address of the console")
	server := f.String("server", "", "address to ask, if it is not https:// and the account's host")
	accounts, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		return usageError{"name at least one account, for example mastodon:@asso@piaille.fr"}
	}
	dir, err := os.MkdirTemp("", "vigie-watch-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	say := wordsFor(t)
	path, err := watchConfig(dir, accounts, *listen, say.lang, *server)
	if err != nil {
		return err
	}
	return withApp(ctx, t, path, func(ctx context.Context, app *daemon.App) error {
		fmt.Fprintf(t.out, say.watching, strings.Join(accounts, " "), app.ConsoleURL())
		events, err := app.Events(ctx)
		if err != nil {
			return err
		}
		for {
			select {
			case <-ctx.Done():
				return nil
			case err := <-app.Failed():
				return err
			case e := <-events:
				if e.Kind == vigie.EventCaseOpened {
					fmt.Fprintf(t.out, "%s  %s  %s/cases/%s\n", e.At.Local().Format("15:04:05"), say.severity(e.Severity), app.ConsoleURL(), e.Case)
				}
			}
		}
	})
}

// watchConfig writes the configuration that a user of credential-less sources would.
func watchConfig(dir string, accounts []string, listen, lang, server string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "lang: %s\ndata: data\nhttp: {listen: %q}\nmetrics: {listen: \"off\"}\nlog: {level: warn}\nsources:\n", lang, listen)
	for i, a := range accounts {
		m := watched.FindStringSubmatch(a)
		if m == nil {
			return "", usageError{fmt.Sprintf("%q is no account; write mastodon:@user@host", a)}
		}
		fmt.Fprintf(&b, "  - {name: watch-%d, kind: mastodon_public, server: %q, account: %q, every: 30s, max_every: 5m}\n",
			i+1, server, "@"+m[1]+"@"+m[2])
	}
	path := filepath.Join(dir, "vigie.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	return path, nil
}
