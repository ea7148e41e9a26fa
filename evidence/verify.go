package evidence

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// VerifyOptions says what is known from elsewhere.
type VerifyOptions struct {
	// AtLeast is how many records the log has to hold, from a head that was
	// kept outside. Without it an older copy of the whole folder passes.
	AtLeast uint64
	// Key is the public key of the log, from outside. Without it the key in
	// the folder is taken, and a log that was written anew with another passes.
	Key ed25519.PublicKey
}

// Verify reads a log and says whether anything in it was changed, naming the
// file and the record. It writes nothing, shares no code with what writes the
// log beyond the names of the files, and may run while the log is being
// written. The error is one of reading, not of the log.
func Verify(dir string, o VerifyOptions) (Report, error) {
	v := verifier{dir: dir, report: Report{Dir: dir}, blobs: make(map[string]bool), seen: make(map[string]uint64)}
	if err := v.loadKey(o.Key); err != nil {
		return v.report, err
	}
	if v.report.Unverifiable != "" {
		return v.report, nil
	}
	if err := v.walk(); err != nil {
		return v.report, fmt.Errorf("verify %s: %w", dir, err)
	}
	if v.report.Unverifiable == "" && v.report.Records < o.AtLeast {
		v.report.fault(fileHead, int64(v.report.Records), fmt.Sprintf("the log ends here, but it once held %d records", o.AtLeast))
	}
	return v.report, nil
}

// verifier is one verification.
type verifier struct {
	dir    string
	key    ed25519.PublicKey
	report Report
	blobs  map[string]bool   // digests that were read already
	seen   map[string]uint64 // versions of comments, with their records
}

// loadKey reads the public key.
func (v *verifier) loadKey(pinned ed25519.PublicKey) error {
	raw, err := readPlain(filepath.Join(v.dir, filePublic), maxSmall)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if errors.Is(err, fs.ErrNotExist) && pinned == nil {
		v.report.Unverifiable = "there is no " + filePublic + "; put the public key of the log there"
		return nil
	}
	v.key = pinned
	found, ok := parsePublic(raw)
	switch {
	case err == nil && !ok:
		v.report.fault(filePublic, -1, "is no Ed25519 key")
		v.report.Unverifiable = "without its public key nothing else can be said"
	case pinned == nil:
		v.key = found
	case err == nil && !pinned.Equal(found):
		v.report.fault(filePublic, -1, "is another key than the one known from elsewhere")
	}
	sum := sha256.Sum256(v.key)
	v.report.Key = hex.EncodeToString(sum[:8])
	return nil
}

func parsePublic(raw []byte) (ed25519.PublicKey, bool) {
	block, _ := pem.Decode(raw)
	if block == nil || !bytes.Equal(pem.EncodeToMemory(block), raw) {
		return nil, false
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	return key, err == nil && ok
}

// walk reads head and journal at one instant, then everything they name.
func (v *verifier) walk() error {
	line, journal, err := v.freeze()
	if err != nil {
		return err
	}
	switch {
	case line == nil && journal == nil && !v.anyBlob():
		v.report.Unverifiable = "there is no log in it"
		return nil
	case journal == nil:
		v.report.fault(fileJournal, 0, "is gone")
		return nil
	}
	defer journal.Close()
	if line == nil && journal.Size() < 1024 && !v.anyBlob() {
		v.report.Unverifiable = "the log was not begun: vigie was killed at its first start, and nothing was sealed"
		return nil
	}
	if line == nil {
		v.report.fault(fileHead, -1, "is gone")
		return v.lines(journal, signedHead{})
	}
	h, ok := v.parseHead(line)
	if !ok {
		v.report.fault(fileHead, -1, "was changed, or is not signed with the key of the log")
		return v.lines(journal, signedHead{})
	}
	v.report.Records, v.report.Last, v.report.Signed = h.Records, h.hash, h.at
	return v.lines(journal, h)
}

// freeze returns the head and what the journal held while it was the head.
// Either is nil if there is none.
func (v *verifier) freeze() (line []byte, journal *section, err error) {
	f, err := openPlain(filepath.Join(v.dir, fileJournal))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	for range 1000 {
		before, err := readMaybe(filepath.Join(v.dir, fileHead))
		if err != nil || f == nil {
			return before, nil, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, nil, errors.Join(err, f.Close())
		}
		after, err := readMaybe(filepath.Join(v.dir, fileHead))
		if err != nil {
			return nil, nil, errors.Join(err, f.Close())
		}
		if bytes.Equal(before, after) {
			return before, &section{io.NewSectionReader(f, 0, info.Size()), f}, nil
		}
	}
	return nil, nil, errors.Join(errors.New("the log is written too fast to be read; try again"), f.Close())
}

// section is the part of a file that was there at one instant.
type section struct {
	*io.SectionReader
	io.Closer
}

func readMaybe(path string) ([]byte, error) {
	raw, err := readPlain(path, maxSmall)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return raw, err
}

func (v *verifier) anyBlob() bool {
	found, err := filepath.Glob(filepath.Join(v.dir, dirBlobs, "*", "*"))
	return err == nil && len(found) > 0
}
