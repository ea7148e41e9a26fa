package daemon_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"vigie/internal/daemon"
)

// BenchmarkWholeWay takes comments from a file to settled verdicts through the
// real parts: parse, store durably, judge, seal what is flagged, settle. One in
// twenty is flagged. An operation is one comment.
func BenchmarkWholeWay(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "comments.jsonl")
	if err := writeComments(path, b.N); err != nil {
		b.Fatal(err)
	}
	c, err := daemon.Parse(filepath.Join(dir, "vigie.yaml"), []byte("data: data"))
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	app, err := daemon.New(ctx, c, daemon.Options{Silent: true, NoRing: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := app.Stop(ctx); err != nil {
			b.Error(err)
		}
	}()
	b.ReportAllocs()
	b.ResetTimer()
	sum, err := app.Import(ctx, path, "", func(line int, reason string) { b.Errorf("line %d: %s", line, reason) })
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	if want := int64((b.N + 19) / 20); sum.New != b.N || sum.Flagged != want {
		b.Errorf("%d new and %d flagged, want %d and %d", sum.New, sum.Flagged, b.N, want)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
}

func writeComments(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i := range n {
		text := "merci pour votre accueil de samedi, les enfants ont adoré l'atelier et nous aussi"
		if i%20 == 0 {
			text = "vous êtes tous des connards et votre association est une honte pour la ville"
		}
		fmt.Fprintf(w, `{"id":"%d","text":"%s, numéro %d","created_at":"2026-11-01T10:00:00Z","author":"a%d"}`+"\n", i, text, i, i%997)
	}
	return w.Flush()
}
