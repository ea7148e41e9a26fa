package alerts

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
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
	var inURL *url.Error
	if errors.As(err, &inURL) { // its text holds the whole address
		err = inURL.Err
	}
	var hostname x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &authority):
		err = errors.New("the receiver's certificate is signed by nobody this machine trusts; install its authority in the system's store")
	case errors.As(err, &hostname):
		err = errors.New("the receiver's certificate is for another host name")
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		err = errors.New("no answer in time")
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	return &Error{Class: class, Err: err}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
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

// HideAddress returns an address as it may be shown: scheme and host only.
func HideAddress(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "<address>"
	}
	shown := u.Scheme + "://" + u.Host + "/"
	if len(u.Path) > 1 || u.RawQuery != "" {
		shown += "…"
	}
	return shown
}
