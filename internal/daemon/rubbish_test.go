package daemon_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie/collectors/mastodon/mastodontest"
)

// TestRubbish feeds the whole way what people and bots send to break things:
// every comment is stored and judged, in time, and the hostile words among the
// rubbish are still found.
func TestRubbish(t *testing.T) {
	h := newHouse(t)
	root := h.network.Post(mastodontest.Status{From: "asso", Text: "Bonjour"})
	insult := "vous êtes tous des connards"
	rubbish := map[string]string{
		"NUL":             "<p>a\x00b " + insult + "</p>",
		"bad UTF-8":       "<p>\xff\xfe\xed\xa0\x80 " + insult + "</p>",
		"zalgo":           "<p>" + insult + " " + strings.Repeat("z\u0300\u0301\u0302\u0489", 120_000) + "</p>",
		"HTML":            "<script>alert(1)</script><p onclick='x'>" + insult + "<iframe src=javascript:alert(1)>",
		"right to left":   "<p>\u202e" + insult + "\u202c \u2066\u2069</p>",
		"nested":          strings.Repeat("<b>", 20_000) + insult,
		"one endless tag": "<p " + strings.Repeat("a", 200_000) + insult,
		"empty":           "",
	}
	for _, html := range rubbish {
		h.network.Post(mastodontest.Status{From: "bot", HTML: html, ReplyTo: root, Text: "@asso"})
	}
	began := time.Now()
	app, err := h.start()
	if err != nil {
		t.Fatal(err)
	}
	await(t, "all of it to be judged", func() bool {
		s, err := app.Summary(context.Background())
		return err == nil && s.Comments == int64(len(rubbish)) && h.metric(app, "vigie_comments_unjudged") == "0"
	})
	t.Logf("collected and judged in %v", time.Since(began))
	if got := h.metric(app, `vigie_comments_postponed_total{class="panic"}`); got != "0" {
		t.Errorf("%s comments made the judge panic", got)
	}
	if s, err := app.Summary(context.Background()); err != nil || s.Cases < 5 {
		t.Errorf("%d cases (%v): the insult was lost in the rubbish", s.Cases, err)
	}
	if resp, err := http.Get("http://" + app.Address("metrics") + "/readyz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("not ready any more: %v %v", resp, err)
	}
}
