package evidence

import (
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"time"

	"vigie"
)

// head says how far the log has come, signed.
type head struct {
	At        string       `json:"at"`
	Hash      vigie.Digest `json:"hash"`    // of the last record, zero if there is none
	Offset    int64        `json:"offset"`  // of this head's line in the journal
	Records   uint64       `json:"records"` // so far
	Signature []byte       `json:"signature"`
	V         int          `json:"v"`
}

// signed is what the signature is over.
func (h head) signed() []byte {
	return fmt.Appendf(nil, "vigie evidence head v%d\n%d\n%s\n%d\n%s\n", h.V, h.Records, h.Hash, h.Offset, h.At)
}

// newHead signs the end of a journal of so many records.
func newHead(key ed25519.PrivateKey, records uint64, hash vigie.Digest, offset int64, at time.Time) ([]byte, error) {
	h := head{V: format, Records: records, Hash: hash, Offset: offset, At: stamp(at)}
	h.Signature = ed25519.Sign(key, h.signed())
	return canonical(h)
}

// putHead replaces the head file.
func putHead(dir string, d disk, body []byte) error {
	line := appendLine(nil, lineHead, body)
	if err := d.put(filepath.Join(dir, fileHead), line, 0o644); err != nil {
		return err
	}
	return d.syncDir(dir)
}
