package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"vigie"
	"vigie/collectors/mastodon/mastodontest"
	"vigie/evidence"
	"vigie/internal/store"
)

// binary builds the program once for all process tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vigie-binary-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "vigie")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// inbox is the far end of a webhook: it verifies signatures with the reference
// library and remembers what it got.
type inbox struct {
	verify *webhooks.Webhook

	mu     sync.Mutex
	times  map[string]int          // message id → deliveries
	cases  map[vigie.CaseID]string // case → alert id
	faults []string
}

const hookSecret = "whsec_dGhlIHByb2Nlc3MgdGVzdCdzIHNlY3JldCwgMzIgYnk="

func newInbox(t *testing.T) *inbox {
	verify, err := webhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	return &inbox{verify: verify, times: map[string]int{}, cases: map[vigie.CaseID]string{}}
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = in.verify.Verify(body, r.Header)
	}
	var m struct {
		Data struct {
			Alerts []struct {
				ID   string       `json:"id"`
				Case vigie.CaseID `json:"case"`
			} `json:"alerts"`
		} `json:"data"`
	}
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if err != nil {
		in.faults = append(in.faults, err.Error())
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	in.times[r.Header.Get("webhook-id")]++
	for _, a := range m.Data.Alerts {
		if was, ok := in.cases[a.Case]; ok && was != a.ID {
			in.faults = append(in.faults, fmt.Sprintf("case %s came as alert %s and as %s", a.Case, was, a.ID))
		}
		in.cases[a.Case] = a.ID
	}
}

func (in *inbox) count() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.cases)
}

// watcher is a daemon under test: its folder, and the process of the moment.
type watcher struct {
	t     *testing.T
	bin   string
	dir   string
	logs  bytes.Buffer
	ready chan struct{} // closed when the process says that it works
}

func newWatcher(t *testing.T, server, hook string) *watcher {
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{t: t, bin: bin, dir: t.TempDir()}
	w.write("token", "asso-token")
	w.write("hook", hookSecret)
	w.write("vigie.yaml", fmt.Sprintf(`
data: data
sources: [{name: asso, kind: mastodon, server: %q, token_file: token, every: 100ms, max_every: 300ms}]
channels: [{name: equipe, kind: webhook, url: %q, secret_file: hook}]
routes: [{severity: low, to: [equipe]}]
http: {listen: "127.0.0.1:0"}
metrics: {listen: "127.0.0.1:0"}
log: {level: info, format: json}
`, server, hook))
	return w
}

func (w *watcher) write(name, content string) {
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// start starts the daemon; the caller ends it.
func (w *watcher) start() *exec.Cmd {
	w.logs.Reset()
	cmd := exec.Command(w.bin, "run", "--config", filepath.Join(w.dir, "vigie.yaml"))
	cmd.Stderr = &w.logs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	ready := make(chan struct{})
	w.ready = ready
	go func() {
		for scan := bufio.NewScanner(out); scan.Scan(); {
			if strings.HasPrefix(scan.Text(), "Vigie ") {
				close(ready)
				break
			}
		}
		io.Copy(io.Discard, out) // ends with the process
	}()
	return cmd
}

// TestKilledAnywhere kills the daemon at random moments while four writers
// post, some ids become visible late and the server refuses now and then. In
// the end every comment is collected once, every flagged one sealed once, and
// alerted at least once under one stable id.
func TestKilledAnywhere(t *testing.T) {
	rounds, posts := 50, 400
	if testing.Short() {
		rounds, posts = 10, 100
	}
	network := mastodontest.New(mastodontest.Options{RateLimit: -1})
	network.AddAccount(mastodontest.Account{Name: "asso", Token: "asso-token"})
	root := network.Post(mastodontest.Status{From: "asso", Text: "Samedi, atelier ouvert."})
	server := httptest.NewServer(network)
	defer server.Close()
	in := newInbox(t)
	hook := httptest.NewServer(in)
	defer hook.Close()
	w := newWatcher(t, server.URL, hook.URL)

	written := make(chan int, 1)
	go func() { written <- post(network, root, posts, time.Duration(rounds)*600*time.Millisecond) }()
	for round := range rounds {
		if round%10 == 5 {
			network.Inject(mastodontest.TooMany)
		}
		cmd := w.start()
		if round%4 != 0 { // else it may die while it starts, too
			select {
			case <-w.ready:
			case <-time.After(20 * time.Second):
				t.Fatalf("round %d: the daemon does not start\n%s", round, w.logs.String())
			}
		}
		time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("round %d: the daemon had ended by itself: %v\n%s", round, err, w.logs.String())
		}
		cmd.Wait() // "signal: killed"
	}
	flagged := <-written
	t.Logf("alerts before the last start: %d of %d", in.count(), flagged)

	cmd := w.start()
	deadline := time.Now().Add(90 * time.Second)
	for in.count() < flagged && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Second) // for what should not come
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("an orderly stop ended with %v\n%s", err, w.logs.String())
	}
	checkCollected(t, w, posts)
	checkSealed(t, w, flagged)
	checkRung(t, in, flagged)
}

// post writes n replies by four writers over the time given, a third of them
// visible late, and returns how many a moderator must see.
func post(network *mastodontest.Server, root string, n int, over time.Duration) (flagged int) {
	var wg sync.WaitGroup
	for writer := range 4 {
		wg.Go(func() {
			for i := writer; i < n; i += 4 {
				text := fmt.Sprintf("@asso merci pour samedi, numéro %d", i)
				if i%5 == 0 {
					text = fmt.Sprintf("@asso vous êtes tous des connards, je vais vous buter, numéro %d", i)
				}
				var late time.Duration
				if i%3 == 0 {
					late = time.Duration(rand.IntN(2000)) * time.Millisecond
				}
				network.Post(mastodontest.Status{From: fmt.Sprintf("writer%d", writer), Text: text, ReplyTo: root, Delay: late})
				time.Sleep(over * 4 / time.Duration(n))
			}
		})
	}
	wg.Wait()
	return (n + 4) / 5
}

func checkCollected(t *testing.T, w *watcher, posts int) {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Path: filepath.Join(w.dir, "data", "vigie.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	status, err := s.Status(ctx, vigie.Caller{User: "test", Org: vigie.DefaultOrg, Role: vigie.RoleAdmin, Via: "cli"})
	if err != nil {
		t.Fatal(err)
	}
	if status.Comments != int64(posts) || status.Unjudged != 0 {
		t.Errorf("%d comments are stored, %d of them not judged; want %d and 0", status.Comments, status.Unjudged, posts)
	}
}

func checkSealed(t *testing.T, w *watcher, flagged int) {
	t.Helper()
	dir := filepath.Join(w.dir, "data", "evidence")
	report, err := evidence.Verify(dir, evidence.VerifyOptions{})
	if err != nil || report.ExitCode() != 0 {
		t.Errorf("the evidence log does not verify: %v\n%v", err, report)
	}
	seen := make(map[string]int)
	for r, err := range evidence.Records(dir) {
		if err != nil {
			t.Fatal(err)
		}
		seen[fmt.Sprintf("%s v%d", r.Comment, r.Version)]++
	}
	if len(seen) != flagged {
		t.Errorf("%d comment versions are sealed, want %d", len(seen), flagged)
	}
	for version, n := range seen {
		if n != 1 {
			t.Errorf("%s is sealed %d times", version, n)
		}
	}
}

func checkRung(t *testing.T, in *inbox, flagged int) {
	t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.faults) > 0 {
		t.Errorf("the receiver found %d faults, the first: %s", len(in.faults), in.faults[0])
	}
	if len(in.cases) != flagged || len(in.times) != flagged {
		t.Errorf("alerts for %d cases came in %d messages, want %d of each", len(in.cases), len(in.times), flagged)
	}
	again := 0
	for _, n := range in.times {
		again += n - 1
	}
	t.Logf("%d alerts, %d of them delivered again after a kill", len(in.times), again)
}
