package console_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestCrossSitePostIsRefused(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"},
	} {
		a := c.request("POST", "/cases/k7m2/decide", []string{"kind", "clear", "revision", "0"}, header...)
		if a.status != http.StatusForbidden {
			t.Errorf("%v: status %d, want 403", header, a.status)
		}
	}
	if n := len(s.desk.Trail()); n != 0 {
		t.Errorf("%d things were done", n)
	}
}

func TestNothingChangesOnGet(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	for _, path := range []string{"/cases/k7m2/reveal", "/cases/k7m2/decide", "/cases/k7m2/undo", "/logout", "/language"} {
		if a := c.get(path); a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: status %d", path, a.status)
		}
	}
	if a := c.get("/"); a.path != "/" {
		t.Error("signed out by a GET")
	}
}

func TestHeaders(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	nonces := make(map[string]bool)
	for _, path := range []string{"/", "/login", "/cases/k7m2", "/status", "/prefs", "/nothing-here"} {
		a := c.get(path)
		csp := a.header.Get("Content-Security-Policy")
		m := regexp.MustCompile(`^default-src 'none'; script-src 'nonce-(\w+)'; style-src 'self'; img-src 'self' data:; connect-src 'self'; ` +
			`form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx$`).FindStringSubmatch(csp)
		if m == nil {
			t.Fatalf("%s: Content-Security-Policy %q", path, csp)
		}
		if nonces[m[1]] || len(m[1]) < 22 {
			t.Errorf("%s: nonce %q is short or used before", path, m[1])
		}
		nonces[m[1]] = true
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store"} {
			if got := a.header.Values(name); len(got) == 0 || got[0] != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if regexp.MustCompile(`(?i)\son\w+=|\sstyle=|<style|javascript:`).MatchString(a.body) {
			t.Errorf("%s holds an inline handler or style", path)
		}
		for _, tag := range regexp.MustCompile(`<script[^>]*>`).FindAllString(a.body, -1) {
			if !strings.Contains(tag, `nonce="`+m[1]+`"`) || !strings.Contains(tag, `src="/assets/`) {
				t.Errorf("%s: %s", path, tag)
			}
		}
	}
}

func TestAssetsAreImmutable(t *testing.T) {
	s := open(t, nil)
	c := s.client(t)
	page := c.get("/login").body
	files := regexp.MustCompile(`/assets/[\w.-]+`).FindAllString(page, -1)
	if len(files) < 5 {
		t.Fatalf("the page names %v", files)
	}
	for _, f := range files {
		if a := c.get(f); a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.body == "" {
			t.Errorf("%s: status %d, %s", f, a.status, a.header.Get("Cache-Control"))
		}
	}
	if a := c.get("/assets/vigie.css"); a.status != http.StatusNotFound {
		t.Errorf("a name without its hash: status %d", a.status)
	}
}

func TestLargeFormIsRefused(t *testing.T) {
	s := open(t, nil)
	c := s.member(t, "claire")
	a := c.post("/cases/k7m2/decide", "kind", "clear", "revision", "0", "note", strings.Repeat("x", 100_000))
	a.says(t, http.StatusRequestEntityTooLarge, "trop long")
	if a := c.post("/cases/k7m2/decide", "kind", "clear", "revision", "0", "note", strings.Repeat("x", 5000)); a.status != http.StatusBadRequest {
		t.Errorf("a long note: status %d, want 400", a.status)
	}
}
