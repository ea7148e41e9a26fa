package cluster

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie"
)

func (r *rdb) stream(org vigie.OrgID) string { return r.key(org, "feed") }

func (r *rdb) publish(ctx context.Context, org vigie.OrgID, e vigie.Event) error {
	err := r.client.XAdd(ctx, &redis.XAddArgs{
		Stream: r.stream(org), MaxLen: int64(r.cfg.Events), Approx: true,
		Values: []string{
			"kind", string(e.Kind), "case", string(e.Case),
			"severity", strconv.Itoa(int(e.Severity)), "at", strconv.FormatInt(e.At.UnixMilli(), 10),
		},
	}).Err()
	return r.failure(err)
}

// feed starts, at first use, one reader of the stream per process and
// organisation; subscribers read its local copy, however many they are.
func (r *rdb) feed(ctx context.Context, org vigie.OrgID) (*feed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return nil, errClosed
	}
	if f := r.feeds[org]; f != nil {
		return f, nil
	}
	kept, err := r.client.XRevRangeN(ctx, r.stream(org), "+", "-", int64(r.cfg.Events)).Result()
	if err != nil {
		return nil, r.failure(err)
	}
	clock, err := r.client.Time(ctx).Result()
	if err != nil {
		return nil, r.failure(err)
	}
	f := newFeed(r.cfg.Events, r.unknown(kept, clock))
	for i := len(kept) - 1; i >= 0; i-- {
		f.append(eventOf(kept[i]))
	}
	r.feeds[org] = f
	r.tails.Go(func() { r.tail(f, org) })
	return f, nil
}

// unknown returns the newest id of which nothing is known. A stream that is not
// full tells all that ever was; before an empty one anything may have been, up
// to the server's clock.
func (r *rdb) unknown(kept []redis.XMessage, clock time.Time) eventID {
	switch n := len(kept); {
	case n == 0:
		return eventID{ms: uint64(max(1, clock.UnixMilli()))}.before()
	case n >= r.cfg.Events:
		return parseID(kept[n-1].ID).before()
	default:
		return eventID{}
	}
}

// before is the greatest id that is less.
func (a eventID) before() eventID {
	if a.seq > 0 {
		return eventID{a.ms, a.seq - 1}
	}
	return eventID{a.ms - 1, ^uint64(0)}
}

// tail follows the stream into f until the cluster is closed. While Redis is
// away it asks once a second, and says so once.
func (r *rdb) tail(f *feed, org vigie.OrgID) {
	var away bool
	for r.ctx.Err() == nil {
		got, err := r.client.XRead(r.ctx, &redis.XReadArgs{
			Streams: []string{r.stream(org), f.start("").String()}, Count: 100, Block: time.Second,
		}).Result()
		if err != nil && !errors.Is(err, redis.Nil) && r.ctx.Err() == nil {
			if !away {
				r.log.Warn("the live feed is interrupted and goes on by itself", "err", r.failure(err))
			}
			away = true
			r.wait(time.Second)
			continue
		}
		away = false
		for _, stream := range got {
			for _, m := range stream.Messages {
				f.append(eventOf(m))
			}
		}
	}
}

func (r *rdb) wait(d time.Duration) {
	select {
	case <-r.ctx.Done():
	case <-time.After(d):
	}
}

// eventOf reads an entry; what it cannot read is left out.
func eventOf(m redis.XMessage) vigie.Event {
	field := func(name string) string { s, _ := m.Values[name].(string); return s }
	e := vigie.Event{ID: m.ID, Kind: vigie.EventKind(field("kind")), Case: vigie.CaseID(field("case"))}
	if severity, err := strconv.Atoi(field("severity")); err == nil {
		e.Severity = vigie.Severity(severity)
	}
	if ms, err := strconv.ParseInt(field("at"), 10, 64); err == nil {
		e.At = time.UnixMilli(ms).UTC()
	}
	return e
}
