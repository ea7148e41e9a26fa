package dashboards

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// tool runs a checker of the Prometheus family.
func tool(t *testing.T, name, debian string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: apt-get install %s", name, debian)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = "prometheus"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func TestPrometheusAcceptsItsFiles(t *testing.T) {
	tool(t, "promtool", "prometheus", "check", "rules", "vigie.rules.yml")
	tool(t, "promtool", "prometheus", "check", "config", "prometheus.yml")
	tool(t, "promtool", "prometheus", "test", "rules", "vigie.rules.test.yml")
	tool(t, "amtool", "prometheus-alertmanager", "check-config", "alertmanager.yml")
}

type rule struct {
	Alert       string            `yaml:"alert"`
	Record      string            `yaml:"record"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func rules(t *testing.T) []rule {
	t.Helper()
	var f struct {
		Groups []struct {
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	decode(t, "prometheus/vigie.rules.yml", &f)
	var all []rule
	for _, g := range f.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// wantAlerts are the alerts that operations.md explains.
var wantAlerts = []string{
	"VigieChannelPaused", "VigieConfigReloadFailed", "VigieDeadLetters", "VigieDetectionSlow", "VigieDown", "VigieFlagRateSpike",
	"VigieImminentDangerOpen", "VigieOutboxStuck", "VigieQuotaLow", "VigieReviewBacklog", "VigieSourceFailed", "VigieSourceStale", "VigieWatchdog",
}

func TestEveryAlertSaysWhatToDo(t *testing.T) {
	handbook, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		names = append(names, r.Alert)
		if !slices.Contains([]string{"critical", "warning", "none"}, r.Labels["severity"]) {
			t.Errorf("%s: severity %q", r.Alert, r.Labels["severity"])
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s has no summary or description", r.Alert)
		}
		if want := "docs/operations.md#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url %q, want %q", r.Alert, r.Annotations["runbook_url"], want)
		}
		if !strings.Contains(string(handbook), "\n## "+r.Alert+"\n") {
			t.Errorf("docs/operations.md does not explain %s", r.Alert)
		}
	}
	slices.Sort(names)
	if !slices.Equal(names, wantAlerts) {
		t.Errorf("alerts %v, want %v", names, wantAlerts)
	}
}

func TestEveryAlertWasSeenSilentAndFiring(t *testing.T) {
	var f struct {
		Tests []struct {
			Alerts []struct {
				Name     string `yaml:"alertname"`
				Expected []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		} `yaml:"tests"`
	}
	decode(t, "prometheus/vigie.rules.test.yml", &f)
	silent, firing := map[string]bool{"VigieWatchdog": true}, map[string]bool{} // the watchdog never is silent
	for _, test := range f.Tests {
		for _, a := range test.Alerts {
			if len(a.Expected) == 0 {
				silent[a.Name] = true
			} else {
				firing[a.Name] = true
			}
		}
	}
	for _, name := range wantAlerts {
		if !silent[name] || !firing[name] {
			t.Errorf("%s: tested silent %v, firing %v", name, silent[name], firing[name])
		}
	}
}

var (
	metricPattern   = regexp.MustCompile(`\b(vigie_[a-z0-9_]+)(\{[^}]*\})?`)
	selectorPattern = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)`)
	recordedPattern = regexp.MustCompile(`\b[a-z_]+:vigie_[a-z0-9_:]+`)
)

// checkMetrics reports metrics and labels that an expression uses and that are
// not in metrics.txt.
func checkMetrics(expr string, recorded []string) error {
	for _, name := range recordedPattern.FindAllString(expr, -1) {
		if !slices.Contains(recorded, name) {
			return fmt.Errorf("nothing records %s", name)
		}
	}
	for _, m := range metricPattern.FindAllStringSubmatch(recordedPattern.ReplaceAllString(expr, ""), -1) {
		known, ok := lookup(m[1])
		if !ok {
			return fmt.Errorf("%s is not in metrics.txt", m[1])
		}
		for _, label := range selectorPattern.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(known.Labels, label[1]) && label[1] != "job" && label[1] != "instance" {
				return fmt.Errorf("%s has no label %s", m[1], label[1])
			}
		}
	}
	return nil
}

func lookup(name string) (Metric, bool) {
	for _, m := range Metrics() {
		if m.Name == name {
			return m, m.Type != "histogram" // a histogram is used through its series
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if m.Type == "histogram" && m.Name+suffix == name {
				return m, true
			}
		}
	}
	return Metric{}, false
}

func recorded(t *testing.T) (names []string) {
	for _, r := range rules(t) {
		if r.Record != "" {
			names = append(names, r.Record)
		}
	}
	return names
}

func TestRulesUseKnownMetrics(t *testing.T) {
	for _, r := range rules(t) {
		if err := checkMetrics(r.Expr, recorded(t)); err != nil {
			t.Errorf("%s%s: %v", r.Alert, r.Record, err)
		}
	}
}

func TestCheckMetricsFindsFaults(t *testing.T) {
	for expr, ok := range map[string]bool{
		`sum(vigie_cases_open)`:                            true,
		`vigie_cases_open{severity="high"}`:                true,
		`vigie_cases_opened`:                               false,
		`vigie_cases_open{author="x"}`:                     false,
		`rate(vigie_notification_duration_seconds[5m])`:    false,
		`vigie_notification_duration_seconds_count`:        true,
		`source:vigie_comments_flagged:ratio_rate15m > 1`:  true,
		`channel:vigie_comments_flagged:ratio_rate15m > 1`: false,
	} {
		if err := checkMetrics(expr, recorded(t)); (err == nil) != ok {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

func TestMetricList(t *testing.T) {
	names := MetricNames()
	if len(names) != len(slices.Compact(slices.Clone(names))) || len(names) < 20 {
		t.Errorf("%d names, some twice", len(names))
	}
	for _, m := range Metrics() {
		if !slices.Contains([]string{"counter", "gauge", "histogram"}, m.Type) || (m.Type == "counter") != strings.HasSuffix(m.Name, "_total") {
			t.Errorf("%s is no %s by its name", m.Name, m.Type)
		}
	}
}

// acceptedByPromtool has promtool parse expressions, as recording rules.
func acceptedByPromtool(t *testing.T, exprs []string) {
	t.Helper()
	type recording struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var all []recording
	for i, e := range exprs {
		all = append(all, recording{fmt.Sprintf("panel:%d", i), e})
	}
	b, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": all}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "panels.yml")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "promtool", "prometheus", "check", "rules", file)
}
