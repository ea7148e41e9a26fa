package evidence

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// BenchmarkSeal seals records durably from 64 goroutines: sharing syncs, and
// each with its own.
func BenchmarkSeal(b *testing.B) {
	for _, group := range []int{256, 1} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "evidence"), Options{Group: group})
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					c, v := sample(int(n.Add(1)))
					if _, err := l.Append(b.Context(), c, v); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkJournal is the journal alone: records whose blobs are there.
func BenchmarkJournal(b *testing.B) {
	for _, group := range []int{256, 16, 1} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "evidence"), Options{Group: group})
			c, v := sample(0)
			var blobs job
			if err := l.prepare(&blobs, c, v); err != nil {
				b.Fatal(err)
			}
			var n atomic.Int64
			b.SetParallelism(256)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					j := &job{leaf: blobs.leaf, ready: true, done: make(chan struct{})}
					j.leaf.Version = int(n.Add(1))
					j.id = identify(j.leaf.Comment, j.leaf.Version)
					if err := l.submit(b.Context(), j); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkVerify reads a log of 1,000 records.
func BenchmarkVerify(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "evidence")
	l := open(b, dir, Options{disk: quick{osDisk{filepath.Join(dir, dirTmp)}}})
	for n := range 1000 {
		seal(b, l, n)
	}
	b.ResetTimer()
	for b.Loop() {
		if r := verify(b, dir); r.ExitCode() != CodeGood {
			b.Fatal(r)
		}
	}
}
