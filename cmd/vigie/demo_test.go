package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/collectors/mastodon/mastodontest"
)

// TestDemo plays the whole demo as a process, quickly: every comment comes in,
// what is hostile and nothing else is flagged, sealed and rung.
func TestDemo(t *testing.T) {
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "demo", "--exit", "--speed", "10", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	cmd.Env = append(cmd.Environ(), "LANG=C", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// 17 ordinary, critical and quoting voices and 3 friends are not flagged;
	// 3 insults, a threat, an edited one, a deleted one and 200 of the raid are.
	const want = "Collected 226 comments; opened 206 cases; sealed 206 records; received 206 alerts."
	if !strings.Contains(string(out), want) {
		t.Errorf("got\n%s\nwant %q", out, want)
	}
}

// lockedBuffer may be read while a subcommand writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestWatch looks at a public account without credentials and is told of the
// hostile reply, not of the friendly one.
func TestWatch(t *testing.T) {
	network := mastodontest.New(mastodontest.Options{RateLimit: -1})
	server := httptest.NewServer(network)
	defer server.Close()
	network.AddAccount(mastodontest.Account{Name: "asso"})
	root := network.Post(mastodontest.Status{From: "asso", Text: "Samedi, atelier ouvert."})
	network.Post(mastodontest.Status{From: "lea", Text: "@asso merci beaucoup", ReplyTo: root})
	network.Post(mastodontest.Status{From: "rage", Text: "@asso vous êtes tous des connards", ReplyTo: root})

	var out, errs lockedBuffer
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- runWatch(ctx, terminal{out: &out, err: &errs, getenv: func(string) string { return "" }},
			[]string{"--server", server.URL, "--listen", "127.0.0.1:0", "mastodon:@asso@mastodon.example"})
	}()
	for deadline := time.Now().Add(60 * time.Second); !strings.Contains(out.String(), "/cases/"); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			t.Fatalf("watch ended early: %v\n%s", err, errs.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing was flagged\n%s\n%s", out.String(), errs.String())
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("watch ended with %v", err)
	}
	if n := strings.Count(out.String(), "/cases/"); n != 1 {
		t.Errorf("%d comments were flagged, want 1:\n%s", n, out.String())
	}
	if strings.Contains(out.String()+errs.String(), "connards") {
		t.Error("the text is on the terminal")
	}
}

func TestWatchRefusesNonsense(t *testing.T) {
	for _, args := range [][]string{nil, {"@asso@piaille.fr"}, {"mastodon:asso"}, {"mastodon:@asso@piaille.fr/../x"}, {"x:@asso@x.com"}} {
		var out bytes.Buffer
		if code := dispatch(context.Background(), terminal{out: &out, err: &out, getenv: func(string) string { return "" }}, append([]string{"watch"}, args...)); code != exitUsage {
			t.Errorf("watch %v: exit code %d, want %d\n%s", args, code, exitUsage, out.String())
		}
	}
}
