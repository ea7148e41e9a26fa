package console

import (
	"errors"
	"net/http"
	"strings"

	"vigie"
)

// prefs is what a person chose for this browser. It is kept in a cookie of its
// own, so that it outlives the session and serves the login page too.
type prefs struct {
	lang string
	keys bool // single-key shortcuts
}

const prefsCookie = "vigie_prefs"

// readPrefs takes the browser's choice, else the member's, else the console's.
func (k *console) readPrefs(r *http.Request, u vigie.User) prefs {
	p := prefs{lang: k.Lang, keys: true}
	if k.locales[u.Lang] != nil {
		p.lang = u.Lang
	}
	c, err := r.Cookie(prefsCookie)
	if err != nil {
		return p
	}
	lang, keys, _ := strings.Cut(c.Value, ".")
	if k.locales[lang] != nil {
		p.lang = lang
	}
	p.keys = keys != "nokeys"
	return p
}

func (k *console) writePrefs(w http.ResponseWriter, p prefs) {
	v := p.lang + ".keys"
	if !p.keys {
		v = p.lang + ".nokeys"
	}
	http.SetCookie(w, &http.Cookie{Name: prefsCookie, Value: v, Path: "/", MaxAge: 400 * 24 * 3600,
		HttpOnly: true, Secure: k.secure, SameSite: http.SameSiteStrictMode})
}

func (k *console) showPrefs(w http.ResponseWriter, r *request) {
	p := k.page(r, r.tr.T("prefs.title"))
	k.render(w, r, http.StatusOK, prefsPage(p))
}

func (k *console) setPrefs(w http.ResponseWriter, r *request) {
	p := prefs{lang: r.PostFormValue("lang"), keys: r.PostForm.Get("keys") == "on"}
	if k.locales[p.lang] == nil {
		k.fail(w, r, errors.Join(errBadForm, errors.New("unknown language")))
		return
	}
	k.writePrefs(w, p)
	k.flash(r, toast{Text: k.locales[p.lang].T("prefs.saved")})
	http.Redirect(w, r.Request, "/prefs", http.StatusSeeOther)
}

// setLanguage serves the two buttons at the foot of every page.
func (k *console) setLanguage(w http.ResponseWriter, r *request) {
	p := r.prefs
	p.lang = r.PostFormValue("lang")
	if k.locales[p.lang] == nil {
		k.fail(w, r, errors.Join(errBadForm, errors.New("unknown language")))
		return
	}
	k.writePrefs(w, p)
	http.Redirect(w, r.Request, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
}
