package collectortest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
)

// toy is the smallest platform there is: GET /list?after=ID&skip=N gives up to
// 10 comments, GET /me says who we are.
type toy struct {
	*Wire
	clock *Clock
	items []item
	fault string // of the source: what the suite must find
}

type item struct {
	ID     string    `json:"id"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Edited time.Time `json:"edited"`
}

func newToy(fault string) func(testing.TB, *Clock) Fake {
	return func(_ testing.TB, c *Clock) Fake {
		p := &toy{clock: c, fault: fault}
		p.Wire = NewWire(c, p)
		return p
	}
}

func (p *toy) ID(n int) vigie.CommentID {
	return vigie.NewCommentID("toy", "host", strconv.Itoa(n+8))
}

func (p *toy) find(n int) int {
	return slices.IndexFunc(p.items, func(i item) bool { return i.ID == p.ID(n).Remote() })
}

func (p *toy) Show(n int, text string) {
	it := item{ID: p.ID(n).Remote(), Text: text, At: p.clock.Now()}
	i, _ := slices.BinarySearchFunc(p.items, it, func(a, b item) int { return collectors.ByLength(a.ID, b.ID) })
	p.items = slices.Insert(p.items, i, it)
}

func (p *toy) Edit(n int, text string) {
	i := p.find(n)
	p.items[i].Text, p.items[i].Edited = text, p.clock.Now()
}

func (p *toy) Delete(n int) {
	i := p.find(n)
	p.items = slices.Delete(p.items, i, i+1)
}

func (p *toy) Spoil(n int) { p.items[p.find(n)].Text = "spoilt" }

func (p *toy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/me" {
		fmt.Fprint(w, `{}`)
		return
	}
	after := r.FormValue("after")
	i, found := slices.BinarySearchFunc(p.items, item{ID: after}, func(a, b item) int { return collectors.ByLength(a.ID, b.ID) })
	if found {
		i++
	}
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	i = min(i+skip, len(p.items))
	raw := []json.RawMessage{}
	for _, it := range p.items[i:min(i+10, len(p.items))] {
		b, _ := json.Marshal(it)
		if it.Text == "spoilt" {
			b = fmt.Appendf(nil, `{"id":%q,"at":""}`, it.ID)
		}
		raw = append(raw, b)
	}
	json.NewEncoder(w).Encode(raw)
}

func (p *toy) Source() (collectors.Source, error) {
	return &toySource{client: p.Client(collectors.TransportConfig{}), now: p.clock.Now, fault: p.fault,
		window: collectors.NewWindow(0, collectors.ByLength)}, nil
}

// toySource reads a toy; fault names what it does wrong.
type toySource struct {
	client *http.Client
	now    func() time.Time
	window *collectors.Window
	fault  string
}

func (s *toySource) WhoAmI(ctx context.Context) (vigie.Account, error) {
	_, err := s.get(ctx, "http://toy/me?token="+Token)
	return vigie.Account{ID: "toy:host/@us", Platform: "toy"}, err
}

func (s *toySource) get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if s.fault == "leaks" {
		resp, err := s.client.Do(r)
		if err != nil {
			return nil, err
		}
		resp.Body.Close()
	}
	a, err := collectors.Do(s.client, r)
	return a.Body, err
}

func (s *toySource) Pages(ctx context.Context, cursor string) iter.Seq2[collectors.Page, error] {
	return func(yield func(collectors.Page, error) bool) {
		k, err := s.window.Begin(cursor, s.now())
		if err != nil {
			yield(collectors.Page{}, err)
			return
		}
		after, skip := k.Since(), 0
		for {
			page, ids, err := s.page(ctx, after, skip)
			if err != nil {
				if s.fault != "swallows" {
					yield(collectors.Page{}, err)
				}
				return
			}
			full := len(ids) == 10
			if full {
				page.Next = k.Step(s.now(), ids...)
			} else {
				page.Next = k.Finish(s.now(), ids...)
			}
			top := after
			if len(ids) > 0 {
				top = ids[len(ids)-1]
			}
			switch n, _ := strconv.Atoi(top); {
			case s.fault == "strict", s.fault == "offset":
				page.Next = fmt.Sprintf(`{"safe":%q}`, top)
			case s.fault == "ahead" && full:
				page.Next = fmt.Sprintf(`{"safe":"%d"}`, n+10)
			}
			if !yield(page, nil) || !full {
				return
			}
			if s.fault == "offset" {
				skip += 10
			} else if collectors.ByLength(top, after) > 0 {
				after = top
			}
		}
	}
}

func (s *toySource) page(ctx context.Context, after string, skip int) (p collectors.Page, ids []string, err error) {
	body, err := s.get(ctx, fmt.Sprintf("http://toy/list?token=%s&after=%s&skip=%d", Token, after, skip))
	if err != nil {
		return p, nil, err
	}
	for raw, err := range collectors.Elements(body) {
		if err != nil {
			return p, nil, err
		}
		var it item
		if err := json.Unmarshal(raw, &it); err != nil {
			if s.fault == "brittle" {
				return p, nil, errors.New("bad item")
			}
			p.Bad = append(p.Bad, vigie.Undecodable{Raw: raw, Reason: "not an item"})
		} else {
			p.Comments = append(p.Comments, vigie.Comment{ID: vigie.NewCommentID("toy", "host", it.ID), Text: it.Text,
				Created: it.At, Edited: it.Edited, Raw: raw})
		}
		ids = append(ids, it.ID)
	}
	return p, ids, nil
}

func toyHarness(fault string) Harness {
	return Harness{New: newToy(fault), Cannot: map[Fault]string{Deletions: "the toy cannot look up a comment"}}
}

func TestToyConforms(t *testing.T) { Run(t, toyHarness("")) }

// TestSuiteFindsFaults proves that the suite can fail: each wrong source is
// found by the case that is there for it.
func TestSuiteFindsFaults(t *testing.T) {
	for _, c := range []struct{ fault, found string }{
		{"strict", "ids become visible late"},
		{"strict", "four writers, ids out of order"},
		{"leaks", "401"},
		{"brittle", "an item cannot be decoded"},
		{"swallows", "401"},
		{"swallows", "503 with HTML"},
		{"offset", "a comment is deleted between pages"},
	} {
		t.Run(c.fault+"/"+c.found, func(t *testing.T) {
			if err := runOne(t, c.fault, c.found); err == nil {
				t.Error("not found")
			} else {
				t.Log(err)
			}
		})
	}
}

// TestSuiteFindsCursorAhead proves the same of the store that dies.
func TestSuiteFindsCursorAhead(t *testing.T) {
	found := 0
	for n := range 40 {
		d, err := newDriver(t, toyHarness("ahead"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := death(d, n, false); err != nil {
			found++
		}
	}
	if found == 0 {
		t.Error("a cursor ahead of what is stored was not found")
	}
}

func runOne(t *testing.T, fault, name string) error {
	t.Helper()
	d, err := newDriver(t, toyHarness(fault))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases(true) {
		if c.name == name {
			return c.run(d)
		}
	}
	t.Fatalf("no case %q", name)
	return nil
}
