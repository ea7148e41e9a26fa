package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vigie"
)

// TestMessage makes the harmless message of `vigie alert test`. Its id is new
// at each call of another instant, so that no receiver drops it as seen.
func TestMessage(org vigie.OrgID, channel, lang, base string, now time.Time) vigie.Message {
	id := vigie.AlertID(fmt.Sprintf("test-%d", now.UnixNano()))
	return vigie.Message{ID: id, Lang: lang, Base: base, Alerts: []vigie.Alert{{
		ID: id, Org: org, Kind: vigie.AlertTest, Channel: channel, Opened: now, Queued: now,
	}}}
}

// Preview returns the bytes of m as they would leave through c, secrets hidden.
func Preview(c Channel, m vigie.Message) ([]byte, error) {
	p, ok := c.(Previewer)
	if !ok {
		return nil, errors.New("this kind of channel cannot show a message without sending it; leave --dry-run out")
	}
	return p.Preview(m)
}

// Try sends m once, past the outbox, within 30 seconds.
func Try(ctx context.Context, c Channel, m vigie.Message) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return c.Send(ctx, m)
}
