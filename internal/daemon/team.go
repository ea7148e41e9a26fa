package daemon

import (
	"context"

	"vigie"
	"vigie/internal/store"
)

// Team is the people of an installation, for the command line. It may be open
// beside the running daemon.
type Team struct {
	store *store.Store
	who   vigie.Caller
}

// OpenTeam opens the database of a configuration.
func OpenTeam(ctx context.Context, c *Config) (*Team, error) {
	s, err := store.Open(ctx, storeOptions(c, Options{}))
	if err != nil {
		return nil, err
	}
	return &Team{store: s, who: atTerminal(c)}, nil
}

// atTerminal is the caller behind a command line: whoever may read the data
// folder is an administrator.
func atTerminal(c *Config) vigie.Caller {
	return vigie.Caller{User: "terminal", Org: c.Organisation.ID, Role: vigie.RoleAdmin, Via: "cli"}
}

// Close closes the database.
func (t *Team) Close() error { return t.store.Close() }

// List returns the members by login.
func (t *Team) List(ctx context.Context) ([]vigie.User, error) { return t.store.Users(ctx, t.who) }

// Add adds a member.
func (t *Team) Add(ctx context.Context, u vigie.User, password string) error {
	return t.store.AddUser(ctx, t.who, u, password)
}

// Remove takes a member out of the team and ends their sessions.
func (t *Team) Remove(ctx context.Context, id vigie.UserID) error {
	return t.store.RemoveUser(ctx, t.who, id)
}

// SetPassword changes a member's password.
func (t *Team) SetPassword(ctx context.Context, id vigie.UserID, password string) error {
	return t.store.SetPassword(ctx, t.who, id, password)
}

// deadShown is how many dead letters are listed.
const deadShown = 1000

// DeadLetters lists the messages that no retry could deliver, the latest first.
func DeadLetters(ctx context.Context, c *Config) ([]store.DeadLetter, error) {
	var letters []store.DeadLetter
	err := withStore(ctx, c, func(s *store.Store) (err error) {
		letters, err = s.DeadLetters(ctx, atTerminal(c), deadShown)
		return err
	})
	return letters, err
}

// RetryDead makes a dead letter due again.
func RetryDead(ctx context.Context, c *Config, id vigie.AlertID) error {
	return withStore(ctx, c, func(s *store.Store) error { return s.RetryDead(ctx, atTerminal(c), id) })
}

func withStore(ctx context.Context, c *Config, do func(*store.Store) error) error {
	s, err := store.Open(ctx, storeOptions(c, Options{}))
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}
