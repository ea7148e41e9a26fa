package file_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/collectortest"
	"vigie/collectors/file"
)

// disk is a file to which another program appends.
type disk struct {
	tb    testing.TB
	clock *collectortest.Clock
	path  string
	rows  [][]string // id, text, created_at, edited_at
}

func newDisk(ext string) func(testing.TB, *collectortest.Clock) collectortest.Fake {
	return func(tb testing.TB, c *collectortest.Clock) collectortest.Fake {
		d := &disk{tb: tb, clock: c, path: filepath.Join(tb.TempDir(), "c"+ext)}
		d.write(os.O_CREATE, d.header())
		return d
	}
}

func (d *disk) header() string {
	if strings.HasSuffix(d.path, ".csv") {
		return "id,text,created_at,edited_at\n"
	}
	return ""
}

func (d *disk) line(r []string) string {
	var b strings.Builder
	if d.header() != "" {
		w := csv.NewWriter(&b)
		w.Write(r)
		w.Flush()
		return b.String()
	}
	json.NewEncoder(&b).Encode(map[string]string{"id": r[0], "text": r[1], "created_at": r[2], "edited_at": r[3]})
	return b.String()
}

func (d *disk) write(flag int, s string) {
	f, err := os.OpenFile(d.path, os.O_WRONLY|flag, 0o600)
	if err != nil {
		d.tb.Fatal(err)
	}
	if _, err := f.WriteString(s); err != nil {
		d.tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		d.tb.Fatal(err)
	}
}

func (d *disk) append(r []string) {
	d.rows = append(d.rows, r)
	d.write(os.O_APPEND, d.line(r))
}

func (d *disk) ID(n int) vigie.CommentID {
	return vigie.NewCommentID("file", "import", fmt.Sprint(n))
}

func (d *disk) Source() (collectors.Source, error) {
	return file.New(file.Config{Path: d.path}, collectors.Deps{Name: "s", Org: vigie.DefaultOrg, Now: d.clock.Now})
}

func (d *disk) Show(n int, text string) {
	d.append([]string{fmt.Sprint(n), text, d.clock.Now().Format(time.RFC3339), ""})
}

func (d *disk) Edit(n int, text string) {
	now := d.clock.Now().Format(time.RFC3339)
	d.append([]string{fmt.Sprint(n), text, now, now})
}

func (d *disk) Delete(int) {} // what is written stays

func (d *disk) Spoil(n int) {
	all := d.header()
	for _, r := range d.rows {
		if r[0] == fmt.Sprint(n) {
			r[2] = "yesterday"
		}
		all += d.line(r)
	}
	d.write(os.O_TRUNC, all)
}

func (d *disk) Break(collectortest.Fault, int) { d.tb.Fatal("a file cannot show that") }

func TestConforms(t *testing.T) {
	cannot := map[collectortest.Fault]string{collectortest.Deletions: "a line that was written stays"}
	for _, f := range collectortest.HTTPFaults() {
		cannot[f] = "a file is no server"
	}
	for _, ext := range []string{".jsonl", ".csv"} {
		t.Run(ext, func(t *testing.T) {
			collectortest.Run(t, collectortest.Harness{New: newDisk(ext), Cannot: cannot})
		})
	}
}

// read polls once from a cursor and returns the remote ids and the new cursor.
func read(t *testing.T, s collectors.Source, cursor string) (ids, next string) {
	t.Helper()
	next = cursor
	for p, err := range s.Pages(t.Context(), cursor) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Comments {
			ids += c.ID.Remote() + " "
		}
		next = p.Next
	}
	return ids, next
}

func TestRotation(t *testing.T) {
	for _, c := range []struct {
		name    string
		rotate  func(d *disk)
		restart bool
		want    string
	}{
		{"nothing happens", func(d *disk) {}, false, ""},
		{"renamed, with an unread line", func(d *disk) {
			d.Show(3, "")
			os.Rename(d.path, d.path+".1")
			d.write(os.O_CREATE, "")
			d.Show(4, "")
		}, false, "3 4 "},
		{"renamed while we were away", func(d *disk) {
			os.Rename(d.path, d.path+".1")
			d.write(os.O_CREATE, "")
			for n := 4; n < 9; n++ {
				d.Show(n, "")
			}
		}, true, "4 5 6 7 8 "},
		{"cut and grown beyond", func(d *disk) {
			d.write(os.O_TRUNC, "")
			for n := 4; n < 9; n++ {
				d.Show(n, "")
			}
		}, false, "4 5 6 7 8 "},
		{"half a line", func(d *disk) {
			d.write(os.O_APPEND, `{"id":"5","te`)
		}, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk(".jsonl")(t, collectortest.NewClock()).(*disk)
			s, err := d.Source()
			if err != nil {
				t.Fatal(err)
			}
			d.Show(1, "")
			d.Show(2, "")
			ids, cursor := read(t, s, "")
			if ids != "1 2 " {
				t.Fatalf("read %q", ids)
			}
			c.rotate(d)
			if c.restart {
				s, _ = d.Source()
			}
			ids, cursor = read(t, s, cursor)
			if ids != c.want {
				t.Errorf("read %q, want %q", ids, c.want)
			}
			if again, _ := read(t, s, cursor); again != "" {
				t.Errorf("read %q twice", again)
			}
		})
	}
}

func TestSourceErrors(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("identifiant;texte\n1;a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, cursor string
		want         collectors.Class
	}{
		{filepath.Join(dir, "none.jsonl"), "", collectors.ClassRetry},
		{bad, "", collectors.ClassBug},
		{bad, "}", collectors.ClassBug},
		{bad, `{"offset":-1}`, collectors.ClassBug},
	} {
		s, err := file.New(file.Config{Path: c.path}, collectors.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		got := collectors.Class("")
		for _, err := range s.Pages(context.Background(), c.cursor) {
			got = collectors.ClassOf(err)
		}
		if got != c.want {
			t.Errorf("%s from %q: %q, want %q", filepath.Base(c.path), c.cursor, got, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		config file.Config
		want   string
	}{
		{file.Config{Path: "a.jsonl"}, ""},
		{file.Config{Path: "a", Format: file.CSV, Account: "x:x.com/@asso"}, ""},
		{file.Config{}, "path: is missing; name a .jsonl or .csv file"},
		{file.Config{Path: "a.txt"}, "path: does not end in .jsonl or .csv; add format: jsonl or format: csv"},
		{file.Config{Path: "a.csv", Format: "xml"}, "format: is neither jsonl nor csv"},
		{file.Config{Path: "a.csv", Account: "asso"}, "account: is not platform:host/@name; write it as mastodon:piaille.fr/@asso"},
	} {
		got := ""
		if err := c.config.Validate(); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}
