package daemon

import (
	"fmt"
	"io"
	"os"
	"strings"

	"vigie"
)

// maxSecret bounds a secret file: tokens and keys are short.
const maxSecret = 16 << 10

// secretError is a fault of a secret file; named is its name as configured.
type secretError struct {
	named, problem, remedy string
}

func (e *secretError) Error() string { return e.problem + "; " + e.remedy }

// secret reads a secret named in the configuration: the content of a file, or
// of an environment variable if the name is "env:NAME". A file that others
// than its owner and group can read is refused.
func (c *Config) secret(named string) (vigie.Secret, error) {
	if name, ok := strings.CutPrefix(named, "env:"); ok {
		return environmentSecret(named, name)
	}
	path := c.path(named)
	f, err := os.Open(path)
	if err != nil && looksSecret(named) {
		return "", &secretError{named, "there is no such secret file, and its name looks like a secret itself: it is not shown",
			"write the secret into a file, chmod 600 it, and give its name here"}
	}
	if err != nil {
		return "", &secretError{named, fmt.Sprintf("the secret file %s cannot be read: %s", path, reason(err)),
			"write the secret into it, then chmod 600 it"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", &secretError{named, "the secret file " + path + " cannot be examined: " + reason(err), "check its folder"}
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", &secretError{named, fmt.Sprintf("the secret file %s can be read by everybody on this machine (mode %04o)", path, info.Mode().Perm()),
			"run: chmod 600 " + path}
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", &secretError{named, "the secret file " + path + " cannot be read: " + reason(err), "check the disk"}
	}
	return secretText(named, path, string(b))
}

// looksSecret says whether a name is more likely a token that was pasted where
// the name of its file belongs.
func looksSecret(name string) bool {
	if strings.HasPrefix(name, "whsec_") {
		return true
	}
	return len(name) >= 20 && !strings.ContainsAny(name, "./\\ ") && strings.ContainsAny(name, "0123456789") &&
		strings.ToLower(name) != name
}

func environmentSecret(named, name string) (vigie.Secret, error) {
	value, ok := os.LookupEnv(name)
	if !ok {
		return "", &secretError{named, "the environment variable " + name + " is not set", "set it, or name a file"}
	}
	return secretText(named, "the environment variable "+name, value)
}

func secretText(named, where, text string) (vigie.Secret, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", &secretError{named, where + " is empty", "write the secret into it"}
	case len(text) > maxSecret:
		return "", &secretError{named, where + " is too long for a secret", "check that it is the right file"}
	case strings.ContainsAny(text, "\r\n\x00") && !strings.HasPrefix(text, "-----BEGIN"):
		return "", &secretError{named, where + " holds more than one line", "keep only the secret in it"}
	}
	return vigie.Secret(text), nil
}
