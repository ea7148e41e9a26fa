package mastodon

import (
	"testing"

	"vigie"
	"vigie/collectors"
	"vigie/collectors/collectortest"
	"vigie/collectors/mastodon/mastodontest"
)

// network is the simulated server in the hands of the conformance suite. All
// comments are minted in the order of their numbers, held, and released when
// the suite shows them.
type network struct {
	*collectortest.Wire
	server *mastodontest.Server
	clock  *collectortest.Clock
	make   func(*network) mastodontest.Status // a comment, but for its text
	source func(collectors.Deps) (collectors.Source, error)
	post   string // of the account
	ids    []string
}

const serverURL = "https://mastodon.example"

func newNetwork(c *collectortest.Clock, o mastodontest.Options) *network {
	o.Base, o.RateLimit, o.Now = serverURL, -1, c.Now
	n := &network{server: mastodontest.New(o), clock: c}
	n.server.AddAccount(mastodontest.Account{Name: "asso", Token: collectortest.Token})
	n.post = n.server.Post(mastodontest.Status{From: "asso", Text: "fête"})
	n.Wire = collectortest.NewWire(c, n.server)
	return n
}

func (n *network) Source() (collectors.Source, error) {
	return n.source(collectors.Deps{Name: "s", Org: vigie.DefaultOrg, Now: n.clock.Now,
		Client: n.Client(collectors.TransportConfig{MaxBody: 64 << 20}),
		Secret: func(string) (vigie.Secret, error) { return collectortest.Token, nil }})
}

// mint makes sure that comment k has its ids.
func (n *network) mint(k int) string {
	for len(n.ids) <= k {
		st := n.make(n)
		st.Hold = true
		n.ids = append(n.ids, n.server.Post(st))
	}
	return n.ids[k]
}

func (n *network) ID(k int) vigie.CommentID {
	return vigie.NewCommentID("mastodon", "mastodon.example", n.mint(k))
}

func (n *network) Show(k int, text string) {
	n.server.Rewrite(n.mint(k), text)
	n.server.Release(n.ids[k])
}

func (n *network) Edit(k int, text string) { n.server.Edit(n.ids[k], text) }
func (n *network) Delete(k int)            { n.server.Delete(n.ids[k]) }
func (n *network) Spoil(k int)             { n.server.Garble(n.ids[k], true) }

func withToken(c Config) func(collectors.Deps) (collectors.Source, error) {
	c.Server, c.TokenFile = serverURL, "token"
	return func(d collectors.Deps) (collectors.Source, error) { return New(c, d) }
}

func mention(*network) mastodontest.Status {
	return mastodontest.Status{From: "bob", To: []string{"asso"}}
}

// message continues a conversation, every sixteenth begins one.
func message(n *network) mastodontest.Status {
	st := mastodontest.Status{From: "bob", To: []string{"asso"}, Visibility: "direct"}
	if k := len(n.ids); k%16 > 0 {
		st.ReplyTo = n.ids[k-1]
	}
	return st
}

func answer(n *network) mastodontest.Status {
	return mastodontest.Status{From: "bob", ReplyTo: n.post}
}

func TestConformance(t *testing.T) {
	off := false
	tests := map[string]struct {
		make   func(*network) mastodontest.Status
		source func(collectors.Deps) (collectors.Source, error)
		page   int
	}{
		"notifications": {mention, withToken(Config{Replies: &off, Messages: &off}), 20},
		"all walks":     {mention, withToken(Config{}), 60},
		"messages":      {message, withToken(Config{Replies: &off}), 60},
		"public watch": {answer, func(d collectors.Deps) (collectors.Source, error) {
			return NewWatch(WatchConfig{Account: "@asso@mastodon.example"}, d)
		}, 60},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "notifications" && name != "public watch" {
				return // the walks in their other combinations: half a minute each
			}
			collectortest.Run(t, collectortest.Harness{
				New: func(_ testing.TB, c *collectortest.Clock) collectortest.Fake {
					n := newNetwork(c, mastodontest.Options{MaxPage: tt.page, PublicContext: 1 << 20})
					n.make, n.source = tt.make, tt.source
					return n
				},
			})
		})
	}
}
