package evidence

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is what the log does to the file system; tests put faults into it.
type disk interface {
	// put writes a file under a temporary name, syncs it and renames it. The
	// name is on the disk after syncDir of its folder.
	put(path string, data []byte, mode fs.FileMode) error
	// syncDir makes the names in a folder durable.
	syncDir(dir string) error
	// writeAt writes all of data at an offset.
	writeAt(f *os.File, data []byte, off int64) error
	// sync makes the contents of a file durable.
	sync(f *os.File) error
	// truncate cuts a file.
	truncate(f *os.File, size int64) error
}

// osDisk is the real one. Temporary files are made in its folder, which is on
// the same file system as all else.
type osDisk struct{ tmp string }

func (d osDisk) put(path string, data []byte, mode fs.FileMode) error {
	var random [12]byte
	rand.Read(random[:]) // never fails
	tmp := filepath.Join(d.tmp, hex.EncodeToString(random[:]))
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return nil
}

func (osDisk) syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (osDisk) writeAt(f *os.File, data []byte, off int64) error {
	_, err := f.WriteAt(data, off)
	return err
}

func (osDisk) sync(f *os.File) error { return f.Sync() }

func (osDisk) truncate(f *os.File, size int64) error {
	return errors.Join(f.Truncate(size), f.Sync())
}
