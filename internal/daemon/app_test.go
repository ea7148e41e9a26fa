package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/collectors/mastodon/mastodontest"
	"vigie/internal/daemon"
)

// house is a folder with a configuration for a simulated network.
type house struct {
	t       *testing.T
	dir     string
	network *mastodontest.Server
	server  *httptest.Server
	logs    safeBuffer
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir(), network: mastodontest.New(mastodontest.Options{RateLimit: -1})}
	h.network.AddAccount(mastodontest.Account{Name: "asso", Token: "good"})
	h.server = httptest.NewServer(h.network)
	t.Cleanup(h.server.Close)
	h.write("token", "good")
	h.configure(`sources: [{name: asso, kind: mastodon, server: SERVER, token_file: token, every: 50ms}]`)
	return h
}

func (h *house) write(name, content string) {
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// configure writes the configuration; SERVER stands for the network's address.
func (h *house) configure(text string) {
	h.write("vigie.yaml", strings.ReplaceAll(text, "SERVER", `"`+h.server.URL+`"`)+`
data: data
http: {listen: "127.0.0.1:0"}
metrics: {listen: "127.0.0.1:0"}
`)
}

// start makes and starts an app; it is stopped with the test.
func (h *house) start() (*daemon.App, error) {
	c, err := daemon.Load(filepath.Join(h.dir, "vigie.yaml"))
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(&h.logs, nil))
	app, err := daemon.New(context.Background(), c, daemon.Options{Log: log, Version: "test"})
	if err != nil {
		return nil, err
	}
	h.t.Cleanup(func() {
		if err := app.Stop(context.Background()); err != nil {
			h.t.Errorf("stop: %v", err)
		}
	})
	return app, app.Start(context.Background())
}

func TestStartRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*house)
		want   []string
	}{
		{"a revoked token", func(h *house) { h.network.Revoke("good") }, []string{"vigie.yaml:1: source asso: auth"}},
		{"another account than the configured", func(h *house) {
			h.configure(`sources: [{name: asso, kind: mastodon, server: SERVER, account: "@other", token_file: token}]`)
		}, []string{"vigie.yaml:1: ", "@asso", "@other"}},
		{"a server that is not there", func(h *house) { h.server.Close() }, []string{"vigie.yaml:1: source asso: the server cannot be reached"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			tt.change(h)
			_, err := h.start()
			var fault *daemon.ConfigError
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, want a ConfigError", err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got  %v\nwant %q in it", err, part)
				}
			}
			if strings.Contains(err.Error(), "good") && !strings.Contains(err.Error(), "is good") {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestStartGoesOnInTrouble(t *testing.T) {
	for name, fault := range map[string]mastodontest.Fault{"limited": mastodontest.TooMany, "maintenance": mastodontest.Maintenance} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.network.Inject(fault)
			if _, err := h.start(); err != nil {
				t.Errorf("the start failed, though the trouble passes by itself: %v", err)
			}
		})
	}
}

func TestOneDaemonAFolder(t *testing.T) {
	h := newHouse(t)
	if _, err := h.start(); err != nil {
		t.Fatal(err)
	}
	_, err := h.start()
	if err == nil || !strings.Contains(err.Error(), "is in use by another vigie; stop it first") {
		t.Errorf("a second daemon in the same folder: %v", err)
	}
}

func TestStopTwice(t *testing.T) {
	h := newHouse(t)
	app, err := h.start()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func TestReload(t *testing.T) {
	h := newHouse(t)
	app, err := h.start()
	if err != nil {
		t.Fatal(err)
	}
	good := func() string { return h.metric(app, "vigie_config_last_reload_successful") }

	h.write("vigie.yaml", "sorces: []")
	app.Reload(context.Background())
	if got := good(); got != "0" {
		t.Errorf("after a bad file the metric is %s, want 0", got)
	}
	if !strings.Contains(h.logs.String(), "unknown key") {
		t.Error("the log does not say what is wrong with the file")
	}

	h.network.AddAccount(mastodontest.Account{Name: "second", Token: "other"})
	h.write("token2", "other")
	h.configure(`sources:
  - {name: asso, kind: mastodon, server: SERVER, token_file: token, every: 50ms}
  - {name: deux, kind: mastodon, server: SERVER, token_file: token2, every: 50ms}`)
	app.Reload(context.Background())
	if got := good(); got != "1" {
		t.Fatalf("after a good file the metric is %s, want 1; the log:\n%s", got, h.logs.String())
	}
	h.network.Post(mastodontest.Status{From: "lea", Text: "@second bonjour"})
	await(t, "the new source to collect", func() bool {
		return h.metric(app, `vigie_comments_collected_total{source="deux"}`) == "1"
	})

	h.write("vigie.yaml", fmt.Sprintf("sources: [{name: asso, kind: mastodon, server: %q, token_file: token}]\ndata: elsewhere\n", h.server.URL))
	app.Reload(context.Background())
	if !strings.Contains(h.logs.String(), "this needs a restart") {
		t.Error("another data folder was accepted without a restart")
	}
}

func TestHealth(t *testing.T) {
	h := newHouse(t)
	app, err := h.start()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		resp, err := http.Get("http://" + app.Address("metrics") + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", path, resp.Status)
		}
	}
}

// metric returns the value of one series, "" if it is not shown.
func (h *house) metric(app *daemon.App, series string) string {
	h.t.Helper()
	w := world{t: h.t}
	for line := range strings.Lines(w.get(http.DefaultClient, "http://"+app.Address("metrics")+"/metrics")) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), series+" "); ok {
			return value
		}
	}
	return ""
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	w := world{t: t}
	w.await(what, ok)
}
