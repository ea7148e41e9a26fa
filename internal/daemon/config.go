package daemon

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"vigie"
	"vigie/alerts"
)

// Config is vigie.yaml, read strictly: an unknown key is an error with its line.
// Relative paths are relative to the file's folder.
type Config struct {
	Organisation   OrganisationConfig `yaml:"organisation"`
	Lang           string             `yaml:"lang"`           // of pages and alerts: fr (default) or en
	Data           string             `yaml:"data"`           // folder of database and evidence; default ./vigie-data
	Rules          string             `yaml:"rules"`          // folder of the organisation's own packs, beside the program's; default none
	Sources        []SourceConfig     `yaml:"sources"`        // collectors
	Channels       []ChannelConfig    `yaml:"channels"`       // where alerts go
	Routes         alerts.Routes      `yaml:"routes"`         // which severity goes where
	Administrators []string           `yaml:"administrators"` // channels told when the watcher itself needs care; default: all
	HTTP           HTTPConfig         `yaml:"http"`
	Metrics        MetricsConfig      `yaml:"metrics"`
	Redis          string             `yaml:"redis"` // redis://… when several machines share work; default: in memory
	Log            LogConfig          `yaml:"log"`
	Checks         ChecksConfig       `yaml:"checks"`

	file string // where it came from, for errors
}

// OrganisationConfig names the organisation that this installation serves.
type OrganisationConfig struct {
	ID   vigie.OrgID `yaml:"id"`   // default "default"
	Name string      `yaml:"name"` // as shown on pages
}

// SourceConfig holds what every source has; the rest of its keys belong to its kind.
type SourceConfig struct {
	Name     string        `yaml:"name"`
	Kind     string        `yaml:"kind"`
	Every    time.Duration `yaml:"every"`     // shortest time between two looks; default 10s
	MaxEvery time.Duration `yaml:"max_every"` // longest, when nothing happens; default 5m

	node *yaml.Node // the whole mapping, for the kind
}

// ChannelConfig holds what every channel has; the rest of its keys belong to its kind.
type ChannelConfig struct {
	Name string `yaml:"name"`
	Kind string `yaml:"kind"`

	node *yaml.Node
}

// HTTPConfig is where moderators find the console.
type HTTPConfig struct {
	Listen      string `yaml:"listen"`       // default 127.0.0.1:8080
	URL         string `yaml:"url"`          // the address people use, for links in alerts; default http://<listen>
	CertFile    string `yaml:"cert_file"`    // TLS certificate chain, PEM
	KeyFile     string `yaml:"key_file"`     // its key
	BehindProxy bool   `yaml:"behind_proxy"` // a proxy in front does TLS: allows an address other than loopback without it
}

// MetricsConfig is where Prometheus and health checks come, on a listener of its own.
type MetricsConfig struct {
	Listen string `yaml:"listen"` // default 127.0.0.1:9464; "off" for none
}

// LogConfig says how the daemon logs to standard error.
type LogConfig struct {
	Level  string `yaml:"level"`  // debug, info (default), warn, error
	Format string `yaml:"format"` // text (default) or json
}

// ChecksConfig says when stored comments are looked up again for edits and deletions.
type ChecksConfig struct {
	Every   time.Duration   `yaml:"every"`   // how often what is due is asked for; default 1m
	After   []time.Duration `yaml:"after"`   // since publication; default 15m, 1h, 6h, 24h, 72h, 168h, 720h
	Confirm time.Duration   `yaml:"confirm"` // between two looks that miss a comment before it counts as deleted; default 10m
}

// Load reads and validates a configuration file. It opens no other file and no
// connection. Errors are [*ConfigError]s, joined.
func Load(path string) (*Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		remedy := "give --config FILE, or write one: docs/configuration.md shows the shortest"
		return nil, &ConfigError{File: path, Problem: "cannot be read: " + reason(err), Remedy: remedy}
	}
	return Parse(path, src)
}

// Parse is [Load] on bytes; path is used in errors and to find relative files.
func Parse(path string, src []byte) (*Config, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return nil, yamlError(path, err)
	}
	c := defaults()
	c.file = path
	if len(root.Content) == 0 {
		return nil, &ConfigError{File: path, Line: 1, Problem: "is empty", Remedy: "name at least one source"}
	}
	if err := decodeStrict(path, root.Content[0], &c); err != nil {
		return nil, err
	}
	if err := c.keepNodes(root.Content[0]); err != nil {
		return nil, err
	}
	if err := c.validate(root.Content[0]); err != nil {
		return nil, err
	}
	c.resolve()
	return &c, nil
}

// File returns the path the configuration was read from.
func (c *Config) File() string { return c.file }

func defaults() Config {
	return Config{
		Organisation: OrganisationConfig{ID: vigie.DefaultOrg},
		Lang:         "fr",
		Data:         "./vigie-data",
		HTTP:         HTTPConfig{Listen: "127.0.0.1:8080"},
		Metrics:      MetricsConfig{Listen: "127.0.0.1:9464"},
		Log:          LogConfig{Level: "info", Format: "text"},
	}
}

// keepNodes remembers the mapping behind each source and channel, for its kind
// to read. The decoder passes over empty entries; here they are refused.
func (c *Config) keepNodes(root *yaml.Node) error {
	sources, err := mappings(c.file, child(root, "sources"), len(c.Sources))
	if err != nil {
		return err
	}
	for i, n := range sources {
		c.Sources[i].node = n
	}
	channels, err := mappings(c.file, child(root, "channels"), len(c.Channels))
	if err != nil {
		return err
	}
	for i, n := range channels {
		c.Channels[i].node = n
	}
	return nil
}

// mappings returns the entries of a list that was decoded into want of them.
func mappings(file string, list *yaml.Node, want int) ([]*yaml.Node, error) {
	entries := items(list)
	for _, n := range entries {
		if resolved(n).Kind != yaml.MappingNode {
			return nil, &ConfigError{File: file, Line: n.Line, Column: n.Column, Problem: "an entry is empty", Remedy: "write {name: …, kind: …} or remove it"}
		}
	}
	if len(entries) != want {
		return nil, &ConfigError{File: file, Line: list.Line, Problem: "the list cannot be read", Remedy: "write it without anchors and merges"}
	}
	return entries, nil
}

// resolve makes the file's relative paths relative to its folder.
func (c *Config) resolve() {
	c.Data = c.path(c.Data)
	c.Rules = c.path(c.Rules)
	c.HTTP.CertFile = c.path(c.HTTP.CertFile)
	c.HTTP.KeyFile = c.path(c.HTTP.KeyFile)
	if c.HTTP.URL == "" {
		scheme := "http://"
		if c.HTTP.CertFile != "" {
			scheme = "https://"
		}
		c.HTTP.URL = scheme + c.HTTP.Listen
	}
	c.HTTP.URL = strings.TrimRight(c.HTTP.URL, "/")
	if len(c.Administrators) == 0 {
		for _, ch := range c.Channels {
			c.Administrators = append(c.Administrators, ch.Name)
		}
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Every == 0 {
			s.Every = 10 * time.Second
		}
		if s.MaxEvery == 0 {
			s.MaxEvery = max(s.Every, 5*time.Minute)
		}
	}
}

func (c *Config) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(filepath.Dir(c.file), p)
}

// validate checks all that can be checked without I/O, and reports every fault.
func (c *Config) validate(root *yaml.Node) error {
	v := validator{file: c.file}
	v.names(root, "sources", c.sourceNames())
	v.names(root, "channels", c.channelNames())
	for _, s := range c.Sources {
		v.source(s)
	}
	for _, ch := range c.Channels {
		v.channel(ch)
	}
	v.oneOf(child(root, "lang"), c.Lang, "fr", "en")
	v.oneOf(child(child(root, "log"), "level"), c.Log.Level, "debug", "info", "warn", "error")
	v.oneOf(child(child(root, "log"), "format"), c.Log.Format, "text", "json")
	v.http(child(root, "http"), c.HTTP)
	if c.Metrics.Listen != "off" {
		v.address(child(child(root, "metrics"), "listen"), c.Metrics.Listen)
	}
	v.redis(child(root, "redis"), c.Redis)
	if err := c.Routes.Validate(c.channelNames()); err != nil {
		v.field(child(root, "routes"), "routes", err)
	}
	for _, n := range items(child(root, "administrators")) {
		v.oneOf(n, n.Value, c.channelNames()...)
	}
	return errors.Join(v.errs...)
}

func (c *Config) sourceNames() []string {
	names := make([]string, len(c.Sources))
	for i, s := range c.Sources {
		names[i] = s.Name
	}
	return names
}

func (c *Config) channelNames() []string {
	names := make([]string, len(c.Channels))
	for i, ch := range c.Channels {
		names[i] = ch.Name
	}
	return names
}

// isLoopback says whether an address can be reached from this machine only.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func checkRedisURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix" {
		return fmt.Errorf("is not an address of the form redis://host:6379/0")
	}
	return nil
}
