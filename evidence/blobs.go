package evidence

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"vigie"
)

// blobPath is where a blob lies, under the log's folder.
func blobPath(d vigie.Digest) string {
	name := d.String()
	return filepath.Join(dirBlobs, name[:2], name)
}

// putBlobs writes blobs at once and makes them durable with their names: the
// file system shares the waiting between those, and with other calls.
func (l *Log) putBlobs(blobs ...[]byte) ([]vigie.Digest, error) {
	digests, errs := make([]vigie.Digest, len(blobs)), make([]error, len(blobs))
	var wg sync.WaitGroup
	for i, data := range blobs {
		digests[i] = sha256.Sum256(data)
		wg.Go(func() { errs[i] = l.putBlob(digests[i], data) })
	}
	wg.Wait()
	return digests, errors.Join(errs...)
}

// putBlob writes a blob unless it is there. One that is there with other bytes
// than its name says is put right.
func (l *Log) putBlob(digest vigie.Digest, data []byte) error {
	path := filepath.Join(l.dir, blobPath(digest))
	shard := filepath.Dir(path)
	have, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(have, data):
		return l.syncShard(shard) // an earlier process may have died before it did
	case err == nil:
		l.o.Log.Warn("a blob of the evidence log was changed and is put right", "file", blobPath(digest))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.Mkdir(shard, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := l.disk.put(path, data, 0o444); err != nil {
		return err
	}
	return l.syncShard(shard)
}

// syncShard makes the names in a folder of blobs durable, and the first time
// in the life of a process that of the folder itself.
func (l *Log) syncShard(shard string) error {
	if err := l.disk.syncDir(shard); err != nil {
		return err
	}
	if _, ok := l.shards.Load(shard); ok {
		return nil
	}
	if err := l.disk.syncDir(filepath.Join(l.dir, dirBlobs)); err != nil {
		return err
	}
	l.shards.Store(shard, true)
	return nil
}
