package alerts

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// networkError classifies a failure without an answer.
func networkError(err error, written bool) *Error {
	class := ClassRetry
	if written {
		class = ClassAmbiguous
	}
	return &Error{Class: class, Err: errors.New(reason(err))}
}

// reason says what went wrong without quoting the address or the receiver:
// errors of net/url hold the first, those of net/http may hold the second.
func reason(err error) string {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		dial      *net.OpError
	)
	switch {
	case errors.As(err, &authority):
		return "the receiver's certificate is signed by nobody this machine trusts; install its authority in the system's store"
	case errors.As(err, &hostname):
		return "the receiver's certificate is for another host name"
	case errors.As(err, &invalid):
		return "the receiver's certificate is not valid: expired, or not for this use"
	case isTimeout(err):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &dial) && dial.Op == "dial":
		return "cannot connect: " + dial.Error() // host, port and the system's word for it
	default:
		return "the connection broke, or the receiver does not speak HTTP"
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// statusError classifies an answer; nil for 2xx.
func statusError(resp *http.Response) error {
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	e := &Error{Class: classOfStatus(code), Status: code, Err: errors.New(http.StatusText(code))}
	switch {
	case code >= 300 && code < 400:
		e.Err = errors.New("the receiver redirects elsewhere, and redirects are not followed; write its final address into the configuration")
	case e.Class == ClassRetry:
		e.RetryAfter = ParseRetryAfter(resp.Header.Get("Retry-After"), answeredAt(resp))
	}
	return e
}

// answeredAt is the receiver's own clock if it tells, so that its Retry-After
// date means what it meant there.
func answeredAt(resp *http.Response) time.Time {
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		return at
	}
	return time.Now()
}

func classOfStatus(code int) Class {
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return ClassAuth
	case http.StatusGone:
		return ClassGone
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return ClassAmbiguous
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return ClassRetry
	}
	if code >= 500 {
		return ClassRetry
	}
	return ClassPermanent
}

// ParseRetryAfter reads a Retry-After header, in seconds or as an HTTP date
// relative to now. It returns 0 for what it cannot read and for what is past.
func ParseRetryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(strings.TrimSpace(value), 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), 366*24*time.Hour)
}
