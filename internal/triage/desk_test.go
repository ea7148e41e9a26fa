package triage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vigie"
	"vigie/internal/triage"
)

// world fakes all that a desk works with, and writes down what happened.
type world struct {
	mu        sync.Mutex
	waiting   []vigie.Comment
	ready     map[vigie.CommentID]time.Time
	settled   map[vigie.CommentID]vigie.Verdict
	sealed    map[vigie.CommentID]vigie.Record
	postponed map[vigie.CommentID]string
	events    []string // in order
	sealErr   error
	settleErr error
	claimErr  error
	tellErr   error
	claims    int
	crash     bool // die between seal and settle
	log       bytes.Buffer
}

func newWorld(comments ...vigie.Comment) *world {
	return &world{waiting: comments, ready: map[vigie.CommentID]time.Time{}, settled: map[vigie.CommentID]vigie.Verdict{},
		sealed: map[vigie.CommentID]vigie.Record{}, postponed: map[vigie.CommentID]string{}}
}

func (w *world) did(format string, a ...any) { w.events = append(w.events, fmt.Sprintf(format, a...)) }

// Judge flags texts that contain "bad" and panics on "boom".
func (w *world) Judge(c *vigie.Comment) vigie.Verdict {
	v := vigie.Verdict{Comment: c.ID, Version: c.Version, Lang: "fr", Took: time.Millisecond}
	switch {
	case strings.Contains(c.Text, "boom"):
		panic(errors.New("cannot read " + c.Text))
	case strings.Contains(c.Text, "bad"):
		v.Severity, v.Score = vigie.SeverityHigh, 0.9
		v.Labels = []vigie.LabelScore{{Label: vigie.LabelHate, Target: "race.arab", Score: 0.9}}
		v.Hits = []vigie.Hit{{Rule: "fr.hate", Label: vigie.LabelHate, Start: 0, End: 3}}
	}
	return v
}

func (w *world) Unjudged(_ context.Context, limit int, lapses time.Time) ([]vigie.Comment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claims++
	if w.claimErr != nil {
		return nil, w.claimErr
	}
	var out []vigie.Comment
	for _, c := range w.waiting {
		if _, done := w.settled[c.ID]; !done && len(out) < limit && !time.Now().Before(w.ready[c.ID]) {
			w.ready[c.ID] = lapses
			out = append(out, c)
		}
	}
	return out, nil
}

func (w *world) Append(_ context.Context, c *vigie.Comment, v vigie.Verdict) (vigie.Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sealErr != nil {
		return vigie.Record{}, w.sealErr
	}
	rec, ok := w.sealed[c.ID]
	if !ok {
		rec = vigie.Record{Seq: uint64(len(w.sealed)), Comment: c.ID, Version: c.Version}
		w.sealed[c.ID] = rec
		w.did("seal %s", c.ID)
	}
	return rec, nil
}

func (w *world) Settle(_ context.Context, c *vigie.Comment, v vigie.Verdict, sealed *vigie.Record, ring []string) (vigie.Settled, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.settleErr != nil {
		return vigie.Settled{}, w.settleErr
	}
	if w.crash {
		w.crash = false
		return vigie.Settled{}, errors.New("killed")
	}
	if _, ok := w.settled[c.ID]; ok {
		return vigie.Settled{Case: "case1", Already: true}, nil
	}
	w.settled[c.ID] = v
	w.did("settle %s sealed=%v ring=%v", c.ID, sealed != nil, ring)
	if sealed == nil {
		return vigie.Settled{}, nil
	}
	return vigie.Settled{Case: "case1", Opened: true, Alerts: len(ring)}, nil
}

func (w *world) Postpone(_ context.Context, c *vigie.Comment, class string, until time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.postponed[c.ID], w.ready[c.ID] = class, until
	return nil
}

func (w *world) Route(_ vigie.OrgID, s vigie.Severity) []string { return []string{"team", s.String()} }

func (w *world) Add(_ context.Context, account, author string, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did("count %s", account)
	return w.tellErr
}

func (w *world) Publish(_ context.Context, org vigie.OrgID, e vigie.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did("publish %s %s %s", e.Kind, e.Case, e.Severity)
	return w.tellErr
}

func (w *world) desk(m *triage.Metrics) *triage.Desk {
	return triage.NewDesk(triage.DeskConfig{
		Judge: w, Store: w, Recorder: w, Router: w, Counters: w, Feed: w, Metrics: m,
		Log: slog.New(slog.NewJSONHandler(&w.log, nil)), OnSettled: w.woken,
	})
}

func (w *world) woken() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did("wake ring")
}

func comment(id, text string) vigie.Comment {
	return vigie.Comment{Org: "default", ID: vigie.CommentID(id), Version: 1, Source: "asso", Account: "m:h/@asso", Text: text,
		Author: vigie.Author{ID: "MARKER-author-id", Handle: "MARKER-handle", Name: "MARKER-name"}, Raw: []byte("MARKER-raw")}
}

func TestReviewFlagged(t *testing.T) {
	w := newWorld()
	c := comment("m:h/1", "bad")
	v, err := w.desk(nil).Review(t.Context(), &c)
	if err != nil || !v.Flagged() {
		t.Fatalf("verdict %+v, error %v", v, err)
	}
	want := []string{"seal m:h/1", "settle m:h/1 sealed=true ring=[team high]", "count m:h/@asso", "wake ring", "publish case.opened case1 high"}
	if diff := cmp.Diff(want, w.events); diff != "" {
		t.Error(diff)
	}
}

func TestReviewOrdinary(t *testing.T) {
	w := newWorld()
	c := comment("m:h/1", "bonjour")
	if _, err := w.desk(nil).Review(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"settle m:h/1 sealed=false ring=[]", "count m:h/@asso"}, w.events); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsSettledUnsealed(t *testing.T) {
	w := newWorld()
	w.sealErr = errors.New("disk full")
	c := comment("m:h/1", "bad")
	if _, err := w.desk(nil).Review(t.Context(), &c); !errors.Is(err, w.sealErr) {
		t.Errorf("error %v, want %v", err, w.sealErr)
	}
	if len(w.events) > 0 {
		t.Errorf("yet it did %v", w.events)
	}
}

// TestCrashBetweenSealAndSettle kills a review after the seal and repeats it.
func TestCrashBetweenSealAndSettle(t *testing.T) {
	w := newWorld()
	w.crash = true
	c := comment("m:h/1", "bad")
	d := w.desk(nil)
	if _, err := d.Review(t.Context(), &c); err == nil {
		t.Fatal("the crash went unnoticed")
	}
	for range 2 {
		if _, err := d.Review(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(strings.Join(w.events, "\n"), "seal m:h/1\n"); n != 1 {
		t.Errorf("sealed %d times: %v", n, w.events)
	}
	if n := strings.Count(strings.Join(w.events, "\n"), "publish"); n != 1 {
		t.Errorf("published %d times: %v", n, w.events)
	}
}

func TestLossOfCountersAndFeedLosesNothing(t *testing.T) {
	w := newWorld()
	w.tellErr = errors.New("redis is gone")
	c := comment("m:h/1", "bad")
	if _, err := w.desk(nil).Review(t.Context(), &c); err != nil {
		t.Error(err)
	}
}

// TestCanonicalLine reads the one line of a judged comment, and looks for
// what must not be in it.
func TestCanonicalLine(t *testing.T) {
	w := newWorld()
	for i, s := range []string{"bad MARKER-text", "MARKER-text", "boom MARKER-text"} {
		w.waiting = append(w.waiting, comment(fmt.Sprintf("m:h/%d", i), s))
	}
	ctx, cancel := context.WithCancel(t.Context())
	synctest.Test(t, func(t *testing.T) {
		go w.desk(nil).Run(ctx)
		synctest.Wait()
		cancel()
		synctest.Wait()
	})
	if strings.Contains(w.log.String(), "MARKER") {
		t.Errorf("the log tells too much:\n%s", w.log.String())
	}
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "m:h/0") })
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "time")
	want := map[string]any{"level": "INFO", "msg": "judged", "comment": "m:h/0", "version": 1., "source": "asso", "lang": "fr", "severity": "high",
		"labels": []any{"hate/race.arab"}, "rules": []any{"fr.hate"}, "score": 0.9, "took": 1e6, "sealed": 0., "case": "case1", "alerts": 2.}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		for i := range 200 {
			w.waiting = append(w.waiting, comment(fmt.Sprintf("m:h/%d", i), "bonjour"))
		}
		w.waiting[7].Text, w.waiting[70].Text = "boom", "bad"
		d := w.desk(nil)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go d.Run(ctx)
		synctest.Wait()
		if len(w.settled) != 199 || w.postponed["m:h/7"] != "panic" || len(w.sealed) != 1 {
			t.Fatalf("%d settled, %d sealed, postponed %v", len(w.settled), len(w.sealed), w.postponed)
		}

		w.add(comment("m:h/new", "bonjour"))
		d.Wake()
		synctest.Wait()
		if !w.has("m:h/new") {
			t.Error("woken, it did not look")
		}

		w.add(comment("m:h/late", "bonjour"))
		time.Sleep(1100 * time.Millisecond) // of the bubble's clock
		synctest.Wait()
		if !w.has("m:h/late") {
			t.Error("not found by polling")
		}

		w.fix(7)
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		if !w.has("m:h/7") {
			t.Error("the postponed comment was not tried again")
		}
	})
}

func (w *world) add(c vigie.Comment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, c)
}

func (w *world) fix(i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting[i].Text = "bonjour"
}

func (w *world) has(id vigie.CommentID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.settled[id]
	return ok
}

// TestTroubleIsTriedAgain breaks log, store and claim in turn.
func TestTroubleIsTriedAgain(t *testing.T) {
	for name, breakIt := range map[string]func(*world, error){
		"seal":   func(w *world, err error) { w.sealErr = err },
		"settle": func(w *world, err error) { w.settleErr = err },
		"claim":  func(w *world, err error) { w.claimErr = err },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(comment("m:h/1", "bad"))
				breakIt(w, errors.New("broken"))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go w.desk(nil).Run(ctx)
				synctest.Wait()
				if w.has("m:h/1") {
					t.Error("settled in spite of it")
				}
				if before := w.claims; before > 2 {
					t.Errorf("asked the store %d times at once", before)
				}
				w.mu.Lock()
				breakIt(w, nil)
				w.mu.Unlock()
				time.Sleep(20 * time.Second)
				synctest.Wait()
				if !w.has("m:h/1") {
					t.Error("not tried again")
				}
			})
		})
	}
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	w := newWorld()
	d := w.desk(triage.NewMetrics(reg, []string{"asso"}))
	for i, s := range []string{"bad", "bonjour", "bonjour"} {
		c := comment(fmt.Sprintf("m:h/%d", i), s)
		if _, err := d.Review(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
	}
	want := `
# HELP vigie_comments_classified_total Comments judged, by severity of the verdict.
# TYPE vigie_comments_classified_total counter
vigie_comments_classified_total{source="asso",verdict="high"} 1
vigie_comments_classified_total{source="asso",verdict="imminent"} 0
vigie_comments_classified_total{source="asso",verdict="low"} 0
vigie_comments_classified_total{source="asso",verdict="medium"} 0
vigie_comments_classified_total{source="asso",verdict="none"} 2
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "vigie_comments_classified_total"); err != nil {
		t.Error(err)
	}
	n, err := testutil.GatherAndCount(reg, "vigie_comments_flagged_total")
	if err != nil || n != len(vigie.Labels())*4 {
		t.Errorf("%d series of flagged comments, want %d (%v)", n, len(vigie.Labels())*4, err)
	}
}
