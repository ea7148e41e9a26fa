package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

// sample is a flagged comment of the number n with its verdict.
func sample(n int) (*vigie.Comment, vigie.Verdict) {
	c := &vigie.Comment{
		Org: vigie.DefaultOrg, ID: vigie.NewCommentID("mastodon", "piaille.fr", fmt.Sprint(n)), Version: 1, Source: "asso",
		Account: "mastodon:piaille.fr/@asso", Kind: vigie.KindReply, Text: fmt.Sprintf("text %d <&> \u2028", n),
		Author:  vigie.Author{ID: "mastodon:piaille.fr/7", Handle: "@x@piaille.fr", Name: "X"},
		Created: time.Date(2026, 11, 21, 9, 0, n%60, 0, time.UTC), Raw: fmt.Appendf(nil, `{"id":%d}`, n), RawType: "application/json",
	}
	return c, vigie.Verdict{Comment: c.ID, Version: 1, Severity: vigie.SeverityHigh, Score: 0.9,
		Labels: []vigie.LabelScore{{Label: vigie.LabelThreat, Score: 0.9}}, Hits: []vigie.Hit{{Rule: "fr.threat.a", End: 1}}}
}

func open(t testing.TB, dir string, o Options) *Log {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func seal(t testing.TB, l *Log, n int) vigie.Record {
	t.Helper()
	c, v := sample(n)
	r, err := l.Append(t.Context(), c, v)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sealed makes a log of n records, one group each, in a new folder.
func sealed(t testing.TB, n int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	l := open(t, dir, Options{})
	for i := range n {
		seal(t, l, i)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func verify(t testing.TB, dir string) Report {
	t.Helper()
	r, err := Verify(dir, VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func list(t testing.TB, dir string) (all []vigie.Record) {
	t.Helper()
	for r, err := range Records(dir) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestAppend(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	l := open(t, dir, Options{})
	var want []vigie.Record
	for n := range 5 {
		want = append(want, seal(t, l, n))
	}
	for n, r := range want {
		if r.Seq != uint64(n) || r.Kind != "capture" || r.Sealed.IsZero() || r.Raw == r.Content || r.Content == r.Verdict {
			t.Errorf("record %d: %+v", n, r)
		}
	}
	if diff := cmp.Diff(want[2], seal(t, l, 2)); diff != "" {
		t.Errorf("sealed again (-want +got)\n%s", diff)
	}
	if r := verify(t, dir); r.ExitCode() != CodeGood || r.Records != 5 || len(r.Notes) > 0 {
		t.Errorf("while it is open: %v", r)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "another vigie") {
		t.Errorf("opened twice: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c, v := sample(9)
	if _, err := l.Append(t.Context(), c, v); !errors.Is(err, errClosed) {
		t.Errorf("sealed after Close: %v", err)
	}
	again := open(t, dir, Options{})
	if diff := cmp.Diff(want[3], seal(t, again, 3)); diff != "" {
		t.Errorf("sealed again after a restart (-want +got)\n%s", diff)
	}
	want = append(want, seal(t, again, 5))
	if diff := cmp.Diff(want, list(t, dir)); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
}

// What is sealed are the very bytes, whatever they are.
func TestAnyBytes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	l := open(t, dir, Options{})
	for n, text := range []string{"", "a\x00b", "\xff\xfe\xed\xa0\x80", strings.Repeat("Z\u0335\xff", 1<<18), "</script>\u202e", "\n\nr x\n"} {
		c, v := sample(n)
		c.ID = vigie.CommentID(fmt.Sprintf("x:y/%d%s", n, text[:min(len(text), 5)]))
		c.Text, c.Author.Name, c.Raw = text, text, []byte(text)
		r, err := l.Append(t.Context(), c, v)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, blobPath(r.Raw)))
		if err != nil || string(raw) != text {
			t.Errorf("text %d came back otherwise (%v)", n, err)
		}
		if info, err := os.Stat(filepath.Join(dir, blobPath(r.Raw))); err != nil || info.Mode().Perm() != 0o444 {
			t.Errorf("blob: %v %v", info.Mode(), err)
		}
	}
	if r := verify(t, dir); r.ExitCode() != CodeGood {
		t.Error(r)
	}
	if info, err := os.Stat(filepath.Join(dir, fileKey)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key: %v %v", info.Mode(), err)
	}
}

// Comments that arrive together share their syncs; each is sealed once.
func TestConcurrent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	counting := &faulty{disk: osDisk{filepath.Join(dir, dirTmp)}}
	l := open(t, dir, Options{disk: counting})
	const writers, each = 32, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				c, v := sample((w/2)*each + n) // two writers for each comment
				if r, err := l.Append(t.Context(), c, v); err != nil || r.Comment != c.ID {
					t.Errorf("%v %+v", err, r)
				}
			}
		})
	}
	wg.Wait()
	if got := len(list(t, dir)); got != writers/2*each {
		t.Errorf("%d records, want %d", got, writers/2*each)
	}
	if r := verify(t, dir); r.ExitCode() != CodeGood {
		t.Error(r)
	}
	if syncs := counting.count("sync"); syncs > writers/2*each*3/4 {
		t.Errorf("%d syncs of the journal for %d records: nothing was shared", syncs, writers/2*each)
	}
}

// faulty is a disk on which one operation fails.
type faulty struct {
	disk
	mu     sync.Mutex
	ops    []string
	at     int // the operation that fails, counted from 1; 0 for none
	flavor string
	err    error
}

func (f *faulty) count(op string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range f.ops {
		if o == op {
			n++
		}
	}
	return n
}

// step does the operation, or fails before, after or in the middle of it.
func (f *faulty) step(op string, half, do func() error) error {
	f.mu.Lock()
	f.ops = append(f.ops, op)
	hit := len(f.ops) == f.at
	f.mu.Unlock()
	if !hit {
		return do()
	}
	switch f.flavor {
	case "failed, but written":
		return errors.Join(do(), f.err)
	case "failed, half written":
		return errors.Join(half(), f.err)
	}
	return f.err
}

func nothing() error { return nil }

// quick is a disk that does not wait for the platter: faults do not need it.
type quick struct{ osDisk }

func (q quick) put(path string, data []byte, mode fs.FileMode) error {
	tmp := filepath.Join(q.tmp, filepath.Base(path))
	return errors.Join(os.WriteFile(tmp, data, mode), os.Rename(tmp, path))
}

func (quick) syncDir(string) error { return nil }

func (quick) sync(*os.File) error { return nil }

func (quick) truncate(f *os.File, size int64) error { return f.Truncate(size) }

func (f *faulty) put(path string, data []byte, mode fs.FileMode) error {
	return f.step("put", nothing, func() error { return f.disk.put(path, data, mode) })
}

func (f *faulty) syncDir(dir string) error {
	return f.step("syncDir", nothing, func() error { return f.disk.syncDir(dir) })
}

func (f *faulty) writeAt(file *os.File, data []byte, off int64) error {
	return f.step("writeAt", func() error { return f.disk.writeAt(file, data[:len(data)/2], off) },
		func() error { return f.disk.writeAt(file, data, off) })
}

func (f *faulty) sync(file *os.File) error {
	return f.step("sync", nothing, func() error { return f.disk.sync(file) })
}

func (f *faulty) truncate(file *os.File, size int64) error {
	return f.step("truncate", nothing, func() error { return f.disk.truncate(file, size) })
}

// Every operation fails once, in every flavour: the call says so, sealing
// again is enough, the log verifies all the time, also after a crash instead.
func TestDiskFaults(t *testing.T) {
	for _, flavor := range []string{"failed, not written", "failed, but written", "failed, half written"} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restart %v", flavor, restart), func(t *testing.T) {
				for at := 1; ; at++ {
					if !faultAt(t, at, flavor, restart) {
						return
					}
				}
			})
		}
	}
}

// faultAt lets the operation at fail; false if there are not so many.
func faultAt(t *testing.T, at int, flavor string, restart bool) bool {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	disk := &faulty{disk: quick{osDisk{filepath.Join(dir, dirTmp)}}, at: at, flavor: flavor, err: syscall.ENOSPC}
	o := Options{disk: disk}
	l, err := Open(dir, o)
	if err != nil {
		l, err = Open(dir, o)
	}
	if err != nil {
		t.Fatalf("operation %d, open again: %v", at, err)
	}
	failed := 0
	for n := range 4 {
		c, v := sample(n)
		if _, err := l.Append(t.Context(), c, v); err != nil {
			failed++
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free space") {
				t.Errorf("operation %d: %v", at, err)
			}
			if r := verify(t, dir); r.ExitCode() != CodeGood {
				t.Errorf("operation %d (%s), after the failure: %v", at, disk.ops[at-1], r)
			}
			if restart {
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if l, err = Open(dir, o); err != nil {
					t.Fatalf("operation %d (%s), restart: %v", at, disk.ops[at-1], err)
				}
			}
			seal(t, l, n)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, dir); r.ExitCode() != CodeGood || r.Records != 4 || len(list(t, dir)) != 4 {
		t.Errorf("operation %d: %v", at, r)
	}
	if failed > 1 {
		t.Errorf("operation %d: %d calls failed for one fault", at, failed)
	}
	return len(disk.ops) >= at
}

// A copy that is made while the log is written verifies and can be gone on with.
func TestBackup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	l := open(t, dir, Options{})
	seal(t, l, 0)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
				seal(t, l, n)
			}
		}
	})
	to := filepath.Join(t.TempDir(), "copy")
	err := Backup(t.Context(), dir, to)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if r := verify(t, to); r.ExitCode() != CodeGood || r.Records == 0 {
		t.Error(r)
	}
	again := open(t, to, Options{})
	if r := seal(t, again, 0); r.Seq != 0 {
		t.Errorf("sealed again in the copy: %+v", r)
	}
	seal(t, again, 99999)
	if err := Backup(t.Context(), dir, to); err == nil {
		t.Error("copied over a folder that exists")
	}
}
