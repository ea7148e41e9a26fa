package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup copies a log to a new folder, head and journal as of one instant,
// also while it is being written. The copy holds the private key: keep it like
// the log. It verifies nothing; run [Verify] on the copy.
func Backup(ctx context.Context, dir, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("copy the evidence log: %w", err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return fmt.Errorf("copy the evidence log: %w; name a folder that does not exist", err)
	}
	d := osDisk{to}
	v := verifier{dir: dir}
	line, journal, err := v.freeze()
	if err == nil && (line == nil || journal == nil) {
		err = fmt.Errorf("%s holds no log", dir)
	}
	if err == nil {
		err = errors.Join(copyParts(ctx, d, dir, to, line, journal), journal.Close())
	}
	if err != nil {
		return fmt.Errorf("copy the evidence log: %w", remedy(err))
	}
	return nil
}

// copyParts copies the journal before the blobs that it names, and the head
// last: a copy that was cut short has no head and cannot be mistaken for a
// whole one.
func copyParts(ctx context.Context, d osDisk, dir, to string, line []byte, journal io.Reader) error {
	if err := copyJournal(filepath.Join(to, fileJournal), journal); err != nil {
		return err
	}
	if err := copyBlobs(ctx, d, dir, to); err != nil {
		return err
	}
	for name, mode := range map[string]fs.FileMode{fileKey: 0o600, filePublic: 0o444} {
		if err := copyFile(d, dir, to, name, mode); err != nil {
			return err
		}
	}
	return errors.Join(d.syncDir(to),
		d.put(filepath.Join(to, fileHead), line, 0o644), d.syncDir(to))
}

// copyJournal copies piece by piece: a journal of years is larger than memory.
func copyJournal(to string, journal io.Reader) error {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, journal)
	return errors.Join(err, f.Sync(), f.Close())
}

func copyBlobs(ctx context.Context, d osDisk, dir, to string) error {
	return filepath.WalkDir(filepath.Join(dir, dirBlobs), func(path string, e fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.Mkdir(filepath.Join(to, name), 0o700)
		}
		return copyFile(d, dir, to, name, 0o444)
	})
}

func copyFile(d osDisk, dir, to, name string, mode fs.FileMode) error {
	data, err := readPlain(filepath.Join(dir, name), maxBlob)
	if err != nil {
		return err
	}
	return d.put(filepath.Join(to, name), data, mode)
}
