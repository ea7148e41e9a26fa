package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"
)

// scanner is one row.
type scanner interface{ Scan(dest ...any) error }

// querier reads: the writer's transaction or the pool of readers.
type querier interface {
	one(query string, args []any, dest ...any) (ok bool, err error)
	all(query string, args []any, scan func(scanner) error) error
}

// reader is the pool of readers under one context.
type reader struct {
	ctx  context.Context
	pool *sql.DB
}

func (s *Store) reader(ctx context.Context) reader { return reader{ctx, s.read} }

func (r reader) one(query string, args []any, dest ...any) (bool, error) {
	return found(r.pool.QueryRowContext(r.ctx, query, args...).Scan(dest...))
}

func (r reader) all(query string, args []any, scan func(scanner) error) error {
	rows, err := r.pool.QueryContext(r.ctx, query, args...)
	return each(rows, err, scan)
}

// each closes rows whatever happens.
func each(rows *sql.Rows, err error, scan func(scanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// micros is a time as it is stored: microseconds, NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// moment scans a stored time.
type moment struct{ t *time.Time }

// Scan implements sql.Scanner.
func (m moment) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		*m.t = time.Time{}
		return nil
	}
	*m.t = time.UnixMicro(n).UTC()
	return nil
}

// text scans stored bytes into a string.
type text struct{ s *string }

// Scan implements sql.Scanner.
func (x text) Scan(v any) error {
	switch v := v.(type) {
	case []byte:
		*x.s = string(v)
	case string:
		*x.s = v
	default:
		*x.s = ""
	}
	return nil
}

// dsn is a path as SQLite reads it: any byte may be in a file name.
func dsn(path string) string {
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// view runs read on one state of the database.
func (s *Store) view(ctx context.Context, read func(querier) error) error {
	db, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = db.Rollback() }() // it only read
	return read(snapshot{ctx, db})
}

// snapshot is one state of the database.
type snapshot struct {
	ctx context.Context
	db  *sql.Tx
}

func (v snapshot) one(query string, args []any, dest ...any) (bool, error) {
	return found(v.db.QueryRowContext(v.ctx, query, args...).Scan(dest...))
}

func (v snapshot) all(query string, args []any, scan func(scanner) error) error {
	rows, err := v.db.QueryContext(v.ctx, query, args...)
	return each(rows, err, scan)
}
