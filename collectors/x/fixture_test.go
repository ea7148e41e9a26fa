package x

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/collectortest"
	"vigie/collectors/x/xtest"
)

// budget counts; it refuses above max when max is set.
type budget struct {
	mu    sync.Mutex
	spent int64
	max   int64
}

func (b *budget) Reserve(_ context.Context, cost int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.max > 0 && b.spent+cost > b.max {
		return &collectors.Error{Class: collectors.ClassBudget, Err: errors.New("over the cap")}
	}
	b.spent += cost
	return nil
}

func (b *budget) Settle(_ context.Context, reserved, actual int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent += actual - reserved
	return nil
}

func (b *budget) total() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent
}

var watched = xtest.User{ID: "7001", Username: "asso", Name: "Association"}

// rig is a source over a fake X.
type rig struct {
	t      *testing.T
	x      *xtest.Server
	clock  *collectortest.Clock
	budget *budget
	c      Config
}

func newRig(t *testing.T, mode string) *rig {
	t.Helper()
	r := &rig{t: t, clock: collectortest.NewClockAt(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)), budget: &budget{}}
	r.x = xtest.New(watched, r.clock.Now)
	t.Cleanup(r.x.Close)
	r.c = config(mode, r.x.URL())
	return r
}

func config(mode, server string) Config {
	return Config{
		Mode: mode, Server: server, MonthlyBudget: "10.00",
		ConsumerKeyFile: "ConsumerKey", ConsumerSecretFile: "ConsumerSecret",
		AccessTokenFile: "AccessToken", AccessSecretFile: "AccessSecret",
	}
}

func secrets(keys xtest.Keys) func(string) (vigie.Secret, error) {
	files := map[string]string{
		"ConsumerKey": keys.ConsumerKey, "ConsumerSecret": keys.ConsumerSecret,
		"AccessToken": keys.AccessToken, "AccessSecret": keys.AccessSecret, "Bearer": keys.Bearer,
	}
	return func(name string) (vigie.Secret, error) {
		v, ok := files[name]
		if !ok {
			return "", fmt.Errorf("no file %s", name)
		}
		return vigie.Secret(v), nil
	}
}

func (r *rig) deps() collectors.Deps {
	tc := collectors.TransportConfig{Source: "asso", Now: r.clock.Now}
	Tune(&tc)
	return collectors.Deps{
		Name: "asso", Org: vigie.DefaultOrg, Client: collectors.NewTransport(tc).Client(),
		Secret: secrets(xtest.DefaultKeys()), Budget: r.budget, Now: r.clock.Now, Log: slog.New(slog.DiscardHandler),
	}
}

func (r *rig) source() *Source {
	r.t.Helper()
	s, err := New(r.c, r.deps())
	if err != nil {
		r.t.Fatal(err)
	}
	return s.(*Source)
}

// say publishes a mention and returns its id.
func (r *rig) say(text string) string {
	r.clock.Advance(time.Second)
	return r.x.Add(xtest.Post{Text: text, Author: xtest.User{ID: "42", Username: "someone"}})
}

func (r *rig) sayMany(n int, text string) (ids []string) {
	for i := range n {
		ids = append(ids, r.say(fmt.Sprintf("%s %d", text, i)))
	}
	return ids
}

// shelf stores pages as the store would: by id, text and time of edit.
type shelf struct {
	cursor   string
	comments map[vigie.CommentID][]vigie.Comment
	bad      int
	pages    int
}

func newShelf() *shelf { return &shelf{comments: map[vigie.CommentID][]vigie.Comment{}} }

func (s *shelf) put(p collectors.Page) {
	s.pages++
	s.bad += len(p.Bad)
	s.cursor = p.Next
	for _, c := range p.Comments {
		versions := s.comments[c.ID]
		if n := len(versions); n > 0 && versions[n-1].Text == c.Text && versions[n-1].Edited.Equal(c.Edited) {
			continue
		}
		s.comments[c.ID] = append(versions, c)
	}
}

func (s *shelf) get(t *testing.T, id string) vigie.Comment {
	t.Helper()
	v := s.comments[commentID(id)]
	if len(v) == 0 {
		t.Fatalf("comment %s was not collected; there are %d", id, len(s.comments))
	}
	return v[len(v)-1]
}

// poll stores pages until the source has caught up or fails, or n pages came.
func (s *shelf) poll(src collectors.Source, n int) error {
	for p, err := range src.Pages(context.Background(), s.cursor) {
		if err != nil {
			return err
		}
		s.put(p)
		if n--; n == 0 {
			return nil
		}
	}
	return nil
}

func (s *shelf) mustPoll(t *testing.T, src collectors.Source) {
	t.Helper()
	if err := s.poll(src, -1); err != nil {
		t.Fatal(err)
	}
}

func wantClass(t *testing.T, err error, want collectors.Class) *collectors.Error {
	t.Helper()
	var e *collectors.Error
	if !errors.As(err, &e) || e.Class != want {
		t.Fatalf("error %v, want class %s", err, want)
	}
	if strings.Contains(err.Error(), "MARKER") {
		t.Errorf("a secret or a text is in the error: %v", err)
	}
	return e
}
