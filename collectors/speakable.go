package collectors

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
)

// errSpeech stands for every failure whose own words may quote the server.
var errSpeech = errors.New("the connection broke, or the server does not speak HTTP as it should")

// speakable lets pass the failures that this machine puts into words: those of
// net/http about an answer that it cannot read quote it, and a server writes
// there what it likes, our token or a comment.
func speakable(err error) error {
	var (
		network     *net.OpError
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
		slow        net.Error
	)
	switch {
	case errors.As(err, &network), errors.As(err, &name), errors.As(err, &certificate), errors.As(err, &alert),
		errors.As(err, &slow) && slow.Timeout(), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, http.ErrSchemeMismatch), errors.Is(err, ErrForbiddenAddress):
		return err
	}
	return errSpeech
}
