package collectortest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"vigie"
	"vigie/collectors"
)

func plain(d *driver) error {
	for range 5 {
		d.showAll(9)
		if err := d.poll(); err != nil {
			return err
		}
		d.clock.Advance(10 * time.Second)
	}
	if err := d.complete(); err != nil {
		return fmt.Errorf("without waiting for the overlap: %w", err)
	}
	return d.finish()
}

func lateIDs(d *driver) error {
	for i := range 20 {
		d.show(2*i + 1)
	}
	if err := d.poll(); err != nil {
		return err
	}
	d.clock.Advance(d.late() * 9 / 10)
	for i := range 20 {
		d.show(2 * i)
	}
	return d.finish()
}

// writers plays 100 replies by four concurrent writers: ids are minted in
// order, and become visible up to d.late() after that.
func writers(d *driver) error {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		from := len(d.shown)
		visible := make([]time.Duration, 100)
		for i := range visible {
			visible[i] = time.Duration(i/4)*500*time.Millisecond + time.Duration(r.Int64N(int64(d.late())))
		}
		order := make([]int, len(visible))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return int(visible[a] - visible[b]) })
		var now, next time.Duration
		for _, i := range order {
			for next < visible[i] {
				d.clock.Advance(next - now)
				now, next = next, next+time.Duration(r.Int64N(int64(15*time.Second)))
				if err := d.pollOrRestart(r); err != nil {
					return err
				}
			}
			d.show(from + i)
		}
		d.clock.Advance(max(0, visible[order[99]]-now))
		if err := d.finish(); err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return nil
}

// pollOrRestart polls, now and then with a source built anew.
func (d *driver) pollOrRestart(r *rand.Rand) error {
	if r.IntN(5) == 0 {
		if err := d.restart(); err != nil {
			return err
		}
	}
	return d.poll()
}

func deletedBetweenPages(d *driver) error {
	d.showAll(60)
	d.store.onPage = func() { // of the oldest and of the newest page, whichever was just read
		d.fake.Delete(1)
		d.fake.Delete(58)
	}
	if err := d.settle(); err != nil {
		return err
	}
	for _, n := range []int{1, 58} {
		if len(d.store.Comments()[d.fake.ID(n)]) == 0 {
			delete(d.shown, n) // gone before it was read: either is right
		}
	}
	return d.complete()
}

func shownBetweenPages(d *driver) error {
	d.showAll(60)
	d.store.onPage = func() { d.showAll(30) }
	return d.finish()
}

func wrongClock(d *driver) error {
	d.showAll(5)
	for _, jump := range []time.Duration{24 * time.Hour, -48 * time.Hour, 24 * time.Hour} {
		if err := d.settle(); err != nil {
			return err
		}
		d.clock.Advance(jump)
		d.showAll(5)
	}
	return d.finish()
}

func flood(d *driver, n int) error {
	d.showAll(n)
	for range 1 + n/1000 { // a walk may be cut into pieces
		if err := d.poll(); err != nil {
			return err
		}
		if len(d.store.Comments()) == n {
			break
		}
	}
	if err := d.complete(); err != nil {
		return fmt.Errorf("after %d polls: %w", 1+n/1000, err)
	}
	return d.finish()
}

func cancelled(d *driver) error {
	d.showAll(60)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for page, err := range d.source.Pages(ctx, d.store.cursor) {
		if err == nil {
			return fmt.Errorf("a page of %d comments after the end of ctx", len(page.Comments))
		}
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("the error of an ended ctx is %T, which is not context.Canceled", err)
		}
	}
	for range d.source.Pages(context.Background(), d.store.cursor) {
		break // the source must take no for an answer
	}
	return d.finish()
}

func badItem(d *driver) error {
	d.showAll(25)
	d.fake.Spoil(7)
	delete(d.shown, 7)
	if err := d.poll(); err != nil {
		return err
	}
	d.showSpan(25, 40)
	if err := d.finish(); err != nil {
		return err
	}
	if n := len(d.store.bad); n != 1 {
		return fmt.Errorf("%d items in quarantine, want 1", n)
	}
	return nil
}

// showSpan shows the comments from and up to to, without it.
func (d *driver) showSpan(from, to int) {
	for n := from; n < to; n++ {
		d.show(n)
	}
}

func edit(d *driver) error {
	d.showAll(15)
	if err := d.poll(); err != nil {
		return err
	}
	before := len(d.store.Comments()[d.fake.ID(14)])
	d.fake.Edit(14, "edited "+Marker)
	d.clock.Advance(time.Minute)
	if err := d.look(); err != nil {
		return err
	}
	vs := d.store.Comments()[d.fake.ID(14)]
	if before != 1 || len(vs) != 2 {
		return fmt.Errorf("%d versions before the edit and %d after, want 1 and 2", before, len(vs))
	}
	if v := vs[1]; v.Text != "edited "+Marker || v.Edited.IsZero() {
		return fmt.Errorf("the new version has the old text or no time of edit")
	}
	return nil
}

// look polls, and checks twice if the source can: an absence needs a second
// look to be believed.
func (d *driver) look() error {
	if err := d.poll(); err != nil {
		return err
	}
	c, ok := d.source.(collectors.Checker)
	if !ok {
		return nil
	}
	for range 2 {
		ctx := context.Background()
		ids, err := d.store.DueForCheck(ctx, "s", d.clock.Now(), 20)
		if err != nil {
			return err
		}
		l, err := c.Check(ctx, ids)
		if err != nil {
			return fmt.Errorf("look the comments up again: %w", err)
		}
		if _, err := d.store.Looked(ctx, "s", d.clock.Now(), l); err != nil {
			return err
		}
		d.clock.Advance(15 * time.Minute)
	}
	return nil
}

func deletion(d *driver) error {
	if _, ok := d.source.(collectors.Checker); !ok {
		return errors.New("the source is no Checker: declare Deletions in Harness.Cannot")
	}
	d.showAll(15)
	if err := d.poll(); err != nil {
		return err
	}
	d.fake.Delete(3)
	if err := d.look(); err != nil {
		return err
	}
	for n := range 15 {
		p := d.store.presence[d.fake.ID(n)]
		if n == 3 && p != vigie.PresenceMissing && p != vigie.PresenceDeleted {
			return fmt.Errorf("the deleted comment is %q", p)
		}
		if n != 3 && p != vigie.PresencePresent {
			return fmt.Errorf("comment %d is there, but Check says %q", n, p)
		}
	}
	if len(d.store.Comments()) != 15 {
		return errors.New("looking again changed the number of comments")
	}
	return nil
}

func identity(d *driver) error {
	who, ok := d.source.(collectors.Identity)
	if !ok {
		return nil
	}
	a, err := who.WhoAmI(context.Background())
	if err != nil || a.ID == "" || a.Platform == "" {
		return fmt.Errorf("WhoAmI: account %q on %q: %w", a.ID, a.Platform, err)
	}
	d.fake.Break(Unauthorized, 0)
	if _, err = who.WhoAmI(context.Background()); collectors.ClassOf(err) != collectors.ClassAuth {
		return fmt.Errorf("WhoAmI with a revoked token: class %q, want auth", collectors.ClassOf(err))
	}
	return discreet(err)
}
