package alertstest

import (
	"testing"

	"vigie"
	"vigie/alerts"
)

func TestOutbox(t *testing.T) {
	RunOutbox(t, func(*testing.T) (alerts.Outbox, Seed) {
		o := NewOutbox()
		return o, func(a vigie.Alert) { o.Put(a) }
	})
}
