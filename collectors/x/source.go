package x

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"sync"

	"vigie"
	"vigie/collectors"
)

// api is what the two modes have in common.
type api interface {
	// mentions reads one page, newest first.
	mentions(ctx context.Context, me vigie.Account, q query) (batch, error)
	// whoAmI asks to whom the credentials belong.
	whoAmI(ctx context.Context) (vigie.Account, error)
	// lookup reads at most 100 posts again.
	lookup(ctx context.Context, ids []string) (found, error)
}

// query says which page of mentions is wanted.
type query struct {
	since  string // only posts after this id, "" for all
	token  string // of the page before, "" for the first page
	oldest string // oldest id of the walk so far: where to go on if the token is refused
}

// found is what a lookup brought.
type found struct {
	items []item
	gone  []string // ids that X says it does not find
}

// Source reads one account. It is a collectors.Source, Checker and Identity.
type Source struct {
	c      Config
	d      collectors.Deps
	api    api
	window *collectors.Window
	purse  *purse
	words  *spelling

	mu sync.Mutex
	me vigie.Account // empty until known
}

// New returns the source of c. It reads the secret files and calls nobody.
func New(c Config, d collectors.Deps) (collectors.Source, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	base := d.Client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	client, err := authorised(c, d, checked{base: base})
	if err != nil {
		return nil, err
	}
	s := &Source{c: c, d: d, window: collectors.NewWindow(0, collectors.ByLength), words: &spelling{}}
	if c.legacy() {
		s.purse = newPurse(0, d)
		s.api = &legacyAPI{server: c.server(), client: client}
	} else {
		s.purse = newPurse(c.MonthlyMicros(), d)
		s.api = &v2API{c: c, client: client, purse: s.purse, words: s.words}
	}
	return s, nil
}

// maxStuck is how often a page may lead back to itself: a cache on the way may
// answer once from memory, a server that ignores the token would go on for ever.
const maxStuck = 3

var errStuck = errors.New("the server sends the same page again and again")

// errStopped says that the caller wants no more pages.
var errStopped = errors.New("stopped by the caller")

// Pages yields mentions newest first, page by page. The high-water mark moves
// with the last page of a walk only; a walk that was cut short is finished
// before a new one begins, so that new arrivals never starve an old gap.
func (s *Source) Pages(ctx context.Context, since string) iter.Seq2[collectors.Page, error] {
	return func(yield func(collectors.Page, error) bool) {
		err := s.walks(ctx, since, func(p collectors.Page) bool { return yield(p, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(collectors.Page{}, typed(ctx, err))
		}
	}
}

// typed gives a class to what has none: a connection that broke is worth a
// retry. The end of the caller's context is no failure and stays as it is.
func typed(ctx context.Context, err error) error {
	var own *collectors.Error
	err = collectors.Classified(err)
	if err == nil || ctx.Err() != nil || errors.As(err, &own) {
		return err
	}
	return &collectors.Error{Class: collectors.ClassRetry, Err: err}
}

func (s *Source) walks(ctx context.Context, since string, yield func(collectors.Page) bool) error {
	st, err := parseState(since)
	if err != nil {
		return err
	}
	s.purse.load(st.ledger)
	s.words.set(st.Words)
	me, err := s.account(ctx)
	if err != nil {
		return err
	}
	for resumed := true; resumed; {
		if resumed, err = s.walk(ctx, me, &st, yield); err != nil {
			return err
		}
	}
	return nil
}

// walk finishes an interrupted walk, or makes a new one.
func (s *Source) walk(ctx context.Context, me vigie.Account, st *state, yield func(collectors.Page) bool) (resumed bool, err error) {
	k, err := s.window.Begin(st.Window, s.d.Now())
	if err != nil {
		return false, err
	}
	resumed = k.Token() != ""
	stuck := 0
	for q := (query{since: k.Since(), token: k.Token(), oldest: st.Oldest}); ; {
		before := st.String()
		b, err := s.api.mentions(ctx, me, q)
		if err != nil {
			return false, err
		}
		if b.next == "" || b.next != q.token {
			stuck = 0
		} else if stuck++; stuck == maxStuck {
			return false, errStuck
		}
		s.advance(st, k, b)
		q.token, q.oldest = b.next, st.Oldest
		page := s.page(me, b)
		page.Next, page.More = st.String(), b.next != ""
		idle := len(page.Comments) == 0 && len(page.Bad) == 0 && page.Next == before
		if !idle && !yield(page) {
			return false, errStopped
		}
		if b.next == "" {
			return resumed, nil
		}
	}
}

// advance writes into the cursor what a page means for the walk.
func (s *Source) advance(st *state, k *collectors.Walk, b batch) {
	if b.next == "" {
		st.Window, st.Oldest = k.Finish(s.d.Now(), b.ids...), ""
	} else {
		st.Window = k.Pause(b.next, b.ids...)
		for _, id := range b.ids {
			if st.Oldest == "" || collectors.ByLength(id, st.Oldest) < 0 {
				st.Oldest = id
			}
		}
	}
	st.Words, st.ledger = s.words.get(), s.purse.ledger()
}

func (s *Source) page(me vigie.Account, b batch) collectors.Page {
	p := collectors.Page{Bad: b.bad}
	for _, it := range b.items {
		c, err := it.comment()
		if err != nil {
			p.Bad = append(p.Bad, vigie.Undecodable{Raw: it.raw, Reason: err.Error()})
			continue
		}
		p.Comments = append(p.Comments, s.stamped(c, me))
	}
	return p
}

// stamped adds what only the source knows.
func (s *Source) stamped(c vigie.Comment, me vigie.Account) vigie.Comment {
	c.Org, c.Source, c.Account, c.Seen = s.d.Org, s.d.Name, me.ID, s.d.Now()
	return c
}

// WhoAmI returns the account that is watched, and refuses one that the
// configuration does not mean.
func (s *Source) WhoAmI(ctx context.Context) (vigie.Account, error) {
	me, err := s.api.whoAmI(ctx)
	if err != nil {
		return vigie.Account{}, typed(ctx, err)
	}
	for _, c := range []struct{ wanted, got string }{
		{strings.TrimPrefix(s.c.Account, "@"), strings.TrimPrefix(me.Handle, "@")}, {s.c.UserID, me.Remote},
	} {
		if c.wanted != "" && !strings.EqualFold(c.wanted, c.got) {
			return vigie.Account{}, &collectors.Error{Class: collectors.ClassAuth,
				Err:  fmt.Errorf("the keys open the account %s (user_id %s), the configuration names %s", me.Handle, me.Remote, c.wanted),
				Hint: "put the keys of that account into the files, or correct account and user_id"}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.me = me
	return me, nil
}

func (s *Source) account(ctx context.Context) (vigie.Account, error) {
	s.mu.Lock()
	me := s.me
	s.mu.Unlock()
	if me.ID != "" {
		return me, nil
	}
	return s.WhoAmI(ctx)
}

func accountOf(id, username string) (vigie.Account, error) {
	if !isID(id) || username == "" {
		return vigie.Account{}, &collectors.Error{Class: collectors.ClassRetry, Err: errors.New("the answer names no account")}
	}
	return vigie.Account{
		ID: vigie.AccountID(platform + ":" + host + "/@" + username), Platform: platform, Host: host,
		Remote: id, Handle: "@" + username, URL: "https://x.com/" + username,
	}, nil
}
