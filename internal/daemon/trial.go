package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"vigie"
	"vigie/alerts"
)

// Trial is a harmless alert through one channel, past the outbox.
type Trial struct {
	lane    alerts.Lane
	message vigie.Message
}

// NewTrial opens the channel named and makes the message.
func NewTrial(c *Config, name string) (*Trial, error) {
	for _, ch := range c.Channels {
		if ch.Name != name {
			continue
		}
		lane, err := openChannel(c, ch, Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return nil, err
		}
		return &Trial{lane, alerts.TestMessage(c.Organisation.ID, name, c.Lang, c.HTTP.URL, time.Now())}, nil
	}
	return nil, &ConfigError{File: c.file, Problem: fmt.Sprintf("no channel is called %q", name),
		Remedy: "the channels are: " + strings.Join(c.channelNames(), ", ")}
}

// Preview returns the bytes that Send would let leave.
func (t *Trial) Preview() ([]byte, error) { return alerts.Preview(t.lane.Channel, t.message) }

// Send sends the message once.
func (t *Trial) Send(ctx context.Context) error {
	_, err := alerts.Try(ctx, t.lane.Channel, t.message)
	return err
}

// CheckSecrets opens every source and channel without any connection, which
// reads every secret, and reports all faults.
func CheckSecrets(c *Config) error {
	o := Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	a := &App{cfg: c, o: o, shared: newLocalShared(o)}
	g := &generation{app: a}
	errs := []error{g.buildSources(c)}
	for _, ch := range c.Channels {
		_, err := openChannel(c, ch, o)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
