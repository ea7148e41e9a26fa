package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask
			t.Fatal(err)
		}
		return name
	}
	t.Setenv("VIGIE_TEST_SECRET", "from the environment")
	c := &Config{file: filepath.Join(dir, "vigie.yaml")}
	for _, tt := range []struct {
		name, named, want, problem string
	}{
		{"good", write("good", "hush\n", 0o600), "hush", ""},
		{"readable by the group", write("group", "hush", 0o640), "hush", ""},
		{"environment", "env:VIGIE_TEST_SECRET", "from the environment", ""},
		{"missing", "nowhere", "", "there is no such file; write the secret into it, then chmod 600"},
		{"readable by others", write("open", "hush", 0o644), "", "can be read by everybody on this machine (mode 0644); run: chmod 600"},
		{"empty", write("empty", " \n", 0o600), "", "is empty"},
		{"two lines", write("two", "a\nb", 0o600), "", "holds more than one line"},
		{"too long", write("long", strings.Repeat("x", maxSecret+1), 0o600), "", "is too long"},
		{"unset variable", "env:VIGIE_TEST_UNSET", "", "is not set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := c.secret(tt.named)
			if string(got) != tt.want {
				t.Errorf("got %q, want %q", string(got), tt.want)
			}
			if (err != nil) != (tt.problem != "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("error %v, want %q", err, tt.problem)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

// A token pasted where the name of its file belongs must not end in a log.
func TestPastedSecretIsNotShown(t *testing.T) {
	c := &Config{file: filepath.Join(t.TempDir(), "vigie.yaml")}
	for _, pasted := range []string{
		"kT3xQmZ0bUe7wYpLr9sVdN2aHcJfGi5oXkT3xQmZ0bU", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw/+8=", "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid",
	} {
		if _, err := c.secret(pasted); err == nil || strings.Contains(err.Error(), pasted) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := c.secret("secrets/mastodon.token"); err == nil || !strings.Contains(err.Error(), "mastodon.token") {
		t.Errorf("a file that is missing is not named: %v", err)
	}
}
