package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"vigie"
)

type nonceKey struct{}

func withNonce(ctx context.Context, nonce string) context.Context {
	return context.WithValue(ctx, nonceKey{}, nonce)
}

// request is one request with what the guards found out about it.
type request struct {
	*http.Request
	user    vigie.User // zero if not logged in
	prefs   prefs
	tr      *locale
	nonce   string
	passive bool // the route's
}

// caller is on whose behalf the desk is asked.
func (r *request) caller() vigie.Caller {
	return vigie.Caller{User: r.user.ID, Org: r.user.Org, Role: r.user.Role, Via: "console"}
}

// partial says whether htmx asks, so that a part of the page is enough.
func (r *request) partial() bool { return r.Header.Get("HX-Request") == "true" }

// admit finds out who asks, in which language, and lets in who may.
func (k *console) admit(rt route) http.Handler {
	inner := http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r := k.newRequest(hr)
		r.passive = rt.passive
		switch {
		case rt.needs == anyone, rt.needs == member && r.user.ID != "":
			rt.handle(w, r)
		case rt.needs == member:
			toLogin(w, r)
		default:
			k.fail(w, r, vigie.ErrDenied)
		}
	})
	if rt.passive {
		return k.peekSession(inner)
	}
	return k.sessions.LoadAndSave(inner)
}

func (k *console) newRequest(hr *http.Request) *request {
	nonce, _ := hr.Context().Value(nonceKey{}).(string)
	r := &request{Request: hr, nonce: nonce}
	r.user = k.loggedIn(hr.Context())
	r.prefs = k.readPrefs(hr, r.user)
	r.tr = k.locales[r.prefs.lang]
	return r
}

// toLogin sends the browser to the login page, and back afterwards.
func toLogin(w http.ResponseWriter, r *request) {
	to := "/login"
	if r.Method == http.MethodGet && r.URL.Path != "/" && !r.passive {
		to += "?next=" + url.QueryEscape(r.URL.Path)
	}
	switch {
	case r.partial():
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
	case r.passive:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		http.Redirect(w, r.Request, to, http.StatusSeeOther)
	}
}

// render writes a page or a part of one.
func (k *console) render(w http.ResponseWriter, r *request, status int, c templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := c.Render(r.Context(), w); err != nil && r.Context().Err() == nil {
		k.Log.Error("page not written", "path", r.Pattern, "err", err)
	}
}

// fail answers an error in words; the log gets the error, the page does not.
func (k *console) fail(w http.ResponseWriter, r *request, err error) {
	status, key := http.StatusInternalServerError, "error.internal"
	var tooBig *http.MaxBytesError
	switch {
	case errors.Is(err, vigie.ErrNotFound):
		status, key = http.StatusNotFound, "error.not_found"
	case errors.Is(err, vigie.ErrDenied):
		status, key = http.StatusForbidden, "error.denied"
	case errors.As(err, &tooBig):
		status, key = http.StatusRequestEntityTooLarge, "error.too_big"
	case errors.Is(err, errBadForm):
		status, key = http.StatusBadRequest, "error.bad_form"
	case r.Context().Err() != nil:
		return
	default:
		k.Log.Error("request failed", "path", r.Pattern, "err", err)
	}
	if r.partial() {
		w.Header().Set("HX-Reswap", "none")
		k.render(w, r, status, toastPart(k.page(r, ""), toast{Text: r.tr.T(key), Alert: true}))
		return
	}
	k.render(w, r, status, errorPage(k.page(r, r.tr.T("error.title")), r.tr.T(key)))
}

func (k *console) notFound(w http.ResponseWriter, r *request) { k.fail(w, r, vigie.ErrNotFound) }

// errBadForm means that a form carries what our pages never send.
var errBadForm = errors.New("form not understood")
