package vigie

import "time"

// AlertID is the stable id of one alert: the same over all retries, so that a
// receiver can drop what it has already seen.
type AlertID string

// AlertKind says what an alert is about.
type AlertKind string

// The kinds of alert.
const (
	AlertCase AlertKind = "case" // a case was opened, or its severity rose
	AlertOps  AlertKind = "ops"  // the watcher itself needs care: for administrators
	AlertTest AlertKind = "test" // asked for by a person
)

// Alert tells people, through one channel, of a case or of the watcher itself.
// By construction it holds no text and no author: only what a stranger may see,
// and a link behind a login.
type Alert struct {
	ID       AlertID
	Org      OrgID
	Kind     AlertKind
	Channel  string // name of the configured channel
	Case     CaseID
	Severity Severity
	Label    Label  // the gravest, "" if none
	Platform string // where it happened
	Account  AccountID
	Posted   time.Time // when the comment was published
	Opened   time.Time // when the case was opened
	Queued   time.Time // when it was put into the outbox: from here the age budget of a channel runs
	Ops      OpsEvent  // AlertOps only
	Attempts int       // so far, failed ones included
}

// Link returns the address of the alert's case under base, the console's
// address without trailing slash; of the console itself if it has no case.
func (a Alert) Link(base string) string {
	if a.Case == "" {
		return base + "/"
	}
	return base + "/cases/" + string(a.Case)
}

// OpsEvent is trouble with the watcher itself, in closed words: it names a
// source or channel of the configuration and a class of failure, never what
// the platform answered.
type OpsEvent struct {
	Subject string `json:"subject,omitempty"` // "source asso", "channel equipe"
	Class   string `json:"class,omitempty"`   // "auth", "gone", "dead_letter", …
}

// Message is what a channel sends at once: one alert, or several that were
// due together on a channel that people read.
type Message struct {
	ID     AlertID // stable over retries, the key by which a receiver deduplicates
	Alerts []Alert // at least one
	Lang   string  // "fr" or "en"
	Base   string  // address of the console, without trailing slash
}

// Severity returns the highest severity among the alerts.
func (m *Message) Severity() Severity {
	top := SeverityNone
	for _, a := range m.Alerts {
		top = max(top, a.Severity)
	}
	return top
}

// Link returns the console's address of the first alert's case; of the console
// itself if there is more than one, or none has a case.
func (m *Message) Link() string {
	if len(m.Alerts) != 1 {
		return m.Base + "/"
	}
	return m.Alerts[0].Link(m.Base)
}
