package x

import (
	"fmt"
	"log/slog"
	"strconv"
	"testing"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/collectortest"
	"vigie/collectors/x/xtest"
)

// suiteFake drives xtest as the conformance suite wants it.
type suiteFake struct {
	*collectortest.Wire
	x      *xtest.Server
	clock  *collectortest.Clock
	c      Config
	newest map[int]string // ids of edited comments
}

var suiteKeys = xtest.Keys{
	ConsumerKey: collectortest.Token + "-1", ConsumerSecret: collectortest.Token + "-2",
	AccessToken: collectortest.Token + "-3", AccessSecret: collectortest.Token + "-4",
}

func newSuiteFake(mode string) func(testing.TB, *collectortest.Clock) collectortest.Fake {
	return func(tb testing.TB, clock *collectortest.Clock) collectortest.Fake {
		x := xtest.New(watched, clock.Now)
		tb.Cleanup(x.Close)
		x.SetKeys(suiteKeys)
		x.SetMaxPage(20)
		c := config(mode, "http://api.x.test")
		c.PageSize, c.MonthlyBudget = 20, "10000"
		return &suiteFake{Wire: collectortest.NewWire(clock, x.Handler()), x: x, clock: clock, c: c, newest: map[int]string{}}
	}
}

func (f *suiteFake) Source() (collectors.Source, error) {
	var tc collectors.TransportConfig
	Tune(&tc)
	return New(f.c, collectors.Deps{
		Name: "asso", Org: vigie.DefaultOrg, Client: f.Client(tc), Secret: secrets(suiteKeys),
		Budget: &budget{}, Now: f.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
}

// remote is an id of that spring, minted before any edit of the suite.
func (f *suiteFake) remote(n int) string { return strconv.Itoa(2_027_900_000_000_000_000 + n) }

func (f *suiteFake) ID(n int) vigie.CommentID { return commentID(f.remote(n)) }

func (f *suiteFake) Show(n int, text string) {
	f.x.Add(xtest.Post{ID: f.remote(n), Text: text, Author: xtest.User{ID: "42", Username: "someone"}})
}

func (f *suiteFake) Edit(n int, text string) {
	id, err := f.x.Edit(f.remote(n), text)
	if err != nil {
		panic(err) // the suite edits what it has shown
	}
	f.newest[n] = id
}

func (f *suiteFake) Delete(n int) { f.x.Delete(f.remote(n)) }

func (f *suiteFake) Spoil(n int) {
	f.x.Spoil(f.remote(n), fmt.Sprintf(`{"id":%q,"id_str":%[1]q,"text":{%q:1}}`, f.remote(n), collectortest.Marker))
}

func TestConformance(t *testing.T) {
	cannot := map[string]map[collectortest.Fault]string{
		ModeLegacy: {collectortest.Edits: "v1.1 knows no edits"},
	}
	for _, mode := range bothModes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			collectortest.Run(t, collectortest.Harness{New: newSuiteFake(mode), Cannot: cannot[mode]})
		})
	}
}
