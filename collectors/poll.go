package collectors

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"vigie"
)

// outcome is what one poll brought.
type outcome struct {
	fresh int  // new comments and new versions
	more  bool // the last page was full
	moved bool // some page brought something new or another cursor
}

// storeError is a failure of our own store, not of the source.
type storeError struct{ err error }

func (e *storeError) Error() string { return "store: " + e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// describe returns the text of an error that is safe to log. That of the store
// and of classified errors is; any other might quote a comment or a URL.
func describe(err error) string {
	var s *storeError
	if errors.As(err, &s) {
		return s.Error()
	}
	var e *Error
	if errors.As(Classified(err), &e) {
		return e.Error()
	}
	return fmt.Sprintf("unclassified %T", err)
}

// turn asks the source who it is if need be, polls it, and looks again at
// stored comments if it is time.
func (w *worker) turn(ctx context.Context) (o outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			// The value of a panic may quote a comment; its type does not.
			w.c.Log.Error("a source panicked", "source", w.job.Name, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = &Error{Class: ClassBug, Err: errors.New("the source panicked"), Hint: "please report this, with the log"}
		}
	}()
	if err := w.introduce(ctx); err != nil {
		return o, err
	}
	if o, err = w.poll(ctx); err != nil {
		return o, err
	}
	w.look(ctx)
	return o, nil
}

// introduce asks the source whose credentials it has.
func (w *worker) introduce(ctx context.Context) error {
	who, ok := w.job.Source.(Identity)
	if !ok || w.known {
		return nil
	}
	var account vigie.Account
	err := w.alone(ctx, func(ctx context.Context) (err error) {
		account, err = who.WhoAmI(ctx)
		return err
	})
	if err != nil {
		return err
	}
	w.known = true
	w.mu.Lock()
	defer w.mu.Unlock()
	w.st.Account = account.ID
	return nil
}

// poll walks the source once and stores each page with its cursor.
func (w *worker) poll(ctx context.Context) (outcome, error) {
	cursor, err := w.c.Store.Cursor(ctx, w.job.Name)
	if err != nil {
		return outcome{}, &storeError{err}
	}
	ctx, v := w.visit(ctx)
	defer v.end()
	if err := v.enter(ctx); err != nil {
		return outcome{}, err
	}
	var o outcome
	for page, err := range w.job.Source.Pages(ctx, cursor) {
		if err != nil {
			return o, v.explain(ctx, err)
		}
		v.leave() // others may talk to the host while we store
		if err := w.keep(ctx, page, cursor, &o); err != nil {
			return o, err
		}
		cursor = page.Next
		if err := v.enter(ctx); err != nil {
			return o, err
		}
	}
	return o, v.explain(ctx, ctx.Err())
}

// keep stores one page.
func (w *worker) keep(ctx context.Context, p Page, before string, o *outcome) error {
	w.complete(p.Comments)
	a, err := w.c.Store.Append(ctx, w.job.Name, p.Comments, p.Bad, p.Next)
	if err != nil {
		return &storeError{err}
	}
	w.c.Metrics.page(w.job.Name, a, len(p.Bad))
	w.appended(a, o)
	o.more = p.More
	o.moved = o.moved || p.Next != before
	return nil
}

func (w *worker) appended(a vigie.Appended, o *outcome) {
	if a.New+a.Edited == 0 {
		return
	}
	o.fresh += a.New + a.Edited
	o.moved = true
	w.c.OnAppended()
}

// complete fills in what the job knows and a source may leave out.
func (w *worker) complete(cs []vigie.Comment) {
	now := w.c.Now()
	account := w.state().Account
	for i := range cs {
		c := &cs[i]
		c.Source, c.Org = w.job.Name, w.job.Org
		if c.Account == "" {
			c.Account = account
		}
		if c.Seen.IsZero() {
			c.Seen = now
		}
	}
}
