package consoletest

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Serve mounts a handler on a loopback address until the test ends, and
// returns the address without trailing slash.
func Serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections() // live streams do not end by themselves
		s.Close()
	})
	return s.URL
}
