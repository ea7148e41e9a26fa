package evidence

import (
	"bufio"
	"bytes"
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
)

// The variables that turn the test program into a process to be killed.
const (
	envDir  = "VIGIE_TEST_EVIDENCE"
	envFrom = "VIGIE_TEST_FROM"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envDir); dir != "" {
		sealForever(dir)
	}
	os.Exit(m.Run())
}

// sealForever seals from four goroutines and prints what was acknowledged.
func sealForever(dir string) {
	l, err := Open(dir, Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	from, _ := strconv.Atoi(os.Getenv(envFrom))
	var out sync.Mutex
	for w := range 4 {
		go func() {
			for n := from + w; ; n += 4 {
				c, v := sample(n)
				if _, err := l.Append(context.Background(), c, v); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				out.Lock()
				fmt.Println("sealed", n)
				out.Unlock()
			}
		}()
	}
	select {}
}

// Killed at any instant, the log opens again and verifies, and nothing that
// was acknowledged is lost or there twice.
func TestKill(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 8
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	acknowledged := make(map[string]bool)
	for round := range rounds {
		for _, n := range killed(t, dir, round*100000) {
			c, _ := sample(n)
			acknowledged[string(c.ID)] = true
		}
		if r := verify(t, dir); r.ExitCode() == CodeTampered {
			t.Fatalf("round %d, right after the kill: %v", round, r)
		}
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was ever sealed: the test shows nothing")
	}
	open(t, dir, Options{})
	if r := verify(t, dir); r.ExitCode() != CodeGood || len(r.Notes) > 0 {
		t.Fatalf("opened again: %v", r)
	}
	count := make(map[string]int)
	for _, r := range list(t, dir) {
		count[string(r.Comment)]++
	}
	for id := range acknowledged {
		if count[id] != 1 {
			t.Errorf("%s is in the log %d times", id, count[id])
		}
	}
	t.Logf("%d rounds, %d acknowledged, %d in the log", rounds, len(acknowledged), len(count))
}

// killed runs a process, kills it after a while and returns what it sealed.
func killed(t *testing.T, dir string, from int) (done []int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envDir+"="+dir, envFrom+"="+strconv.Itoa(from))
	var out bytes.Buffer
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() }
	if from%500000 == 0 { // sometimes while it opens the log
		time.AfterFunc(time.Duration(rand.IntN(50))*time.Millisecond, kill)
	}
	var once sync.Once
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		once.Do(func() { time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, kill) })
		text := lines.Text()
		number, ok := strings.CutPrefix(text, "sealed ")
		n, err := strconv.Atoi(number)
		if ok && err == nil {
			done = append(done, n)
		} else if strings.HasPrefix(text, "error") {
			fmt.Fprintln(&out, text)
		}
	}
	_ = cmd.Wait() // it was killed
	if out.Len() > 0 {
		t.Fatal(out.String())
	}
	return done
}
