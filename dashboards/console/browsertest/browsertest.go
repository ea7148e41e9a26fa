// Package browsertest drives a real Chromium for tests of the console and of
// the whole daemon: pages in their own cookie jar, in light or dark, with or
// without JavaScript; axe-core; the accessibility tree; what the browser
// complained about.
//
// It stores nothing outside the test's temporary folders. A missing Chromium
// fails the test with one line that says what to install.
package browsertest

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds every step: a machine with two busy cores is slow.
const patience = 30 * time.Second

// Browser is one headless Chromium process.
type Browser struct {
	ctx context.Context
}

// Launch starts Chromium with a user folder of its own, and ends it with the test.
func Launch(t testing.TB) *Browser {
	t.Helper()
	path := chromium(t)
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-extensions", "disable-default-apps", "disable-dev-shm-usage", "mute-audio"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() { stop(); stopAlloc() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	return &Browser{ctx: ctx}
}

func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test drives a browser: install Chromium (apt-get install chromium)")
	return ""
}

// Look is how a page is looked at. The zero value is 1280 by 800 pixels, light.
type Look struct {
	Width, Height int64
	Dark          bool
	NoScript      bool
	Scale         float64 // device pixels per pixel, 1 if 0
}

// Open returns a fresh page with a cookie jar of its own, closed with the test.
func (b *Browser) Open(t testing.TB, look Look) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &Page{t: t, ctx: ctx}
	p.must(chromedp.Listen(ctx, p.hear))
	_, err := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	p.must(err)
	_, err = chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	p.must(err)
	p.Look(look)
	if look.NoScript {
		_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.must(err)
	}
	return p
}
