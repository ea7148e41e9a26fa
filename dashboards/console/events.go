package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"vigie"
)

const (
	heartbeat  = 15 * time.Second
	writeLimit = 10 * time.Second
)

// streams knows the open streams of each session, so that logging out ends them.
type streams struct {
	mu     sync.Mutex
	cancel map[string]map[*context.CancelFunc]bool
}

func (s *streams) add(token string, cancel *context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel == nil {
		s.cancel = make(map[string]map[*context.CancelFunc]bool)
	}
	if s.cancel[token] == nil {
		s.cancel[token] = make(map[*context.CancelFunc]bool)
	}
	s.cancel[token][cancel] = true
}

func (s *streams) remove(token string, cancel *context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.cancel[token], cancel)
	if len(s.cancel[token]) == 0 {
		delete(s.cancel, token)
	}
}

func (s *streams) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for cancel := range s.cancel[token] {
		(*cancel)()
	}
}

// happening is what the stream says of an event: nothing of what was said.
type happening struct {
	Case     vigie.CaseID `json:"case,omitempty"`
	Severity string       `json:"severity,omitempty"`
}

// stream sends events until the browser, the session or the feed ends.
func (k *console) stream(w http.ResponseWriter, r *request) {
	if k.Feed == nil {
		w.WriteHeader(http.StatusNoContent) // tells EventSource not to come back
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	token := k.sessions.Token(ctx)
	k.streams.add(token, &cancel)
	defer k.streams.remove(token, &cancel)

	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	events, err := k.Feed.Subscribe(ctx, r.user.Org, after)
	if err != nil {
		k.Log.Warn("feed not subscribed", "err", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := &sse{w: w, ctl: http.NewResponseController(w)}
	k.pump(ctx, out, events)
}

// pump writes each event, and a heartbeat that also notices the end of the session.
func (k *console) pump(ctx context.Context, out *sse, events <-chan vigie.Event) {
	if out.send("retry: 3000\n\n") != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events:
			if !ok {
				return
			}
			err = out.event(e)
		case <-beat.C:
			if !k.stillIn(ctx) {
				return
			}
			err = out.send(": here\n\n")
		}
		if err != nil {
			return // the browser went away
		}
	}
}

// stillIn says whether the session that opened a stream still stands. It asks
// outside the stream's context, which holds the session as it was.
func (k *console) stillIn(stream context.Context) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ctx, err := k.sessions.Load(ctx, k.sessions.Token(stream))
	return err == nil && k.loggedIn(ctx).ID != ""
}

// sse writes a stream of server-sent events.
type sse struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

func (s *sse) event(e vigie.Event) error {
	h := happening{Case: e.Case}
	if e.Case != "" {
		h.Severity = e.Severity.String()
	}
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return s.send(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", oneLine(e.ID), oneLine(string(e.Kind)), data))
}

// send writes with a deadline of its own: the server's is for whole answers.
func (s *sse) send(text string) error {
	_ = s.ctl.SetWriteDeadline(time.Now().Add(writeLimit)) // not every writer has one
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	if err := s.ctl.Flush(); err != nil {
		return err
	}
	_ = s.ctl.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end the stream in the quiet that follows
	return nil
}

func oneLine(s string) string {
	for i, c := range s {
		if c < ' ' {
			return s[:i]
		}
	}
	return s
}
