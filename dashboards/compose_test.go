package dashboards

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// No container engine runs where these tests do: they check what can be read
// in the files, and nothing here was ever started by them.

type service struct {
	Build       string            `yaml:"build"`
	Image       string            `yaml:"image"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck *struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
	CapDrop []string `yaml:"cap_drop"`
}

type compose struct {
	Services map[string]service  `yaml:"services"`
	Volumes  map[string]struct{} `yaml:"volumes"`
}

var pinnedPattern = regexp.MustCompile(`^[a-z0-9/]+:v?\d+\.\d+\.\d+(-[a-z]+)?$`)

func TestCompose(t *testing.T) {
	var c compose
	decode(t, "../docker-compose.yml", &c)
	for _, name := range []string{"vigie", "redis", "prometheus", "alertmanager", "grafana"} {
		s, ok := c.Services[name]
		if !ok {
			t.Errorf("service %s is missing", name)
			continue
		}
		for _, err := range checkService(s, c) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(c.Services) != 5 {
		t.Errorf("%d services, want 5", len(c.Services))
	}
}

func checkService(s service, c compose) (faults []error) {
	if s.Build == "" && !pinnedPattern.MatchString(s.Image) {
		faults = append(faults, fmt.Errorf("image %q is not pinned", s.Image))
	}
	if s.Healthcheck == nil || len(s.Healthcheck.Test) < 2 || s.Healthcheck.Test[0] != "CMD" {
		faults = append(faults, fmt.Errorf("no health check without a shell"))
	}
	if !slices.Contains(s.CapDrop, "ALL") {
		faults = append(faults, fmt.Errorf("keeps its capabilities"))
	}
	for _, p := range s.Ports {
		if !strings.HasPrefix(p, "127.0.0.1:") {
			faults = append(faults, fmt.Errorf("port %s is open to the network", p))
		}
	}
	for _, v := range s.Volumes {
		from, _, _ := strings.Cut(v, ":")
		if strings.HasPrefix(from, ".") {
			if _, err := os.Stat(filepath.Join("..", from)); err != nil {
				faults = append(faults, fmt.Errorf("mounts what does not exist: %w", err))
			}
		} else if _, ok := c.Volumes[from]; !ok {
			faults = append(faults, fmt.Errorf("volume %s is not declared", from))
		}
	}
	for d, on := range s.DependsOn {
		if _, ok := c.Services[d]; !ok || on.Condition != "service_healthy" {
			faults = append(faults, fmt.Errorf("depends on %s, %s", d, on.Condition))
		}
	}
	return faults
}

func TestCheckServiceFindsFaults(t *testing.T) {
	s := service{Image: "redis:latest", Ports: []string{"6379:6379"}, Volumes: []string{"./nowhere:/x", "nothing:/y"}}
	if faults := checkService(s, compose{}); len(faults) != 6 {
		t.Errorf("found %d faults, want 6: %v", len(faults), faults)
	}
}

// TestAddressesFitTogether follows the names from file to file.
func TestAddressesFitTogether(t *testing.T) {
	var prom struct {
		Scrape []struct {
			Job     string `yaml:"job_name"`
			Configs []struct {
				Targets []string `yaml:"targets"`
			} `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	decode(t, "prometheus/prometheus.yml", &prom)
	var vigie struct {
		Data    string `yaml:"data"`
		Metrics struct {
			Listen string `yaml:"listen"`
		} `yaml:"metrics"`
		Redis string `yaml:"redis"`
	}
	decode(t, "../deploy/vigie.yaml", &vigie)
	if len(prom.Scrape) != 1 || prom.Scrape[0].Job != "vigie" || prom.Scrape[0].Configs[0].Targets[0] != "vigie:9464" {
		t.Errorf("Prometheus scrapes %+v", prom.Scrape)
	}
	if vigie.Metrics.Listen != "0.0.0.0:9464" || vigie.Redis != "redis://redis:6379/0" || vigie.Data != "/var/lib/vigie" {
		t.Errorf("deploy/vigie.yaml does not fit docker-compose.yml: %+v", vigie)
	}
	var sources struct {
		Datasources []struct {
			Type string `yaml:"type"`
			URL  string `yaml:"url"`
		} `yaml:"datasources"`
	}
	decode(t, "../deploy/grafana/provisioning/datasources/prometheus.yml", &sources)
	if d := sources.Datasources; len(d) != 1 || d[0].Type != "prometheus" || d[0].URL != "http://prometheus:9090" {
		t.Errorf("Grafana reads %+v", d)
	}
	var providers struct {
		Providers []struct {
			Options map[string]string `yaml:"options"`
		} `yaml:"providers"`
	}
	decode(t, "../deploy/grafana/provisioning/dashboards/vigie.yml", &providers)
	var c compose
	decode(t, "../docker-compose.yml", &c)
	if p := providers.Providers; len(p) != 1 || !slices.Contains(c.Services["grafana"].Volumes, "./dashboards/grafana:"+p[0].Options["path"]+":ro") {
		t.Errorf("Grafana looks for dashboards in %+v", p)
	}
}

func TestDockerfile(t *testing.T) {
	raw, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	file := string(raw)
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "\nFROM scratch\n", "\nUSER 65532:65532\n", "ca-certificates.crt", `CMD ["/healthcheck"`, `ENTRYPOINT ["/vigie"]`} {
		if !strings.Contains(file, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(mod), "\ngo ")
	version, _, _ := strings.Cut(rest, "\n")
	if !strings.Contains(file, "FROM golang:"+version+"-") {
		t.Errorf("the Dockerfile builds with another Go than go.mod's %s", version)
	}
}
