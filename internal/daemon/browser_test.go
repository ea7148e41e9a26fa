package daemon_test

import (
	"regexp"
	"strings"
	"testing"

	"vigie/collectors/mastodon/mastodontest"
	"vigie/dashboards/console/browsertest"
)

// TestModeratorsWholeWay follows one comment from the network to a decision in
// a real browser: it arrives live, masked; it is revealed, decided, undone.
func TestModeratorsWholeWay(t *testing.T) {
	w := newWorld(t)
	root := w.network.Post(mastodontest.Status{From: "asso", Text: "Bonjour"})
	password := regexp.MustCompile(`admin\s+(\S+)`).FindStringSubmatch(w.out.String())[1]
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	p.Go("http://" + w.app.Address("console") + "/login")
	p.Fill("#login", "admin")
	p.Fill("#password", password)
	p.ClickThrough(".door button")

	w.network.Post(mastodontest.Status{From: markAuthor, Text: "@asso vous êtes tous des connards " + markText, ReplyTo: root})
	p.Wait("[data-refresh]")
	p.ClickThrough("[data-refresh]")
	p.Wait("[data-reveal] button")
	if html := p.HTML() + p.Spoken(); strings.Contains(html, markText) || strings.Contains(html, markAuthor) {
		t.Error("the text or its author is in the page before anybody asked")
	}
	if faults := p.Axe(); len(faults) > 0 {
		t.Errorf("axe: %s", strings.Join(faults, "\n"))
	}
	p.Click("[data-reveal] button")
	p.Wait(".foreign")
	if got := p.Text(".foreign"); !strings.Contains(got, markText) {
		t.Errorf("revealed %q", got)
	}
	p.Press("c")
	p.Wait("[data-state=hateful]")
	p.Press("z")
	p.Wait("[data-state=open]")
	if faults := append(p.Axe(), p.Problems()...); len(faults) > 0 {
		t.Errorf("after deciding: %s", strings.Join(faults, "\n"))
	}
}
