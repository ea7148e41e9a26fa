package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"

	"vigie"
)

// The keys of a session.
const (
	keyUser  = "user"
	keyEpoch = "epoch" // the member's when the session began
	keyToast = "toast"
)

func newSessions(store scs.Store, secure bool) *scs.SessionManager {
	m := scs.New()
	if store == nil {
		store = memstore.NewWithCleanupInterval(0)
	}
	m.Store = store
	m.IdleTimeout = 30 * time.Minute
	m.Lifetime = 12 * time.Hour
	m.Cookie.Name = "vigie_session"
	if secure {
		m.Cookie.Name = "__Host-vigie_session"
	}
	m.Cookie.Path = "/"
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteStrictMode
	m.Cookie.Persist = false
	m.HashTokenInStore = true
	return m
}

// peekSession reads the session without prolonging it.
func (k *console) peekSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := ""
		if c, err := r.Cookie(k.sessions.Cookie.Name); err == nil {
			token = c.Value
		}
		ctx, err := k.sessions.Load(r.Context(), token)
		if err != nil {
			k.Log.Error("session not read", "err", err)
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// loggedIn returns the member whose session this is, zero if nobody's. The
// desk is asked each time, so that a removed member is out at once, and so is
// whoever holds a session from before the password was changed.
func (k *console) loggedIn(ctx context.Context) vigie.User {
	id := k.sessions.GetString(ctx, keyUser)
	if id == "" {
		return vigie.User{}
	}
	u, err := k.Desk.User(ctx, k.Org, vigie.UserID(id))
	if err != nil {
		if !errors.Is(err, vigie.ErrNotFound) && ctx.Err() == nil {
			k.Log.Error("member not read", "err", err)
		}
		return vigie.User{}
	}
	if u.Epoch != k.sessions.GetString(ctx, keyEpoch) {
		return vigie.User{}
	}
	return u
}

func (k *console) showLogin(w http.ResponseWriter, r *request) {
	if r.user.ID != "" {
		http.Redirect(w, r.Request, "/", http.StatusSeeOther)
		return
	}
	p := k.page(r, r.tr.T("login.title"))
	k.render(w, r, http.StatusOK, loginPage(p, loginView{Next: localPath(r.FormValue("next"))}))
}

func (k *console) login(w http.ResponseWriter, r *request) {
	if err := r.ParseForm(); err != nil {
		k.fail(w, r, errors.Join(errBadForm, err))
		return
	}
	login := strings.TrimSpace(r.PostForm.Get("login"))
	u, err := k.Desk.Authenticate(r.Context(), k.Org, login, r.PostForm.Get("password"))
	if err != nil {
		k.refuseLogin(w, r, login, err)
		return
	}
	if err := k.sessions.RenewToken(r.Context()); err != nil {
		k.fail(w, r, err)
		return
	}
	k.sessions.Put(r.Context(), keyUser, string(u.ID))
	k.sessions.Put(r.Context(), keyEpoch, u.Epoch)
	http.Redirect(w, r.Request, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
}

// refuseLogin says calmly what went wrong, and the same for any wrong pair.
func (k *console) refuseLogin(w http.ResponseWriter, r *request, login string, err error) {
	view := loginView{Login: login, Next: localPath(r.PostForm.Get("next"))}
	status := http.StatusUnauthorized
	var throttled interface{ RetryAfter() time.Duration }
	switch {
	case errors.As(err, &throttled):
		status = http.StatusTooManyRequests
		minutes := int64((throttled.RetryAfter() + time.Minute - 1) / time.Minute)
		view.Problem = r.tr.N("login.throttled", max(minutes, 1))
	case errors.Is(err, vigie.ErrDenied), errors.Is(err, vigie.ErrNotFound):
		view.Problem = r.tr.T("login.wrong")
	default:
		k.fail(w, r, err)
		return
	}
	k.render(w, r, status, loginPage(k.page(r, r.tr.T("login.title")), view))
}

func (k *console) logout(w http.ResponseWriter, r *request) {
	k.streams.end(k.sessions.Token(r.Context()))
	if err := k.sessions.Destroy(r.Context()); err != nil {
		k.fail(w, r, err)
		return
	}
	http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
}

// localPath keeps a path of ours, and turns anything else into the queue.
func localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return "/"
	}
	return p
}
