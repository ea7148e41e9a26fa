package console

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/alexedwards/scs/v2"
)

func TestEveryRouteHasAPermission(t *testing.T) {
	public := map[string]bool{"GET /login": true, "POST /login": true, "POST /language": true, "GET /assets/{name}": true}
	for _, r := range (&console{}).routes() {
		name := r.method + " " + r.pattern
		switch {
		case r.needs == unset:
			t.Errorf("%s has no permission", name)
		case r.needs == anyone && !public[name]:
			t.Errorf("%s is open to anyone", name)
		}
		if r.handle == nil {
			t.Errorf("%s has no handler", name)
		}
	}
}

func TestRouteWithoutPermissionIsRefused(t *testing.T) {
	all, err := loadLocales()
	if err != nil {
		t.Fatal(err)
	}
	files, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	k := &console{locales: all, assets: files, sessions: scs.New()}
	k.Lang = "fr"
	k.setDefaults()
	h := k.admit(route{method: "GET", pattern: "/", handle: func(http.ResponseWriter, *request) { t.Error("the handler ran") }})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d, want 403", w.Code)
	}
}
