package collectortest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/collectors"
)

// driver is one platform, one source and one store.
type driver struct {
	h      Harness
	clock  *Clock
	fake   Fake
	store  *Store
	source collectors.Source
	shown  map[int]string // the texts that must be in the store, by number
}

// newDriver returns a driver whose source has polled the empty platform once.
func newDriver(tb testing.TB, h Harness) (*driver, error) {
	clock := NewClock()
	d := &driver{h: h, clock: clock, fake: h.New(tb, clock), store: NewStore(), shown: make(map[int]string)}
	if err := d.restart(); err != nil {
		return nil, err
	}
	if err := d.poll(); err != nil {
		return nil, fmt.Errorf("first poll, of an empty platform: %w", err)
	}
	return d, nil
}

// restart builds the source anew, as after a crash.
func (d *driver) restart() (err error) {
	d.source, err = d.fake.Source()
	return err
}

// show makes comment n visible.
func (d *driver) show(n int) {
	text := fmt.Sprintf("comment %d %s", n, Marker)
	d.shown[n] = text
	d.fake.Show(n, text)
}

func (d *driver) showAll(n int) {
	from := len(d.shown)
	for i := range n {
		d.show(from + i)
	}
}

// poll walks once, storing as the Runner does.
func (d *driver) poll() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cursor, err := d.store.Cursor(ctx, "s")
	if err != nil {
		return err
	}
	for page, err := range d.source.Pages(ctx, cursor) {
		if err != nil {
			return err
		}
		if err := decent(page); err != nil {
			return err
		}
		if _, err := d.store.Append(ctx, "s", page.Comments, page.Bad, page.Next); err != nil {
			return err
		}
	}
	return nil
}

// decent checks what every page must be.
func decent(p collectors.Page) error {
	for _, c := range p.Comments {
		switch {
		case c.ID == "" || c.ID.Platform() == "" || c.ID.Remote() == "":
			return fmt.Errorf("comment id %q is not platform:host/id", c.ID)
		case len(c.Raw) == 0:
			return fmt.Errorf("comment %s has no raw bytes", c.ID)
		case c.Created.IsZero():
			return fmt.Errorf("comment %s has no time", c.ID)
		}
	}
	for _, b := range p.Bad {
		if b.Reason == "" || len(b.Raw) == 0 || strings.Contains(b.Reason, Marker) {
			return errors.New("a bad item needs its bytes and a reason that quotes nothing")
		}
	}
	return nil
}

// settle polls until everything must have been read twice over.
func (d *driver) settle() error {
	for range 4 {
		if err := d.poll(); err != nil {
			return fmt.Errorf("after the dust settled: %w", err)
		}
		d.clock.Advance(d.late() + 20*time.Second)
	}
	return nil
}

func (d *driver) late() time.Duration {
	if d.h.Late > 0 {
		return d.h.Late
	}
	return 25 * time.Second
}

// complete checks the invariant: each comment that must be there is, in one
// version, and nothing else is.
func (d *driver) complete() error {
	got := d.store.Comments()
	want := make(map[vigie.CommentID]bool)
	for n, text := range d.shown {
		id := d.fake.ID(n)
		want[id] = true
		switch vs := got[id]; {
		case len(vs) == 0:
			return fmt.Errorf("comment %d (%s) is lost; %d of %d are there", n, id, len(got), len(d.shown))
		case vs[len(vs)-1].Text != text:
			return fmt.Errorf("comment %d (%s) has another text than the platform's", n, id)
		case len(vs) > 1:
			return fmt.Errorf("comment %d (%s) has %d versions, want 1", n, id, len(vs))
		}
	}
	for id := range got {
		if !want[id] {
			return fmt.Errorf("%s is stored, though the platform has no such comment", id)
		}
	}
	return nil
}

// finish settles and checks the invariant.
func (d *driver) finish() error {
	if err := d.settle(); err != nil {
		return err
	}
	return d.complete()
}
