package console_test

import (
	"os"
	"path/filepath"
	"testing"

	"vigie/dashboards/console"
	"vigie/dashboards/console/browsertest"
	"vigie/dashboards/console/consoletest"
)

func signIn(p *browsertest.Page, url string) {
	p.Go(url + "/login")
	p.Fill("#login", string(consoletest.Claire))
	p.Fill("#password", consoletest.Password)
	p.ClickThrough(".door button")
}

// TestScreenshots draws the pages for people to look at, where VIGIE_SCREENSHOTS says.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("VIGIE_SCREENSHOTS")
	if dir == "" {
		t.Skip("set VIGIE_SCREENSHOTS to a folder to draw the pages")
	}
	s := open(t, func(c *console.Config) { c.Surge = consoletest.Surge{"mastodon:piaille.fr/@atelier": {214, 60}} })
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	shot := func(name string, l browsertest.Look) {
		p.Look(l)
		p.Screenshot(filepath.Join(dir, name+".png"))
	}
	both := func(name string) {
		for _, dark := range []bool{false, true} {
			suffix := map[bool]string{false: "", true: "-dark"}[dark]
			shot(name+suffix, browsertest.Look{Width: 1280, Height: 860, Dark: dark, Scale: 1.5})
			shot(name+suffix+"-320", browsertest.Look{Width: 320, Height: 800, Dark: dark, Scale: 2})
		}
		p.Look(browsertest.Look{})
	}
	p.Go(s.url + "/login")
	both("login")
	signIn(p, s.url)
	both("console")
	p.Click("#case-b8hn [data-reveal] button")
	p.Wait("#case-b8hn .foreign")
	both("revealed")
	p.Go(s.url + "/cases/q9ra")
	both("case-masked")
	p.Press("?")
	p.Wait("dialog[open]")
	shot("help", browsertest.Look{Width: 1280, Height: 860, Scale: 1.5})
	p.Press("\x1b")
	p.WaitGone("dialog[open]")
	p.Click(".text .reveal button")
	p.Wait(".text .foreign")
	both("case")
	p.Go(s.url + "/status")
	both("status")
	p.Go(s.url + "/prefs")
	both("prefs")
}
