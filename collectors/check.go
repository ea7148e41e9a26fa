package collectors

import (
	"context"

	"vigie"
)

// checkBatch is how many stored comments are looked at again in one go.
const checkBatch = 20

// look looks again at stored comments, if the source can and it is time. Its
// failure only puts off the next look: it must not keep new comments waiting,
// and refused credentials show in the next poll anyway.
func (w *worker) look(ctx context.Context) {
	c, ok := w.job.Source.(Checker)
	now := w.c.Now()
	if !ok || now.Before(w.nextCheck) {
		return
	}
	more, err := w.check(ctx, c)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		d := max(w.c.CheckEvery, w.checks.after(err, now))
		w.nextCheck = now.Add(d)
		w.report("stored comments were not looked at again", err, d)
		return
	}
	w.checks.failures = 0
	if !more {
		w.nextCheck = now.Add(spread(w.c.CheckEvery))
	}
}

// check looks at one batch; more says that it was full.
func (w *worker) check(ctx context.Context, c Checker) (more bool, err error) {
	ids, err := w.c.Store.DueForCheck(ctx, w.job.Name, w.c.Now(), checkBatch)
	if err != nil {
		return false, &storeError{err}
	}
	if len(ids) == 0 {
		return false, nil
	}
	var looked vigie.Looked
	err = w.alone(ctx, func(ctx context.Context) (err error) {
		looked, err = c.Check(ctx, ids)
		return err
	})
	if err != nil {
		return false, err
	}
	w.complete(looked.Comments)
	a, err := w.c.Store.Looked(ctx, w.job.Name, w.c.Now(), looked)
	if err != nil {
		return false, &storeError{err}
	}
	w.appended(a, &outcome{})
	return len(ids) == checkBatch, nil
}
