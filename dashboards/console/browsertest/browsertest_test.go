package browsertest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTheHelpersCanFail shows that a faulty page does not pass: axe finds its
// faults, and the browser's complaints and the accessibility tree are heard.
func TestTheHelpersCanFail(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "style-src 'none'")
		_, _ = w.Write([]byte(`<!DOCTYPE html><html><body><img src="data:,"><p style="color:red">spoken aloud</p><input></body></html>`))
	}))
	t.Cleanup(s.Close)
	p := Launch(t).Open(t, Look{})
	p.Go(s.URL)
	found := strings.Join(p.Axe(), "\n")
	for _, rule := range []string{"image-alt", "html-has-lang", "label"} {
		if !strings.Contains(found, rule+":") {
			t.Errorf("axe does not find %s:\n%s", rule, found)
		}
	}
	if !strings.Contains(p.Spoken(), "spoken aloud") {
		t.Error("the accessibility tree holds no text")
	}
	if got := strings.Join(p.Problems(), "\n"); !strings.Contains(got, "Content Security Policy") {
		t.Errorf("no complaint about the policy: %q", got)
	}
}
