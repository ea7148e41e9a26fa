package dashboards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type board struct {
	UID        string `json:"uid"`
	Title      string `json:"title"`
	Templating struct {
		List []struct {
			Name       string  `json:"name"`
			Type       string  `json:"type"`
			Definition string  `json:"definition"`
			Datasource *source `json:"datasource"`
		} `json:"list"`
	} `json:"templating"`
	Panels []panel `json:"panels"`
}

type panel struct {
	ID          int     `json:"id"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Datasource  *source `json:"datasource"`
	FieldConfig struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
	Targets []struct {
		RefID      string  `json:"refId"`
		Expr       string  `json:"expr"`
		Datasource *source `json:"datasource"`
	} `json:"targets"`
}

func boards(t *testing.T) map[string]board {
	t.Helper()
	files, err := filepath.Glob("grafana/*.json")
	if err != nil || len(files) != 5 {
		t.Fatalf("%d dashboards, want 5 (%v)", len(files), err)
	}
	all := map[string]board{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var b board
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all[strings.TrimSuffix(filepath.Base(f), ".json")] = b
	}
	return all
}

func TestDashboardsAreWhole(t *testing.T) {
	for name, b := range boards(t) {
		if b.UID != name || b.Title == "" {
			t.Errorf("%s: uid %q, title %q", name, b.UID, b.Title)
		}
		if len(b.Templating.List) == 0 || b.Templating.List[0].Name != "datasource" || b.Templating.List[0].Type != "datasource" {
			t.Errorf("%s has no variable for the data source", name)
		}
		for _, v := range b.Templating.List[1:] {
			if !chosen(v.Datasource) {
				t.Errorf("%s: variable %s does not use the chosen data source", name, v.Name)
			}
		}
		ids := map[int]bool{}
		for _, p := range b.Panels {
			if p.ID == 0 || ids[p.ID] {
				t.Errorf("%s: panel id %d is zero or used twice", name, p.ID)
			}
			ids[p.ID] = true
			checkPanel(t, name, p)
		}
	}
}

func chosen(s *source) bool { return s != nil && s.Type == "prometheus" && s.UID == "${datasource}" }

func checkPanel(t *testing.T, name string, p panel) {
	t.Helper()
	if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
		t.Errorf("%s, panel %d: title %q, unit %q and description must be there, and a query", name, p.ID, p.Title, p.FieldConfig.Defaults.Unit)
	}
	if !strings.Contains(p.Description, " / ") {
		t.Errorf("%s, panel %q: the description is in one language only", name, p.Title)
	}
	if !chosen(p.Datasource) {
		t.Errorf("%s, panel %q does not use the chosen data source", name, p.Title)
	}
	for _, q := range p.Targets {
		if !chosen(q.Datasource) || q.RefID == "" || q.Expr == "" {
			t.Errorf("%s, panel %q, query %s is not whole", name, p.Title, q.RefID)
		}
	}
}

var variablePattern = regexp.MustCompile(`\$\{?([A-Za-z_]+)\}?`)

func TestPanelsUseKnownMetricsAndVariables(t *testing.T) {
	var exprs []string
	for name, b := range boards(t) {
		known := []string{"__rate_interval"}
		for _, v := range b.Templating.List {
			known = append(known, v.Name)
			if err := checkMetrics(v.Definition, nil); err != nil {
				t.Errorf("%s, variable %s: %v", name, v.Name, err)
			}
		}
		for _, p := range b.Panels {
			for _, q := range p.Targets {
				for _, v := range variablePattern.FindAllStringSubmatch(q.Expr, -1) {
					if !slices.Contains(known, v[1]) {
						t.Errorf("%s, panel %q: unknown variable %s", name, p.Title, v[1])
					}
				}
				if err := checkMetrics(q.Expr, recorded(t)); err != nil {
					t.Errorf("%s, panel %q: %v", name, p.Title, err)
				}
				exprs = append(exprs, variablePattern.ReplaceAllString(strings.ReplaceAll(q.Expr, "$__rate_interval", "5m"), "x"))
			}
		}
	}
	acceptedByPromtool(t, exprs)
}

// TestEveryMetricIsShown keeps the list from growing by metrics nobody looks at.
func TestEveryMetricIsShown(t *testing.T) {
	var all strings.Builder
	for _, b := range boards(t) {
		for _, p := range b.Panels {
			for _, q := range p.Targets {
				all.WriteString(q.Expr + "\n")
			}
		}
	}
	for _, r := range rules(t) {
		all.WriteString(r.Expr + "\n")
	}
	for _, name := range MetricNames() {
		if !strings.Contains(all.String(), name) {
			t.Errorf("no panel and no rule shows %s", name)
		}
	}
}
