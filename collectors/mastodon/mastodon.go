// Package mastodon collects what is said to an account on Mastodon and on the
// servers that speak its client API (GoToSocial, Pleroma, Akkoma).
//
// Three walks share one cursor: notifications (mentions, replies, quotes, those
// of strangers included), private messages, and the threads below the
// account's own recent posts, where people also talk about it without naming
// it. [Watch] is the third walk alone, for an account that has no token here.
//
// The package stores nothing. It talks through go-mastodon, never through that
// library's paging, retries or streams, which lose comments or hammer servers;
// each item is decoded on its own, so that an unreadable one is set aside
// instead of stopping the walk, and its bytes are kept as the server sent them.
// Comments come in overlapping reads: the same one may come more than once,
// always with the same id, text and time of edit.
package mastodon

import (
	"net/url"
	"strings"
	"time"

	"vigie"
	"vigie/collectors"
)

// platform is the name in ids of comments, authors and accounts.
const platform = "mastodon"

// Config is one watched account with a token.
type Config struct {
	Server    string `yaml:"server"`     // "https://piaille.fr"
	Account   string `yaml:"account"`    // "@asso" or "@asso@piaille.fr": whose token it should be; "" if any will do
	TokenFile string `yaml:"token_file"` // holds the access token
	Replies   *bool  `yaml:"replies"`    // watch the threads below own posts; true if unset
	Messages  *bool  `yaml:"messages"`   // read private messages; true if unset
}

// Validate checks the fields without any I/O.
func (c *Config) Validate() error {
	if _, err := parseServer(c.Server); err != nil {
		return err
	}
	if c.TokenFile == "" {
		return &vigie.FieldError{Field: "token_file", Problem: "is missing",
			Remedy: "create an application in the account's preferences under Development, with the scopes read:notifications read:statuses read:accounts, and write its access token into a file"}
	}
	if c.Account != "" {
		if user, _ := splitHandle(c.Account); user == "" {
			return &vigie.FieldError{Field: "account", Problem: "is not a name like @asso or @asso@piaille.fr",
				Remedy: "write it as it stands in the profile, or leave it out"}
		}
	}
	return nil
}

// Kind describes the platform.
func Kind() collectors.Kind {
	return collectors.Kind{
		Name:  platform,
		Doc:   "Mentions, replies, quotes and private messages of an account on Mastodon or a server with its API.",
		Gives: []string{"mentions", "replies", "quotes", "messages", "edits", "deletions"},
		Needs: []string{"server", "token_file"},
		Cost:  "free",
	}
}

// parseServer reads the address of a server: scheme and host, nothing else.
func parseServer(server string) (*url.URL, error) {
	u, err := url.Parse(server)
	plain := err == nil && u.User == nil && u.RawQuery == "" && u.Fragment == "" && strings.Trim(u.Path, "/") == ""
	if !plain || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, &vigie.FieldError{Field: "server", Problem: "is not the address of a server",
			Remedy: "write it like https://piaille.fr"}
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// splitHandle cuts "@user@host" or "@user"; the user is "" if it is neither.
func splitHandle(handle string) (user, host string) {
	user, host, both := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	if user == "" || both && host == "" || strings.ContainsAny(handle, " /:?#\t\n") || strings.Contains(host, "@") {
		return "", ""
	}
	return user, strings.ToLower(host)
}

// Source is one watched account. It is not safe for concurrent use; the Runner
// calls one source at a time.
type Source struct {
	api      *client
	deps     collectors.Deps
	expected string // Config.Account
	replies  bool
	messages bool

	self    *vigie.Account // once known
	notes   *collectors.Window
	talks   *collectors.Window
	talked  map[string]string // conversation → the last status whose thread was read
	last    string            // the cursor yielded last
	noBatch bool              // the server has no multi-status fetch
}

// New builds a source. It reads the token file and does no network I/O.
func New(c Config, d collectors.Deps) (collectors.Source, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	server, err := parseServer(c.Server)
	if err != nil {
		return nil, err
	}
	token, err := d.Secret(c.TokenFile)
	if err != nil {
		return nil, &vigie.FieldError{Field: "token_file", Problem: err.Error(), Remedy: "write the access token into that file, readable by vigie alone"}
	}
	token = vigie.Secret(strings.TrimSpace(string(token)))
	if token == "" {
		return nil, &vigie.FieldError{Field: "token_file", Problem: "the file is empty", Remedy: "write the access token into it"}
	}
	return &Source{
		api: newClient(d.Client, server, token), deps: d, expected: c.Account,
		replies: c.Replies == nil || *c.Replies, messages: c.Messages == nil || *c.Messages,
		notes:  collectors.NewWindow(collectors.DefaultOverlap, collectors.ByLength),
		talks:  collectors.NewWindow(collectors.DefaultOverlap, collectors.ByLength),
		talked: make(map[string]string),
	}, nil
}

// How far back the first walk goes, and how long own posts are watched.
const memory = 7 * 24 * time.Hour
