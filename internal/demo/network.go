package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"vigie/collectors/mastodon/mastodontest"
)

// The association of the demo.
const (
	Account = "@maison_ouverte" // its handle
	token   = "demo-token"
)

// Step is a moment of the play, for the narrator.
type Step string

// The steps, in order.
const (
	StepOrdinary  Step = "ordinary"  // people talk
	StepCriticism Step = "criticism" // people criticise, and quote
	StepInsults   Step = "insults"   // three insults, one threat
	StepEdit      Step = "edit"      // a harmless comment turns hateful
	StepDelete    Step = "delete"    // an insult is deleted by its author
	StepRaid      Step = "raid"      // 200 comments by 60 accounts in a minute
	StepEnd       Step = "end"       // the network stays, quietly
)

// Options shape a play. The zero value is the one of `vigie demo`.
type Options struct {
	Speed   float64    // 2 plays twice as fast; 1 if zero
	Seed    uint64     // of who speaks when
	OnStep  func(Step) // told as each step begins; may be nil
	Raiders int        // accounts of the raid; 60 if zero
	Raid    int        // comments of the raid; 200 if zero
}

// Network is the simulated network, listening on loopback.
type Network struct {
	o      Options
	server *mastodontest.Server
	listen net.Listener
	http   *http.Server
	rnd    *rand.Rand
	posts  []string // of the association
}

// Open starts the network on a free port of loopback.
func Open(o Options) (*Network, error) {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Raiders <= 0 {
		o.Raiders = 60
	}
	if o.Raid <= 0 {
		o.Raid = 200
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the simulated network on loopback: %w", err)
	}
	n := &Network{o: o, listen: l, rnd: rand.New(rand.NewPCG(o.Seed, 7))}
	n.server = mastodontest.New(mastodontest.Options{Base: "http://" + l.Addr().String(), RateLimit: -1})
	n.server.AddAccount(mastodontest.Account{Name: Account[1:], Display: "La Maison ouverte", Token: token})
	n.http = &http.Server{Handler: n.server, ReadHeaderTimeout: 10 * time.Second}
	go n.http.Serve(l) // ends with Close
	return n, nil
}

// URL is the address of the simulated server.
func (n *Network) URL() string { return "http://" + n.listen.Addr().String() }

// Token opens the association's account.
func (n *Network) Token() string { return token }

// Close ends the network.
func (n *Network) Close() error {
	if err := n.http.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close the simulated network: %w", err)
	}
	return nil
}

// Play plays the whole script once and returns when it has ended, or with the
// context's error. The network keeps answering afterwards.
func (n *Network) Play(ctx context.Context) error {
	n.posts = append(n.posts,
		n.server.Post(mastodontest.Status{From: Account[1:], Text: "Samedi, atelier ouvert à toutes et à tous, à partir de 14 h."}),
		n.server.Post(mastodontest.Status{From: Account[1:], Text: "Nous cherchons des logements pour trois familles arrivées cette semaine."}))
	steps := []struct {
		name Step
		play func(context.Context) error
	}{
		{StepOrdinary, func(ctx context.Context) error { return n.say(ctx, 700*time.Millisecond, ordinary()) }},
		{StepCriticism, func(ctx context.Context) error { return n.say(ctx, time.Second, append(criticism(), quotations()...)) }},
		{StepInsults, func(ctx context.Context) error { return n.say(ctx, 2*time.Second, append(insults(), threat())) }},
		{StepEdit, n.edit},
		{StepDelete, n.delete},
		{StepRaid, n.raid},
	}
	for _, s := range steps {
		n.tell(s.name)
		if err := s.play(ctx); err != nil {
			return err
		}
	}
	n.tell(StepEnd)
	return nil
}

func (n *Network) tell(s Step) {
	if n.o.OnStep != nil {
		n.o.OnStep(s)
	}
}

// say posts lines one after the other, about gap apart.
func (n *Network) say(ctx context.Context, gap time.Duration, lines []line) error {
	for _, l := range lines {
		n.post(l, 0)
		if err := n.wait(ctx, n.jitter(gap)); err != nil {
			return err
		}
	}
	return nil
}

// post publishes a line the way it reaches the association, visible after delay.
func (n *Network) post(l line, delay time.Duration) string {
	s := mastodontest.Status{From: l.who, Text: Account + " " + l.text, Lang: "fr", Delay: delay}
	switch l.how {
	case reply:
		s.ReplyTo = n.posts[n.rnd.IntN(len(n.posts))]
	case quote:
		s.Quote, s.Text = n.posts[0], l.text
	case message:
		s.Visibility = "direct"
	case mention:
	}
	return n.server.Post(s)
}

// edit turns a harmless comment into a hateful one, after it was read.
func (n *Network) edit(ctx context.Context) error {
	id := n.post(line{"discret", "Bonjour, une question sur samedi.", reply}, 0)
	if err := n.read(ctx); err != nil {
		return err
	}
	n.server.Edit(id, Account+" Dégagez les migrants, sale race de parasites")
	return n.wait(ctx, 3*time.Second)
}

// delete takes an insult back, after it was read: the evidence stays.
func (n *Network) delete(ctx context.Context) error {
	id := n.post(line{"lache", "Sale enculé de traître, je vais te crever", reply}, 0)
	if err := n.read(ctx); err != nil {
		return err
	}
	n.server.Delete(id)
	return n.wait(ctx, 3*time.Second)
}

// read waits until what was just posted has been read: until the notifications
// were asked for twice more, however slowly Vigie polls.
func (n *Network) read(ctx context.Context) error {
	const path = "/api/v1/notifications"
	for asked := n.server.Count(path); ; {
		if err := n.wait(ctx, 3*time.Second); err != nil {
			return err
		}
		if n.server.Count(path) >= asked+2 {
			return nil
		}
	}
}

// raid posts many near-equal lines by many young accounts over a minute, some
// of them visible late, with friendly voices in between.
func (n *Network) raid(ctx context.Context) error {
	lines, friends := raidLines(), bystanders()
	every := max(1, n.o.Raid/len(friends))
	for i := range n.o.Raid {
		who := fmt.Sprintf("anon%04d", 1000+37*(i%n.o.Raiders))
		late := time.Duration(0)
		if n.rnd.IntN(5) == 0 {
			late = n.scale(time.Duration(n.rnd.IntN(3000)) * time.Millisecond)
		}
		n.post(line{who, lines[n.rnd.IntN(len(lines))], reply}, late)
		if i%every == every/2 {
			n.post(friends[i/every%len(friends)], 0)
		}
		if err := n.wait(ctx, n.jitter(time.Minute/time.Duration(n.o.Raid))); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) scale(d time.Duration) time.Duration {
	return time.Duration(float64(d) / n.o.Speed)
}

func (n *Network) jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(n.rnd.Int64N(int64(d)))
}

func (n *Network) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(n.scale(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
