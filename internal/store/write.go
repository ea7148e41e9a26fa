package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// errClosed means that the store was closed before the write began.
var errClosed = errors.New("the database is closed")

// writer is the one goroutine that writes. It takes what waits, up to group
// writes, into one transaction: each in its own savepoint, so that one that
// fails takes none of the others with it, and answers all after the commit.
type writer struct {
	path  string
	db    *sql.DB
	tx    *tx
	group int
	jobs  chan *job
	quit  chan struct{} // closed by close: no new jobs
	gone  chan struct{} // closed when the goroutine has ended
}

type job struct {
	ctx  context.Context
	do   func(*tx) error
	err  error
	done chan struct{}
}

func startWriter(ctx context.Context, db *sql.DB, path string, group int) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		path: path, db: db, group: group,
		tx:   &tx{conn: conn, stmts: make(map[string]*sql.Stmt)},
		jobs: make(chan *job, group), quit: make(chan struct{}), gone: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

// update runs do in a transaction and returns after it is on the disk. do must
// not keep its argument; it may be given up before it began if ctx ends.
func (s *Store) update(ctx context.Context, do func(*tx) error) error {
	j := &job{ctx: ctx, do: do, done: make(chan struct{})}
	select {
	case <-s.write.quit:
		return errClosed
	default:
	}
	select {
	case s.write.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.write.quit:
		return errClosed
	}
	select {
	case <-j.done:
		return j.err
	case <-s.write.gone: // closed in between
	}
	select {
	case <-j.done:
		return j.err
	default:
		return errClosed
	}
}

func (w *writer) loop() {
	defer close(w.gone)
	for {
		select {
		case j := <-w.jobs:
			w.run(w.gather(j))
		case <-w.quit:
			for {
				select {
				case j := <-w.jobs:
					w.run(w.gather(j))
				default:
					return
				}
			}
		}
	}
}

// gather takes what waits already; it never waits for more.
func (w *writer) gather(first *job) []*job {
	batch := []*job{first}
	for len(batch) < w.group {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// run commits a batch and answers it.
func (w *writer) run(batch []*job) {
	err := w.commit(batch)
	for _, j := range batch {
		if err != nil && j.err == nil {
			j.err = err
		}
		if j.err != nil {
			j.err = remedy(w.path, j.err)
		}
		close(j.done)
	}
}

func (w *writer) commit(batch []*job) error {
	if err := w.tx.plain("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for _, j := range batch {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if err := w.savepoint(j); err != nil {
			return errors.Join(err, w.tx.rollback())
		}
	}
	if err := w.tx.runLater(); err != nil {
		return errors.Join(err, w.tx.rollback())
	}
	if err := w.tx.plain("COMMIT"); err != nil {
		return errors.Join(fmt.Errorf("commit: %w", err), w.tx.rollback())
	}
	return nil
}

// savepoint runs one job; its own failure is in j.err. The error returned is
// one that ends the whole transaction: a full disk, for example.
func (w *writer) savepoint(j *job) error {
	if err := w.tx.plain("SAVEPOINT one"); err != nil {
		return err
	}
	mark := len(w.tx.later)
	if j.err = j.do(w.tx); j.err != nil {
		w.tx.later = w.tx.later[:mark]
		if err := w.tx.plain("ROLLBACK TO one"); err != nil {
			return errors.Join(j.err, err)
		}
	}
	return w.tx.plain("RELEASE one")
}

func (w *writer) close() error {
	select {
	case <-w.quit:
		return nil // already closed
	default:
	}
	close(w.quit)
	<-w.gone
	return errors.Join(w.tx.close(), w.db.Close())
}

// tx is the writer's transaction as the closures see it. Statements are
// prepared once. It does not know contexts: a statement that is interrupted
// would roll back the writes of everybody in the batch.
type tx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	later []func(*tx) error
}

// atEnd runs do after the last savepoint of the batch, in the same
// transaction. Writes to the search index belong there: it writes a segment at
// each savepoint that finds it changed.
func (t *tx) atEnd(do func(*tx) error) { t.later = append(t.later, do) }

func (t *tx) runLater() error {
	later := t.later
	t.later = nil
	for _, do := range later {
		if err := do(t); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	t.stmts[query] = s
	return s, nil
}

// plain runs a statement without arguments.
func (t *tx) plain(query string) error {
	_, err := t.exec(query)
	return err
}

// exec runs a statement.
func (t *tx) exec(query string, args ...any) (sql.Result, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args...)
}

// insert adds a row and returns its rowid.
func (t *tx) insert(query string, args ...any) (int64, error) {
	res, err := t.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// change runs a statement and says whether it changed a row.
func (t *tx) change(query string, args ...any) (bool, error) {
	res, err := t.exec(query, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// one reads one row into dest; ok is false if there is none.
func (t *tx) one(query string, args []any, dest ...any) (ok bool, err error) {
	s, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	return found(s.QueryRowContext(context.Background(), args...).Scan(dest...))
}

// all reads every row with scan.
func (t *tx) all(query string, args []any, scan func(scanner) error) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	return each(rows, err, scan)
}

func (t *tx) rollback() error {
	// A transaction that SQLite has rolled back by itself cannot be rolled back.
	t.later = nil
	_, _ = t.conn.ExecContext(context.Background(), "ROLLBACK")
	return nil
}

func (t *tx) close() error {
	var errs []error
	for _, s := range t.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, t.conn.Close())...)
}
