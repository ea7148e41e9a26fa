package alertstest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/alerts"
)

// Seed puts an alert into the outbox under test. It keeps everything but ID,
// which may be the outbox's own.
type Seed func(vigie.Alert)

// RunOutbox checks what the Dispatcher relies on. open makes an empty outbox
// that is closed by t.Cleanup, and its seed.
func RunOutbox(t *testing.T, open func(t *testing.T) (alerts.Outbox, Seed)) {
	tests := []struct {
		name string
		run  func(t *testing.T, o box)
	}{
		{"nothing is due on an empty channel", claimsNothing},
		{"gravest first, then oldest, at most a batch", claimsInOrder},
		{"an alert keeps its fields", keepsFields},
		{"a claim holds until it lapses, then the same message comes back", claimLapses},
		{"a failed message comes back whole at its time", failedComesBack},
		{"newer alerts pass a failed message before its time", newerPass},
		{"a delivered or buried message never comes back", finalIsFinal},
		{"each alert goes into one message under concurrent claims", claimsOnce},
		{"a peek sees what waits and nothing that is claimed", peeks},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			outbox, seed := open(t)
			tt.run(t, box{t, outbox, seed})
		})
	}
}

var epoch = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute) }

// box is an outbox with the calls that cannot fail in these tests.
type box struct {
	t    *testing.T
	o    alerts.Outbox
	seed Seed
}

func (b box) put(c vigie.CaseID, s vigie.Severity, queued int) {
	b.seed(vigie.Alert{ID: vigie.AlertID("alert-" + c), Org: vigie.DefaultOrg, Kind: vigie.AlertCase, Channel: "team",
		Case: c, Severity: s, Label: vigie.LabelThreat, Platform: "mastodon", Account: "mastodon:example.org/@asso",
		Posted: at(queued - 2), Opened: at(queued - 1), Queued: at(queued)})
}

// claim returns the cases of the message claimed, in order; nil if none.
func (b box) claim(batch, now, lapses int) (vigie.Message, []vigie.CaseID) {
	b.t.Helper()
	m, ok, err := b.o.Claim(b.t.Context(), "team", batch, at(now), at(lapses))
	if err != nil {
		b.t.Fatalf("Claim: %v", err)
	}
	if !ok {
		return m, nil
	}
	if m.ID == "" || len(m.Alerts) == 0 {
		b.t.Fatalf("Claim gave a message without id or alerts: %+v", m)
	}
	return m, cases(m)
}

func cases(m vigie.Message) []vigie.CaseID {
	var ids []vigie.CaseID
	for _, a := range m.Alerts {
		ids = append(ids, a.Case)
	}
	return ids
}

func (b box) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b box) want(got []vigie.CaseID, want ...vigie.CaseID) {
	b.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Fatalf("cases of the message (-want +got):\n%s", diff)
	}
}

func claimsNothing(t *testing.T, b box) {
	_, got := b.claim(10, 0, 1)
	b.want(got)
	b.put("a", vigie.SeverityHigh, 0)
	m, ok, err := b.o.Claim(t.Context(), "another", 10, at(0), at(1))
	if err != nil || ok {
		t.Fatalf("another channel's claim: %v %v %v", m, ok, err)
	}
}

func claimsInOrder(_ *testing.T, b box) {
	b.put("young", vigie.SeverityMedium, 3)
	b.put("old", vigie.SeverityMedium, 1)
	b.put("grave", vigie.SeverityImminent, 2)
	_, got := b.claim(2, 5, 9)
	b.want(got, "grave", "old")
	_, got = b.claim(2, 5, 9)
	b.want(got, "young")
	_, got = b.claim(2, 5, 9)
	b.want(got)
}

func keepsFields(t *testing.T, b box) {
	b.put("a", vigie.SeverityHigh, 3)
	m, _ := b.claim(1, 5, 9)
	want := vigie.Alert{ID: m.Alerts[0].ID, Org: vigie.DefaultOrg, Kind: vigie.AlertCase, Channel: "team", Case: "a",
		Severity: vigie.SeverityHigh, Label: vigie.LabelThreat, Platform: "mastodon",
		Account: "mastodon:example.org/@asso", Posted: at(1), Opened: at(2), Queued: at(3)}
	sameInstant := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, m.Alerts[0], sameInstant); diff != "" {
		t.Errorf("the alert as claimed (-want +got):\n%s", diff)
	}
}

func claimLapses(t *testing.T, b box) {
	b.put("a", vigie.SeverityHigh, 0)
	b.put("b", vigie.SeverityHigh, 1)
	first, _ := b.claim(2, 2, 5)
	b.put("c", vigie.SeverityHigh, 1)
	_, got := b.claim(2, 3, 6)
	b.want(got, "c")
	again, got := b.claim(2, 7, 9)
	if again.ID != first.ID {
		t.Errorf("after the claim lapsed, got id %q, want %q", again.ID, first.ID)
	}
	b.want(got, "a", "b")
}

func failedComesBack(t *testing.T, b box) {
	b.put("a", vigie.SeverityMedium, 0)
	b.put("b", vigie.SeverityMedium, 1)
	first, _ := b.claim(2, 2, 20)
	b.must(b.o.Failed(t.Context(), first.ID, at(3), "retry", at(6)))
	_, got := b.claim(2, 5, 20)
	b.want(got)
	b.put("c", vigie.SeverityImminent, 5)
	again, got := b.claim(5, 6, 20)
	b.want(got, "a", "b")
	if again.ID != first.ID || again.Alerts[0].Attempts != 1 {
		t.Errorf("got id %q after %d attempts, want %q after 1", again.ID, again.Alerts[0].Attempts, first.ID)
	}
}

func newerPass(t *testing.T, b box) {
	b.put("a", vigie.SeverityMedium, 0)
	m, _ := b.claim(1, 1, 20)
	b.must(b.o.Failed(t.Context(), m.ID, at(1), "retry", at(10)))
	b.put("b", vigie.SeverityMedium, 2)
	_, got := b.claim(1, 3, 20)
	b.want(got, "b")
}

func finalIsFinal(t *testing.T, b box) {
	for _, c := range []vigie.CaseID{"a", "b"} {
		b.put(c, vigie.SeverityHigh, 0)
	}
	sent, _ := b.claim(1, 1, 2)
	dead, _ := b.claim(1, 1, 2)
	b.must(b.o.Sent(t.Context(), sent.ID, at(1), "external-1"))
	b.must(b.o.Bury(t.Context(), dead.ID, at(1), "permanent"))
	_, got := b.claim(1, 60, 70)
	b.want(got)
	b.must(b.o.SetChannelState(t.Context(), vigie.ChannelState{Channel: "team", Kind: "webhook", Paused: true, Class: "auth"}))
}

func claimsOnce(t *testing.T, b box) {
	const n = 60
	for i := range n {
		b.put(vigie.CaseID(fmt.Sprintf("case-%02d", i)), vigie.SeverityMedium, i)
	}
	var mu sync.Mutex
	seen := make(map[vigie.CaseID]int)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				m, ok, err := b.o.Claim(t.Context(), "team", 7, at(n), at(n+10))
				if err != nil || !ok {
					if err != nil {
						t.Errorf("Claim: %v", err)
					}
					return
				}
				mu.Lock()
				for _, c := range cases(m) {
					seen[c]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for c, times := range seen {
		if times != 1 {
			t.Errorf("%s was claimed %d times", c, times)
		}
	}
	if len(seen) != n {
		t.Errorf("%d alerts were claimed, want %d", len(seen), n)
	}
}

func peeks(t *testing.T, b box) {
	p, ok := b.o.(alerts.Peeker)
	if !ok {
		t.Log("the outbox is no alerts.Peeker: channels for people will group for 5 s only")
		return
	}
	look := func(now int, want vigie.Severity) {
		t.Helper()
		top, ok, err := p.Peek(t.Context(), "team", at(now))
		if err != nil || top != want || ok != (want > vigie.SeverityNone) {
			t.Fatalf("Peek at %d = %v %v %v, want %v", now, top, ok, err, want)
		}
	}
	look(0, vigie.SeverityNone)
	b.put("a", vigie.SeverityMedium, 0)
	b.put("b", vigie.SeverityImminent, 0)
	look(1, vigie.SeverityImminent)
	m, _ := b.claim(1, 1, 5)
	look(1, vigie.SeverityMedium)
	b.must(b.o.Failed(t.Context(), m.ID, at(2), "retry", at(4)))
	look(3, vigie.SeverityMedium)
	look(4, vigie.SeverityImminent)
}
