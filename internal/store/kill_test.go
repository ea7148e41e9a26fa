package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie"
	"vigie/internal/store"
	"vigie/internal/store/storetest"
)

// The variables that turn the test program into a process to be killed.
const (
	envPath = "VIGIE_TEST_DATABASE"
	envFrom = "VIGIE_TEST_FROM"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(envPath); path != "" {
		if err := workForever(path); err != nil {
			fmt.Println("error", err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// workForever collects in one goroutine and judges in another, and prints what
// was acknowledged.
func workForever(path string) error {
	s, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(os.Getenv(envFrom))
	errs := make(chan error, 2)
	go func() { errs <- collectForever(s, from) }()
	go func() { errs <- judgeForever(s) }()
	return <-errs
}

func collectForever(s *store.Store, from int) error {
	for n := from; ; n += 3 {
		page := []vigie.Comment{storetest.Comment(n, "a"), storetest.Comment(n+1, "b"), storetest.Comment(n+2, "c")}
		if _, err := s.Append(context.Background(), "asso", page, nil, strconv.Itoa(n)); err != nil {
			return err
		}
		fmt.Println("stored", n)
	}
}

func judgeForever(s *store.Store) error {
	for {
		got, err := s.Unjudged(context.Background(), 4, time.Now()) // the claim lapses at once
		if err != nil {
			return err
		}
		for i := range got {
			c := &got[i]
			_, err := s.Settle(context.Background(), c, storetest.Flag(c, vigie.SeverityHigh), &vigie.Record{}, []string{"equipe", "mail"})
			if err != nil {
				return err
			}
			fmt.Println("settled", c.ID.Remote())
		}
	}
}

// Killed at any instant, the database opens again; what was acknowledged is
// there, once, and each judged comment has its case and its alerts.
func TestKill(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 6
	}
	path := filepath.Join(t.TempDir(), "vigie.db")
	var storedPages, settled []int
	for round := range rounds {
		a, b := killed(t, path, round*100000)
		storedPages, settled = append(storedPages, a...), append(settled, b...)
	}
	if len(storedPages) == 0 || len(settled) == 0 {
		t.Fatalf("%d pages stored, %d settled: the test shows nothing", len(storedPages), len(settled))
	}
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	last := storedPages[len(storedPages)-1]
	if cursor, err := s.Cursor(t.Context(), "asso"); err != nil || (cursor != strconv.Itoa(last) && cursor != strconv.Itoa(last+3)) {
		t.Errorf("cursor %s, %v; the last page acknowledged is %d", cursor, err, last)
	}
	checkStored(t, s, storedPages)
	checkSettled(t, s, settled)
	t.Logf("%d rounds, %d pages and %d verdicts acknowledged", rounds, len(storedPages), len(settled))
}

func checkStored(t *testing.T, s *store.Store, pages []int) {
	t.Helper()
	for _, n := range pages {
		page := []vigie.Comment{storetest.Comment(n, "a"), storetest.Comment(n+1, "b"), storetest.Comment(n+2, "c")}
		done, err := s.Append(t.Context(), "asso", page, nil, "end")
		if err != nil || done != (vigie.Appended{Known: 3}) {
			t.Fatalf("page %d again: %+v, %v", n, done, err)
		}
	}
}

func checkSettled(t *testing.T, s *store.Store, settled []int) {
	t.Helper()
	for _, n := range settled {
		c := storetest.Comment(n-1000, "")
		c.Version = 1
		done, err := s.Settle(t.Context(), &c, storetest.Flag(&c, vigie.SeverityHigh), &vigie.Record{}, nil)
		if err != nil || !done.Already || done.Case == "" {
			t.Fatalf("settled again: %+v, %v", done, err)
		}
	}
	st, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cases := st.CasesOpened[vigie.SeverityHigh]
	if st.Comments != cases+st.Unjudged || st.CasesOpen[vigie.SeverityHigh] != cases || int(cases) < len(settled) ||
		st.Outbox["equipe"] != cases || st.Outbox["mail"] != cases {
		t.Errorf("%d comments, %d unjudged, %d cases, alerts %v", st.Comments, st.Unjudged, cases, st.Outbox)
	}
}

// killed runs a process, kills it after a while and returns what it did.
func killed(t *testing.T, path string, from int) (pages, settled []int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envPath+"="+path, envFrom+"="+strconv.Itoa(from))
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() }
	if from%500000 == 0 { // sometimes while it opens the database
		time.AfterFunc(time.Duration(rand.IntN(100))*time.Millisecond, kill)
	}
	var once sync.Once
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		once.Do(func() { time.AfterFunc(time.Duration(rand.IntN(200))*time.Millisecond, kill) })
		word, number, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		switch {
		case word == "stored" && err == nil:
			pages = append(pages, n)
		case word == "settled" && err == nil:
			settled = append(settled, n)
		case word == "error":
			t.Error(lines.Text())
		}
	}
	_ = cmd.Wait() // it was killed
	return pages, settled
}
