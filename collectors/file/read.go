package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"vigie"
)

// Read yields the comments of a file in its order. A line that cannot be read
// is yielded as a [*Reject], and reading goes on; any other error (of the
// reader, or of a CSV's header) is the last. Seen is left to the caller.
func Read(r io.Reader, f Format, o Options) iter.Seq2[vigie.Comment, error] {
	return func(yield func(vigie.Comment, error) bool) {
		p, err := newParser(r, f, o)
		for err == nil {
			var c vigie.Comment
			c, _, err = p.next()
			var bad *Reject
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.As(err, &bad):
				err = nil
				if !yield(vigie.Comment{}, bad) {
					return
				}
			case err == nil && !yield(c, nil):
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(vigie.Comment{}, err)
		}
	}
}

// parser reads comments from a stream.
type parser struct {
	split   splitter
	decoder decoder
	format  Format
	options Options
}

// errHeader says that a CSV cannot be read at all.
var errHeader = errors.New("CSV header")

// newParser returns a parser that has read the byte order mark and the header.
// An empty stream gives io.EOF.
func newParser(r io.Reader, f Format, o Options) (*parser, error) {
	p := &parser{split: splitter{r: r}, format: f, options: o}
	if err := p.start(); err != nil {
		return nil, err
	}
	return p, nil
}

// start reads the byte order mark and a CSV's header.
func (p *parser) start() error {
	if err := p.bom(); err != nil {
		return err
	}
	if p.format != CSV {
		p.decoder = jsonDecoder{}
		return nil
	}
	p.split.comma = ',' // quotes of a header are none of our separators' business
	rec, err := p.split.next()
	if err != nil {
		return err
	}
	d, err := newCSVDecoder(rec.raw)
	if err != nil {
		return fmt.Errorf("%w: %w", errHeader, err)
	}
	p.decoder, p.split.comma = d, d.comma
	return nil
}

// bom skips the byte order mark of UTF-8 and refuses those of UTF-16.
func (p *parser) bom() error {
	s := &p.split
	for len(s.buf) < 3 && !s.eof {
		if err := s.fill(); err != nil {
			return err
		}
	}
	if b := []byte("\xef\xbb\xbf"); bytes.HasPrefix(s.buf, b) {
		s.take(len(b), "")
	}
	if bytes.HasPrefix(s.buf, []byte("\xff\xfe")) || bytes.HasPrefix(s.buf, []byte("\xfe\xff")) {
		return fmt.Errorf("%w: the file is UTF-16; save it as UTF-8", errHeader)
	}
	return nil
}

// next returns the next comment and the position after it; a line that cannot
// be read as a [*Reject]; at the end io.EOF.
func (p *parser) next() (vigie.Comment, int64, error) {
	for {
		rec, err := p.split.next()
		if err != nil {
			return vigie.Comment{}, p.split.offset, err
		}
		if rec.reason == "" && len(bytes.TrimSpace(rec.raw)) == 0 {
			continue // blank lines separate nothing from nothing
		}
		c, err := p.parse(rec)
		var shape misshapen
		if errors.As(err, &shape) && bytes.IndexByte(rec.raw, '\n') >= 0 {
			rec = p.split.retake(rec)
		}
		if err != nil {
			err = &Reject{Line: rec.line, Reason: err.Error(), Raw: bytes.Clone(rec.raw[:min(len(rec.raw), keptOfBad)])}
		}
		return c, rec.end, err
	}
}

// parse makes a comment of a record; errors quote nothing.
func (p *parser) parse(rec record) (vigie.Comment, error) {
	if rec.reason != "" {
		return vigie.Comment{}, errors.New(rec.reason)
	}
	if !utf8.Valid(rec.raw) {
		return vigie.Comment{}, errors.New("not UTF-8")
	}
	r, err := p.decoder.decode(rec.raw)
	if err != nil {
		return vigie.Comment{}, err
	}
	c, err := r.comment(p.options)
	if err != nil {
		return vigie.Comment{}, err
	}
	c.Raw, c.RawType = bytes.Clone(rec.raw), "application/json"
	if p.format == CSV {
		c.RawType = "text/csv"
	}
	return c, nil
}
