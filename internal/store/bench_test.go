package store_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"vigie"
	"vigie/internal/store"
	"vigie/internal/store/storetest"
)

func openBench(b *testing.B, group int) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{Path: filepath.Join(b.TempDir(), "vigie.db"), Group: group})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

const benchText = "espèce d'imbécile, on sait où tu habites et on viendra te voir un de ces soirs"

func benchPage(from, n int) []vigie.Comment {
	page := make([]vigie.Comment, n)
	for i := range page {
		page[i] = storetest.Comment(from+i, benchText)
	}
	return page
}

// BenchmarkAppend stores comments durably: in pages, and one by one from many
// goroutines that share commits or do not.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 40, 1000} {
		b.Run(fmt.Sprintf("page=%d", size), func(b *testing.B) {
			s := openBench(b, 256)
			var n int
			for b.Loop() {
				if _, err := s.Append(b.Context(), "asso", benchPage(n, size), nil, "next"); err != nil {
					b.Fatal(err)
				}
				n += size
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "comments/s")
		})
	}
	for _, group := range []int{256, 1} {
		b.Run(fmt.Sprintf("parallel/group=%d", group), func(b *testing.B) {
			s := openBench(b, group)
			var n atomic.Int64
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.Append(b.Context(), "asso", benchPage(int(n.Add(1)), 1), nil, "next"); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
		})
	}
}

// BenchmarkSettle settles flagged comments from many goroutines: sharing
// commits, and each in a transaction of its own.
func BenchmarkSettle(b *testing.B) {
	for _, group := range []int{256, 1} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			s := openBench(b, group)
			if _, err := s.Append(b.Context(), "asso", benchPage(0, b.N), nil, "next"); err != nil {
				b.Fatal(err)
			}
			var n atomic.Int64
			b.SetParallelism(64)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					c := storetest.Comment(int(n.Add(1)-1), benchText)
					c.Version = 1
					if _, err := s.Settle(b.Context(), &c, storetest.Flag(&c, vigie.SeverityHigh), &vigie.Record{}, []string{"equipe"}); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
		})
	}
}

// BenchmarkCases reads the queue of 100,000 open cases, and searches them.
func BenchmarkCases(b *testing.B) {
	const rows = 100_000
	s := openBench(b, 256)
	fill(b, s, rows)
	who := vigie.Caller{User: "bob", Org: vigie.DefaultOrg, Role: vigie.RoleModerator, Via: "console"}
	after := ""
	for i := range 20 {
		page, err := s.Cases(b.Context(), who, vigie.CaseFilter{Limit: 100, After: after})
		if err != nil || len(page.Cases) != 100 {
			b.Fatalf("page %d: %d cases, %v", i, len(page.Cases), err)
		}
		after = page.Next
	}
	for name, f := range map[string]vigie.CaseFilter{
		"first page": {Limit: 100}, "twentieth page": {Limit: 100, After: after}, "mine, empty": {Limit: 100, Tab: vigie.TabMine},
		"search, rare word": {Limit: 100, Query: "rare77777"}, "search, common word": {Limit: 100, Query: "imbecile"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Cases(b.Context(), who, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("stats", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Stats(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// fill stores and flags comments, and says how long it took.
func fill(b *testing.B, s *store.Store, rows int) {
	b.Helper()
	began := time.Now()
	for from := 0; from < rows; from += 1000 {
		page := benchPage(from, 1000)
		for i := range page {
			page[i].Text += fmt.Sprintf(" rare%d", from+i)
		}
		if _, err := s.Append(b.Context(), "asso", page, nil, "next"); err != nil {
			b.Fatal(err)
		}
		errs := make(chan error, len(page))
		for i := range page {
			go func() {
				c := &page[i]
				c.Version = 1
				_, err := s.Settle(b.Context(), c, storetest.Flag(c, vigie.Severity(1+i%4)), &vigie.Record{}, []string{"equipe"})
				errs <- err
			}()
		}
		for range page {
			if err := <-errs; err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Logf("%d comments stored and settled in %v", rows, time.Since(began))
}
