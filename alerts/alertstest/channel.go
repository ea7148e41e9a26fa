package alertstest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vigie"
	"vigie/alerts"
)

// Canary is a word that a receiver under test puts into everything it answers.
// It must turn up in no error and no log of ours.
const Canary = "canari-9f2c41d7"

// Fault is what a receiver under test does wrong.
type Fault string

// The faults that a rig can play.
const (
	Accepts        Fault = "accepts"         // nothing wrong
	Down           Fault = "down"            // nobody listens
	Busy           Fault = "busy"            // refuses for now
	Limited        Fault = "limited"         // refuses for now and says until when
	BadCredentials Fault = "bad credentials" // refuses who we are
	Gone           Fault = "gone"            // wants no more of us
	Refuses        Fault = "refuses"         // refuses this message for good
	CutAfter       Fault = "cut after"       // takes the message in and hangs up without a word
	Silent         Fault = "silent"          // takes the message in and never answers
)

// Rig is one channel and the receiver it speaks to.
type Rig struct {
	Channel alerts.Channel
	// Play makes the receiver behave; false if the protocol has no such fault.
	Play func(f Fault) bool
	// Taken lists what the receiver took in completely, oldest first, whether
	// or not it said so.
	Taken func() []Taken
	// Secrets are the words of the configuration that may appear nowhere but
	// in what is sent to the receiver.
	Secrets []string
	// Logs returns what the channel logged.
	Logs func() string
}

// Taken is one message as the receiver saw it.
type Taken struct {
	Key   string // by which the receiver deduplicates
	Bytes []byte // headers and body
}

// Message returns a message with one case alert.
func Message(id vigie.AlertID) vigie.Message {
	posted := time.Date(2026, 3, 1, 7, 58, 0, 0, time.UTC)
	return vigie.Message{ID: id, Lang: "fr", Base: "https://vigie.example", Alerts: []vigie.Alert{{
		ID: "alert-of-" + id, Org: vigie.DefaultOrg, Kind: vigie.AlertCase, Channel: "team", Case: "k7Qm2",
		Severity: vigie.SeverityHigh, Label: vigie.LabelThreat, Platform: "mastodon", Account: "mastodon:example.org/@asso",
		Posted: posted, Opened: posted.Add(time.Minute), Queued: posted.Add(time.Minute),
	}}}
}

// RunChannel checks what the Dispatcher and the confidentiality of the product
// rely on. open makes a fresh rig that t.Cleanup closes.
func RunChannel(t *testing.T, open func(t *testing.T) Rig) {
	t.Run("delivers what a stranger may see", func(t *testing.T) { delivers(t, open(t)) })
	for fault, class := range classes {
		t.Run(string(fault)+" is "+string(class), func(t *testing.T) { fails(t, open(t), fault, class) })
	}
	t.Run("a preview hides secrets and sends nothing", func(t *testing.T) { previews(t, open(t)) })
	t.Run("takes any message", func(t *testing.T) { takesAny(t, open(t)) })
	t.Run("honours a context that has ended", func(t *testing.T) { ends(t, open(t)) })
}

var classes = map[Fault]alerts.Class{
	Down: alerts.ClassRetry, Busy: alerts.ClassRetry, Limited: alerts.ClassRetry,
	BadCredentials: alerts.ClassAuth, Gone: alerts.ClassGone, Refuses: alerts.ClassPermanent,
	CutAfter: alerts.ClassAmbiguous, Silent: alerts.ClassAmbiguous,
}

func delivers(t *testing.T, r Rig) {
	m := Message("msg-1")
	if _, err := r.Channel.Send(t.Context(), m); err != nil {
		t.Fatalf("Send: %v", err)
	}
	taken := r.Taken()
	if len(taken) != 1 || taken[0].Key == "" {
		t.Fatalf("the receiver took %d messages, want one with a key", len(taken))
	}
	for _, want := range []string{"https://vigie.example/cases/k7Qm2", "mastodon"} {
		if !bytes.Contains(taken[0].Bytes, []byte(want)) {
			t.Errorf("what left does not say %q:\n%s", want, taken[0].Bytes)
		}
	}
	r.discreet(t, nil)
}

// fails sends into the fault and then again, as the Dispatcher would.
func fails(t *testing.T, r Rig, fault Fault, want alerts.Class) {
	if !r.Play(fault) {
		t.Log("the protocol has no such fault")
		return
	}
	m := Message("msg-1")
	patience := 20 * time.Second
	if fault == Silent {
		patience = 3 * time.Second // long enough to hand the message over on a busy machine
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := r.Channel.Send(ctx, m)
	var failure *alerts.Error
	if !errors.As(err, &failure) || failure.Class != want {
		t.Fatalf("Send = %v, want an *alerts.Error of class %s", err, want)
	}
	if fault == Limited && failure.RetryAfter <= 0 {
		t.Errorf("the error does not say when to try again: %v", err)
	}
	r.discreet(t, err)
	r.Play(Accepts)
	if _, err := r.Channel.Send(t.Context(), m); err != nil {
		t.Fatalf("Send after the fault: %v", err)
	}
	for _, taken := range r.Taken() {
		if taken.Key != r.Taken()[0].Key {
			t.Errorf("the same message went out under the keys %q and %q", r.Taken()[0].Key, taken.Key)
		}
	}
}

// discreet checks that neither error nor log say what they may not.
func (r Rig) discreet(t *testing.T, err error) {
	t.Helper()
	said := r.Logs()
	if err != nil {
		said += err.Error()
	}
	for _, word := range append([]string{Canary}, r.Secrets...) {
		if strings.Contains(said, word) {
			t.Errorf("error or log holds %q: %s", word, said)
		}
	}
}

func previews(t *testing.T, r Rig) {
	b, err := alerts.Preview(r.Channel, Message("msg-1"))
	if err != nil {
		t.Fatalf("Preview: %v", err)
	}
	if !bytes.Contains(b, []byte("https://vigie.example/cases/k7Qm2")) {
		t.Errorf("the preview lacks the link:\n%s", b)
	}
	for _, word := range r.Secrets {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("the preview holds the secret %q:\n%s", word, b)
		}
	}
	if n := len(r.Taken()); n != 0 {
		t.Errorf("the preview sent %d messages", n)
	}
}

func takesAny(t *testing.T, r Rig) {
	test := alerts.TestMessage(vigie.DefaultOrg, "team", "en", "https://vigie.example", time.Unix(0, 1))
	ops := Message("ops-1")
	ops.Alerts = []vigie.Alert{{ID: "o", Kind: vigie.AlertOps, Ops: vigie.OpsEvent{Subject: "source asso", Class: "auth"}}}
	many := Message("many-1")
	for range 200 {
		many.Alerts = append(many.Alerts, many.Alerts[0])
	}
	odd := Message("odd-1")
	odd.Lang = "xx"
	odd.Alerts[0].Platform = "x\r\nBcc: eve@example.org\r\n\r\n<b>"
	odd.Alerts[0].Account = "a\nb\x00\xff\u202e"
	odd.Alerts[0].Label = "unheard of"
	odd.Alerts[0].Kind = "unheard of"
	odd.Alerts[0].Posted = time.Time{}
	all := []vigie.Message{test, ops, many, odd}
	for _, m := range all {
		if _, err := r.Channel.Send(t.Context(), m); err != nil {
			t.Errorf("Send of %s: %v", m.ID, err)
		}
	}
	if got := len(r.Taken()); got != len(all) {
		t.Errorf("the receiver took %d messages, want %d", got, len(all))
	}
	for _, taken := range r.Taken() {
		if bytes.Contains(taken.Bytes, []byte("\nBcc:")) {
			t.Errorf("a field became a header:\n%q", taken.Bytes)
		}
	}
}

func ends(t *testing.T, r Rig) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Channel.Send(ctx, Message("msg-1")); err == nil {
		t.Error("Send with a context that has ended succeeded")
	} else if class := alerts.ClassOf(err); class != alerts.ClassRetry {
		t.Errorf("nothing was sent, and the class is %s, want retry", class)
	}
}
