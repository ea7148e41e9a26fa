package webhook_test

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/alerts"
	"vigie/alerts/alertstest"
	"vigie/alerts/webhook"
)

// body is what leaves for m, decoded.
func body(t *testing.T, m vigie.Message) any {
	t.Helper()
	c, err := webhook.New(webhook.Config{URL: "https://example.org/x", SecretFile: "new"}, deps(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	b, err := alerts.Preview(c, m)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "\n\n")
	return decode(t, text)
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/channels/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of JSON in docs/channels/webhook.md, want an example and the schema", len(blocks))
	}
	example, schema := decode(t, blocks[0][1]), decode(t, blocks[1][1])
	if diff := cmp.Diff(example, body(t, alertstest.Message("msg-1"))); diff != "" {
		t.Errorf("the documented example is not what leaves (-documented +sent):\n%s", diff)
	}
	ops := vigie.Message{ID: "o", Base: "https://v.example", Alerts: []vigie.Alert{{ID: "o", Kind: vigie.AlertOps, Ops: vigie.OpsEvent{Subject: "source asso", Class: "auth"}}}}
	messages := []vigie.Message{ops, alerts.TestMessage("default", "hook", "fr", "https://v.example", time.Now())}
	for _, label := range vigie.Labels() {
		for _, severity := range vigie.Severities() {
			m := alertstest.Message("m")
			m.Alerts[0].Label, m.Alerts[0].Severity = label, severity
			messages = append(messages, m)
		}
	}
	for _, m := range messages {
		fits(t, "body", schema, body(t, m))
	}
}

// fits checks v against the part of JSON Schema that the page uses; a key
// that the schema does not name is an error.
func fits(t *testing.T, path string, schema, v any) {
	s := schema.(map[string]any)
	if words, ok := s["enum"].([]any); ok && !slices.Contains(words, v) {
		t.Errorf("%s: %v is none of %v", path, v, words)
	}
	switch v := v.(type) {
	case map[string]any:
		named, _ := s["properties"].(map[string]any)
		for key, value := range v {
			if named[key] == nil {
				t.Errorf("%s.%s is not in the schema", path, key)
				continue
			}
			fits(t, path+"."+key, named[key], value)
		}
		required, _ := s["required"].([]any)
		for _, key := range required {
			if v[key.(string)] == nil {
				t.Errorf("%s lacks %s", path, key)
			}
		}
	case []any:
		for _, item := range v {
			fits(t, path+"[]", s["items"], item)
		}
	case string:
		if s["type"] != "string" && s["enum"] == nil {
			t.Errorf("%s is a string, the schema says %v", path, s["type"])
		}
	}
}
