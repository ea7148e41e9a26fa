package daemon_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/collectors/mastodon/mastodontest"
)

// TestRevokedWhileRunning takes the token back while the daemon works: the
// source is failed on the page and in the metric, one alert tells the
// administrators, and nobody asks the server again.
func TestRevokedWhileRunning(t *testing.T) {
	w := newWorld(t)
	root := w.network.Post(mastodontest.Status{From: "asso", Text: "Bonjour"})
	w.network.Post(mastodontest.Status{From: "lea", Text: "@asso bonjour", ReplyTo: root})
	metrics := func() string { return w.get(http.DefaultClient, "http://"+w.app.Address("metrics")+"/metrics") }
	w.await("a comment", func() bool { return strings.Contains(metrics(), `vigie_comments_collected_total{source="asso"} 1`) })

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	events, err := w.app.Events(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.network.Revoke(markToken)
	w.await("the metric", func() bool { return strings.Contains(metrics(), `vigie_source_failed{source="asso"} 1`) })
	w.await("the alert", func() bool { return strings.Contains(w.posted.String(), `"ops"`) })
	if e := <-events; e.Kind != vigie.EventSourceState {
		t.Errorf("the open pages were told %q, want that a source has changed", e.Kind)
	}
	client := w.login()
	for _, page := range []string{"/", "/status"} {
		if html := w.get(client, "http://"+w.app.Address("console")+page); !strings.Contains(html, `class="alarm"`) || !strings.Contains(html, "asso") || !strings.Contains(html, "à l’arrêt") {
			t.Errorf("page %s does not say that the source has stopped", page)
		}
	}
	asked := len(w.network.Requests())
	time.Sleep(time.Second) // twenty polls of a source that works
	if again := len(w.network.Requests()) - asked; again > 0 {
		t.Errorf("the server was asked %d times more", again)
	}
	if n := strings.Count(w.posted.String(), `"type":"ops"`); n != 1 {
		t.Errorf("%d alerts told of it, want 1:\n%s", n, w.posted.String())
	}
}
