package cluster

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"vigie"
)

// Publish tells all subscribers of org that something changed; the id of e is
// given here. It never waits for a subscriber.
func (c *Cluster) Publish(ctx context.Context, org vigie.OrgID, e vigie.Event) error {
	if err := c.publish(ctx, org, e); err != nil {
		return fmt.Errorf("publish an event: %w", err)
	}
	return nil
}

// Subscribe returns the events of org that follow the event after, "" for those
// from now on. The channel is closed when ctx ends or the cluster is closed. A
// slow reader holds up nobody; what it misses, because
// it reads too slowly or came back too late, comes as one [vigie.EventMissed].
func (c *Cluster) Subscribe(ctx context.Context, org vigie.OrgID, after string) (<-chan vigie.Event, error) {
	f, err := c.feed(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	at := f.start(after)
	out := make(chan vigie.Event)
	go func() {
		defer close(out)
		f.follow(ctx, at, out)
	}()
	return out, nil
}

// follow hands the events after at to one reader, at the reader's pace.
func (f *feed) follow(ctx context.Context, at eventID, out chan<- vigie.Event) {
	for {
		events, changed := f.since(at)
		for _, e := range events {
			select {
			case out <- e:
				at = parseID(e.ID)
			case <-ctx.Done():
				return
			case <-f.closed:
				return
			}
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-f.closed:
			return
		case <-changed:
		}
	}
}

// eventID orders events: milliseconds, then a sequence; the form of Redis.
type eventID struct{ ms, seq uint64 }

func (a eventID) less(b eventID) bool { return a.ms < b.ms || a.ms == b.ms && a.seq < b.seq }

func (a eventID) String() string {
	return strconv.FormatUint(a.ms, 10) + "-" + strconv.FormatUint(a.seq, 10)
}

// parseID reads an id that may come from a browser; what it cannot read is the
// beginning of time.
func parseID(s string) eventID {
	ms, seq, _ := strings.Cut(s, "-")
	m, err := strconv.ParseUint(ms, 10, 64)
	if err != nil {
		return eventID{}
	}
	n, err := strconv.ParseUint(seq, 10, 64)
	if err != nil {
		return eventID{}
	}
	return eventID{m, n}
}

// feed is the local copy of an organisation's latest events. Readers pull from
// it at their own pace, so none can hold up a writer.
type feed struct {
	mu      sync.Mutex
	events  []vigie.Event // oldest first
	most    int
	lost    eventID // the newest that is not kept, or before our time
	last    eventID
	changed chan struct{} // closed and replaced at each append
	closed  chan struct{}
}

func newFeed(most int, lost eventID) *feed {
	return &feed{most: most, lost: lost, last: lost, changed: make(chan struct{}), closed: make(chan struct{})}
}

// append adds an event whose id is set and greater than all before.
func (f *feed) append(e vigie.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, e)
	f.last = parseID(e.ID)
	if n := len(f.events) - f.most; n > 0 {
		f.lost = parseID(f.events[n-1].ID)
		f.events = append(f.events[:0:0], f.events[n:]...)
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

// start returns where a reader begins: after the id given, else after the last.
// An id of the future is not ours.
func (f *feed) start(after string) eventID {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id := parseID(after); after != "" && id.less(f.last) {
		return id
	}
	return f.last
}

// since returns some of the kept events after at, oldest first, led by one that
// says so if others before them are lost, and what tells of the next.
func (f *feed) since(at eventID) (events []vigie.Event, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at.less(f.lost) {
		events = append(events, vigie.Event{ID: f.lost.String(), Kind: vigie.EventMissed})
	}
	i := len(f.events)
	for i > 0 && at.less(parseID(f.events[i-1].ID)) {
		i--
	}
	next := f.events[i:]
	return append(events, next[:min(len(next), 16)]...), f.changed
}
