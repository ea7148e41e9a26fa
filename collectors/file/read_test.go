package file

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

// lines renders what Read yields, one line each.
func lines(r io.Reader, f Format, o Options) (got []string) {
	for c, err := range Read(r, f, o) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, fmt.Sprintf("%s %q %s", c.ID, c.Text, c.Created.Format(time.RFC3339)))
	}
	return got
}

func TestRead(t *testing.T) {
	const at = `"created_at":"2026-03-01T13:00:00+01:00"`
	const noon = "2026-03-01T12:00:00Z"
	long := strings.Repeat("x", maxRecord)
	for _, c := range []struct {
		name   string
		format Format
		in     string
		want   []string
	}{
		{"plain", JSONL, `{"id":"1","text":"a",` + at + "}\n", []string{`file:import/1 "a" ` + noon}},
		{"no last line end, CRLF, blank lines", JSONL, "\n" + `{"id":"1","text":"a",` + at + "}\r\n \r\n" + `{"id":"2","text":"b",` + at + "}",
			[]string{`file:import/1 "a" ` + noon, `file:import/2 "b" ` + noon}},
		{"byte order mark", JSONL, "\ufeff" + `{"id":7,"text":"é",` + at + "}", []string{`file:import/7 "é" ` + noon}},
		{"qualified", JSONL, `{"id":"mastodon:piaille.fr/1","text":"",` + at + "}", []string{`mastodon:piaille.fr/1 "" ` + noon}},
		{"a URL is not qualified", JSONL, `{"id":"https://a.b/1","text":"",` + at + "}", []string{`file:import/https://a.b/1 "" ` + noon}},
		{"host of the account", JSONL, `{"id":"1","text":"a","account":"@asso@piaille.fr",` + at + "}", []string{`file:piaille.fr/1 "a" ` + noon}},
		{"bad ones between good ones", JSONL, strings.Join([]string{
			`{"id":"1","text":"a",` + at + `}`, `{"id":"2","text":"SECRET`, `["SECRET"]`, `{"id":"3","text":["SECRET"],` + at + `}`,
			`{"text":"SECRET",` + at + `}`, `{"id":"","text":"SECRET",` + at + `}`, `{"id":"5",` + at + `}`, `{"id":"6","text":"SECRET"}`,
			"{\"id\":\"7\",\"text\":\"\xff\"," + at + "}", `{"id":"a\u0000b","text":"a",` + at + `}`, `{"id":null,"text":"a",` + at + `}`,
			`{"id":1.5,"text":"a",` + at + `}`, `{"id":"8","text":"a",` + at + `} {}`, `{"id":"9","text":"b",` + at + `}`,
		}, "\n"), []string{
			`file:import/1 "a" ` + noon, "line 2: not well-formed JSON", "line 3: not a JSON object", "line 4: a field is neither a string nor a whole number",
			"line 5: id is missing", "line 6: id is empty", "line 7: text is missing", "line 8: created_at is missing",
			"line 9: not UTF-8", "line 10: id holds control characters", "line 11: id is missing",
			"line 12: a field is neither a string nor a whole number", "line 13: not well-formed JSON", `file:import/9 "b" ` + noon,
		}},
		{"too long", JSONL, `{"id":"1","text":"` + long + `",` + at + "}\n" + `{"id":"2","text":"b",` + at + "}",
			[]string{"line 1: longer than 1 MiB", `file:import/2 "b" ` + noon}},
		{"too long at the end", JSONL, `{"id":"2","text":"b",` + at + "}\n" + long + long + long, []string{`file:import/2 "b" ` + noon, "line 2: longer than 1 MiB"}},
		{"no zone", JSONL, `{"id":"1","text":"a","created_at":"2026-03-01T12:00:00"}`,
			[]string{"line 1: created_at does not say its time zone; write it as 2026-03-01T12:00:00+01:00"}},
		{"no time", JSONL, `{"id":"1","text":"a","created_at":"SECRET"}`, []string{"line 1: created_at is not a time like 2026-03-01T12:00:00+01:00"}},
		{"UTF-16", JSONL, "\xff\xfe{\x00", []string{"CSV header: the file is UTF-16; save it as UTF-8"}},
		{"empty", JSONL, "", nil},

		{"csv", CSV, "id,text,created_at\n1,a," + noon + "\n2,\"b, \"\"c\"\"\nd\"," + noon + "\n",
			[]string{`file:import/1 "a" ` + noon, `file:import/2 "b, \"c\"\nd" ` + noon}},
		{"csv of a French Excel", CSV, "\ufeffText;ID;Created_At;autre\r\n\"a;b\";1;2026-03-01 13:00:00 +01:00;x\r\n", []string{`file:import/1 "a;b" ` + noon}},
		{"tabs", CSV, "id\ttext\tcreated_at\n1\ta, b\tSun, 01 Mar 2026 12:00:00 GMT\n", []string{`file:import/1 "a, b" ` + noon}},
		{"csv, bad ones", CSV, "id,text,created_at\n1,a\n2,a\"\"b," + noon + "\n3,\"a\"b," + noon + "\n\n4,ok," + noon + "\n",
			[]string{"line 2: 2 fields, but the header has 3", "line 3: quotes are not as CSV wants them", "line 4: quotes are not as CSV wants them", `file:import/4 "ok" ` + noon}},
		{"csv, a quote never closed", CSV, "id,text,created_at\n1,\"SECRET," + noon + "\n2,ok," + noon + "\n3,\"x\ny\"," + noon + "\n",
			[]string{"line 2: quotes are not as CSV wants them", `file:import/2 "ok" ` + noon, `file:import/3 "x\ny" ` + noon}},
		{"csv, a quote never closed at the end", CSV, "id,text,created_at\n1,\"SECRET," + noon + "\n2,ok," + noon + "\n",
			[]string{"line 2: a quote is opened and never closed", `file:import/2 "ok" ` + noon}},
		{"csv, a quote never closed in a long file", CSV, "id,text,created_at\n1,\"SECRET," + noon + "\n2,ok," + noon + "\n" + strings.Repeat("\n", maxRecord),
			[]string{"line 2: a quote is opened and never closed", `file:import/2 "ok" ` + noon}},
		{"csv without a column", CSV, "id,texte,created_at\n1,a," + noon, []string{"CSV header: the first line must name the columns, among them id, text, created_at"}},
		{"csv with a column twice", CSV, "id,text,text,created_at\n", []string{"CSV header: the first line must name the columns, among them id, text, created_at"}},
		{"csv, empty", CSV, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "in halves": iotest.HalfReader(strings.NewReader(c.in))} {
				if diff := cmp.Diff(c.want, lines(r, c.format, Options{})); diff != "" {
					t.Errorf("%s:\n%s", name, diff)
				}
			}
		})
	}
}

func TestReadAllColumns(t *testing.T) {
	o := Options{Org: "o", Source: "import", Account: "x:x.com/@asso"}
	rest := vigie.Comment{
		Org: "o", ID: "x:x.com/12", Source: "import", Account: "x:x.com/@asso", Kind: vigie.KindReply, Text: "T", Lang: "fr-CA", URL: "https://x.com/a/12",
		InReplyTo: "x:x.com/11", Created: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Edited: time.Date(2026, 3, 1, 12, 5, 0, 0, time.UTC),
		Author: vigie.Author{ID: "x:x.com/@a", Handle: "@a", Name: "A. Ü.", Created: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
	rest.Author.URL = ""
	object := `{"id":"x:x.com/12","text":"T","created_at":"2026-03-01T12:00:00Z","edited_at":"2026-03-01T12:05:00Z","url":"https://x.com/a/12","author":"@a","author_name":"A. Ü.","author_created_at":"Thu Jan 02 03:04:05 +0000 2020","in_reply_to":11,"lang":"fr-CA","autre":[1]}`
	record := `x:x.com/12,T,2026-03-01T12:00:00Z,2026-03-01T12:05:00Z,https://x.com/a/12,@a,A. Ü.,Thu Jan 02 03:04:05 +0000 2020,11,fr-CA`
	for _, c := range []struct {
		format        Format
		header, in    string
		rawType, want string
	}{
		{JSONL, "", object, "application/json", object},
		{CSV, "id,text,created_at,edited_at,url,author,author_name,author_created_at,in_reply_to,lang\n", record, "text/csv", record},
	} {
		for got, err := range Read(strings.NewReader(c.header+c.in+"\r\n"), c.format, o) {
			if err != nil {
				t.Fatal(err)
			}
			want := rest
			want.Raw, want.RawType = []byte(c.want), c.rawType
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s:\n%s", c.format, diff)
			}
		}
	}
}

func TestReadStopsWithItsReader(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"id":"1","text":"a","created_at":"2026-03-01T12:00:00Z"}`+"\n"), iotest.ErrReader(errors.New("disk on fire")))
	want := []string{`file:import/1 "a" 2026-03-01T12:00:00Z`, "disk on fire"}
	if diff := cmp.Diff(want, lines(in, JSONL, Options{})); diff != "" {
		t.Error(diff)
	}
}

// checkAll reads foreign bytes and checks what must always hold: it ends,
// every comment is whole, and no reject quotes the marker.
func checkAll(t *testing.T, in string, f Format) {
	for c, err := range Read(strings.NewReader(in), f, Options{}) {
		var bad *Reject
		switch {
		case errors.As(err, &bad):
			if bad.Line < 1 || bad.Reason == "" || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("reject %v", err)
			}
		case err == nil:
			if c.ID.Platform() == "" || c.ID.Remote() == "" || c.Created.IsZero() || !strings.Contains(in, string(c.Raw)) {
				t.Errorf("comment %+v", c)
			}
			if _, err := json.Marshal(c); err != nil {
				t.Error(err)
			}
		}
	}
}

func FuzzJSONL(f *testing.F) {
	f.Add(`{"id":"1","text":"SECRET","created_at":"2026-03-01T12:00:00Z"}` + "\r\n\n" + `{"id":2,"text":null}`)
	f.Add("\ufeff{\"id\":\"a:b/c\",\"text\":\"\\ud800\",\"created_at\":\"Thu Jan 02 03:04:05 +0000 2020\"}")
	f.Fuzz(func(t *testing.T, in string) { checkAll(t, in, JSONL) })
}

func FuzzCSV(f *testing.F) {
	f.Add("1,\"SEC\"\"RET\n\",2026-03-01T12:00:00Z\n2,b,2026-03-01T12:00:00Z")
	f.Add("1,\"a,2026-03-01T12:00:00Z\n2,b\"\",\"\"\"\n")
	f.Fuzz(func(t *testing.T, in string) {
		in = "id,text,created_at\n" + in
		checkAll(t, in, CSV)
		// What the standard library takes whole, we take in the same order.
		all, err := csv.NewReader(strings.NewReader(in)).ReadAll()
		if err != nil {
			return
		}
		n := 0
		for _, err := range Read(strings.NewReader(in), CSV, Options{}) {
			n++
			var bad *Reject
			if errors.As(err, &bad) && strings.Contains(bad.Reason, "quote") {
				t.Errorf("a quote refused that the standard library takes: %v", err)
			}
		}
		if n > len(all)-1 {
			t.Errorf("%d records, the standard library has %d", n, len(all)-1)
		}
	})
}
