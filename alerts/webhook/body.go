package webhook

import (
	"time"

	"vigie"
)

// payload is the body of a message; docs/channels/webhook.md has its schema.
type payload struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	Alerts []item `json:"alerts"`
}

type item struct {
	ID       vigie.AlertID   `json:"id"`
	Case     vigie.CaseID    `json:"case,omitempty"`
	Severity vigie.Severity  `json:"severity"`
	Label    vigie.Label     `json:"label,omitempty"`
	Platform string          `json:"platform,omitempty"`
	Account  vigie.AccountID `json:"account,omitempty"`
	Posted   *time.Time      `json:"posted,omitempty"`
	Opened   *time.Time      `json:"opened,omitempty"`
	Ops      *vigie.OpsEvent `json:"ops,omitempty"`
	Link     string          `json:"link"`
}

// render depends on the message alone, so that retries carry the same bytes.
func render(m vigie.Message) payload {
	p := payload{Type: typeOf(m), Data: data{Alerts: []item{}}}
	for _, a := range m.Alerts {
		if at := a.Queued.UTC(); at.After(p.Timestamp) {
			p.Timestamp = at
		}
		it := item{
			ID: a.ID, Case: a.Case, Severity: a.Severity, Label: a.Label, Platform: a.Platform, Account: a.Account,
			Posted: moment(a.Posted), Opened: moment(a.Opened), Link: a.Link(m.Base),
		}
		if a.Kind == vigie.AlertOps {
			it.Ops = &a.Ops
		}
		p.Data.Alerts = append(p.Data.Alerts, it)
	}
	return p
}

func typeOf(m vigie.Message) string {
	if len(m.Alerts) == 0 {
		return "test"
	}
	switch m.Alerts[0].Kind {
	case vigie.AlertOps:
		return "ops"
	case vigie.AlertTest:
		return "test"
	default:
		return "case.flagged"
	}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
