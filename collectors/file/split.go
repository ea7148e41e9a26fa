package file

import (
	"bytes"
	"errors"
	"io"
)

// The bounds of a record.
const (
	maxRecord = 1 << 20 // bytes
	keptOfBad = 64 << 10
	chunk     = 64 << 10

	// How far a quote that was opened is followed. One that never closes costs
	// reading that far for nothing, so after such a line the reach falls to
	// leastReach and grows with what is read well: a file full of them takes
	// time in proportion to its length.
	leastReach = 16 << 10
	reachGrows = 256 // times the length of a good record
)

// record is one line, or one CSV record over several.
type record struct {
	raw    []byte // without its line end; valid until the next record
	line   int    // where it begins
	end    int64  // position after it and its line end
	reason string // why it cannot be a record, "" if it may be
}

// splitter cuts a stream into records. It never holds more than a record and a
// chunk.
type splitter struct {
	r      io.Reader
	comma  byte // of a CSV, 0 for plain lines
	grows  bool // a last record without a line end is not finished yet
	buf    []byte
	eof    bool
	line   int
	offset int64
	reach  int    // how far an open quote is followed, 0: as far as maxRecord
	taken  []byte // what was taken last, and all that follows
}

// next returns the next record, or io.EOF.
func (s *splitter) next() (record, error) {
	for {
		end, open := s.scan()
		switch {
		case end > maxRecord+2:
			return s.oversize(false)
		case end > 0:
			s.reach = min(maxRecord, s.followed()+reachGrows*end)
			return s.take(end, ""), nil
		case len(s.buf) > maxRecord, open && len(s.buf) > s.followed():
			return s.oversize(open)
		case s.eof:
			return s.last(open)
		}
		if err := s.fill(); err != nil {
			return record{}, err
		}
	}
}

// followed is how far an open quote is followed now.
func (s *splitter) followed() int {
	if s.reach == 0 {
		return maxRecord
	}
	return s.reach
}

// fill reads another chunk.
func (s *splitter) fill() error {
	n := len(s.buf)
	s.buf = append(s.buf, make([]byte, chunk)...)
	m, err := s.r.Read(s.buf[n:])
	s.buf = s.buf[:n+m]
	if errors.Is(err, io.EOF) {
		s.eof = true
		return nil
	}
	return err
}

// scan returns the position after the first record of the buffer, 0 if it does
// not end there, and whether a quote is open at the end of the buffer.
func (s *splitter) scan() (end int, open bool) {
	if s.comma == 0 {
		return bytes.IndexByte(s.buf, '\n') + 1, false
	}
	fieldStart, closed := true, false
	for i, b := range s.buf {
		switch {
		case open:
			if i > s.followed() {
				return 0, true
			}
			open, closed = b != '"', b == '"'
		case b == '\n':
			return i + 1, false
		default:
			// A quote opens at the start of a field, or again right after one
			// that closed: "" within quotes. Elsewhere it is a fault of that
			// record and must not swallow the next.
			open = b == '"' && (fieldStart || closed)
			closed = false
			fieldStart = b == s.comma
		}
	}
	return 0, open
}

// take cuts n bytes off the buffer.
func (s *splitter) take(n int, reason string) record {
	s.taken = s.buf
	raw := s.buf[:n]
	s.buf = s.buf[n:]
	s.offset += int64(n)
	rec := record{line: s.line + 1, end: s.offset, reason: reason}
	s.line += bytes.Count(raw, []byte{'\n'})
	rec.raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte{'\n'}), []byte{'\r'})
	return rec
}

// retake gives back all but the first line of the record taken last, which is
// returned: a quote in it swallowed lines that may be good ones.
func (s *splitter) retake(rec record) record {
	back := len(s.taken) - len(s.buf)
	s.line -= bytes.Count(s.taken[:back], []byte{'\n'})
	s.offset -= int64(back)
	s.buf = s.taken
	s.reach = leastReach
	return s.take(bytes.IndexByte(s.buf, '\n')+1, rec.reason)
}

// oversize gives up a record that is too long. If a quote is open, only the
// line in which it begins is given up: what follows are most likely good lines.
func (s *splitter) oversize(open bool) (record, error) {
	if n := bytes.IndexByte(s.buf, '\n'); n >= 0 && open {
		s.reach = leastReach
		return s.take(n+1, "a quote is opened and never closed"), nil
	}
	rec := record{line: s.line + 1, reason: "longer than 1 MiB", raw: bytes.Clone(s.buf[:keptOfBad])}
	for {
		n := bytes.IndexByte(s.buf, '\n')
		if n >= 0 || s.eof {
			if n < 0 {
				n = len(s.buf) - 1
			}
			rec.end = s.take(n+1, "").end
			return rec, nil
		}
		s.take(len(s.buf), "")
		s.buf = nil
		if err := s.fill(); err != nil {
			return record{}, err
		}
	}
}

// last returns what is left at the end of the stream.
func (s *splitter) last(open bool) (record, error) {
	if len(s.buf) == 0 || s.grows {
		return record{}, io.EOF
	}
	if n := bytes.IndexByte(s.buf, '\n'); n >= 0 && open {
		return s.take(n+1, "a quote is opened and never closed"), nil
	}
	return s.take(len(s.buf), ""), nil
}
