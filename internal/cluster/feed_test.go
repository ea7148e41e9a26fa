package cluster

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
)

func publish(t *testing.T, c *Cluster, org vigie.OrgID, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		e := vigie.Event{Kind: "case.opened", Case: vigie.CaseID(caseID(i)), Severity: vigie.SeverityHigh, At: time.UnixMilli(int64(i)).UTC()}
		if err := c.Publish(t.Context(), org, e); err != nil {
			t.Fatal(err)
		}
	}
}

func subscribe(t *testing.T, ctx context.Context, c *Cluster, org vigie.OrgID, after string) <-chan vigie.Event {
	t.Helper()
	events, err := c.Subscribe(ctx, org, after)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// receive reads n events.
func receive(t *testing.T, events <-chan vigie.Event, n int) []vigie.Event {
	t.Helper()
	var got []vigie.Event
	late := time.After(10 * time.Second)
	for len(got) < n {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the feed ended after %d of %d events", len(got), n)
			}
			got = append(got, e)
		case <-late:
			t.Fatalf("only %d of %d events came", len(got), n)
		}
	}
	return got
}

func wantCases(t *testing.T, got []vigie.Event, from int) {
	t.Helper()
	for i, e := range got {
		want := vigie.Event{ID: e.ID, Kind: "case.opened", Case: vigie.CaseID(caseID(from + i)), Severity: vigie.SeverityHigh, At: time.UnixMilli(int64(from + i)).UTC()}
		if diff := cmp.Diff(want, e); diff != "" {
			t.Fatalf("event %d (-want +got):\n%s", i, diff)
		}
		if i > 0 && !parseID(got[i-1].ID).less(parseID(e.ID)) {
			t.Fatalf("id %s follows %s", e.ID, got[i-1].ID)
		}
	}
}

func TestEventsReachAllReplicas(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		all := open(t, 2, Config{})
		publish(t, all[0], "org", 0, 1) // before anybody listens
		a, b := subscribe(t, short(t), all[0], "org", ""), subscribe(t, short(t), all[1], "org", "")
		other := subscribe(t, short(t), all[1], "other", "")
		publish(t, all[0], "org", 1, 30)
		publish(t, all[1], "other", 7, 8)
		wantCases(t, receive(t, a, 29), 1)
		wantCases(t, receive(t, b, 29), 1)
		wantCases(t, receive(t, other, 1), 7)
	})
}

func TestAReaderResumes(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		all := open(t, 2, Config{})
		publish(t, all[0], "org", 0, 10)
		ctx, cancel := context.WithCancel(t.Context())
		first := subscribe(t, ctx, all[0], "org", "")
		publish(t, all[0], "org", 10, 13)
		got := receive(t, first, 2)
		cancel()
		for range first { // ends
		}
		wantCases(t, receive(t, subscribe(t, short(t), all[1], "org", got[0].ID), 2), 11)
	})
}

func TestAReaderLearnsWhatItMissed(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		c := open(t, 1, Config{Events: 20})[0]
		slow := subscribe(t, short(t), c, "org", "")
		publish(t, c, "org", 0, 1)
		first := receive(t, slow, 1)[0]
		publish(t, c, "org", 1, 200) // nobody reads; nobody waits
		wantTail := func(events <-chan vigie.Event) {
			t.Helper()
			missed := false
			for {
				e := receive(t, events, 1)[0]
				missed = missed || e.Kind == vigie.EventMissed
				if e.Case == vigie.CaseID(caseID(199)) {
					break
				}
			}
			if !missed {
				t.Error("events were lost and the reader not told")
			}
		}
		wantTail(slow)
		wantTail(subscribe(t, short(t), c, "org", first.ID))
	})
}

func TestForeignIDsDoNoHarm(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		c := open(t, 1, Config{})[0]
		for _, id := range []string{"99999999999999-0", "18446744073709551615-18446744073709551615", "junk", "-", "1"} {
			events := subscribe(t, short(t), c, "org", id)
			publish(t, c, "org", 0, 1)
			for e := range events {
				if e.Kind == "case.opened" {
					break
				}
			}
		}
	})
}

func TestCloseEndsSubscriptions(t *testing.T) {
	both(t, func(t *testing.T, open replicas) {
		c := open(t, 1, Config{})[0]
		events := subscribe(t, short(t), c, "org", "")
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		for range events { // ends
		}
		if _, err := c.Subscribe(t.Context(), "org", ""); err == nil {
			t.Error("a closed cluster took a subscription")
		}
	})
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"", "-", "1-2", "1", "a-b", "99999999999999999999-0", "1-2-3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id := parseID(s)
		if again := parseID(id.String()); again != id {
			t.Errorf("parseID(%q) = %v, and again %v", s, id, again)
		}
	})
}
