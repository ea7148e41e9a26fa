package daemon_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/collectors/mastodon/mastodontest"
	"vigie/dashboards"
)

// seed gives every metric something to count: comments, a case, alerts, a
// failed delivery.
func (w *world) seed() {
	root := w.network.Post(mastodontest.Status{From: "asso", Text: "Bonjour"})
	for i := range 8 {
		w.network.Post(mastodontest.Status{From: "lea", Text: fmt.Sprintf("@asso merci pour votre accueil %d", i), ReplyTo: root})
		w.network.Post(mastodontest.Status{From: "rage", Text: fmt.Sprintf("@asso vous êtes tous des connards %d", i), ReplyTo: root})
	}
}

// TestMetricsAreTheList holds the registry to the list on which rules and
// dashboards rest, in both directions.
func TestMetricsAreTheList(t *testing.T) {
	w := newWorld(t)
	w.seed()
	w.await("alerts", func() bool { return strings.Contains(w.posted.String(), "/cases/") })
	text := w.get(http.DefaultClient, "http://"+w.app.Address("metrics")+"/metrics")
	var shown []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (vigie_\S+) `).FindAllStringSubmatch(text, -1) {
		shown = append(shown, m[1])
	}
	for _, name := range dashboards.MetricNames() {
		if !slices.Contains(shown, name) && !conditional[name] {
			t.Errorf("%s is on the list, but the daemon does not show it", name)
		}
	}
	for _, name := range shown {
		if !slices.Contains(dashboards.MetricNames(), name) {
			t.Errorf("%s is shown, but not on the list dashboards/metrics.txt", name)
		}
	}
	for _, label := range []string{"author=", "user=", "moderator=", "comment=", "case=", "url="} {
		if strings.Contains(text, label) {
			t.Errorf("a metric has the label %s", label)
		}
	}
}

// conditional metrics appear only in a state that this test does not make.
var conditional = map[string]bool{
	"vigie_source_quota_remaining_ratio": true, // the simulated server sends no limit
}

// TestPanelsAnswer lets a real Prometheus scrape the daemon and asks it the
// query of each panel.
func TestPanelsAnswer(t *testing.T) {
	w := newWorld(t)
	p := startPrometheus(t, w.app.Address("metrics"))
	w.seed()
	for title, query := range panels(t) {
		answered := func() bool { return p.series(t, query) > 0 }
		if strings.Contains(query, "quota_remaining") {
			continue // needs a server that states its limit
		}
		for deadline := time.Now().Add(45 * time.Second); !answered(); time.Sleep(300 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Errorf("%s: no series answers %s", title, query)
				break
			}
		}
	}
}

// prometheus is a running server.
type prometheus struct{ base string }

// startPrometheus runs Debian's Prometheus on a free port with our rules.
func startPrometheus(t *testing.T, target string) *prometheus {
	t.Helper()
	bin, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatal("prometheus is missing: apt-get install prometheus")
	}
	rules, err := filepath.Abs("../../dashboards/prometheus/vigie.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	err = os.WriteFile(config, fmt.Appendf(nil, `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs: [{job_name: vigie, static_configs: [{targets: [%q]}]}]
`, rules, target), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	addr := freeAddress(t)
	cmd := exec.Command(bin, "--config.file="+config, "--storage.tsdb.path="+dir, "--web.listen-address="+addr, "--log.level=error")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return &prometheus{"http://" + addr}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// series returns how many series answer a query, -1 while the server starts.
func (p *prometheus) series(t *testing.T, query string) int {
	t.Helper()
	resp, err := http.Get(p.base + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return -1
	}
	if answer.Status == "error" {
		t.Fatalf("%s: %s", query, answer.Error)
	}
	return len(answer.Data.Result)
}

// panels returns the queries of all dashboards, their variables filled in as
// Grafana would.
func panels(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../dashboards/grafana/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	fill := strings.NewReplacer("$__rate_interval", "10s", "$__interval", "1s", "$__range", "1m", "$channel", ".*", "$source", ".*")
	queries := make(map[string]string)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var board struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal(src, &board); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, panel := range board.Panels {
			for i, target := range panel.Targets {
				queries[fmt.Sprintf("%s, %s, query %d", filepath.Base(file), panel.Title, i+1)] = fill.Replace(target.Expr)
			}
		}
	}
	return queries
}
