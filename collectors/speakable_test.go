package collectors

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
)

// A server that speaks no HTTP, or bad HTTP, is not quoted: what it writes ends
// in a log.
func TestServerIsNotQuoted(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for _, answer := range []string{
		"MARKER hello\r\n\r\n", "HTTP/1.1 MARKER\r\n\r\n", "HTTP/1.1 2MARKER OK\r\n\r\n", ok + "MARKER here\r\n\r\n",
		ok + "Content-Length: MARKER\r\n\r\n", ok + "Transfer-Encoding: MARKER\r\n\r\n",
		ok + "Content-Encoding: gzip\r\n\r\nMARKER", ok + "Transfer-Encoding: chunked\r\n\r\nMARKER\r\n",
		"HTTP/1.1 302 Found\r\nLocation: http://[MARKER/\r\n\r\n", "HTTP/1.1 500 MARKER\r\n\r\nMARKER",
	} {
		address := answerOnce(t, answer)
		r, err := http.NewRequest(http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Do(NewTransport(TransportConfig{}).Client(), r)
		if err == nil || strings.Contains(err.Error(), "MARKER") || ClassOf(err) != ClassRetry {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

// answerOnce listens on loopback and writes answer to the first request.
func answerOnce(t *testing.T, answer string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = c.Write([]byte(answer)) // the test sees what came of it
		}
	}()
	return l.Addr().String()
}
