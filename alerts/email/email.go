// Package email is the channel for people: one plain-text mail per message and
// recipient, French or English, link only. It remembers in memory which
// recipients already have a message that is being retried, and stores nothing
// else. It promises TLS to everything but loopback, the same Message-ID over
// all retries, no host name of this machine, and no way from a field of an
// alert into a header.
package email

import (
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie"
	"vigie/alerts"
)

// Config is what vigie.yaml says of a mail channel, beside name and kind.
type Config struct {
	Server       string   `yaml:"server"`        // host:port of the submission server, often port 587 or 465
	TLS          string   `yaml:"tls"`           // starttls (default), tls from the first byte, or none (loopback only)
	Username     string   `yaml:"username"`      // "" if the server asks for none
	PasswordFile string   `yaml:"password_file"` // with username
	From         string   `yaml:"from"`          // vigie@example.org or "Vigie <vigie@example.org>"
	To           []string `yaml:"to"`            // each gets a mail of their own
}

// The ways to protect the connection.
const (
	tlsStart    = "starttls"
	tlsImplicit = "tls"
	tlsNone     = "none"
)

// Kind describes the mail channel.
func Kind() alerts.Kind {
	return alerts.Kind{
		Name: "email", Doc: "Plain-text mail for people through an SMTP server, link only.",
		Needs: []string{"server", "from", "to", "username", "password_file"}, Batch: 50, PerMinute: 30,
	}
}

// Validate checks what can be checked without I/O; errors are *vigie.FieldError.
func (c Config) Validate() error {
	if err := c.validateServer(); err != nil {
		return err
	}
	if _, err := address(c.From); err != nil {
		return fault("from", "is not a mail address", "write vigie@example.org, an address the server lets you send from")
	}
	if len(c.To) == 0 {
		return fault("to", "is empty", "name at least one recipient: to: [equipe@example.org]")
	}
	for i, to := range c.To {
		if _, err := address(to); err != nil {
			return fault(fmt.Sprintf("to[%d]", i), "is not a mail address", "write equipe@example.org")
		}
	}
	if (c.Username == "") != (c.PasswordFile == "") {
		return fault("password_file", "username and password_file belong together", "write both or neither")
	}
	return nil
}

func (c Config) validateServer() error {
	host, port, err := net.SplitHostPort(c.Server)
	if n, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || n < 1 || n > 65535 {
		return fault("server", "is not host:port", "write smtp.example.org:587")
	}
	switch c.TLS {
	case "", tlsStart, tlsImplicit:
	case tlsNone:
		if !loopback(host) {
			return fault("tls", "none is for a server on this machine only", "use starttls (port 587) or tls (port 465)")
		}
	default:
		return fault("tls", "is unknown", "use starttls, tls or none")
	}
	return nil
}

func fault(field, problem, remedy string) error {
	return &vigie.FieldError{Field: field, Problem: problem, Remedy: remedy}
}

func address(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsAny(s, "\r\n\x00") || !strings.Contains(a.Address, "@") {
		return nil, fmt.Errorf("not a mail address")
	}
	return a, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type channel struct {
	cfg      Config
	host     string
	port     int
	from     *mail.Address
	to       []*mail.Address
	password vigie.Secret
	now      func() time.Time
	log      *slog.Logger

	mu   sync.Mutex
	have map[vigie.AlertID]map[string]bool // recipients that have a message under retry
}

// New opens a mail channel: reads the password, connects to nothing.
func New(c Config, d alerts.Deps) (alerts.Channel, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(c.Server)
	ch := &channel{cfg: c, host: host, now: d.Now, log: d.Log, have: make(map[vigie.AlertID]map[string]bool)}
	ch.port, _ = strconv.Atoi(port)
	ch.from, _ = address(c.From)
	for _, to := range c.To {
		a, _ := address(to)
		ch.to = append(ch.to, a)
	}
	if c.PasswordFile != "" {
		password, err := d.Secret(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("password_file: %w", err)
		}
		ch.password = password
	}
	return ch, nil
}

// domain is that of the sender: the mail shows no name of this machine.
func (c *channel) domain() string {
	return c.from.Address[strings.LastIndexByte(c.from.Address, '@')+1:]
}
