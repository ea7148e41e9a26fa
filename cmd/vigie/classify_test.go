package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"vigie"
)

// slowSome judges by the length of the text, and takes its time on some, so
// that answers are ready out of order.
type slowSome struct{}

func (slowSome) Judge(c *vigie.Comment) vigie.Verdict {
	if len(c.Text)%97 == 0 {
		time.Sleep(2 * time.Millisecond)
	}
	return vigie.Verdict{Lang: "fr", Severity: vigie.SeverityLow, Hits: []vigie.Hit{{Rule: "r", Start: 0, End: len(c.Text)}}}
}

func TestClassifyKeepsTheOrder(t *testing.T) {
	const n = 10_000
	var in bytes.Buffer
	for i := range n {
		fmt.Fprintf(&in, `{"id":"%d","text":"%s"}`+"\n", i, strings.Repeat("x", i%300))
	}
	var out bytes.Buffer
	if err := classify(context.Background(), slowSome{}, &in, &out, false, 8); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&out)
	for i := range n {
		var a answer
		if err := dec.Decode(&a); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if a.ID != fmt.Sprint(i) || len(a.Hits) != 1 || len(a.Hits[0].Text) != i%300 {
			t.Fatalf("answer %d is %+v", i, a)
		}
	}
	if err := dec.Decode(&answer{}); !errors.Is(err, io.EOF) {
		t.Errorf("more answers than lines: %v", err)
	}
}

func TestClassifyLines(t *testing.T) {
	long := `{"id":"long","text":"` + strings.Repeat("x", maxLine) + `"}`
	for _, tt := range []struct {
		name, in, want string
		lines          int
	}{
		{"no last line end", `{"id":"a","text":"x"}`, `"id":"a"`, 1},
		{"windows line ends", "{\"id\":\"a\",\"text\":\"x\"}\r\n", `"id":"a"`, 1},
		{"an empty line", "\n", "not a JSON object", 1},
		{"nothing", "", "", 0},
		{"too long", long + "\n" + `{"id":"b","text":"y"}`, "longer than", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if err := classify(context.Background(), slowSome{}, strings.NewReader(tt.in), &out, false, 2); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), tt.want) || strings.Count(out.String(), "\n") != tt.lines {
				t.Errorf("got %q, want %d lines with %q", out.String(), tt.lines, tt.want)
			}
		})
	}
}

// fragile panics on some texts.
type fragile struct{}

func (fragile) Judge(c *vigie.Comment) vigie.Verdict {
	if c.Text == "bad" {
		panic(c.Text)
	}
	return vigie.Verdict{}
}

func TestClassifySurvivesAPanic(t *testing.T) {
	var out strings.Builder
	in := `{"id":"a","text":"bad"}` + "\n" + `{"id":"b","text":"good"}`
	if err := classify(context.Background(), fragile{}, strings.NewReader(in), &out, false, 2); err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, `"id":"a","error":`) || !strings.Contains(second, `"id":"b","lang"`) {
		t.Errorf("got %s", out.String())
	}
}

// brokenPipe refuses to be written to.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestClassifyEndsWithItsReader(t *testing.T) {
	in := strings.NewReader(strings.Repeat(`{"id":"a","text":"x"}`+"\n", 5000))
	if err := classify(context.Background(), slowSome{}, in, brokenPipe{}, false, 4); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the error of the pipe", err)
	}
}
