package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"vigie"
	"vigie/internal/store"
	"vigie/internal/store/storetest"
)

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// change alters a closed database behind the store's back.
func change(t *testing.T, path, statement string) error {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(statement)
	return err
}

func TestOpenRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, path string)
		want  string
	}{
		"a newer database": {func(t *testing.T, path string) {
			if err := change(t, path, "INSERT INTO schema_version VALUES (99, 'x', 0)"); err != nil {
				t.Fatal(err)
			}
		}, "install the newer vigie again"},
		"another file": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "is not a database of vigie"},
		"a folder": {func(t *testing.T, path string) {
			os.Remove(path)
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data", "vigie.db")
			if err := open(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, path)
			s, err := store.Open(t.Context(), store.Options{Path: path})
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q and the path", err, tt.want)
			}
		})
	}
}

func TestPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "é ?#%20", "vigie.db")
	s := open(t, path)
	copied := filepath.Join(filepath.Dir(path), "copy.db")
	if _, err := s.Append(t.Context(), "asso", []vigie.Comment{storetest.Comment(1, "a\x00b")}, nil, "n"); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), copied); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("over an existing file: %v", err)
	}
	for _, p := range []string{path, path + "-wal", path + "-shm", copied} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", p, info, err)
		}
	}
	got, err := open(t, copied).Unjudged(t.Context(), 1, time.Now())
	if err != nil || len(got) != 1 || got[0].Text != "a\x00b" {
		t.Errorf("the copy holds %d comments, %v", len(got), err)
	}
}

// A full disk is said with its remedy, loses nothing, and work goes on after.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vigie.db")
	s := open(t, path)
	if err := s.Limit(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	big := storetest.Comment(1, strings.Repeat("x", 8<<20))
	_, err := s.Append(t.Context(), "asso", []vigie.Comment{big}, nil, "n")
	if !errors.Is(err, sqlite3.FULL) || !strings.Contains(err.Error(), "free space on the disk that holds "+path) {
		t.Errorf("on a full disk: %v", err)
	}
	if strings.Contains(err.Error(), "xxx") {
		t.Error("the error holds the comment")
	}
	if err := s.Limit(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Append(t.Context(), "asso", []vigie.Comment{big}, nil, "n"); err != nil || done.New != 1 {
		t.Errorf("after space was freed: %+v, %v", done, err)
	}
}

// The trail and the decisions cannot be changed, not even by our own code.
func TestAppendOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vigie.db")
	s := open(t, path)
	if _, err := s.Cases(t.Context(), vigie.Caller{User: "bob", Org: vigie.DefaultOrg, Role: vigie.RoleModerator}, vigie.CaseFilter{}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"UPDATE audit SET result = 'ok'", "DELETE FROM audit"} {
		if err := change(t, path, statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// One write that fails takes none of those with it that share its commit.
func TestGroupKeepsOthers(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "vigie.db"))
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			c := storetest.Comment(n, "a")
			if n%3 == 0 { // a version that does not exist
				_, err := s.Settle(t.Context(), &c, storetest.Flag(&c, vigie.SeverityHigh), &vigie.Record{}, nil)
				if !errors.Is(err, vigie.ErrNotFound) {
					t.Errorf("settled: %v", err)
				}
				return
			}
			if done, err := s.Append(t.Context(), "asso", []vigie.Comment{c}, nil, "n"); err != nil || done.New != 1 {
				t.Errorf("stored: %+v, %v", done, err)
			}
		})
	}
	wg.Wait()
	st, err := s.Stats(t.Context())
	if err != nil || st.Comments != 133 || st.Unjudged != 133 {
		t.Errorf("%d comments, %d to judge, %v; want 133", st.Comments, st.Unjudged, err)
	}
}

// All hops at once: each comment is judged once and rings once.
func TestConcurrentHops(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "vigie.db"))
	const total = 300
	var wg sync.WaitGroup
	for w := range 3 { // three sources bring the same comments
		wg.Go(func() {
			for n := range total {
				if _, err := s.Append(t.Context(), []string{"a", "b", "c"}[w], []vigie.Comment{storetest.Comment(n, "x")}, nil, "n"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	opened := make(chan vigie.CaseID, 2*total)
	for range 3 {
		wg.Go(func() {
			for len(opened) < total && !t.Failed() {
				got, err := s.Unjudged(t.Context(), 7, time.Now().Add(time.Hour))
				if err != nil {
					t.Error(err)
				}
				for i := range got {
					done, err := s.Settle(t.Context(), &got[i], storetest.Flag(&got[i], vigie.SeverityHigh), &vigie.Record{}, []string{"equipe"})
					if err != nil || !done.Opened || done.Alerts != 1 {
						t.Errorf("%+v %v", done, err)
					}
					opened <- done.Case
				}
			}
		})
	}
	wg.Wait()
	rung := make(map[vigie.CaseID]int)
	for {
		m, ok, err := s.Claim(t.Context(), "equipe", 10, time.Now(), time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		for _, a := range m.Alerts {
			rung[a.Case]++
		}
	}
	if len(opened) != total || len(rung) != total {
		t.Errorf("%d cases opened, %d rung, want %d", len(opened), len(rung), total)
	}
}
