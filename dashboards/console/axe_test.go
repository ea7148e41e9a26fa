package console_test

import (
	"strings"
	"testing"
	"time"

	"vigie/dashboards/console/browsertest"
	"vigie/dashboards/console/consoletest"

	"vigie"
	"vigie/dashboards/console"
)

// state is a page in a state worth checking.
type state struct {
	name string
	open func(s site, p *browsertest.Page)
}

var states = []state{
	{"queue", func(s site, p *browsertest.Page) { p.Go(s.url + "/") }},
	{"queue, one text revealed", func(s site, p *browsertest.Page) {
		p.Go(s.url + "/")
		p.Click("#case-b8hn [data-reveal] button")
		p.Wait("#case-b8hn .foreign")
	}},
	{"queue, one decided", func(s site, p *browsertest.Page) {
		p.Go(s.url + "/")
		p.Click("#case-l8ql [data-key=d]")
		p.Wait("#case-l8ql[data-state=cleared]")
	}},
	{"help", func(s site, p *browsertest.Page) {
		p.Go(s.url + "/")
		p.WaitFor("document.querySelector('[data-help]').hidden === false")
		browsertest.Eval[bool](p, "document.querySelector('[data-help]').click() || true")
	}},
	{"nothing found", func(s site, p *browsertest.Page) { p.Go(s.url + "/?q=zzzz") }},
	{"case", func(s site, p *browsertest.Page) { p.Go(s.url + "/cases/q9ra") }},
	{"case revealed", func(s site, p *browsertest.Page) {
		p.Go(s.url + "/cases/q9ra")
		p.Click(".text .reveal button")
		p.Wait(".text .foreign")
	}},
	{"case decided", func(s site, p *browsertest.Page) { p.Go(s.url + "/cases/j4it") }},
	{"status", func(s site, p *browsertest.Page) { p.Go(s.url + "/status") }},
	{"preferences", func(s site, p *browsertest.Page) { p.Go(s.url + "/prefs") }},
	{"not found", func(s site, p *browsertest.Page) { p.Go(s.url + "/nothing") }},
}

var looks = []browsertest.Look{{Width: 1280}, {Width: 320}, {Width: 1280, Dark: true}, {Width: 320, Dark: true}}

// TestAxeFindsNothing checks every page in both languages, light and dark, wide and narrow.
func TestAxeFindsNothing(t *testing.T) {
	b := browsertest.Launch(t)
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(c *console.Config) {
				c.Lang, c.Surge = lang, consoletest.Surge{"mastodon:piaille.fr/@atelier": {214, 60}}
			})
			s.desk.AddUser(vigie.User{ID: consoletest.Claire, Org: vigie.DefaultOrg, Name: "Claire Morel", Lang: lang})
			s.desk.SetStatus(consoletest.FailSource(consoletest.Status(time.Now()), "x", "auth", time.Now()))
			p := b.Open(t, browsertest.Look{})
			p.Go(s.url + "/login")
			check(t, p, lang, "login")
			p.Fill("#login", "claire")
			p.ClickThrough(".foot [aria-pressed=true]") // an empty password cannot be sent: leave by another way
			signIn(p, s.url)
			for _, st := range states {
				st.open(s, p)
				check(t, p, lang, st.name)
			}
		})
	}
}

// check runs axe on the page in every look, and looks for sideways scrolling.
func check(t *testing.T, p *browsertest.Page, lang, name string) {
	t.Helper()
	p.Problems()
	for _, l := range looks {
		p.Look(l)
		if found := p.Axe(); len(found) > 0 {
			t.Errorf("%s, %+v:\n%s", name, l, strings.Join(found, "\n"))
		}
		if w := browsertest.Eval[int64](p, "document.documentElement.scrollWidth"); w > l.Width {
			t.Errorf("%s is %d pixels wide in a window of %d", name, w, l.Width)
		}
	}
	p.Look(browsertest.Look{})
	if got := browsertest.Eval[string](p, "document.documentElement.lang"); got != lang {
		t.Errorf("%s is in %q, want %q", name, got, lang)
	}
	if n := browsertest.Eval[int](p, "document.querySelectorAll('h1').length"); n != 1 {
		t.Errorf("%s has %d h1", name, n)
	}
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("%s: the browser complains:\n%s", name, strings.Join(got, "\n"))
	}
}
