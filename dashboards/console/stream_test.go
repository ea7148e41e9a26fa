package console

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// deadlines is a writer that knows until when it may be written to.
type deadlines struct {
	*httptest.ResponseRecorder
	until   time.Time
	written time.Time // deadline of the last write
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.until = t
	return nil
}

func (d *deadlines) Write(b []byte) (int, error) {
	d.written = d.until
	return d.ResponseRecorder.Write(b)
}

// Over HTTP/2 a deadline that passes while nothing is written ends the stream:
// it holds for a write, not for the quiet after it.
func TestStreamHasADeadlineOnlyWhileItWrites(t *testing.T) {
	d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	out := &sse{w: d, ctl: http.NewResponseController(d)}
	if err := out.send(": here\n\n"); err != nil {
		t.Fatal(err)
	}
	if d.written.IsZero() {
		t.Error("a write without a deadline: a browser that does not read holds it for ever")
	}
	if !d.until.IsZero() {
		t.Errorf("the stream ends %v after a write, the next is due after %v", time.Until(d.until), heartbeat)
	}
}
