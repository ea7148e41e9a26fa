package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"vigie"
	"vigie/internal/daemon"
	"vigie/internal/demo"
)

// runDemo runs the whole daemon on a simulated network and says what happens.
func runDemo(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "demo")
	listen := f.String("listen", "127.0.0.1:8080", "address of the console")
	metrics := f.String("metrics", "127.0.0.1:9464", "address of the metrics")
	speed := f.Float64("speed", 1, "2 plays twice as fast")
	end := f.Bool("exit", false, "end when the play has ended and everything is judged")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *speed <= 0 {
		return usageError{"it takes no arguments; --speed is above 0"}
	}
	n := &narrator{t: t, say: wordsFor(t)}
	network, err := demo.Open(demo.Options{Speed: *speed, OnStep: n.step})
	if err != nil {
		return err
	}
	defer network.Close()
	receiver, err := demo.OpenReceiver(n.alert)
	if err != nil {
		return err
	}
	defer receiver.Close()
	dir, err := os.MkdirTemp("", "vigie-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	path, err := demoConfig(dir, network, receiver, *listen, *metrics, n.say.lang)
	if err != nil {
		return err
	}
	return withApp(ctx, t, path, func(ctx context.Context, app *daemon.App) error {
		fmt.Fprintf(t.out, n.say.hello, app.ConsoleURL(), *metrics)
		if err := network.Play(ctx); err != nil {
			return err
		}
		if *end {
			return n.finish(ctx, app)
		}
		fmt.Fprintln(t.out, n.say.stay)
		return attend(ctx, app, nil)
	})
}

// withApp starts an app on a configuration file, logs quietly, runs do and
// stops in an orderly way.
func withApp(ctx context.Context, t terminal, path string, do func(context.Context, *daemon.App) error) error {
	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt)
	defer cancel()
	c, err := daemon.Load(path)
	if err != nil {
		return err
	}
	app, err := daemon.New(ctx, c, daemon.Options{Log: logger(t, c.Log), Out: t.out, Version: version})
	if err != nil {
		return err
	}
	if err := app.Start(ctx); err != nil {
		return stop(app, err)
	}
	return stop(app, do(ctx, app))
}

// demoConfig writes the configuration of the demo, as a user would, and returns its path.
func demoConfig(dir string, n *demo.Network, r *demo.Receiver, listen, metrics, lang string) (string, error) {
	config := fmt.Sprintf(`organisation: {name: La Maison ouverte}
lang: %s
data: data
sources:
  - {name: mastodon, kind: mastodon, server: %q, account: %q, token_file: token, every: 1s, max_every: 4s}
channels:
  - {name: demo, kind: webhook, url: %q, secret_file: hook}
routes:
  - {severity: low, to: [demo]}
http: {listen: %q}
metrics: {listen: %q}
log: {level: warn}
checks: {every: 2s, after: [3s, 8s, 15s, 30s, 60s], confirm: 3s}
`, lang, n.URL(), demo.Account, r.URL(), listen, metrics)
	for name, content := range map[string]string{"token": n.Token(), "hook": r.Secret(), "vigie.yaml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("write the demo's configuration: %w", err)
		}
	}
	return filepath.Join(dir, "vigie.yaml"), nil
}

// narrator says in the terminal what happens.
type narrator struct {
	t   terminal
	say words

	mu     sync.Mutex
	raid   bool
	alerts int
	worst  map[vigie.Severity]int
}

func (n *narrator) step(s demo.Step) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.raid = s == demo.StepRaid || s == demo.StepEnd // the last of it comes late
	fmt.Fprintf(n.t.out, "%s  %s\n", time.Now().Format("15:04:05"), n.say.steps[s])
}

// alert prints what the receiver got; a raid is told in tens.
func (n *narrator) alert(a demo.Alert) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.worst == nil {
		n.worst = make(map[vigie.Severity]int)
	}
	n.alerts++
	n.worst[a.Severity]++
	if n.raid && n.alerts%20 != 0 {
		return
	}
	fmt.Fprintf(n.t.out, "          → %s %d: %s, %s  %s\n", n.say.alert, n.alerts, n.say.severity(a.Severity), n.say.label(a.Label), a.Link)
}

// finish waits until everything collected is judged and rung, then sums up.
func (n *narrator) finish(ctx context.Context, app *daemon.App) error {
	s, err := settled(ctx, app)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintf(n.t.out, n.say.sum, s.Comments, s.Cases, s.Records, n.alerts)
	return nil
}

// quiet is how long nothing new must come before the play counts as collected:
// longer than the pause between two polls and than the latest of late ids.
const quiet = 8 * time.Second

// settled waits until nothing new comes, everything is judged and every alert
// has left.
func settled(ctx context.Context, app *daemon.App) (s daemon.Summary, err error) {
	for last := int64(-1); ; {
		if err := app.Idle(ctx); err != nil {
			return s, err
		}
		if s, err = app.Summary(ctx); err != nil || s.Comments == last {
			return s, err
		}
		last = s.Comments
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-time.After(quiet):
		}
	}
}
