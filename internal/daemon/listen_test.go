package daemon

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

// A reader that takes nothing must not hold a handler for ever.
func TestReaderThatDoesNotRead(t *testing.T) {
	ended := make(chan error, 1)
	a := &App{serving: context.Background()}
	s := a.server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var err error
		for page := make([]byte, 1<<20); err == nil; {
			_, err = w.Write(page)
		}
		ended <- err
	}))
	if s.WriteTimeout <= 0 || s.ReadTimeout <= 0 || s.ReadHeaderTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Fatalf("a step without a bound: %+v", s)
	}
	s.WriteTimeout = 50 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l) // ends with Close
	defer s.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := bufio.NewWriter(c)
	_, err = w.WriteString("GET / HTTP/1.1\r\nHost: vigie\r\n\r\n")
	if err := errors.Join(err, w.Flush()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the handler still writes to a reader that does not read")
	}
}
