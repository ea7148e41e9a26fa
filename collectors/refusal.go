package collectors

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// refusal says what a response means if it is not an answer, nil if it is one.
// Neither the URL nor the body gets into the text: both may hold tokens.
func (t *Transport) refusal(r *http.Request, resp *http.Response) *Error {
	switch {
	case resp.StatusCode >= 400:
		e := t.classify(r, resp)
		e.Status = resp.StatusCode
		return e
	case resp.StatusCode >= 300 && resp.Header.Get("Location") != "":
		return strayed(r.URL, resp)
	case unaskedHTML(r, resp):
		return &Error{Class: ClassRetry, Status: resp.StatusCode, Err: errors.New("an HTML page came instead of data")}
	}
	return nil
}

func (t *Transport) classify(r *http.Request, resp *http.Response) *Error {
	if t.c.Classify != nil {
		// A head cut short is still the best there is to judge by.
		head, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		if e := t.c.Classify(resp, head); e != nil {
			return e
		}
	}
	e := &Error{Class: classOfStatus(resp.StatusCode), Err: fmt.Errorf("%s refused", r.Method)}
	if e.Class == ClassAuth && resp.StatusCode == http.StatusForbidden && unaskedHTML(r, resp) {
		// A firewall in front of the platform says this, never its API.
		e.Class = ClassRetry
	}
	if e.Class == ClassAuth {
		e.Hint = "renew the credentials of this source, and check that they carry the rights its documentation asks for"
	}
	return e
}

// classOfStatus is the usual reading of a status of 400 and above. A source
// for which 404 is an ordinary answer finds it with errors.As.
func classOfStatus(status int) Class {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return ClassAuth
	case http.StatusPaymentRequired:
		return ClassBudget
	case http.StatusNotFound, http.StatusGone:
		return ClassGone
	case http.StatusTooManyRequests, 420: // 420: the old way of X
		return ClassLimited
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusConflict:
		return ClassRetry
	}
	if status >= 500 {
		return ClassRetry
	}
	return ClassBug
}

// unaskedHTML sees a maintenance page, a captive portal or a login page where
// data was due. A source that wants HTML says so in Accept.
func unaskedHTML(r *http.Request, resp *http.Response) bool {
	t, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return t == "text/html" && !strings.Contains(r.Header.Get("Accept"), "text/html")
}

// strayed refuses a redirect that leaves the host or gives up encryption, so
// that credentials never follow it.
func strayed(from *url.URL, resp *http.Response) *Error {
	to, err := from.Parse(resp.Header.Get("Location"))
	if err == nil && to.Host == from.Host && to.Scheme == from.Scheme {
		return nil
	}
	if err == nil && to.Hostname() == from.Hostname() && from.Scheme == "http" && to.Scheme == "https" && to.Port() == "" {
		return nil
	}
	e := &Error{Class: ClassRetry, Status: resp.StatusCode, Err: errors.New("redirected to another host")}
	if s := resp.StatusCode; s == http.StatusMovedPermanently || s == http.StatusPermanentRedirect {
		e.Class, e.Hint = ClassGone, "the server has moved for good: put its new address into the configuration"
	}
	return e
}

// Classified returns the failure in err without the URL that http.Client puts
// around it: queries and some paths hold tokens. A source passes each error of
// a client through it before yielding it. nil stays nil.
func Classified(err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) && err == error(own) {
		return err
	}
	if own != nil {
		return own
	}
	var u *url.Error
	if errors.As(err, &u) {
		return &Error{Class: ClassRetry, Err: bare(u)}
	}
	return err
}

// bare strips all URLs from a chain of errors, keeping the innermost cause.
func bare(u *url.Error) error {
	for {
		var inner *url.Error
		if !errors.As(u.Err, &inner) {
			return u.Err
		}
		u = inner
	}
}

// StatusOf returns the HTTP status in an error, 0 if there is none.
func StatusOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}
