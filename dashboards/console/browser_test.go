package console_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie"
	"vigie/dashboards/console"
	"vigie/dashboards/console/browsertest"
	"vigie/dashboards/console/consoletest"
)

const live = "MARKER-5d1e-arrives-live"

func TestModeratorAtWork(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Wait("[data-list]")
	arrives(t, s, p)
	reveals(t, p)
	decides(t, s, p)
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(got, "\n"))
	}
}

// arrives sees a case come in without the list moving, and asks for it.
func arrives(t *testing.T, s site, p *browsertest.Page) {
	rows := browsertest.Eval[int](p, "document.querySelectorAll('[data-row]').length")
	s.desk.Open(consoletest.File{View: caseView("live1", vigie.SeverityHigh, live), Texts: texts("live1", live)})
	p.Wait("[data-refresh]")
	if got := p.Text("[data-refresh]"); !strings.Contains(got, "Afficher 1 nouveau") {
		t.Errorf("the button says %q", got)
	}
	if got := browsertest.Eval[int](p, "document.querySelectorAll('[data-row]').length"); got != rows {
		t.Error("the list moved by itself")
	}
	p.WaitFor("document.querySelector('[data-count=open]').textContent === '12'")
	browsertest.Eval[bool](p, "document.querySelector('.why').focus() || true")
	p.Press("n")
	p.Wait("#case-live1")
}

// reveals finds the text absent, asks for it, and leaves it again in three ways.
func reveals(t *testing.T, p *browsertest.Page) {
	absent := func(when string) {
		t.Helper()
		if strings.Contains(p.HTML(), live) || strings.Contains(p.Spoken(), live) {
			t.Errorf("the text is in the page %s", when)
		}
	}
	absent("before it is revealed")
	p.Click("#case-live1 [data-reveal] button")
	p.Wait("#case-live1 .foreign")
	if !strings.Contains(p.Text("#case-live1 .foreign"), live) || !strings.Contains(p.Spoken(), live) {
		t.Error("the text does not appear to the eye or to assistive technology")
	}
	p.Press(" ")
	p.WaitGone("#case-live1 .foreign")
	absent("after Space")
	p.Press(" ")
	p.Wait("#case-live1 .foreign")
	p.Press("j")
	p.WaitGone("#case-live1 .foreign")
	absent("after going on")
	p.Press("k")
	p.WaitFor("document.activeElement.closest('#case-live1')")
}

// decides by keyboard, goes on to the next row by itself, and takes it back.
func decides(t *testing.T, s site, p *browsertest.Page) {
	p.Press("c")
	p.Wait("#case-live1[data-state=hateful]")
	p.WaitFor("document.activeElement.matches('[data-row]:not(#case-live1) .why')")
	p.Wait("#toasts .toast")
	p.Press("z")
	p.Wait("#case-live1[data-state=open]")
	p.WaitFor("document.activeElement.closest('#case-live1')")
	p.Press("A")
	p.Wait("#case-live1 [data-kind=who]")
	s.desk.Open(consoletest.File{View: caseView("live2", vigie.SeverityLow, "x")}) // the stream has survived all that
	p.Wait("[data-refresh]")
}

func TestStaleDecisionInTheBrowser(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Wait("[data-live=open]")
	s.member(t, "samir").post("/cases/k7m2/decide", "kind", "hate", "revision", "0")
	p.Wait("#case-k7m2 [data-foreign]")
	p.Click("#case-k7m2 [data-key=d]")
	p.Wait("#case-k7m2 .changed[role=alert]")
	if got := p.Text("#case-k7m2 .changed[role=alert]"); !strings.Contains(got, "Samir Benali") {
		t.Errorf("the row says %q", got)
	}
}

func TestCasePageByKeyboard(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Go(s.url + "/?severity=high")
	browsertest.Eval[bool](p, "document.querySelector('#case-q9ra .why').focus() || true")
	p.Press("\r")
	p.Wait("[data-case=q9ra]")
	p.WaitFor("document.activeElement.tagName === 'H1'")
	if strings.Contains(p.HTML(), "sont des parasites") {
		t.Error("the text is in the page before it is revealed")
	}
	p.Press(" ")
	p.Wait(".text .foreign mark")
	if y := browsertest.Eval[float64](p, "scrollY"); y != 0 {
		t.Errorf("the page scrolled by %v", y)
	}
	p.Press(" ")
	p.WaitGone(".text .foreign")
	p.Press("d")
	p.Wait(".verdict[data-kind=cleared]")
	p.WaitFor("document.activeElement.tagName === 'H1'")
	p.Press("z")
	p.Wait("[data-case] [data-decide]")
	p.WaitFor("document.activeElement.tagName === 'H1'")
	p.Press("\x1b")
	p.Wait("[data-list]")
	p.WaitFor("location.search === '?severity=high' && document.activeElement.closest('#case-q9ra')")
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(got, "\n"))
	}
}

func TestKeysCanBeSwitchedOffAndStayOutOfFields(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Fill("#q", "dcz?")
	if got := browsertest.Eval[string](p, "document.querySelector('#q').value"); got != "dcz?" {
		t.Errorf("the search box holds %q", got)
	}
	p.Go(s.url + "/prefs")
	p.Click("input[name=keys]")
	p.ClickThrough("main form button")
	p.Go(s.url + "/")
	browsertest.Eval[bool](p, "document.querySelector('#case-k7m2 .why').focus() || true")
	p.Press("d?")
	if browsertest.Eval[bool](p, "document.querySelector('dialog').open") {
		t.Error("a key acts though keys are off")
	}
	for _, e := range s.desk.Trail() {
		if e.Action == "case.decide" {
			t.Error("a key decided though keys are off or in a field")
		}
	}
}

func TestSourceThatStopsIsSeenAtOnce(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Wait("[data-live=open]")
	s.desk.ChangeStatus(consoletest.FailSource(consoletest.Status(time.Now()), "x", "auth", time.Now()))
	p.Wait(".alarm")
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(got, "\n"))
	}
}

func TestBrowserWithoutScript(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{NoScript: true})
	signIn(p, s.url)
	p.ClickThrough("#case-k7m2 [data-reveal] button")
	p.Wait(".text .foreign")
	p.ClickThrough("[data-key=c]")
	p.Wait(".verdict[data-kind=hateful]")
	p.ClickThrough("#toasts [data-undo] button")
	p.Wait("[data-case] [data-decide]")
}

// TestInjectedMarkupDoesNothing puts what an attacker would into the live page.
func TestInjectedMarkupDoesNothing(t *testing.T) {
	s := open(t, nil)
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	if !browsertest.Eval[bool](p, `(() => { try { document.body.innerHTML = "<b>x</b>"; return false } catch (e) { return e instanceof TypeError } })()`) {
		t.Error("innerHTML takes a string: Trusted Types are not enforced")
	}
	browsertest.Eval[bool](p, `(() => { const b = document.createElement("button"); b.id = "evil"; b.setAttribute("hx-post", "/logout");
		document.body.append(b); htmx.process(b); b.click(); return true })()`)
	p.WaitFor("!document.getElementById('evil').hasAttribute('hx-post')")
	p.Go(s.url + "/")
	p.Wait("[data-list]")
}

// gap is a feed with which something happens before each subscription.
type gap struct {
	*consoletest.Feed
	happen func()
}

func (g gap) Subscribe(ctx context.Context, org vigie.OrgID, after string) (<-chan vigie.Event, error) {
	g.happen()
	return g.Feed.Subscribe(ctx, org, after)
}

// TestNothingIsLostBeforeTheStream has a case come in and a source stop after
// the page was written and before its stream listens.
func TestNothingIsLostBeforeTheStream(t *testing.T) {
	var s site
	happen := sync.OnceFunc(func() {
		s.desk.Open(consoletest.File{View: caseView("gap", vigie.SeverityLow, "x")})
		s.desk.ChangeStatus(consoletest.FailSource(consoletest.Status(time.Now()), "x", "auth", time.Now()))
	})
	s = open(t, func(c *console.Config) { c.Feed = gap{c.Feed.(*consoletest.Feed), happen} })
	p := browsertest.Launch(t).Open(t, browsertest.Look{})
	signIn(p, s.url)
	p.Wait("[data-refresh]")
	p.Wait(".alarm")
	p.WaitFor("document.querySelector('[data-count=open]').textContent === '12'")
}
