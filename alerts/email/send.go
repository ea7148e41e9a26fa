package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"vigie"
	"vigie/alerts"
)

// step bounds the silence of the server in one exchange.
const step = 20 * time.Second

// Send brings m to every recipient over one connection, each in a transaction
// of their own. If some take it and the others are refused for good, the
// message counts as delivered and the refusals are logged. If some have to wait,
// the error says so, and the next try leaves out those who have it; only a
// restart in between makes them get it twice, under one Message-ID.
func (c *channel) Send(ctx context.Context, m vigie.Message) (alerts.Receipt, error) {
	client, err := c.client(ctx)
	if err != nil {
		return alerts.Receipt{}, &alerts.Error{Class: alerts.ClassPermanent, Err: err}
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return alerts.Receipt{}, connectFault(err)
	}
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // what was delivered stays so
	var faults []*alerts.Error
	for i, to := range c.to {
		if c.has(m.ID, to.Address) {
			continue
		}
		if fault := c.sendOne(client, conn, &m, i); fault != nil {
			faults = append(faults, fault)
			c.log.Warn("a recipient did not get a mail", "message", m.ID, "recipient", i+1, "of", len(c.to), "class", fault.Class, "status", fault.Status)
			continue
		}
		c.note(m.ID, to.Address)
	}
	return alerts.Receipt{}, c.conclude(m.ID, faults)
}

// sendOne brings m to recipient i; nil if the server has taken it.
func (c *channel) sendOne(client *mail.Client, conn *smtp.Client, m *vigie.Message, i int) *alerts.Error {
	msg, err := c.compose(m, c.to[i])
	if err != nil {
		return &alerts.Error{Class: alerts.ClassPermanent, Err: err}
	}
	err = client.SendWithSMTPClient(conn, msg)
	if err == nil || msg.IsDelivered() { // a failure after the delivery is none
		return nil
	}
	return sendFault(err)
}

// conclude makes one outcome of those of the recipients: the most hopeful
// failure decides, since a retry asks the others again; a refusal for good
// counts only if nobody has the message.
func (c *channel) conclude(id vigie.AlertID, faults []*alerts.Error) error {
	for _, class := range []alerts.Class{alerts.ClassAuth, alerts.ClassAmbiguous, alerts.ClassRetry} {
		for _, f := range faults {
			if f.Class == class {
				return f
			}
		}
	}
	if c.forget(id) > 0 || len(faults) == 0 {
		return nil
	}
	return faults[0]
}

func (c *channel) has(id vigie.AlertID, recipient string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.have[id][recipient]
}

func (c *channel) note(id vigie.AlertID, recipient string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.have) > 1000 { // of messages that became dead letters
		clear(c.have)
	}
	if c.have[id] == nil {
		c.have[id] = make(map[string]bool)
	}
	c.have[id][recipient] = true
}

// forget drops what is known of a message and returns how many had it.
func (c *channel) forget(id vigie.AlertID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.have[id])
	delete(c.have, id)
	return n
}

// client configures one delivery. The connection is closed when ctx ends.
func (c *channel) client(ctx context.Context) (*mail.Client, error) {
	opts := []mail.Option{
		mail.WithPort(c.port), mail.WithTimeout(step), mail.WithHELO(c.domain()), mail.WithoutNoop(),
		mail.WithTLSConfig(&tls.Config{ServerName: c.host, MinVersion: tls.VersionTLS12}),
		mail.WithDialContextFunc(c.dialer(ctx)),
	}
	switch c.cfg.TLS {
	case tlsNone, tlsImplicit: // implicit: the dialer's connection is TLS already
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if c.cfg.Username != "" {
		opts = append(opts, mail.WithUsername(c.cfg.Username), mail.WithPassword(strings.TrimSpace(string(c.password))),
			mail.WithOpportunisticSMTPAuth(c.mechanisms()...))
	}
	client, err := mail.NewClient(c.host, opts...)
	if err != nil {
		return nil, errors.New("the mail server's address is not usable")
	}
	return client, nil
}

func (c *channel) mechanisms() []mail.SMTPAuthType {
	strong := []mail.SMTPAuthType{mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1}
	if c.cfg.TLS == tlsNone { // loopback only
		return append(strong, mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc)
	}
	return append(strong, mail.SMTPAuthPlain, mail.SMTPAuthLogin)
}

// dialer connects, with TLS from the first byte if so configured. sending is
// the context of the delivery, which outlives that of the connecting.
func (c *channel) dialer(sending context.Context) mail.DialContextFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(sending, func() { conn.Close() })
		if c.cfg.TLS != tlsImplicit {
			return conn, nil
		}
		secured := tls.Client(conn, &tls.Config{ServerName: c.host, MinVersion: tls.VersionTLS12})
		if err := secured.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return secured, nil
	}
}
