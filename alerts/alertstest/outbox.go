// Package alertstest is the test kit of package alerts: an outbox in memory,
// the conformance suite of outboxes, and the suite that every channel runs. It
// stores nothing beyond a test. It promises that what passes is safe to put
// under the Dispatcher: one stable id per message, every fault in its class, no
// secret and no foreign word in an error.
package alertstest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"vigie"
)

// Outbox is an alerts.Outbox and alerts.Peeker in memory.
type Outbox struct {
	mu       sync.Mutex
	waiting  []vigie.Alert
	messages []*kept
	states   map[string]vigie.ChannelState
}

// kept is a message that was claimed at least once.
type kept struct {
	vigie.Message
	channel string
	lapses  time.Time // of the claim
	next    time.Time // of the next try
	fails   int
	class   string
	sent    time.Time
	dead    time.Time
}

// NewOutbox makes an empty outbox.
func NewOutbox() *Outbox {
	return &Outbox{states: make(map[string]vigie.ChannelState)}
}

// Put adds alerts.
func (o *Outbox) Put(alerts ...vigie.Alert) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, alerts...)
}

// Claim implements alerts.Outbox.
func (o *Outbox) Claim(_ context.Context, channel string, batch int, now, lapses time.Time) (vigie.Message, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.due(channel, now)
	if m == nil {
		m = o.compose(channel, batch)
	}
	if m == nil {
		return vigie.Message{}, false, nil
	}
	m.lapses = lapses
	out := m.Message
	out.Alerts = slices.Clone(out.Alerts)
	for i := range out.Alerts {
		out.Alerts[i].Attempts = m.fails
	}
	return out, true, nil
}

func (o *Outbox) due(channel string, now time.Time) *kept {
	for _, m := range o.messages {
		if m.channel == channel && m.sent.IsZero() && m.dead.IsZero() && !m.lapses.After(now) && !m.next.After(now) {
			return m
		}
	}
	return nil
}

func (o *Outbox) compose(channel string, batch int) *kept {
	mine, others := split(o.waiting, func(a vigie.Alert) bool { return a.Channel == channel })
	if len(mine) == 0 {
		return nil
	}
	slices.SortStableFunc(mine, func(a, b vigie.Alert) int {
		if a.Severity != b.Severity {
			return int(b.Severity - a.Severity)
		}
		return a.Queued.Compare(b.Queued)
	})
	n := min(batch, len(mine))
	o.waiting = append(others, mine[n:]...)
	m := &kept{channel: channel}
	m.ID = vigie.AlertID(fmt.Sprintf("msg-%d", len(o.messages)+1))
	m.Alerts = mine[:n:n]
	o.messages = append(o.messages, m)
	return m
}

func split(all []vigie.Alert, pick func(vigie.Alert) bool) (yes, no []vigie.Alert) {
	for _, a := range all {
		if pick(a) {
			yes = append(yes, a)
		} else {
			no = append(no, a)
		}
	}
	return yes, no
}

// Peek implements alerts.Peeker.
func (o *Outbox) Peek(_ context.Context, channel string, now time.Time) (top vigie.Severity, ok bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range o.waiting {
		if a.Channel == channel {
			top, ok = max(top, a.Severity), true
		}
	}
	if m := o.due(channel, now); m != nil {
		top, ok = max(top, m.Severity()), true
	}
	return top, ok, nil
}

// Sent implements alerts.Outbox.
func (o *Outbox) Sent(_ context.Context, id vigie.AlertID, at time.Time, _ string) error {
	return o.change(id, func(m *kept) { m.sent = at })
}

// Failed implements alerts.Outbox.
func (o *Outbox) Failed(_ context.Context, id vigie.AlertID, _ time.Time, class string, next time.Time) error {
	return o.change(id, func(m *kept) { m.class, m.next, m.lapses, m.fails = class, next, time.Time{}, m.fails+1 })
}

// Bury implements alerts.Outbox.
func (o *Outbox) Bury(_ context.Context, id vigie.AlertID, at time.Time, class string) error {
	return o.change(id, func(m *kept) { m.dead, m.class = at, class })
}

func (o *Outbox) change(id vigie.AlertID, f func(*kept)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.messages {
		if m.ID == id {
			f(m)
			return nil
		}
	}
	return fmt.Errorf("message %s: %w", id, vigie.ErrNotFound)
}

// SetChannelState implements alerts.Outbox.
func (o *Outbox) SetChannelState(_ context.Context, s vigie.ChannelState) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.LastSuccess.IsZero() {
		s.LastSuccess = o.states[s.Channel].LastSuccess
	}
	o.states[s.Channel] = s
	return nil
}

// State returns the state that a channel reported last.
func (o *Outbox) State(channel string) vigie.ChannelState {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.states[channel]
}

// Sum counts the messages of a channel: delivered, dead, and neither; Waiting
// are alerts that were never claimed.
type Sum struct{ Delivered, Dead, Pending, Waiting int }

// Sum counts.
func (o *Outbox) Sum(channel string) Sum {
	o.mu.Lock()
	defer o.mu.Unlock()
	var s Sum
	for _, m := range o.messages {
		switch {
		case m.channel != channel:
		case !m.sent.IsZero():
			s.Delivered++
		case !m.dead.IsZero():
			s.Dead++
		default:
			s.Pending++
		}
	}
	mine, _ := split(o.waiting, func(a vigie.Alert) bool { return a.Channel == channel })
	s.Waiting = len(mine)
	return s
}
