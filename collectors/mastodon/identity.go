package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mattn/go-mastodon"

	"vigie"
	"vigie/collectors"
)

// known asks whose token it is unless that is known.
func (s *Source) known(ctx context.Context) error {
	if s.self != nil {
		return nil
	}
	_, err := s.WhoAmI(ctx)
	return err
}

// WhoAmI asks the server which account the token opens. If the configuration
// expects another one, the error names both.
func (s *Source) WhoAmI(ctx context.Context) (vigie.Account, error) {
	a, err := s.api.whoami(ctx)
	if err != nil {
		return vigie.Account{}, err
	}
	if !s.expects(a) {
		return vigie.Account{}, &collectors.Error{
			Class: collectors.ClassAuth,
			Err:   fmt.Errorf("the token belongs to %s, the configuration expects %s", handle(a, s.api.host()), s.expected),
			Hint:  "put a token of the expected account into the token file, or correct the key account",
		}
	}
	self := account(a, s.api.host())
	s.self = &self
	return self, nil
}

// whoami asks the server whose token this is.
func (c *client) whoami(ctx context.Context) (*mastodon.Account, error) {
	a, err := c.ask(ctx, nil, func(ctx context.Context, lib *mastodon.Client) error {
		_, err := lib.GetAccountCurrentUser(ctx)
		return err
	})
	if collectors.StatusOf(err) == http.StatusNotFound {
		return nil, &collectors.Error{Class: collectors.ClassGone, Status: http.StatusNotFound,
			Err: errors.New("the server does not speak Mastodon's API"), Hint: "correct the key server"}
	}
	if err != nil {
		return nil, err
	}
	return readAccount(a)
}

func readAccount(a raw) (*mastodon.Account, error) {
	acc, err := pick[mastodon.Account](raw{body: keep(a.body, "id", "username", "acct", "display_name", "url")})
	if err != nil {
		return nil, err
	}
	if acc.ID == "" || acc.Username == "" {
		return nil, &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer names no account")}
	}
	return acc, nil
}

// account turns the library's account, local to host, into ours.
func account(a *mastodon.Account, host string) vigie.Account {
	return vigie.Account{
		ID:       vigie.AccountID(vigie.NewCommentID(platform, host, "@"+a.Username)),
		Platform: platform, Host: host, Remote: string(a.ID), Handle: "@" + a.Username, URL: a.URL,
	}
}

// expects compares an account with the configured name. The host may be that
// of the server or that of the account's page, which differ where a server
// lives under another name than its accounts.
func (s *Source) expects(a *mastodon.Account) bool {
	user, host := splitHandle(s.expected)
	if user == "" {
		return true
	}
	page, _ := url.Parse(a.URL)
	hosts := s.api.host() == host || s.api.server.Hostname() == host || page != nil && page.Hostname() == host
	return strings.EqualFold(user, a.Username) && (host == "" || hosts)
}
