package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. Steps are appended, never changed.
type migration struct{ name, sql string }

// migrations lists the steps in order; step n makes schema version n.
func migrations() []migration {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var steps []migration
	for _, name := range names {
		body, err := migrationFiles.ReadFile(name)
		if err != nil {
			panic(err) // it is embedded
		}
		steps = append(steps, migration{name, string(body)})
	}
	return steps
}

// errNewer is a database that a newer program wrote.
var errNewer = errors.New("written by a newer vigie")

// migrate brings the schema up to date in one transaction, so that two
// programs that start at once do not disturb each other.
func migrate(ctx context.Context, db *sql.DB, steps []migration) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := climb(ctx, conn, steps); err != nil {
		_, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, rollback)
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

func climb(ctx context.Context, conn *sql.Conn, steps []migration) error {
	const table = `CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)`
	if _, err := conn.ExecContext(ctx, table); err != nil {
		return err
	}
	var have int
	if err := conn.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&have); err != nil {
		return err
	}
	if have > len(steps) {
		return fmt.Errorf("schema version %d, this program knows up to %d: %w; install the newer vigie again, or restore a backup made before the upgrade",
			have, len(steps), errNewer)
	}
	for i, step := range steps[have:] {
		if _, err := conn.ExecContext(ctx, step.sql); err != nil {
			return fmt.Errorf("migration %s: %w", step.name, err)
		}
		const note = "INSERT INTO schema_version (version, name, at) VALUES (?, ?, ?)"
		if _, err := conn.ExecContext(ctx, note, have+i+1, step.name, time.Now().UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}
