package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"vigie/collectors/mastodon/mastodontest"
	"vigie/internal/daemon"
)

// The markers stand for what must never leave: a text, an author's handle and
// name, a token, a webhook's secret and its address, a mail password.
const (
	markText   = "MARQUETEXTE"
	markAuthor = "marqueauteur"
	markName   = "MARQUENOM"
	markToken  = "marquejeton"
	markHook   = "bWFycXVlc2VjcmV0LCBxdWkgZmFpdCAyNCBvY3RldHM="
	markPath   = "marquechemin"
)

// safeBuffer may be written by several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// world is a whole Vigie between a simulated network and receivers that keep
// everything they are sent.
type world struct {
	t       *testing.T
	network *mastodontest.Server
	app     *daemon.App
	logs    safeBuffer
	out     safeBuffer // the terminal
	posted  safeBuffer // bodies and headers at the webhook
	mailed  safeBuffer // mails
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	w.network = mastodontest.New(mastodontest.Options{RateLimit: -1})
	w.network.AddAccount(mastodontest.Account{Name: "asso", Token: markToken})
	server := httptest.NewServer(w.network)
	t.Cleanup(server.Close)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(&w.posted, "%v %s\n", r.Header, body)
	}))
	t.Cleanup(hook.Close)
	dir := t.TempDir()
	w.write(dir, "token", markToken)
	w.write(dir, "hook", "whsec_"+markHook)
	w.write(dir, "vigie.yaml", fmt.Sprintf(`
data: data
sources: [{name: asso, kind: mastodon, server: %q, token_file: token, every: 50ms, max_every: 100ms}]
channels:
  - {name: hook, kind: webhook, url: %q, secret_file: hook}
  - {name: mail, kind: email, server: %q, tls: none, from: vigie@asso.example, to: [equipe@asso.example]}
  - {name: dead, kind: webhook, url: "http://127.0.0.1:1/%s", secret_file: hook}
routes: [{severity: low, to: [hook, mail, dead]}]
http: {listen: "127.0.0.1:0"}
metrics: {listen: "127.0.0.1:0"}
`, server.URL, hook.URL+"/"+markPath, w.mailServer(), markPath))
	c, err := daemon.Load(filepath.Join(dir, "vigie.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.app, err = daemon.New(context.Background(), c, daemon.Options{Log: log, Out: &w.out, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.app.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	if err := w.app.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) write(dir, name, content string) {
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// mailServer takes every mail and keeps it.
func (w *world) mailServer() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{w}, nil }))
	s.Domain = "localhost"
	go s.Serve(l) // ends with Close
	w.t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

type mailSession struct{ w *world }

func (m *mailSession) Reset()                                      {}
func (m *mailSession) Logout() error                               { return nil }
func (m *mailSession) Mail(from string, _ *smtp.MailOptions) error { return nil }
func (m *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error   { return nil }
func (m *mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	m.w.mailed.Write(b)
	return err
}

// await waits for a condition.
func (w *world) await(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain for %s; the log:\n%s", what, w.logs.String())
		}
	}
}

func (w *world) get(client *http.Client, address string) string {
	w.t.Helper()
	resp, err := client.Get(address)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// login opens a session of the first user, whose password the terminal showed.
func (w *world) login() *http.Client {
	w.t.Helper()
	m := regexp.MustCompile(`admin\s+(\S+)`).FindStringSubmatch(w.out.String())
	if m == nil {
		w.t.Fatalf("no password on the terminal: %q", w.out.String())
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	base := "http://" + w.app.Address("console")
	resp, err := client.PostForm(base+"/login", url.Values{"login": {"admin"}, "password": {m[1]}})
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/" {
		w.t.Fatalf("login ended at %s with %s", resp.Request.URL, resp.Status)
	}
	return client
}

// TestNothingLeaves runs a whole Vigie through good and bad days and searches
// everything that leaves it for the markers.
func TestNothingLeaves(t *testing.T) {
	w := newWorld(t)
	w.network.AddAccount(mastodontest.Account{Name: markAuthor, Display: markName})
	root := w.network.Post(mastodontest.Status{From: "asso", Text: "Bonjour"})
	say := func(text string) string {
		return w.network.Post(mastodontest.Status{From: markAuthor, Text: "@asso " + text + " " + markText, ReplyTo: root})
	}
	say("vous êtes tous des connards, je vais vous buter")
	say("merci pour votre accueil de samedi")
	broken := say("vous êtes vraiment des connards et des merdes")
	w.network.Garble(broken, true)
	w.network.Inject(mastodontest.TooMany, mastodontest.Maintenance)
	w.await("the alerts", func() bool {
		return strings.Contains(w.posted.String(), "/cases/") && strings.Contains(w.mailed.String(), "/cases/")
	})
	w.await("a failed delivery", func() bool { return strings.Contains(w.logs.String(), "dead") })

	client := w.login()
	base := "http://" + w.app.Address("console")
	queue := w.get(client, base+"/")
	m := regexp.MustCompile(`/cases/[a-z0-9]+`).FindString(queue)
	if m == "" {
		t.Fatalf("no case in the queue:\n%s", queue)
	}
	pages := queue + w.get(client, base+m) + w.get(client, base+"/status")
	metrics := w.get(http.DefaultClient, "http://"+w.app.Address("metrics")+"/metrics")
	if !strings.Contains(metrics, `vigie_cases_opened_total{severity="high"} 1`) {
		t.Errorf("the metrics do not count the case:\n%s", metrics)
	}

	w.network.Revoke(markToken)
	w.await("the source to fail", func() bool { return strings.Contains(w.posted.String(), `"ops"`) })
	pages += w.get(client, base+"/status")

	for _, leaving := range []struct{ what, text string }{
		{"the log", w.logs.String()}, {"the webhook", w.posted.String()}, {"the mails", w.mailed.String()},
		{"the pages", pages}, {"the metrics", metrics}, {"the terminal", w.out.String()},
	} {
		if leaving.text == "" {
			t.Errorf("%s: empty, so nothing was searched", leaving.what)
		}
		for _, mark := range []string{markText, markAuthor, markName, markToken, markHook, markPath} {
			if i := strings.Index(leaving.text, mark); i >= 0 && !(mark == markPath && leaving.what == "the webhook") {
				t.Errorf("%s contains %q: …%s…", leaving.what, mark, leaving.text[max(0, i-120):min(len(leaving.text), i+60)])
			}
		}
	}
}
