package evidence

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"vigie"
)

// Options says how a log behaves. The zero value will do.
type Options struct {
	Now   func() time.Time // time.Now if nil
	Log   *slog.Logger     // discarded if nil
	Group int              // most records that share a sync; 256 if zero, 1 for no sharing

	disk disk // the real one if nil
}

// Log is an open evidence log. It is safe for concurrent use; one process at a
// time can have it open.
type Log struct {
	dir  string
	o    Options
	disk disk
	key  ed25519.PrivateKey
	lock *os.File

	jobs chan *job
	quit chan struct{} // closed by Close
	gone chan struct{} // closed when the writing goroutine has ended
	once sync.Once

	mu    sync.RWMutex // guards index; the rest below is the writing goroutine's
	index map[identity]int64

	journal *os.File
	end     position // of what is durable in the journal
	torn    bool     // there may be bytes after end
	behind  bool     // the head file is not that of end
	lastHd  []byte   // the head at end
	shards  sync.Map // folders of blobs whose own names are durable
}

// position is how far a journal has come.
type position struct {
	size    int64
	records uint64
	hash    vigie.Digest
}

// identity stands for a version of a comment: a digest, to keep memory small.
type identity [16]byte

func identify(comment string, version int) identity {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", version, comment))
	return identity(sum[:16])
}

// Open opens the log in a folder, or begins one if the folder has none. What
// an earlier process wrote without acknowledging it is cut off; any other
// damage is refused, because a log that was changed must not be gone on with.
func Open(dir string, o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Group <= 0 {
		o.Group = 256
	}
	l := &Log{dir: dir, o: o, disk: o.disk, index: make(map[identity]int64),
		jobs: make(chan *job, o.Group), quit: make(chan struct{}), gone: make(chan struct{})}
	if l.disk == nil {
		l.disk = osDisk{filepath.Join(dir, dirTmp)}
	}
	if err := l.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the evidence log %s: %w", dir, err), l.release())
	}
	go l.loop()
	return l, nil
}

func (l *Log) open() error {
	if err := os.MkdirAll(filepath.Join(l.dir, dirTmp), 0o700); err != nil {
		return fmt.Errorf("%w; make the folder writable for the user that runs vigie", err)
	}
	if err := l.seize(); err != nil {
		return err
	}
	if err := errors.Join(emptyTmp(filepath.Join(l.dir, dirTmp)), os.MkdirAll(filepath.Join(l.dir, dirBlobs), 0o700)); err != nil {
		return err
	}
	var err error
	if l.journal, err = os.OpenFile(filepath.Join(l.dir, fileJournal), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	fresh, err := l.fresh()
	if err != nil {
		return err
	}
	if l.key, err = openKey(l.dir, l.disk, fresh); err != nil {
		return err
	}
	if fresh {
		return l.begin()
	}
	return l.replay()
}

// seize makes this process the only writer.
func (l *Log) seize() (err error) {
	if l.lock, err = os.OpenFile(filepath.Join(l.dir, fileLock), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if err := syscall.Flock(int(l.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another vigie has it open: end it first (%w)", err)
	}
	return nil
}

// emptyTmp clears away what a killed process left half written.
func emptyTmp(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
	}
	return err
}

// fresh says that nothing was ever sealed here: no head, no blob, and no more
// of a journal than the head of an empty log, which is written before the head
// file: that is a birth that was cut short.
func (l *Log) fresh() (bool, error) {
	if _, err := os.Stat(filepath.Join(l.dir, fileHead)); err == nil {
		return false, nil
	}
	if blobs, err := filepath.Glob(filepath.Join(l.dir, dirBlobs, "*", "*")); err != nil || len(blobs) > 0 {
		return false, err
	}
	info, err := l.journal.Stat()
	if err != nil || info.Size() == 0 {
		return err == nil, err
	}
	first := make([]byte, min(info.Size(), 1024))
	if _, err := l.journal.ReadAt(first, 0); err != nil {
		return false, err
	}
	return info.Size() < 1024 && first[0] == lineHead && bytes.Count(first, []byte("\n")) <= 1, nil
}

// begin writes the head of an empty log.
func (l *Log) begin() error {
	if err := l.disk.truncate(l.journal, 0); err != nil {
		return err
	}
	if err := l.write(nil); err != nil {
		return err
	}
	return errors.Join(l.disk.syncDir(l.dir), l.catchUp())
}

// Append seals one version of a comment with its verdict: it returns after the
// blobs, the record and the signed head are on the disk. Sealing a version
// that is sealed returns its record and changes nothing. After an error the
// record may be in the log or not; sealing again is right in both cases.
func (l *Log) Append(ctx context.Context, c *vigie.Comment, v vigie.Verdict) (vigie.Record, error) {
	j := &job{done: make(chan struct{}), id: identify(readable(c.ID), c.Version)}
	err := ctx.Err()
	if err == nil && !l.has(j.id) {
		err = l.prepare(j, c, v)
	}
	if err == nil {
		err = l.submit(ctx, j)
	}
	if err != nil {
		return vigie.Record{}, fmt.Errorf("seal %s version %d: %w", c.ID, c.Version, remedy(err))
	}
	return j.sealed, nil
}

// remedy says what a person can do about a full or broken disk.
func remedy(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w; free space on the disk of the evidence log: nothing that was sealed is lost", err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w; make the folder of the evidence log writable for the user that runs vigie", err)
	case errors.Is(err, syscall.EIO):
		return fmt.Errorf("%w; check the disk of the evidence log", err)
	}
	return err
}

func (l *Log) has(id identity) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, ok := l.index[id]
	return ok
}

// prepare writes the blobs; many calls do so at once.
func (l *Log) prepare(j *job, c *vigie.Comment, v vigie.Verdict) error {
	content, err := canonical(contentOf(c))
	if err != nil {
		return err
	}
	verdict, err := canonical(judgementOf(v))
	if err != nil {
		return err
	}
	digests, err := l.putBlobs(c.Raw, content, verdict)
	if err != nil {
		return err
	}
	j.leaf = leaf{V: format, Kind: kindCapture, Comment: readable(c.ID), Version: c.Version,
		Raw: digests[0], Content: digests[1], Verdict: digests[2]}
	j.ready = true
	return nil
}

// Close waits for the records under way and closes the log.
func (l *Log) Close() error {
	l.once.Do(func() { close(l.quit) })
	<-l.gone
	return l.release()
}

func (l *Log) release() error {
	var errs []error
	for _, f := range []*os.File{l.journal, l.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	l.journal, l.lock = nil, nil
	return errors.Join(errs...)
}
