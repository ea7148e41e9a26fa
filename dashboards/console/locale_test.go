package console

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie"
)

func locales(t *testing.T) map[string]*locale {
	t.Helper()
	all, err := loadLocales()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLocalesHaveTheSameKeys(t *testing.T) {
	all := locales(t)
	places := regexp.MustCompile(`\{\w+\}`)
	for key, fr := range all["fr"].texts {
		en, ok := all["en"].texts[key]
		if !ok {
			t.Errorf("%s is missing in English", key)
			continue
		}
		if (fr.One == "") != (en.One == "") {
			t.Errorf("%s counts in one language only", key)
		}
		if a, b := strings.Join(places.FindAllString(fr.Other, -1), ""), strings.Join(places.FindAllString(en.Other, -1), ""); len(a) != len(b) {
			t.Errorf("%s has the places %s in French and %s in English", key, a, b)
		}
	}
	for key := range all["en"].texts {
		if _, ok := all["fr"].texts[key]; !ok {
			t.Errorf("%s is missing in French", key)
		}
	}
}

// sources returns the files that people wrote: Go without tests and without generated code, and templates.
func sources(t *testing.T, ext string) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*" + ext)
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s files: %v", ext, err)
	}
	all := make(map[string]string)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(b)
	}
	return all
}

func TestEveryKeyInUseExists(t *testing.T) {
	fr := locales(t)["fr"]
	use := regexp.MustCompile(`\.(?:T|N|Maybe)\(\s*"([^"]+)"([,)+ ])`)
	check := func(where, key string) {
		if _, ok := fr.texts[key]; !ok {
			t.Errorf("%s asks for %q, which no locale has", where, key)
		}
	}
	for _, ext := range []string{".go", ".templ"} {
		for name, text := range sources(t, ext) {
			for _, m := range use.FindAllStringSubmatch(text, -1) {
				if !strings.HasSuffix(m[1], ".") { // a prefix: its ends are listed below
					check(name, m[1])
				}
			}
		}
	}
	for _, s := range vigie.Severities() {
		check("severity", "severity."+s.String())
	}
	for _, l := range vigie.Labels() {
		check("label", "label."+string(l))
	}
	for _, s := range shortcuts() {
		check("shortcut", "keys."+s.does)
	}
	for _, k := range []string{"kind.mention", "kind.reply", "kind.quote", "kind.review", "kind.message", "tab.open", "tab.mine", "tab.done",
		"empty.open", "empty.mine", "empty.done", "state.open", "state.cleared", "state.hateful", "source.starting", "source.ok",
		"source.waiting", "source.failed", "toast.clear", "toast.hate", "toast.assign", "toast.undo", "history.clear", "history.hate",
		"history.undo", "error.internal", "error.not_found", "error.denied", "error.bad_form", "error.too_big", "month.1", "month.12"} {
		check("code", k)
	}
}

// TestTemplatesHoldNoSentence keeps every word that a person reads in the locales.
func TestTemplatesHoldNoSentence(t *testing.T) {
	code := regexp.MustCompile(`(?m)^\s*(package|import|//|templ |if |for |switch |case |default|\}|@|\)).*$`)
	tag := regexp.MustCompile(`(?s)<[^<>]*>`)
	expression := regexp.MustCompile(`\{[^{}]*\}`)
	word := regexp.MustCompile(`\p{L}{2,}`)
	attribute := regexp.MustCompile(`\s(title|aria-label|placeholder|alt|aria-description)="`)
	for name, text := range sources(t, ".templ") {
		if m := attribute.FindString(text); m != "" {
			t.Errorf("%s has a literal%s", name, m)
		}
		text = strings.ReplaceAll(text, "\r", "")
		text = arrows.Replace(text)
		text = code.ReplaceAllString(text, "")
		text = expression.ReplaceAllString(text, "")
		text = tag.ReplaceAllString(text, "")
		text = code.ReplaceAllString(text, "")
		for _, line := range strings.Split(text, "\n") {
			if structLine.MatchString(line) || !word.MatchString(line) {
				continue
			}
			t.Errorf("%s holds the text %q: put it into the locales", name, strings.TrimSpace(line))
		}
	}
}

var (
	// arrows hides the comparison signs of Go from the pattern of a tag.
	arrows     = strings.NewReplacer(" > ", " gt ", " < ", " lt ", ">=", "ge", "<=", "le", "<!DOCTYPE html>", "")
	structLine = regexp.MustCompile(`^\s*([A-Z]\w+\s+(string|bool|int)|type \w+ struct.*|"vigie")$`)
)

func TestNoTemplateWritesRawMarkup(t *testing.T) {
	for _, ext := range []string{".go", ".templ"} {
		for name, text := range sources(t, ext) {
			for _, banned := range []string{"templ.Raw", "templ.SafeURL(", "templ.SafeCSS", "style=", "templ.JSUnsafe", "onclick", "<style"} {
				if strings.Contains(text, banned) {
					t.Errorf("%s holds %s", name, banned)
				}
			}
		}
	}
}

func TestPlurals(t *testing.T) {
	all := locales(t)
	tests := []struct {
		tag  string
		n    int64
		want string
	}{
		{"fr", 0, "il y a 0 jour"}, {"fr", 1, "il y a 1 jour"}, {"fr", 2, "il y a 2 jours"}, {"fr", 12345, "il y a 12\u202f345 jours"},
		{"en", 0, "0 days ago"}, {"en", 1, "1 day ago"}, {"en", 12345, "12,345 days ago"},
	}
	for _, tt := range tests {
		if got := all[tt.tag].N("time.days", tt.n); got != tt.want {
			t.Errorf("%s %d: %q, want %q", tt.tag, tt.n, got, tt.want)
		}
	}
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 41, 0, 0, time.UTC)
	all := locales(t)
	tests := []struct {
		tag  string
		ago  time.Duration
		want string
	}{
		{"fr", 10 * time.Second, "à l’instant"}, {"fr", 3 * time.Minute, "il y a 3 min"}, {"en", 25 * time.Hour, "1 day ago"},
		{"fr", 60 * 24 * time.Hour, "23 septembre 2026 à 00:41"}, {"en", 60 * 24 * time.Hour, "23 September 2026, 00:41"},
		{"en", -time.Hour, "22 November 2026, 01:41"},
	}
	for _, tt := range tests {
		p := &page{locale: all[tt.tag], now: now, zone: time.UTC}
		if got := p.when(now.Add(-tt.ago)).Short; got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.tag, tt.ago, got, tt.want)
		}
	}
	if got := (&page{locale: all["fr"], now: now, zone: time.UTC}).when(time.Time{}); got != (moment{}) {
		t.Errorf("the zero time is %v", got)
	}
}

func TestRuleNameFromID(t *testing.T) {
	p := &page{locale: locales(t)["fr"]}
	for id, want := range map[string]string{"fr.threat.death": "Menace (death)", "en.insult": "Insulte", "own_rule": "own_rule",
		"fr.hate.origin.slur_x": "Haine (origin, slur x)"} {
		if got := p.RuleName(id); got != want {
			t.Errorf("RuleName(%q) = %q, want %q", id, got, want)
		}
	}
}
