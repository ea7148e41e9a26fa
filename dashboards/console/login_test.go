package console_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"vigie/dashboards/console"
	"vigie/dashboards/console/consoletest"
)

func TestNobodyGetsInWithoutLogin(t *testing.T) {
	s := open(t, nil)
	c := s.client(t)
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range []string{"/", "/cases/k7m2", "/status", "/prefs"} {
		if a := c.get(path); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("GET %s: status %d to %s", path, a.status, a.header.Get("Location"))
		}
	}
	for _, path := range []string{"/events", "/counts", "/alarms"} {
		if a := c.get(path); a.status != http.StatusUnauthorized {
			t.Errorf("GET %s: status %d, want 401", path, a.status)
		}
	}
	for _, path := range []string{"/cases/k7m2/reveal", "/cases/k7m2/decide", "/cases/k7m2/assign", "/cases/k7m2/undo", "/prefs", "/logout"} {
		if a := c.post(path, "kind", "hate", "revision", "0"); a.status != http.StatusSeeOther {
			t.Errorf("POST %s: status %d, want 303", path, a.status)
		}
		if a := c.htmx(path); a.status != http.StatusUnauthorized || a.header.Get("HX-Redirect") != "/login" {
			t.Errorf("POST %s by htmx: status %d to %q", path, a.status, a.header.Get("HX-Redirect"))
		}
	}
	if n := len(s.desk.Trail()); n != 0 {
		t.Errorf("%d things were done", n)
	}
}

func TestLogin(t *testing.T) {
	var log bytes.Buffer
	s := open(t, func(c *console.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	c := s.client(t)
	c.post("/login", "login", "claire", "password", "SECRET-try").says(t, http.StatusUnauthorized, "incorrect", `value="claire"`)
	c.post("/login", "login", "nobody", "password", "SECRET-try").says(t, http.StatusUnauthorized, "incorrect")
	a := c.post("/login", "login", " claire ", "password", consoletest.Password, "next", "/cases/k7m2")
	if a.path != "/cases/k7m2" {
		t.Errorf("after login on %s, want the page asked for", a.path)
	}
	c.post("/logout").says(t, http.StatusOK, "Mot de passe")
	if a := c.get("/"); a.path != "/login" {
		t.Errorf("after logout on %s", a.path)
	}
	for range 6 {
		c.post("/login", "login", "samir", "password", "SECRET-try")
	}
	c.post("/login", "login", "samir", "password", consoletest.Password).says(t, http.StatusTooManyRequests, "5 minutes")
	if strings.Contains(log.String(), "SECRET") {
		t.Errorf("a password is in the log: %s", &log)
	}
}

func TestLoginGoesNowhereElse(t *testing.T) {
	s := open(t, nil)
	for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example"} {
		if a := s.client(t).post("/login", "login", "claire", "password", consoletest.Password, "next", next); a.path != "/" {
			t.Errorf("next=%s leads to %s", next, a.path)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	tests := []struct{ base, name string }{
		{"http://127.0.0.1:8080", "vigie_session"},
		{"https://vigie.example", "__Host-vigie_session"},
	}
	for _, tt := range tests {
		s := open(t, func(c *console.Config) { c.BaseURL = tt.base })
		c := s.client(t)
		c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := c.post("/login", "login", "claire", "password", consoletest.Password)
		got, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
		if err != nil {
			t.Fatal(err)
		}
		secure := strings.HasPrefix(tt.base, "https")
		if got.Name != tt.name || !got.HttpOnly || got.SameSite != http.SameSiteStrictMode || got.Secure != secure || got.Path != "/" || got.Domain != "" {
			t.Errorf("%s: cookie %s", tt.base, a.header.Get("Set-Cookie"))
		}
		if hsts := a.header.Get("Strict-Transport-Security"); (hsts != "") != secure {
			t.Errorf("%s: HSTS %q", tt.base, hsts)
		}
	}
}

func TestLoginRenewsTheToken(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	before := c.get("/").header.Get("Set-Cookie")
	after := c.post("/login", "login", "samir", "password", consoletest.Password).header.Get("Set-Cookie")
	if token(t, before) == token(t, after) {
		t.Error("the token is the same before and after login")
	}
}

func token(t *testing.T, header string) string {
	t.Helper()
	c, err := http.ParseSetCookie(header)
	if err != nil {
		t.Fatal(err)
	}
	return c.Value
}

func TestRemovedMemberIsOut(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	s.desk.RemoveUser(consoletest.Claire)
	if a := c.get("/"); a.path != "/login" {
		t.Errorf("a removed member is on %s", a.path)
	}
}

func TestNewPasswordEndsSessions(t *testing.T) {
	s := open(t, nil)
	thief, other := s.member(t, "claire"), s.member(t, "samir")
	s.desk.ChangePassword(consoletest.Claire)
	if a := thief.get("/"); a.path != "/login" {
		t.Errorf("a session from before the new password is on %s", a.path)
	}
	if a := other.get("/"); a.path != "/" {
		t.Errorf("a colleague is on %s", a.path)
	}
	if a := s.member(t, "claire").get("/"); a.path != "/" {
		t.Errorf("a session of the new password is on %s", a.path)
	}
}
