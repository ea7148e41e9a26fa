package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadFiles reads every file of the corpus and expects the error that its
// first line promises.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid/*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("the corpus has %d files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(src), "\n")
			want, ok := strings.CutPrefix(first, "# wantErr: ")
			if !ok || strings.TrimSpace(want) == "" {
				t.Fatalf("the first line is %q, not # wantErr: …", first)
			}
			_, err = Load(file)
			if err == nil {
				t.Fatalf("accepted; want an error with %q", want)
			}
			if !strings.Contains(err.Error(), strings.TrimSpace(want)) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/valid/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("the corpus is empty: %v", err)
	}
	for _, file := range files {
		if _, err := Load(file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := Load("testdata/valid/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != filepath.Join("testdata/valid", "vigie-data") {
		t.Errorf("data is %q: it must be relative to the file", c.Data)
	}
	if c.HTTP.URL != "http://127.0.0.1:8080" || c.Metrics.Listen != "127.0.0.1:9464" || c.Lang != "fr" {
		t.Errorf("defaults are %+v %+v %s", c.HTTP, c.Metrics, c.Lang)
	}
	if s := c.Sources[0]; s.Every <= 0 || s.MaxEvery < s.Every {
		t.Errorf("source polls every %v to %v", s.Every, s.MaxEvery)
	}
}

// FuzzParse: no file makes the reader panic, and whatever it accepts has
// sources and channels of known kinds.
func FuzzParse(f *testing.F) {
	for _, dir := range []string{"invalid", "valid"} {
		files, err := filepath.Glob("testdata/" + dir + "/*.yaml")
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Parse("vigie.yaml", src)
		if err != nil {
			return
		}
		for _, s := range c.Sources {
			if _, ok := sourceKindNamed(s.Kind); !ok {
				t.Errorf("accepted a source of kind %q", s.Kind)
			}
		}
	})
}
