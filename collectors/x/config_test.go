package x

import (
	"errors"
	"strings"
	"testing"

	"vigie"
)

func TestValidate(t *testing.T) {
	cases := []struct {
		field string // of the expected error, "" for none
		with  func(*Config)
	}{
		{"", func(*Config) {}},
		{"", func(c *Config) { c.Server = "" }},
		{"", func(c *Config) { c.Mode, c.MonthlyBudget = ModeLegacy, "" }},
		{"mode", func(c *Config) { c.Mode = "v3" }},
		{"server", func(c *Config) { c.Server = "api.x.com" }},
		{"server", func(c *Config) { c.Server = "https://user:secret@api.x.com" }},
		{"page_size", func(c *Config) { c.PageSize = 4 }},
		{"page_size", func(c *Config) { c.PageSize = 101 }},
		{"consumer_key_file", func(c *Config) { c.ConsumerKeyFile = "" }},
		{"access_secret_file", func(c *Config) { c.AccessSecretFile = "" }},
		{"bearer_file", func(c *Config) { c.BearerFile, c.UserID = "b", "5" }},
		{"bearer_file", func(c *Config) { *c = Config{Mode: ModeLegacy, BearerFile: "b", UserID: "5"} }},
		{"user_id", func(c *Config) { *c = Config{BearerFile: "b", MonthlyBudget: "5"} }},
		{"user_id", func(c *Config) { c.UserID = "asso" }},
		{"account", func(c *Config) { c.Account = "@" }},
		{"account", func(c *Config) { c.Account = "https://x.com/asso" }},
		{"monthly_budget", func(c *Config) { c.MonthlyBudget = "" }},
		{"monthly_budget", func(c *Config) { c.MonthlyBudget = "10,00" }},
		{"monthly_budget", func(c *Config) { c.MonthlyBudget = "NaN" }},
		{"monthly_budget", func(c *Config) { c.MonthlyBudget = "-1" }},
		{"monthly_budget", func(c *Config) { c.MonthlyBudget = "0.05" }},
		{"mention_price", func(c *Config) { c.MentionPrice = "cheap" }},
		{"post_price", func(c *Config) { c.PostPrice = "1e99" }},
	}
	for _, c := range cases {
		cfg := config(ModeV2, "https://api.x.com")
		c.with(&cfg)
		err := cfg.Validate()
		var fe *vigie.FieldError
		if c.field == "" && err != nil || c.field != "" && (!errors.As(err, &fe) || fe.Field != c.field || fe.Remedy == "") {
			t.Errorf("want a fault of %q with a remedy, got %v", c.field, err)
		}
	}
}

func TestNewNamesTheFileKey(t *testing.T) {
	r := newRig(t, ModeV2)
	r.c.AccessTokenFile = "missing"
	_, err := New(r.c, r.deps())
	if err == nil || !strings.Contains(err.Error(), "access_token_file") {
		t.Errorf("error %v", err)
	}
}

func TestMonthlyMicros(t *testing.T) {
	for amount, want := range map[string]int64{"10.00": 10_000_000, "0.001": 1000, "": 0} {
		if got := (Config{MonthlyBudget: amount}).MonthlyMicros(); got != want {
			t.Errorf("%q: %d, want %d", amount, got, want)
		}
	}
}
