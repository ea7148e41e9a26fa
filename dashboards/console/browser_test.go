package console_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie"
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
	p.Click(".text .reveal button")
	p.Wait(".text .foreign")
	both("case")
	p.Go(s.url + "/status")
	both("status")
	p.Go(s.url + "/prefs")
	both("prefs")
}

func TestModeratorAtWork(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Wait("[data-list]")

	marker := "MARKER-5d1e-arrives-live"
	s.desk.Open(consoletest.File{View: caseView("live1", vigie.SeverityHigh, marker), Texts: texts("live1", marker)})
	p.Wait("[data-refresh]")
	if got := p.Text("[data-refresh]"); !strings.Contains(got, "Afficher 1 nouveau") {
		t.Errorf("the button says %q", got)
	}
	if strings.Contains(p.HTML(), "case-live1") {
		t.Error("the list moved by itself")
	}
	p.ClickThrough("[data-refresh]")
	p.Wait("#case-live1")
	if strings.Contains(p.HTML(), marker) || strings.Contains(p.Spoken(), marker) {
		t.Error("the masked text is in the page")
	}
	p.Click("#case-live1 [data-reveal] button")
	p.Wait("#case-live1 .foreign")
	if !strings.Contains(p.Text("#case-live1 .foreign"), marker) {
		t.Error("the text does not appear")
	}
	p.Press(" ")
	p.WaitGone("#case-live1 .foreign")
	if strings.Contains(p.HTML(), marker) {
		t.Error("the text is still in the page after masking")
	}
	p.Press("c")
	p.Wait("#case-live1[data-state=hateful]")
	p.Wait("#toasts .toast")
	p.Press("z")
	p.Wait("#case-live1[data-state=open]")
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(got, "\n"))
	}
}

func caseView(id string, sev vigie.Severity, text string) vigie.CaseView {
	comment := vigie.NewCommentID("mastodon", "piaille.fr", id)
	return vigie.CaseView{Case: vigie.Case{ID: vigie.CaseID(id), Org: vigie.DefaultOrg, Comment: comment, Version: 1, Source: "asso",
		Account: "mastodon:piaille.fr/@atelier", Platform: "mastodon", Severity: sev, Rules: []string{"fr.threat.death"},
		Labels: []vigie.LabelScore{{Label: vigie.LabelThreat, Score: .9}}, Opened: time.Now(), Posted: time.Now().Add(-time.Minute)},
		Kind: vigie.KindReply, Lang: "fr", Length: len(text), Score: .9, Versions: 1, Pseudonym: "Auteur 1234",
		URL: "https://piaille.fr/@x/1"}
}

func texts(id, text string) map[vigie.CommentID]vigie.Revealed {
	comment := vigie.NewCommentID("mastodon", "piaille.fr", id)
	return map[vigie.CommentID]vigie.Revealed{comment: {Comment: comment, Version: 1, Text: text, Handle: "@x@piaille.fr", Name: "X"}}
}
