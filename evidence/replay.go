package evidence

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// errTampered is damage that no crash explains.
var errTampered = errors.New("changed since it was written")

// remedyTampered is what to do about it.
const remedyTampered = "run vigie evidence verify, keep this folder as it is for whoever examines it, and restore a copy or begin a new log in another folder"

// replay reads the journal up to its last signed head, checks it and cuts off
// what comes after: a group that was being written when the process died, and
// that nobody was told about.
func (l *Log) replay() error {
	acknowledged, err := l.readHead()
	if err != nil {
		return err
	}
	info, err := l.journal.Stat()
	if err != nil {
		return err
	}
	r := replayer{log: l, in: bufio.NewReaderSize(io.NewSectionReader(l.journal, 0, info.Size()), 1<<16)}
	stop := r.all()
	if r.good.size < acknowledged.size || r.good.records < acknowledged.records {
		if stop == nil {
			stop = errors.New("it ends too early")
		}
		return fmt.Errorf("%s, after record %d: %w: %w; %s", fileJournal, int64(r.good.records)-1, errTampered, stop, remedyTampered)
	}
	if !r.passed(acknowledged) {
		return fmt.Errorf("%s: %w: it signs another journal; %s", fileHead, errTampered, remedyTampered)
	}
	if cut := info.Size() - r.good.size; cut > 0 {
		l.o.Log.Warn("cut off what was being sealed when vigie was killed", "bytes", cut)
		if err := l.disk.truncate(l.journal, r.good.size); err != nil {
			return err
		}
	}
	l.end, l.lastHd = r.good, r.head
	l.behind = r.good != acknowledged
	return l.catchUp()
}

// readHead returns the position that the head file acknowledges; size is that
// after the head's own line.
func (l *Log) readHead() (p position, err error) {
	raw, err := os.ReadFile(filepath.Join(l.dir, fileHead))
	if err != nil {
		return p, fmt.Errorf("%w; %s", err, remedyTampered)
	}
	kind, body, err := parseLine(raw)
	if err != nil || kind != lineHead {
		return p, fmt.Errorf("%s: %w; %s", fileHead, errTampered, remedyTampered)
	}
	h, err := l.checkHead(body)
	if err != nil {
		return p, fmt.Errorf("%s: %w; %s", fileHead, err, remedyTampered)
	}
	return position{size: h.Offset + int64(len(raw)), records: h.Records, hash: h.Hash}, nil
}

func (l *Log) checkHead(body []byte) (h head, err error) {
	if err := json.Unmarshal(body, &h); err != nil {
		return h, errTampered
	}
	if !ed25519.Verify(l.key.Public().(ed25519.PublicKey), h.signed(), h.Signature) {
		return h, fmt.Errorf("%w: not signed with this log's key", errTampered)
	}
	return h, nil
}

// replayer walks a journal.
type replayer struct {
	log    *Log
	in     *bufio.Reader
	at     position // after the last line
	good   position // after the last head
	head   []byte
	heads  []position
	staged []staged // records since the last head
}

type staged struct {
	id     identity
	offset int64
}

// all reads up to the end, or to the first line that is not right.
func (r *replayer) all() error {
	for {
		line, err := r.in.ReadBytes('\n')
		if err != nil {
			if len(line) > 0 {
				return errors.New("the last line is not whole")
			}
			return nil
		}
		if err := r.line(line); err != nil {
			return err
		}
	}
}

func (r *replayer) line(line []byte) error {
	kind, body, err := parseLine(line)
	if err != nil {
		return err
	}
	if kind == lineRecord {
		return r.record(body, len(line))
	}
	h, err := r.log.checkHead(body)
	if err != nil {
		return err
	}
	if h.Offset != r.at.size || h.Records != r.at.records || h.Hash != r.at.hash {
		return errors.New("a head that does not fit")
	}
	r.at.size += int64(len(line))
	r.good, r.head = r.at, body
	if len(r.heads) > 1 {
		r.heads = r.heads[1:]
	}
	r.heads = append(r.heads, r.at)
	for _, s := range r.staged {
		r.log.index[s.id] = s.offset
	}
	r.staged = r.staged[:0]
	return nil
}

func (r *replayer) record(body []byte, length int) error {
	var lf leaf
	if err := json.Unmarshal(body, &lf); err != nil {
		return errors.New("a record that is not JSON")
	}
	if lf.Seq != r.at.records || lf.Prev != r.at.hash {
		return errors.New("a record that does not follow the one before")
	}
	r.staged = append(r.staged, staged{identify(lf.Comment, lf.Version), r.at.size})
	r.at.size += int64(length)
	r.at.records++
	r.at.hash = sha256.Sum256(body)
	return nil
}

// passed says that p is the last head of the journal or the one before: a
// process that dies between journal and head file leaves it one behind.
func (r *replayer) passed(p position) bool {
	for _, h := range r.heads {
		if h == p {
			return true
		}
	}
	return false
}

// parseLine takes a line apart and checks its digest.
func parseLine(line []byte) (kind byte, body []byte, err error) {
	line, ok := bytes.CutSuffix(line, []byte("\n"))
	if !ok || len(line) < 67 || line[1] != ' ' || line[66] != ' ' || (line[0] != lineRecord && line[0] != lineHead) {
		return 0, nil, errors.New("a line that is not whole")
	}
	body = line[67:]
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != string(line[2:66]) {
		return 0, nil, errors.New("a line that does not fit its digest")
	}
	return line[0], body, nil
}
