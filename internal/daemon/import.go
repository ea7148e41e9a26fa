package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"vigie"
	"vigie/collectors/file"
	"vigie/collectors/x"
)

// ImportFormatX is the format of X's own exports; the others are those of package file.
const ImportFormatX = "x"

// importedBy is the name of the source of imported comments.
const importedBy = "import"

// importPage is how many comments go into one transaction.
const importPage = 500

// Imported sums up the import of one file.
type Imported struct {
	vigie.Appended
	Rejected int
	Flagged  int64 // cases that the database holds more than before
}

// Import takes the comments of a file in, judges and seals them. format is
// "jsonl", "csv" or "x"; empty, it follows from the file's name. Each rejected
// line is told with its number (0 where lines mean nothing) and a reason that
// quotes nothing.
func (a *App) Import(ctx context.Context, path, format string, rejected func(line int, reason string)) (Imported, error) {
	before, err := a.Summary(ctx)
	if err != nil {
		return Imported{}, err
	}
	in := &importer{app: a, rejected: rejected}
	if err := in.file(ctx, path, format); err != nil {
		return in.sum, err
	}
	if err := a.judgeAll(ctx); err != nil {
		return in.sum, err
	}
	after, err := a.Summary(ctx)
	in.sum.Flagged = after.Cases - before.Cases
	return in.sum, err
}

// importer gathers comments into transactions.
type importer struct {
	app      *App
	rejected func(line int, reason string)
	waiting  []vigie.Comment
	bad      []vigie.Undecodable
	sum      Imported
}

func (in *importer) file(ctx context.Context, path, format string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("import: %s cannot be opened: %s", path, reason(err))
	}
	defer f.Close()
	if format == ImportFormatX {
		err = in.archive(ctx, f)
	} else {
		err = in.lines(ctx, f, path, file.Format(format))
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", path, err)
	}
	return in.flush(ctx)
}

func (in *importer) lines(ctx context.Context, r io.Reader, path string, format file.Format) error {
	if format == "" {
		var err error
		if format, err = file.FormatOf(path); err != nil {
			return err
		}
	}
	for c, err := range file.Read(r, format, file.Options{Org: in.app.cfg.Organisation.ID, Source: importedBy}) {
		var reject *file.Reject
		switch {
		case errors.As(err, &reject):
			in.reject(reject.Line, reject.Reason, reject.Raw)
		case err != nil:
			return err
		default:
			if err := in.take(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *importer) archive(ctx context.Context, r io.Reader) error {
	for page, err := range x.ReadArchive(r) {
		if err != nil {
			return err
		}
		for _, b := range page.Bad {
			in.reject(0, b.Reason, b.Raw)
		}
		for _, c := range page.Comments {
			c.Org, c.Source = in.app.cfg.Organisation.ID, importedBy
			if err := in.take(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *importer) reject(line int, reason string, raw []byte) {
	in.sum.Rejected++
	in.rejected(line, reason)
	in.bad = append(in.bad, vigie.Undecodable{Raw: raw, Reason: reason})
}

func (in *importer) take(ctx context.Context, c vigie.Comment) error {
	c.Seen = in.app.o.Now()
	in.waiting = append(in.waiting, c)
	if len(in.waiting) < importPage {
		return nil
	}
	return in.flush(ctx)
}

func (in *importer) flush(ctx context.Context) error {
	if len(in.waiting)+len(in.bad) == 0 {
		return nil
	}
	done, err := in.app.store.Append(ctx, importedBy, in.waiting, in.bad, "")
	in.waiting, in.bad = nil, nil
	in.sum.New += done.New
	in.sum.Edited += done.Edited
	in.sum.Known += done.Known
	return err
}

// judgeAll runs the desk until nothing waits to be judged.
func (a *App) judgeAll(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.gen.desk.Run(running) }()
	err := a.Idle(ctx)
	cancel()
	return errors.Join(err, <-done)
}

// stuckAfter is how long Idle waits without any progress.
const stuckAfter = 30 * time.Second

// Idle returns when everything collected is judged and every alert has left,
// or with an error when that makes no progress any more.
func (a *App) Idle(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	left, since := int64(-1), a.o.Now()
	for {
		s, err := a.store.Stats(ctx)
		if err != nil {
			return err
		}
		now := s.Unjudged
		for _, n := range s.Outbox {
			now += n
		}
		switch {
		case now == 0:
			return nil
		case now != left:
			left, since = now, a.o.Now()
		case a.o.Now().Sub(since) > stuckAfter:
			return fmt.Errorf("%d comments could not be judged and %d alerts not delivered; the log says why", s.Unjudged, now-s.Unjudged)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Summary counts what an installation holds.
type Summary struct {
	Comments int64
	Cases    int64
	Records  uint64
}

// Summary counts comments, cases and evidence records.
func (a *App) Summary(ctx context.Context) (Summary, error) {
	s, err := a.store.Stats(ctx)
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Comments: s.Comments, Records: a.sealed.Len()}
	for _, n := range s.CasesOpened {
		sum.Cases += n
	}
	return sum, nil
}

// Events yields what changes, for the terminal of `vigie watch`.
func (a *App) Events(ctx context.Context) (<-chan vigie.Event, error) {
	return a.shared.Subscribe(ctx, a.cfg.Organisation.ID, "")
}
