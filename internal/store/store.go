package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"vigie"
)

// Options says where the database is and how it behaves. Only Path is needed.
type Options struct {
	Path string           // of the database file; made if missing, readable by its owner only
	Org  vigie.OrgID      // owner of what comes without one; vigie.DefaultOrg if empty
	Now  func() time.Time // time.Now if nil
	Log  *slog.Logger     // discarded if nil
	Lang string           // language of messages, "fr" or "en"; "fr" if empty
	Base string           // address of the console, without trailing slash, for links in messages

	// Looks are the delays after publication at which a comment is looked up
	// again, ascending; 15 min, 1 h, 6 h, 1 d, 3 d, 7 d and 30 d if empty. A
	// flagged comment is looked up after a third of each delay as well.
	Looks []time.Duration
	// ConfirmAfter is how far apart two looks have to be that find nothing
	// before a comment counts as deleted; 10 min if zero.
	ConfirmAfter time.Duration

	Readers int // connections that read; 4 if zero
	Group   int // most writes that share a commit; 256 if zero, 1 for no sharing
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	o       Options
	pepper  []byte
	read    *sql.DB
	write   *writer
	hashing chan struct{} // passwords being hashed
}

// Open opens the database, makes it if it is missing and brings its schema up
// to date. A database that a newer program wrote is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := createPrivate(o.Path); err != nil {
		return nil, fmt.Errorf("open the database: %w", remedy(o.Path, err))
	}
	s := &Store{o: o, hashing: make(chan struct{}, 2)}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database %s: %w", o.Path, remedy(o.Path, err)), s.Close())
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Org == "" {
		o.Org = vigie.DefaultOrg
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lang == "" {
		o.Lang = "fr"
	}
	if len(o.Looks) == 0 {
		const day = 24 * time.Hour
		o.Looks = []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour, day, 3 * day, 7 * day, 30 * day}
	}
	if o.ConfirmAfter == 0 {
		o.ConfirmAfter = 10 * time.Minute
	}
	o.Readers = max(o.Readers, 0)
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Group <= 0 {
		o.Group = 256
	}
	return o
}

func (s *Store) open(ctx context.Context) error {
	db, err := connect(s.o.Path, false)
	if err != nil {
		return err
	}
	if err := migrate(ctx, db, migrations()); err != nil {
		return errors.Join(err, db.Close())
	}
	if s.write, err = startWriter(ctx, db, s.o.Path, s.o.Group); err != nil {
		return errors.Join(err, db.Close())
	}
	if s.read, err = connect(s.o.Path, true); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(s.o.Readers)
	s.read.SetMaxIdleConns(s.o.Readers)
	if s.pepper, err = s.secret(ctx, "pepper"); err != nil {
		return err
	}
	return hideLogs(s.o.Path)
}

// Close waits for the writes under way and closes the database.
func (s *Store) Close() error {
	var errs []error
	if s.write != nil {
		errs = append(errs, s.write.close())
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	return errors.Join(errs...)
}

// connect opens a pool; its connections come with every pragma set.
func connect(path string, readOnly bool) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return driver.Open(dsn(abs), func(c *sqlite3.Conn) error {
		if err := c.BusyTimeout(15 * time.Second); err != nil {
			return err
		}
		pragmas := `PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
			PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864; PRAGMA trusted_schema=OFF;`
		if readOnly {
			pragmas = `PRAGMA query_only=ON; PRAGMA cache_size=-8000; PRAGMA trusted_schema=OFF;`
		}
		return errors.Join(fts5.Register(c), c.Exec(pragmas))
	})
}

// createPrivate makes sure that the file exists and that strangers cannot
// read it.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// hideLogs does the same for the log files, which SQLite has made by now.
func hideLogs(path string) error {
	for _, name := range []string{path + "-wal", path + "-shm"} {
		if err := os.Chmod(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
