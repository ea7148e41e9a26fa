package email_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
	"vigie/alerts/email"
)

func header(raw []byte, name string) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return m.Header.Get(name)
}

// decoded returns the mail with its body readable.
func decoded(t *testing.T, raw []byte) []byte {
	head, rest, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	text, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(rest)))
	if err != nil {
		t.Errorf("the body is not quoted-printable: %v", err)
	}
	return append(append(head, "\r\n\r\n"...), text...)
}

func config(addr string, to ...string) email.Config {
	return email.Config{Server: addr, Username: "vigie", PasswordFile: "password", From: "Vigie <vigie@asso.example>", To: to}
}

func deps(logs io.Writer) alerts.Deps {
	return alerts.Deps{
		Name: "team", Now: func() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) },
		Log:    slog.New(slog.NewTextHandler(logs, nil)),
		Secret: func(string) (vigie.Secret, error) { return password + "\n", nil },
	}
}

func open(t *testing.T, c email.Config) alerts.Channel {
	t.Helper()
	ch, err := email.New(c, deps(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func TestChannel(t *testing.T) {
	alertstest.RunChannel(t, func(t *testing.T) alertstest.Rig {
		s := serve(t, setup{})
		var logs bytes.Buffer
		c, err := email.New(config(s.addr, "equipe@asso.example"), deps(&logs))
		if err != nil {
			t.Fatal(err)
		}
		return alertstest.Rig{Channel: c, Play: s.play, Taken: s.received, Secrets: []string{password}, Logs: logs.String}
	})
}

func TestWaysToConnect(t *testing.T) {
	plain, start, implicit := serve(t, setup{noTLS: true}), serve(t, setup{}), serve(t, setup{implicitTLS: true})
	tests := []struct {
		name  string
		addr  string
		tls   string
		class alerts.Class // "" if it works
	}{
		{"starttls", start.addr, "", ""},
		{"tls", implicit.addr, "tls", ""},
		{"none on loopback", plain.addr, "none", ""},
		{"starttls where there is none: no fall-back to clear text", plain.addr, "starttls", alerts.ClassAuth},
		{"tls on a starttls port", start.addr, "tls", alerts.ClassRetry},
		{"a certificate for another name", strings.Replace(start.addr, "localhost", "127.0.0.1", 1), "starttls", alerts.ClassRetry},
		{"nobody listens", "localhost:1", "", alerts.ClassRetry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(tt.addr, "equipe@asso.example")
			c.TLS = tt.tls
			_, err := open(t, c).Send(t.Context(), alertstest.Message("msg-1"))
			if tt.class == "" && err != nil || tt.class != "" && (err == nil || alerts.ClassOf(err) != tt.class) {
				t.Errorf("Send = %v, want class %q", err, tt.class)
			}
		})
	}
	if n := len(plain.received()); n != 1 {
		t.Errorf("the server without TLS got %d mails, want the one that was allowed", n)
	}
}

func TestRefusedSenderPausesTheChannel(t *testing.T) {
	s := serve(t, setup{})
	c := config(s.addr, "equipe@asso.example")
	c.From = "nobody@asso.example"
	if _, err := open(t, c).Send(t.Context(), alertstest.Message("msg-1")); alerts.ClassOf(err) != alerts.ClassAuth {
		t.Errorf("Send = %v, want class auth: no other message would fare better", err)
	}
}

func TestRecipientsFareApart(t *testing.T) {
	tests := []struct {
		name    string
		refused map[string]int
		class   alerts.Class
		first   []string // who has it after the first try
		second  []string // after a second one, when everybody is accepted
	}{
		{"all accept", nil, "", []string{"[a@x.example]", "[b@x.example]"}, nil},
		{"one refused for good", map[string]int{"a@x.example": 550}, "", []string{"[b@x.example]"}, nil},
		{"one has to wait", map[string]int{"a@x.example": 451}, alerts.ClassRetry,
			[]string{"[b@x.example]"}, []string{"[b@x.example]", "[a@x.example]"}},
		{"one waits, one is refused", map[string]int{"a@x.example": 451, "b@x.example": 550}, alerts.ClassRetry,
			nil, []string{"[a@x.example]", "[b@x.example]"}},
		{"all refused for good", map[string]int{"a@x.example": 550, "b@x.example": 550}, alerts.ClassPermanent,
			nil, []string{"[a@x.example]", "[b@x.example]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, setup{})
			s.refused = tt.refused
			c := open(t, config(s.addr, "a@x.example", "b@x.example"))
			m := alertstest.Message("msg-1")
			_, err := c.Send(t.Context(), m)
			if tt.class == "" && err != nil || tt.class != "" && (err == nil || alerts.ClassOf(err) != tt.class) {
				t.Fatalf("Send = %v, want class %q", err, tt.class)
			}
			if diff := cmp.Diff(tt.first, s.sessions); diff != "" {
				t.Errorf("after the first try (-want +got):\n%s", diff)
			}
			if tt.second == nil {
				return
			}
			s.refused = nil
			if _, err := c.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.second, s.sessions); diff != "" {
				t.Errorf("after the second try (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	s := serve(t, setup{})
	c := open(t, config(s.addr, "Équipe <equipe@asso.example>"))
	if _, err := c.Send(t.Context(), alertstest.Message("msg-1")); err != nil {
		t.Fatal(err)
	}
	raw := s.received()[0].Bytes
	want := map[string]string{
		"Message-Id":     "<msg-1@asso.example>",
		"References":     "<case.k7Qm2@asso.example>",
		"In-Reply-To":    "<case.k7Qm2@asso.example>",
		"Auto-Submitted": "auto-generated",
		"Date":           "Sun, 01 Mar 2026 08:00:00 +0000",
		"User-Agent":     "", "X-Mailer": "",
		"Subject": "[Vigie] grave : 1 commentaire signalé (mastodon)",
	}
	for name, want := range want {
		got, err := new(mime.WordDecoder).DecodeHeader(header(raw, name))
		if err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, want)
		}
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if len(host) > 3 && bytes.Contains(raw, []byte(host)) || s.helos[0] != "asso.example" {
		t.Errorf("the mail or the greeting %v names this machine, %s:\n%s", s.helos, host, raw)
	}
}

func TestText(t *testing.T) {
	s := serve(t, setup{})
	c := open(t, config(s.addr, "equipe@asso.example"))
	many := alertstest.Message("many")
	many.Lang = "en"
	for i := range 24 {
		a := many.Alerts[0]
		a.Case, a.Severity = vigie.CaseID(fmt.Sprintf("case%d", i)), vigie.SeverityMedium
		many.Alerts = append(many.Alerts, a)
	}
	ops := vigie.Message{ID: "ops", Lang: "fr", Base: "https://vigie.example", Alerts: []vigie.Alert{
		{ID: "o", Kind: vigie.AlertOps, Ops: vigie.OpsEvent{Subject: "source asso", Class: "auth"}}}}
	test := alerts.TestMessage(vigie.DefaultOrg, "team", "fr", "https://vigie.example", time.Unix(1, 0))
	tests := []struct {
		m       vigie.Message
		subject string
		lines   []string
	}{
		{alertstest.Message("msg-1"), "[Vigie] grave : 1 commentaire signalé (mastodon)", []string{
			"grave · menace · mastodon · compte mastodon:example.org/@asso · publié le 01/03/2026 à 07:58 UTC",
			"https://vigie.example/cases/k7Qm2", "Ce message ne cite aucun commentaire"}},
		{many, "[Vigie] grave: 25 comments flagged (mastodon)", []string{
			"medium · threat · mastodon · account", "https://vigie.example/cases/case18", "… and 5 more: https://vigie.example/"}},
		{ops, "[Vigie] La veille a besoin de vous", []string{"La veille est gênée : source asso (auth).", "https://vigie.example/"}},
		{test, "[Vigie] Essai", []string{"Ceci est un essai"}},
	}
	for i, tt := range tests {
		if _, err := c.Send(t.Context(), tt.m); err != nil {
			t.Fatal(err)
		}
		raw := s.received()[i].Bytes
		got, err := new(mime.WordDecoder).DecodeHeader(header(raw, "Subject"))
		if err != nil || got != tt.subject {
			t.Errorf("%s: subject %q, want %q", tt.m.ID, got, tt.subject)
		}
		for _, line := range tt.lines {
			if !strings.Contains(string(raw), line) {
				t.Errorf("%s: lacks %q:\n%s", tt.m.ID, line, raw)
			}
		}
		if strings.Contains(string(raw), "case19") {
			t.Errorf("%s: the list is not cut:\n%s", tt.m.ID, raw)
		}
	}
}

func TestADeadlineEndsADeliveryThatHangs(t *testing.T) {
	s := serve(t, setup{})
	s.play(alertstest.Silent)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	began := time.Now()
	_, err := open(t, config(s.addr, "a@x.example", "b@x.example")).Send(ctx, alertstest.Message("msg-1"))
	if alerts.ClassOf(err) != alerts.ClassAmbiguous || time.Since(began) > 8*time.Second {
		t.Errorf("Send = %v after %v, want ambiguous at the deadline", err, time.Since(began))
	}
}

func TestConfig(t *testing.T) {
	good := config("smtp.asso.example:587", "a@x.example")
	change := func(f func(*email.Config)) email.Config { c := good; f(&c); return c }
	tests := []struct {
		name  string
		c     email.Config
		field string
	}{
		{"good", good, ""},
		{"no port", change(func(c *email.Config) { c.Server = "smtp.asso.example" }), "server"},
		{"port out of range", change(func(c *email.Config) { c.Server = "smtp.asso.example:99999" }), "server"},
		{"unknown tls", change(func(c *email.Config) { c.TLS = "ssl" }), "tls"},
		{"clear text over the network", change(func(c *email.Config) { c.TLS = "none" }), "tls"},
		{"no sender", change(func(c *email.Config) { c.From = "" }), "from"},
		{"sender with a line break", change(func(c *email.Config) { c.From = "a@x.example\r\nBcc: eve@x.example" }), "from"},
		{"no recipient", change(func(c *email.Config) { c.To = nil }), "to"},
		{"recipient without host", change(func(c *email.Config) { c.To = []string{"a@x.example", "equipe"} }), "to[1]"},
		{"user without password", change(func(c *email.Config) { c.PasswordFile = "" }), "password_file"},
	}
	for _, tt := range tests {
		_, err := email.New(tt.c, deps(io.Discard))
		var fault *vigie.FieldError
		errors.As(err, &fault)
		if (err == nil) != (tt.field == "") || fault != nil && fault.Field != tt.field {
			t.Errorf("%s: %v, want a fault in %q", tt.name, err, tt.field)
		}
	}
}
