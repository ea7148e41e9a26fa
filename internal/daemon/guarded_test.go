package daemon

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPanicLeavesATraceWithoutItsMessage(t *testing.T) {
	var logs bytes.Buffer
	a := &App{o: Options{Log: slog.New(slog.NewTextHandler(&logs, nil))}}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("the connection is not cut: %v", p)
		}
		if got := logs.String(); !strings.Contains(got, "a page panicked") || strings.Contains(got, "MARQUETEXTE") {
			t.Errorf("the log says %s", got)
		}
	}()
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("quotes MARQUETEXTE") })
	a.guarded(h).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}
