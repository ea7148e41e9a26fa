package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	stdmail "net/mail"

	mail "github.com/wneessen/go-mail"

	"vigie"
)

// compose makes the mail of m for one recipient. All of it but the Date
// follows from m, so a retry is the same mail.
func (c *channel) compose(m *vigie.Message, to *stdmail.Address) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP))
	if err := msg.From(c.from.String()); err != nil {
		return nil, errors.New("the sender's address is not accepted")
	}
	if err := msg.To(to.String()); err != nil {
		return nil, errors.New("a recipient's address is not accepted")
	}
	msg.Subject(subject(m))
	msg.SetMessageIDWithValue(c.id("", string(m.ID)))
	msg.SetDateWithValue(c.now().UTC())
	msg.SetGenHeader(mail.Header("Auto-Submitted"), "auto-generated")
	if id, ok := onlyCase(m); ok {
		root := "<" + c.id("case.", string(id)) + ">"
		msg.SetGenHeader(mail.HeaderReferences, root)
		msg.SetGenHeader(mail.HeaderInReplyTo, root)
	}
	msg.SetBodyString(mail.TypeTextPlain, body(m))
	return msg, nil
}

// id makes a Message-ID of an id of ours: itself if it may stand there, else
// its digest.
func (c *channel) id(prefix, id string) string {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			sum := sha256.Sum256([]byte(id))
			id = hex.EncodeToString(sum[:16])
			break
		}
	}
	return fmt.Sprintf("%s%s@%s", prefix, id, c.domain())
}

// onlyCase returns the case that all of m is about: its mails form one thread.
func onlyCase(m *vigie.Message) (vigie.CaseID, bool) {
	var id vigie.CaseID
	for i, a := range m.Alerts {
		if a.Case == "" || i > 0 && a.Case != id {
			return "", false
		}
		id = a.Case
	}
	return id, id != ""
}

// Preview returns the mail as its first recipient would get it.
func (c *channel) Preview(m vigie.Message) ([]byte, error) {
	msg, err := c.compose(&m, c.to[0])
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("render the mail: %w", err)
	}
	return b.Bytes(), nil
}
