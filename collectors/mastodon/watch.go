package mastodon

import (
	"context"
	"iter"
	"net/url"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// WatchConfig names a public account to be watched without any token.
type WatchConfig struct {
	Account string `yaml:"account"` // "@asso@piaille.fr"
	Server  string `yaml:"server"`  // where to ask; "": https:// and the account's host
}

// Validate checks the fields without any I/O.
func (c *WatchConfig) Validate() error {
	if user, host := splitHandle(c.Account); user == "" || host == "" {
		return &vigie.FieldError{Field: "account", Problem: "is not a full name like @asso@piaille.fr", Remedy: "write it as it stands in the profile"}
	}
	_, err := c.address()
	return err
}

func (c *WatchConfig) address() (*url.URL, error) {
	if c.Server != "" {
		return parseServer(c.Server)
	}
	_, host := splitHandle(c.Account)
	return parseServer("https://" + host)
}

// Watch reads what anybody can read: the public answers below the recent posts
// of a public account, as its own server shows them without a login (at most
// sixty for each post). It sees no mention elsewhere, no message, no quote. Its
// requests are sequential and few; the server's rate limit stops it early. It
// is not safe for concurrent use.
type Watch struct {
	api     *client
	account string
	deps    collectors.Deps
	self    *vigie.Account // once looked up
	noBatch bool
}

// NewWatch builds a source for a public account. Deps.Secret is not used.
func NewWatch(c WatchConfig, d collectors.Deps) (*Watch, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	server, err := c.address()
	if err != nil {
		return nil, err
	}
	return &Watch{api: newClient(d.Client, server, ""), account: c.Account, deps: d}, nil
}

// known looks the account up unless that was done.
func (w *Watch) known(ctx context.Context) error {
	if w.self != nil {
		return nil
	}
	_, err := w.WhoAmI(ctx)
	return err
}

// WhoAmI looks the account up. One that its server does not know, or shows to
// no stranger, is an error of a final class with the remedy.
func (w *Watch) WhoAmI(ctx context.Context) (vigie.Account, error) {
	a, err := w.lookup(ctx)
	if err != nil {
		return vigie.Account{}, err
	}
	self := account(a, w.api.host())
	w.self = &self
	return self, nil
}

func (w *Watch) lookup(ctx context.Context) (*mastodon.Account, error) {
	user, host := splitHandle(w.account)
	a, err := w.api.ask(ctx, nil, func(ctx context.Context, lib *mastodon.Client) error {
		_, err := lib.AccountLookup(ctx, user+"@"+host)
		return err
	})
	if err != nil {
		return nil, public(err)
	}
	return readAccount(a)
}

// public gives the remedies that fit a reader without a token.
func public(err error) error {
	hints := map[collectors.Class]string{
		collectors.ClassGone: "there is no such account on that server: check the spelling",
		collectors.ClassAuth: "that server shows nothing without a login: watch the account with a token of its own",
	}
	hint := hints[collectors.ClassOf(err)]
	if hint == "" {
		return err
	}
	return &collectors.Error{Class: collectors.ClassOf(err), Status: collectors.StatusOf(err), Hint: hint}
}

// Pages reads the threads below the account's recent posts.
func (w *Watch) Pages(ctx context.Context, since string) iter.Seq2[collectors.Page, error] {
	return func(yield func(collectors.Page, error) bool) {
		if err := w.walk(ctx, since, func(page collectors.Page) bool { return yield(page, nil) }); err != nil {
			yield(collectors.Page{}, public(err))
		}
	}
}

func (w *Watch) walk(ctx context.Context, since string, emit func(collectors.Page) bool) error {
	if err := w.known(ctx); err != nil {
		return err
	}
	c, err := parseCursor(since, w.api.host()+"/"+w.self.Remote)
	if err != nil {
		return err
	}
	p := &pass{api: w.api, cursor: c, before: since, emit: emit, now: w.deps.Now, view: w.view()}
	return p.threads(ctx)
}

func (w *Watch) view() viewer {
	return viewer{host: w.api.host(), self: *w.self, org: w.deps.Org, source: w.deps.Name, now: w.deps.Now()}
}

// Check looks stored comments up again, like [Source.Check]. The control is
// that the server still shows the account.
func (w *Watch) Check(ctx context.Context, ids []vigie.CommentID) (vigie.Looked, error) {
	if err := w.known(ctx); err != nil {
		return vigie.Looked{}, err
	}
	c := checker{api: w.api, view: w.view(), control: func(ctx context.Context) error {
		_, err := w.lookup(ctx)
		return err
	}}
	return c.check(ctx, ids, &w.noBatch)
}

// WatchKind describes the watching of public accounts.
func WatchKind() collectors.Kind {
	return collectors.Kind{
		Name:  "mastodon_public",
		Doc:   "The public replies to a public Mastodon account, without any credential: for a first look.",
		Gives: []string{"replies", "edits", "deletions"},
		Needs: []string{"account"},
		Cost:  "free",
	}
}

// OpenWatch is [NewWatch] for the table of the daemon.
func OpenWatch(c WatchConfig, d collectors.Deps) (collectors.Source, error) {
	return NewWatch(c, d)
}
