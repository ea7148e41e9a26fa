package vigie_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages of the module a package may import, by the
// longest matching prefix. It is the diagram of docs/architecture.md as a table.
var allowed = map[string][]string{
	"vigie":                    {},
	"vigie/internal/text":      {"vigie"},
	"vigie/rules":              {"vigie", "vigie/internal/text"},
	"vigie/classifier":         {"vigie", "vigie/internal/text"},
	"vigie/internal/triage":    {"vigie", "vigie/internal/text", "vigie/rules", "vigie/classifier"},
	"vigie/collectors":         {"vigie"},
	"vigie/collectors/":        {"vigie", "vigie/collectors"},
	"vigie/alerts":             {"vigie"},
	"vigie/alerts/":            {"vigie", "vigie/alerts"},
	"vigie/internal/store":     {"vigie"},
	"vigie/internal/cluster":   {"vigie"},
	"vigie/evidence":           {"vigie"},
	"vigie/dashboards":         {},
	"vigie/dashboards/console": {"vigie", "vigie/dashboards/console/"},
	"vigie/internal/demo":      {"vigie", "vigie/collectors/mastodon/mastodontest"},
	"vigie/deploy/healthcheck": {},
	"vigie/internal/daemon":    {"*"},
	"vigie/cmd/vigie":          {"vigie", "vigie/internal/daemon", "vigie/internal/demo", "vigie/internal/triage", "vigie/rules", "vigie/evidence"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		if strings.HasSuffix(p.ImportPath, "test") { // test kits may import what they test
			continue
		}
		may := rule(t, p.ImportPath)
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported+"/", "vigie/") && !permitted(may, imported) {
				t.Errorf("%s imports %s: it may import only %v of this module", p.ImportPath, imported, may)
			}
		}
	}
}

func TestRootIsStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if p.ImportPath == "vigie" && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("package vigie imports %s: nouns need the standard library only", imported)
			}
		}
	}
}

func permitted(may []string, imported string) bool {
	return slices.ContainsFunc(may, func(m string) bool {
		return m == "*" || m == imported || strings.HasSuffix(m, "/") && strings.HasPrefix(imported, m)
	})
}

// rule finds the entry of a package: its own, or that of the longest prefix.
func rule(t *testing.T, path string) []string {
	t.Helper()
	if may, ok := allowed[path]; ok {
		return may
	}
	best := ""
	for prefix := range allowed {
		if strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/") && len(prefix) > len(best) {
			best = prefix
		}
	}
	if best == "" || best == "vigie" {
		t.Errorf("package %s has no place in the architecture: give it one in imports_test.go and docs/architecture.md", path)
		return []string{"*"}
	}
	return allowed[best]
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}
