package console

import "net/http"

// permission says who may use a route. The zero value is nobody's: a route
// that forgets to say is found by a test, and refused at run time.
type permission int

const (
	unset  permission = iota
	anyone            // without login: the login page, assets
	member            // any member of the team, logged in
)

// route is one line of the only table of pages.
type route struct {
	method  string
	pattern string
	needs   permission
	handle  func(http.ResponseWriter, *request)
	passive bool // asked by the page itself, not by a person: must not keep a session alive
}

// routes lists every page and action of the console.
func (k *console) routes() []route {
	return []route{
		{"GET", "/login", anyone, k.showLogin, false},
		{"POST", "/login", anyone, k.login, false},
		{"POST", "/language", anyone, k.setLanguage, false},
		{"GET", "/assets/{name}", anyone, k.serveAsset, true},

		{"GET", "/{$}", member, k.showQueue, false},
		{"GET", "/counts", member, k.showCounts, true},
		{"GET", "/alarms", member, k.showAlarms, true},
		{"GET", "/cases/{id}", member, k.showCase, false},
		{"POST", "/cases/{id}/reveal", member, k.reveal, false},
		{"POST", "/cases/{id}/decide", member, k.decide, false},
		{"POST", "/cases/{id}/assign", member, k.assign, false},
		{"POST", "/cases/{id}/undo", member, k.undo, false},
		{"GET", "/status", member, k.showStatus, false},
		{"GET", "/events", member, k.stream, true},
		{"GET", "/prefs", member, k.showPrefs, false},
		{"POST", "/prefs", member, k.setPrefs, false},
		{"POST", "/logout", member, k.logout, false},
	}
}

// handler mounts the table behind the guards that every request passes.
func (k *console) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range k.routes() {
		mux.Handle(r.method+" "+r.pattern, k.admit(r))
	}
	mux.Handle("/", k.admit(route{needs: anyone, handle: k.notFound}))
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return k.harden(limitBody(guarded))
}
