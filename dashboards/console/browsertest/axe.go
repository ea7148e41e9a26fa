package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// axe-core 4.14.1, of Deque Systems, under the Mozilla Public License 2.0
// (testdata/axe.LICENSE). It is part of tests only, never of the program.
//
//go:embed testdata/axe.min.js
var axeSource string

const axeRun = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
	.then(r => r.violations.map(v => v.id + ": " + v.help + "\n  " + v.nodes.slice(0, 4).map(n => n.html.slice(0, 200) + " " + n.failureSummary).join("\n  ")))`

// Axe returns what axe-core finds wrong with the page as it is now.
func (p *Page) Axe() []string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if !Eval[bool](p, "'axe' in window") {
		p.step("load axe", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Evaluate[bool](axeSource+";true")(ctx, t)
			return chromedp.Void{}, err
		})
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("axe: %v", err)
	}
	return found
}

// Spoken returns all names, values and descriptions of the accessibility tree:
// what assistive technology can reach.
func (p *Page) Spoken() string {
	p.t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	p.must(err)
	var b strings.Builder
	for _, n := range tree.Nodes {
		for _, v := range []*accessibility.Value{n.Name, n.Value, n.Description} {
			if v != nil {
				fmt.Fprintln(&b, string(v.Value))
			}
		}
	}
	return b.String()
}
