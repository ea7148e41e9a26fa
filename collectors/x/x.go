// Package x collects what is said to an account on X: mentions, replies and
// quotes that name it.
//
// Mode v2 (the default) reads GET /2/users/{id}/mentions with four OAuth 1.0a
// keys or an app's bearer token. X bills each post that it returns, so the
// package reserves the price of a page before it asks, settles what came
// after, and keeps its own account in the cursor: the monthly budget holds
// across restarts. Authors are ids only, because asking for their names costs
// ten times the mention. Mode v1.1 drives github.com/dghubble/go-twitter for
// those who still have a contract for it; [ReadArchive] reads exported
// archives. Whatever the way, a post becomes a twitter.Tweet of go-twitter
// first, and one function makes a comment of it.
//
// The package stores nothing; all it must remember is in the cursor. It
// promises that no token, text or author gets into an error, and that a page
// which was not stored is read again.
package x

import (
	"cmp"
	"math"
	"net/url"
	"strconv"
	"strings"

	"vigie"
	"vigie/collectors"
)

// The modes of a source.
const (
	ModeV2     = "v2"
	ModeLegacy = "v1.1"
)

const (
	platform      = "x"
	host          = "x.com"
	defaultServer = "https://api.x.com"
)

// Config is what the operator writes. Secrets are files.
type Config struct {
	Mode   string `yaml:"mode"`   // "v2" if empty, or "v1.1"
	Server string `yaml:"server"` // "https://api.x.com" if empty

	ConsumerKeyFile    string `yaml:"consumer_key_file"` // the four keys of OAuth 1.0a …
	ConsumerSecretFile string `yaml:"consumer_secret_file"`
	AccessTokenFile    string `yaml:"access_token_file"`
	AccessSecretFile   string `yaml:"access_secret_file"`
	BearerFile         string `yaml:"bearer_file"` // … or an app's token, with user_id

	Account string `yaml:"account"` // "@asso": refuse to start if the keys open another account
	UserID  string `yaml:"user_id"` // the account's number; needed with bearer_file

	MonthlyBudget string `yaml:"monthly_budget"` // US dollars per calendar month (UTC), "10.00"; needed in mode v2
	MentionPrice  string `yaml:"mention_price"`  // US dollars per mention read; "0.001" with the four keys, "0.005" with bearer_file
	PostPrice     string `yaml:"post_price"`     // US dollars per post looked up again; "0.005"
	PageSize      int    `yaml:"page_size"`      // posts asked for at once: 5 to 100, 100 if zero
}

// Kind describes the platform.
func Kind() collectors.Kind {
	return collectors.Kind{
		Name:  "x",
		Doc:   "Mentions, replies and quotes that name an account on X (Twitter), within a monthly budget.",
		Gives: []string{"mentions", "replies", "quotes", "edits", "deletions"},
		Needs: []string{"consumer_key_file", "consumer_secret_file", "access_token_file", "access_secret_file", "monthly_budget"},
		Cost:  "about $0.001 per mention of your own account read with your own app, $0.005 otherwise",
	}
}

// Validate checks the configuration without touching file or network. The
// error is a *vigie.FieldError.
func (c Config) Validate() error {
	for _, check := range []func(Config) *vigie.FieldError{Config.checkMode, Config.checkKeys, Config.checkAccount, Config.checkMoney} {
		if e := check(c); e != nil {
			return e
		}
	}
	return nil
}

func (c Config) legacy() bool { return c.Mode == ModeLegacy }

func (c Config) server() string { return strings.TrimRight(cmp.Or(c.Server, defaultServer), "/") }

func (c Config) checkMode() *vigie.FieldError {
	if c.Mode != "" && c.Mode != ModeV2 && c.Mode != ModeLegacy {
		return &vigie.FieldError{Field: "mode", Problem: "unknown mode", Remedy: `write "v2", or "v1.1" if X gave you a contract for it`}
	}
	u, err := url.Parse(c.server())
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil {
		return &vigie.FieldError{Field: "server", Problem: "not the address of a server", Remedy: "leave it out, or write https://… without a query"}
	}
	if c.PageSize != 0 && (c.PageSize < 5 || c.PageSize > 100) {
		return &vigie.FieldError{Field: "page_size", Problem: "out of range", Remedy: "write a number from 5 to 100, or leave it out"}
	}
	return nil
}

func (c Config) checkKeys() *vigie.FieldError {
	keys := []struct{ field, value string }{
		{"consumer_key_file", c.ConsumerKeyFile}, {"consumer_secret_file", c.ConsumerSecretFile},
		{"access_token_file", c.AccessTokenFile}, {"access_secret_file", c.AccessSecretFile},
	}
	any := c.ConsumerKeyFile + c.ConsumerSecretFile + c.AccessTokenFile + c.AccessSecretFile
	switch {
	case c.BearerFile != "" && any != "":
		return &vigie.FieldError{Field: "bearer_file", Problem: "given beside OAuth 1.0a keys", Remedy: "keep either bearer_file or the four key files"}
	case c.BearerFile != "" && c.legacy():
		return &vigie.FieldError{Field: "bearer_file", Problem: "not enough for mode v1.1", Remedy: "give the four key files"}
	case c.BearerFile != "":
		return nil
	}
	for _, k := range keys {
		if k.value == "" {
			return &vigie.FieldError{Field: k.field, Problem: "missing", Remedy: "put each of the four keys of the developer portal (“Keys and tokens”) into a file and name it here"}
		}
	}
	return nil
}

func (c Config) checkAccount() *vigie.FieldError {
	if c.UserID != "" && !isID(c.UserID) {
		return &vigie.FieldError{Field: "user_id", Problem: "not a number", Remedy: "write the account's number, not its name"}
	}
	if c.BearerFile != "" && c.UserID == "" {
		return &vigie.FieldError{Field: "user_id", Problem: "missing", Remedy: "an app's token belongs to no account: write the number of the account to watch"}
	}
	if strings.Trim(c.Account, "@") == "" && c.Account != "" || strings.ContainsAny(c.Account, " /:") {
		return &vigie.FieldError{Field: "account", Problem: "not the name of an account", Remedy: `write it as "@asso"`}
	}
	return nil
}

func (c Config) checkMoney() *vigie.FieldError {
	for _, f := range []struct{ field, value string }{
		{"monthly_budget", c.MonthlyBudget}, {"mention_price", c.MentionPrice}, {"post_price", c.PostPrice},
	} {
		if f.value == "" {
			continue
		}
		if _, ok := micros(f.value); !ok {
			return &vigie.FieldError{Field: f.field, Problem: "not an amount of money", Remedy: `write US dollars with a point, "10.00"`}
		}
	}
	if c.legacy() {
		return nil
	}
	remedy := `X bills every post read: write what a month may cost, monthly_budget: "10.00" (US dollars)`
	switch page := int64(c.pageSize()) * c.mentionPrice(); {
	case c.MonthlyBudget == "":
		return &vigie.FieldError{Field: "monthly_budget", Problem: "missing", Remedy: remedy}
	case c.MonthlyMicros() < page:
		return &vigie.FieldError{Field: "monthly_budget", Problem: "less than one page of posts costs", Remedy: "raise it to $" + dollars(page) + " or more, or lower page_size"}
	}
	return nil
}

// MonthlyMicros returns the monthly budget in micro-dollars, 0 for none. The
// daemon gives it to the Budget of this source as the cap of a calendar month
// in UTC.
func (c Config) MonthlyMicros() int64 {
	n, _ := micros(c.MonthlyBudget) // Validate has refused what cannot be read
	return n
}

func (c Config) mentionPrice() int64 {
	def := "0.001" // “owned read”: own account, own app
	if c.BearerFile != "" {
		def = "0.005"
	}
	n, _ := micros(cmp.Or(c.MentionPrice, def))
	return n
}

func (c Config) postPrice() int64 {
	n, _ := micros(cmp.Or(c.PostPrice, "0.005"))
	return n
}

func (c Config) pageSize() int { return cmp.Or(c.PageSize, 100) }

// micros reads an amount of dollars as micro-dollars.
func micros(s string) (int64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f <= 1e6) {
		return 0, false
	}
	return int64(math.Round(f * 1e6)), true
}

func dollars(micros int64) string { return strconv.FormatFloat(float64(micros)/1e6, 'f', 2, 64) }

// isID says whether s is a number as X writes ids.
func isID(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n > 0 && strconv.FormatInt(n, 10) == s
}
