package console_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/dashboards/console"
	"vigie/dashboards/console/consoletest"
)

// site is a console over a synthetic evening, on a loopback address.
type site struct {
	desk *consoletest.Desk
	url  string
}

func open(t testing.TB, edit func(*console.Config)) site {
	t.Helper()
	desk, feed := consoletest.NewScene(time.Now)
	c := console.Config{Desk: desk, Feed: feed, Surge: consoletest.Surge{}, Rule: consoletest.RuleWords,
		BaseURL: "http://127.0.0.1", Version: "0.1.0", Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if edit != nil {
		edit(&c)
	}
	h, err := console.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return site{desk, consoletest.Serve(t, h)}
}

// client is a browser without JavaScript: a cookie jar and forms.
type client struct {
	t    testing.TB
	url  string
	http *http.Client
}

func (s site) client(t testing.TB) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t, s.url, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// member is a client that has signed in.
func (s site) member(t testing.TB, login string) *client {
	t.Helper()
	c := s.client(t)
	a := c.post("/login", "login", login, "password", consoletest.Password)
	if a.status != http.StatusOK || a.path != "/" {
		t.Fatalf("sign in as %s: status %d on %s", login, a.status, a.path)
	}
	return c
}

// answer is a page after redirects.
type answer struct {
	status int
	path   string
	body   string
	header http.Header
}

func (c *client) do(r *http.Request) answer {
	c.t.Helper()
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Request.URL.Path, string(b), resp.Header}
}

func (c *client) request(method, path string, fields []string, header ...string) answer {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.do(r)
}

func (c *client) get(path string) answer { c.t.Helper(); return c.request("GET", path, nil) }

func (c *client) post(path string, fields ...string) answer {
	c.t.Helper()
	return c.request("POST", path, fields)
}

// htmx posts a form as the script of the page would.
func (c *client) htmx(path string, fields ...string) answer {
	c.t.Helper()
	return c.request("POST", path, fields, "HX-Request", "true")
}

func (a answer) says(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d on %s, want %d", a.status, a.path, status)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%s does not say %q:\n%.3000s", a.path, w, a.body)
		}
	}
}

func (a answer) hides(t testing.TB, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(a.body, w) {
			t.Errorf("%s says %q", a.path, w)
		}
	}
}
