package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"vigie"
	"vigie/internal/daemon"
)

// runUser manages the team. It may run beside the daemon.
func runUser(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "user")
	config := f.String("config", "vigie.yaml", "configuration file")
	name := f.String("name", "", "add: the name shown to colleagues")
	role := f.String("role", string(vigie.RoleModerator), "add: moderator or admin")
	lang := f.String("lang", "fr", "add: fr or en")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	need := map[string]int{"list": 1, "add": 2, "password": 2, "remove": 2}
	if len(rest) == 0 || need[rest[0]] != len(rest) {
		return usageError{"say list, add LOGIN, password LOGIN or remove LOGIN"}
	}
	c, err := daemon.Load(*config)
	if err != nil {
		return err
	}
	team, err := daemon.OpenTeam(ctx, c)
	if err != nil {
		return err
	}
	defer team.Close()
	if rest[0] == "list" {
		users, err := team.List(ctx)
		for _, u := range users {
			fmt.Fprintf(t.out, "%-20s %-10s %s  %s\n", u.ID, u.Role, u.Lang, u.Name)
		}
		return err
	}
	if rest[0] == "remove" {
		return team.Remove(ctx, vigie.UserID(rest[1]))
	}
	password, err := readPassword(t)
	if err != nil {
		return err
	}
	if rest[0] == "password" {
		return team.SetPassword(ctx, vigie.UserID(rest[1]), password)
	}
	if *role != string(vigie.RoleModerator) && *role != string(vigie.RoleAdmin) {
		return usageError{"--role is moderator or admin"}
	}
	return team.Add(ctx, vigie.User{ID: vigie.UserID(rest[1]), Org: c.Organisation.ID, Name: *name, Role: vigie.Role(*role), Lang: *lang}, password)
}

// readPassword asks on a terminal without echo, else reads the first line.
func readPassword(t terminal) (string, error) {
	if in, ok := t.in.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		fmt.Fprint(t.err, "Password: ")
		b, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(t.err)
		return string(b), err
	}
	line, err := bufio.NewReader(io.LimitReader(t.in, 4<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password from standard input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
