package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"vigie/evidence"
	"vigie/internal/store"
)

// Backup copies the database and the evidence into a new folder, beside the
// running daemon. The database comes first: a case in it has its evidence in
// the copy, because evidence is sealed before its case exists.
func Backup(ctx context.Context, c *Config, to string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return fmt.Errorf("make the folder of the backup: %w; name one that does not exist yet", err)
	}
	abs, err := filepath.Abs(to)
	if err != nil {
		return fmt.Errorf("find %s: %w", to, err)
	}
	err = withStore(ctx, c, func(s *store.Store) error { return s.Backup(ctx, filepath.Join(abs, databaseFile)) })
	if err != nil {
		return err
	}
	if _, err := os.Stat(EvidenceDir(c)); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever sealed
	}
	return evidence.Backup(ctx, EvidenceDir(c), filepath.Join(abs, evidenceFolder))
}

// Restore puts a backup into the data folder of a configuration, which must not
// hold a database yet, and verifies the evidence.
func Restore(ctx context.Context, c *Config, from string) (evidence.Report, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return evidence.Report{}, fmt.Errorf("make the data folder: %w", err)
	}
	unlock, err := lockFolder(c.Data)
	if err != nil {
		return evidence.Report{}, err
	}
	defer unlock()
	if err := copyNew(filepath.Join(from, databaseFile), filepath.Join(c.Data, databaseFile)); err != nil {
		return evidence.Report{}, fmt.Errorf("restore the database: %w; restore into an empty data folder", err)
	}
	sealed := filepath.Join(from, evidenceFolder)
	if _, err := os.Stat(sealed); errors.Is(err, fs.ErrNotExist) {
		return evidence.Report{}, nil
	}
	if err := evidence.Backup(ctx, sealed, EvidenceDir(c)); err != nil {
		return evidence.Report{}, fmt.Errorf("restore the evidence: %w", err)
	}
	return evidence.Verify(EvidenceDir(c), evidence.VerifyOptions{})
}

// copyNew copies a file to a path where none may be, onto the disk.
func copyNew(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}
