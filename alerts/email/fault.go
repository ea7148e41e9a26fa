package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/textproto"

	mail "github.com/wneessen/go-mail"

	"vigie/alerts"
)

// connectFault classifies a failure before the first mail. What the server
// says of us or of itself for good pauses the channel: its messages are fine.
func connectFault(err error) *alerts.Error {
	var answer *textproto.Error
	var garbage textproto.ProtocolError
	var network net.Error
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &answer) && answer.Code >= 500:
		return failure(alerts.ClassAuth, answer.Code, "the mail server refuses this client or its credentials; check username and password_file")
	case errors.As(err, &answer):
		return failure(alerts.ClassRetry, answer.Code, "the mail server is not available now")
	case errors.As(err, &certificate), errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.HostnameError)):
		return failure(alerts.ClassRetry, 0, "the mail server's certificate is not valid for its name here; check server, or install its authority in the system's store")
	case errors.As(err, &record):
		return failure(alerts.ClassRetry, 0, "the mail server does not speak TLS on this port; use tls: starttls (587) or tls: tls (465)")
	case errors.As(err, &garbage):
		return failure(alerts.ClassRetry, 0, "the server's answer is not SMTP")
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return failure(alerts.ClassRetry, 0, "cannot connect to the mail server")
	default: // no STARTTLS, no AUTH, no common mechanism
		return failure(alerts.ClassAuth, 0, "the mail server offers no STARTTLS or no way to log in; check tls and username")
	}
}

// sendFault classifies a failure of one mail by the step that failed.
func sendFault(err error) *alerts.Error {
	var e *mail.SendError
	if !errors.As(err, &e) {
		return failure(alerts.ClassAmbiguous, 0, "the mail was not confirmed")
	}
	code := e.ErrorCode()
	switch e.Reason {
	case mail.ErrSMTPMailFrom:
		if code >= 500 { // it refuses who we are: the next mail would fare the same
			return failure(alerts.ClassAuth, code, "the mail server refuses the sender; check from, username and password_file")
		}
		return failure(alerts.ClassRetry, code, "the mail server does not take mail now")
	case mail.ErrSMTPRcptTo:
		return failure(byCode(code, alerts.ClassRetry), code, "the mail server refuses a recipient")
	case mail.ErrSMTPDataClose: // the mail has left completely
		return failure(byCode(code, alerts.ClassAmbiguous), code, "the mail server did not accept the mail")
	default: // before the end of the mail: it cannot have arrived
		return failure(byCode(code, alerts.ClassRetry), code, "the mail could not be handed over")
	}
}

// byCode classifies an answer; silent is the class if there was none.
func byCode(code int, silent alerts.Class) alerts.Class {
	switch {
	case code == 0:
		return silent
	case code < 500:
		return alerts.ClassRetry
	case code == 530 || code == 534 || code == 535 || code == 538:
		return alerts.ClassAuth
	default:
		return alerts.ClassPermanent
	}
}

// failure never quotes the server: it may echo addresses.
func failure(class alerts.Class, code int, what string) *alerts.Error {
	return &alerts.Error{Class: class, Status: code, Err: errors.New(what)}
}
