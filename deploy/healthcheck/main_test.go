package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRun(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	closed := httptest.NewServer(nil)
	closed.Close()
	defer server.Close()
	for _, c := range []struct {
		args []string
		want int
	}{{[]string{server.URL + "/readyz"}, 0}, {[]string{server.URL + "/other"}, 1}, {[]string{closed.URL}, 1}, {nil, 2}} {
		if got := run(c.args); got != c.want {
			t.Errorf("%v: exit %d, want %d", c.args, got, c.want)
		}
	}
}
