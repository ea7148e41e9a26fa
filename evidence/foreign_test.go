package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A folder from a stranger may hold what no log holds. Verify says so and ends,
// and Backup takes nothing from outside of the folder.
func TestStrangeFiles(t *testing.T) {
	strange := map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"link": func(path string) error {
			return errors.Join(os.Rename(path+".was", path+".out"), os.Symlink(path+".out", path))
		},
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"huge": func(path string) error { // sparse
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<40))
		},
	}
	for _, name := range []string{"a blob", fileJournal, fileHead, filePublic} {
		for kind, put := range strange {
			t.Run(kind+" for "+name, func(t *testing.T) {
				dir := sealed(t, 1)
				path := filepath.Join(dir, name)
				if name == "a blob" {
					path = filepath.Join(dir, blobOf(t, dir))
				}
				if err := errors.Join(os.Rename(path, path+".was"), put(path)); err != nil {
					t.Fatal(err)
				}
				ends(t, func() {
					if r, err := Verify(dir, VerifyOptions{}); err == nil && r.ExitCode() == CodeGood && kind != "huge" {
						t.Errorf("it passes as good: %s", r)
					}
				})
				if kind == "huge" || kind == "folder" {
					return // they lead nowhere
				}
				ends(t, func() {
					if err := Backup(t.Context(), dir, filepath.Join(t.TempDir(), "copy")); err == nil {
						t.Error("it is copied")
					}
				})
			})
		}
	}
}

func blobOf(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range files(t, dir) {
		if filepath.Dir(name) != "." {
			return name
		}
	}
	t.Fatal("no blob")
	return ""
}

// ends fails if do takes for ever.
func ends(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not end")
	}
}
