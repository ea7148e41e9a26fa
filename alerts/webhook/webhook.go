// Package webhook is the channel for machines: one signed HTTP POST per alert,
// as https://www.standardwebhooks.com describes it, link only. It stores
// nothing. It promises that the id and the body of a message are the same over
// all retries, and that neither secret nor address turn up in an error or log.
package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"vigie"
	"vigie/alerts"
)

const newSecret = `make one: printf 'whsec_%s' "$(openssl rand -base64 32)" > FILE`

// Config is what vigie.yaml says of a webhook, beside name and kind.
type Config struct {
	URL                string `yaml:"url"`                  // https://…; may hold a token, so it is never printed whole
	SecretFile         string `yaml:"secret_file"`          // signs: whsec_ and base64 of 24 to 64 bytes
	PreviousSecretFile string `yaml:"previous_secret_file"` // signs as well while receivers change over
	AllowHTTP          bool   `yaml:"allow_http"`           // lets an address other than loopback go without TLS
}

// Kind describes the webhook.
func Kind() alerts.Kind {
	return alerts.Kind{
		Name: "webhook", Doc: "Signed HTTP POST for machines (Standard Webhooks), link only.",
		Needs: []string{"url", "secret_file"}, Batch: 1, PerMinute: 600,
	}
}

// Validate checks what can be checked without I/O; errors are *vigie.FieldError.
func (c Config) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
		return &vigie.FieldError{Field: "url", Problem: "is missing", Remedy: "write the receiver's address, https://…"}
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return &vigie.FieldError{Field: "url", Problem: "is not an http address", Remedy: "write https://host/path"}
	case u.User != nil:
		return &vigie.FieldError{Field: "url", Problem: "holds a user or password", Remedy: "remove it: the signature proves who sends"}
	case u.Scheme == "http" && !loopback(u.Hostname()) && !c.AllowHTTP:
		return &vigie.FieldError{Field: "url", Problem: "goes over the network without TLS",
			Remedy: "use https://, or write allow_http: true if the way to the receiver is private"}
	case c.SecretFile == "":
		return &vigie.FieldError{Field: "secret_file", Problem: "is missing",
			Remedy: newSecret}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type channel struct {
	url    string
	keys   [][]byte
	client *http.Client
	now    func() time.Time
}

// New opens a webhook: reads its secrets, sends nothing.
func New(c Config, d alerts.Deps) (alerts.Channel, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	ch := &channel{url: c.URL, client: d.Client, now: d.Now}
	key, err := readKey("secret_file", c.SecretFile, d)
	if err != nil {
		return nil, err
	}
	ch.keys = [][]byte{key}
	if c.PreviousSecretFile != "" {
		key, err := readKey("previous_secret_file", c.PreviousSecretFile, d)
		if err != nil {
			return nil, err
		}
		ch.keys = append(ch.keys, key)
	}
	return ch, nil
}

func readKey(field, file string, d alerts.Deps) ([]byte, error) {
	secret, err := d.Secret(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	key, err := parseSecret(secret)
	if err != nil {
		return nil, &vigie.FieldError{Field: field, Problem: err.Error(), Remedy: newSecret}
	}
	return key, nil
}

// Send posts m once.
func (c *channel) Send(ctx context.Context, m vigie.Message) (alerts.Receipt, error) {
	r, err := c.request(m)
	if err != nil {
		return alerts.Receipt{}, &alerts.Error{Class: alerts.ClassPermanent, Err: err}
	}
	if _, err := alerts.Do(ctx, c.client, r); err != nil {
		return alerts.Receipt{}, err
	}
	return alerts.Receipt{}, nil
}

func (c *channel) request(m vigie.Message) (alerts.Request, error) {
	body, err := json.Marshal(render(m))
	if err != nil {
		return alerts.Request{}, fmt.Errorf("render the message: %w", err)
	}
	at := c.now()
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "vigie")
	h.Set("webhook-id", string(m.ID))
	h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("webhook-signature", sign(c.keys, string(m.ID), at, body))
	return alerts.Request{Method: http.MethodPost, URL: c.url, Header: h, Body: body}, nil
}

// Preview returns the request of m, the path of the address hidden.
func (c *channel) Preview(m vigie.Message) ([]byte, error) {
	r, err := c.request(m)
	if err != nil {
		return nil, err
	}
	out := fmt.Appendf(nil, "%s %s\n", r.Method, alerts.HideAddress(r.URL))
	for _, name := range []string{"Content-Type", "User-Agent", "webhook-id", "webhook-timestamp", "webhook-signature"} {
		out = fmt.Appendf(out, "%s: %s\n", name, r.Header.Get(name))
	}
	return append(append(out, '\n'), r.Body...), nil
}
