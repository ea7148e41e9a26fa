package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes a complete copy of the database, as it is at one instant, to a
// new file that only its owner can read, while the program goes on. The file
// must not exist. It is on the disk when Backup returns.
func (s *Store) Backup(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w; name a file that does not exist, in a folder that is writable", err)
	}
	err = errors.Join(s.copyTo(ctx, path), f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
	if err != nil {
		return fmt.Errorf("backup: %w", errors.Join(remedy(path, err), os.Remove(path)))
	}
	return nil
}

func (s *Store) copyTo(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	db, err := connect(s.o.Path, false) // one that may write elsewhere
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", abs)
	return errors.Join(err, db.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
