package evidence

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"vigie"
)

// errClosed means that the log was closed before the record was written.
var errClosed = errors.New("the evidence log is closed")

// job is one record on its way into the journal.
type job struct {
	id     identity
	leaf   leaf
	ready  bool // its blobs are written
	sealed vigie.Record
	err    error
	done   chan struct{}
}

// submit hands a job to the writing goroutine and waits for its answer.
func (l *Log) submit(ctx context.Context, j *job) error {
	select {
	case <-l.quit:
		return errClosed
	default:
	}
	select {
	case l.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.quit:
		return errClosed
	}
	select {
	case <-j.done:
		return j.err
	case <-l.gone:
	}
	select {
	case <-j.done:
		return j.err
	default:
		return errClosed
	}
}

// loop writes what waits, group after group, until the log is closed.
func (l *Log) loop() {
	defer close(l.gone)
	for {
		select {
		case j := <-l.jobs:
			l.run(l.gather(j))
		case <-l.quit:
			for {
				select {
				case j := <-l.jobs:
					l.run(l.gather(j))
				default:
					return
				}
			}
		}
	}
}

func (l *Log) gather(first *job) []*job {
	batch := []*job{first}
	for len(batch) < l.o.Group {
		select {
		case j := <-l.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// run seals a batch and answers it. Records that are in the journal already
// are answered too, and only after the head covers them.
func (l *Log) run(batch []*job) {
	err := l.group(batch)
	for _, j := range batch {
		if j.err = err; err == nil {
			j.sealed, j.err = l.find(j.id)
		}
		close(j.done)
	}
}

// group writes a batch. The head file is brought up to date before the journal
// goes on, so that it is never more than one group behind.
func (l *Log) group(batch []*job) error {
	if err := l.heal(); err != nil {
		return err
	}
	if err := l.catchUp(); err != nil {
		return err
	}
	if err := l.write(l.fresher(batch)); err != nil {
		return err
	}
	return l.catchUp()
}

// fresher picks what is not in the journal yet, each version once.
func (l *Log) fresher(batch []*job) []*job {
	seen := make(map[identity]bool)
	var fresh []*job
	for _, j := range batch {
		if j.ready && !seen[j.id] && !l.has(j.id) {
			seen[j.id] = true
			fresh = append(fresh, j)
		}
	}
	return fresh
}

// write appends a group of records and the head that signs it, with one sync.
// Without records it does nothing, but for the very first head.
func (l *Log) write(jobs []*job) error {
	if len(jobs) == 0 && l.end.size > 0 {
		return nil
	}
	next, offsets, buf, err := l.compose(jobs)
	if err != nil {
		return err
	}
	hd, err := newHead(l.key, next.records, next.hash, next.size, l.o.Now())
	if err != nil {
		return err
	}
	buf = appendLine(buf, lineHead, hd)
	l.torn = true
	if err := l.disk.writeAt(l.journal, buf, l.end.size); err != nil {
		return err
	}
	if err := l.disk.sync(l.journal); err != nil {
		return err
	}
	next.size = l.end.size + int64(len(buf))
	l.end, l.lastHd, l.torn, l.behind = next, hd, false, true
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, j := range jobs {
		l.index[j.id] = offsets[i]
	}
	return nil
}

// compose writes the lines of a group; next.size is where its head begins.
func (l *Log) compose(jobs []*job) (next position, offsets []int64, buf []byte, err error) {
	next = l.end
	for _, j := range jobs {
		j.leaf.Seq, j.leaf.Prev, j.leaf.Sealed = next.records, next.hash, stamp(l.o.Now())
		body, err := canonical(j.leaf)
		if err != nil {
			return next, nil, nil, err
		}
		offsets = append(offsets, l.end.size+int64(len(buf)))
		buf = appendLine(buf, lineRecord, body)
		next.records++
		next.hash = sha256.Sum256(body)
	}
	next.size = l.end.size + int64(len(buf))
	return next, offsets, buf, nil
}

// heal cuts off what a failed write may have left behind.
func (l *Log) heal() error {
	if !l.torn {
		return nil
	}
	if err := l.disk.truncate(l.journal, l.end.size); err != nil {
		return fmt.Errorf("cut off a failed write: %w", err)
	}
	l.torn = false
	return nil
}

// catchUp writes the head file if it is behind the journal.
func (l *Log) catchUp() error {
	if !l.behind {
		return nil
	}
	if err := putHead(l.dir, l.disk, l.lastHd); err != nil {
		return fmt.Errorf("write the head: %w", err)
	}
	l.behind = false
	return nil
}

// find reads a record back from the journal.
func (l *Log) find(id identity) (vigie.Record, error) {
	l.mu.RLock()
	offset, ok := l.index[id]
	l.mu.RUnlock()
	if !ok {
		return vigie.Record{}, errors.New("the record is not in the journal") // cannot be: run just wrote it
	}
	line, err := bufio.NewReaderSize(io.NewSectionReader(l.journal, offset, l.end.size-offset), 2048).ReadBytes('\n')
	if err != nil || len(line) < 68 {
		return vigie.Record{}, fmt.Errorf("read a record back at byte %d: %w", offset, err)
	}
	var lf leaf
	if err := json.Unmarshal(line[67:], &lf); err != nil {
		return vigie.Record{}, fmt.Errorf("read a record back at byte %d: damaged", offset)
	}
	return lf.record()
}
