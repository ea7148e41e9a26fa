package browsertest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is one tab. Its methods fail the test when a step does not succeed in time.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	problems []string
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// hear gathers what the browser complains about: errors, warnings, exceptions, CSP.
func (p *Page) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *log.EventEntryAdded:
		p.problems = append(p.problems, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			p.problems = append(p.problems, "console: "+strings.Join(words, " "))
		}
	}
}

// Problems returns what the browser complained about since the last call.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.problems
	p.problems = nil
	return all
}

func (p *Page) step(what string, a chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, a); err != nil {
		p.t.Fatalf("%s: %v%s", what, err, p.where())
	}
}

// where says what the page was, for a step that failed.
func (p *Page) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 1500)`))
	if err != nil {
		return ""
	}
	return "\non " + s
}

// Look changes size and colours.
func (p *Page) Look(l Look) {
	p.t.Helper()
	if l.Width == 0 {
		l.Width, l.Height = 1280, 800
	}
	if l.Height == 0 {
		l.Height = 800
	}
	if l.Scale == 0 {
		l.Scale = 1
	}
	p.step("viewport", chromedp.EmulateViewport(l.Width, l.Height, chromedp.EmulateScale(l.Scale)))
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	p.must(err)
}

// Go opens an address and waits until it is loaded.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.step("open "+address, chromedp.Navigate(address))
}

// Wait waits until an element that matches the CSS selector can be seen.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.step("wait for "+selector, chromedp.WaitVisible(selector))
}

// WaitGone waits until no element matches.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.step("wait for no "+selector, chromedp.WaitNotPresent(selector))
}

// WaitFor waits until a JavaScript expression is true.
func (p *Page) WaitFor(expression string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for !Eval[bool](p, "!!("+expression+")") {
		if time.Now().After(deadline) {
			p.t.Fatalf("wait for %s: not in %v%s", expression, patience, p.where())
		}
		time.Sleep(20 * time.Millisecond) // the interval of a poll, not a guess at how long it takes
	}
}

// Click clicks the first element that matches.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.step("click "+selector, chromedp.Click(selector))
}

// ClickThrough clicks and waits for the page that follows.
func (p *Page) ClickThrough(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(selector)); err != nil {
		p.t.Fatalf("click through %s: %v%s", selector, err, p.where())
	}
}

// Fill types a text into a field.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.step("fill "+selector, chromedp.SendKeys(selector, text))
}

// Press presses keys, one after the other, where the focus is.
func (p *Page) Press(keys string) {
	p.t.Helper()
	for _, key := range keys {
		if key != ' ' {
			p.step("press "+string(key), chromedp.KeyEvent(string(key)))
			continue
		}
		// The character that KeyEvent adds scrolls the page even where the page
		// has taken the key for itself; with a real keyboard it does not.
		for _, typ := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: typ, Key: " ", Code: "Space", WindowsVirtualKeyCode: 32})
			p.must(err)
		}
	}
}

// Text returns the text of the first element that matches.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Text(selector))
	if err != nil {
		p.t.Fatalf("text of %s: %v%s", selector, err, p.where())
	}
	return s
}

// HTML returns the document as it is now, attributes included.
func (p *Page) HTML() string {
	p.t.Helper()
	return Eval[string](p, "document.documentElement.outerHTML")
}

// Eval evaluates a JavaScript expression.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("evaluate %.80s: %v", expression, err)
	}
	return v
}

// Screenshot writes what can be seen to a PNG file.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	p.must(err)
	p.must(os.WriteFile(path, png, 0o644))
}
