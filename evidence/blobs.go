package evidence

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"vigie"
)

// blobPath is where a blob lies, under the log's folder.
func blobPath(d vigie.Digest) string {
	name := d.String()
	return filepath.Join(dirBlobs, name[:2], name)
}

// putBlob writes a blob unless it is there, and returns its digest and the
// folder whose names have to be made durable. A blob that is there with other
// bytes than its name says is put right.
func (l *Log) putBlob(data []byte) (vigie.Digest, string, error) {
	digest := vigie.Digest(sha256.Sum256(data))
	path := filepath.Join(l.dir, blobPath(digest))
	have, err := os.ReadFile(path)
	if err == nil && bytes.Equal(have, data) {
		return digest, filepath.Dir(path), nil
	}
	if err == nil {
		l.o.Log.Warn("a blob of the evidence log was changed and is put right", "file", blobPath(digest))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return digest, "", err
	}
	shard := filepath.Dir(path)
	if err := l.addShard(shard); err != nil {
		return digest, "", err
	}
	return digest, shard, l.disk.put(path, data, 0o444)
}

// addShard makes a folder of blobs. Its own name is made durable by syncShards,
// once in the life of a process.
func (l *Log) addShard(path string) error {
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// syncShards makes the names of the blobs durable, each folder once.
func (l *Log) syncShards(jobs []*job) error {
	synced := make(map[string]bool)
	young := false
	for _, j := range jobs {
		for _, shard := range j.shards {
			if synced[shard] {
				continue
			}
			if err := l.disk.syncDir(shard); err != nil {
				return err
			}
			synced[shard] = true
			young = young || !l.shards[shard]
		}
	}
	if !young {
		return nil
	}
	if err := l.disk.syncDir(filepath.Join(l.dir, dirBlobs)); err != nil {
		return err
	}
	maps.Copy(l.shards, synced)
	return nil
}
