package evidence

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"vigie"
)

// Records lists the records that the head signs, oldest first. It checks no
// more than it needs for reading; [Verify] does. It ends after an error.
func Records(dir string) iter.Seq2[vigie.Record, error] {
	return func(yield func(vigie.Record, error) bool) {
		if err := records(dir, func(r vigie.Record) bool { return yield(r, nil) }); err != nil {
			yield(vigie.Record{}, fmt.Errorf("read the evidence log %s: %w", dir, err))
		}
	}
}

func records(dir string, yield func(vigie.Record) bool) error {
	raw, err := os.ReadFile(filepath.Join(dir, fileHead))
	if err != nil {
		return err
	}
	var h head
	if kind, body, err := parseLine(raw); err != nil || kind != lineHead || json.Unmarshal(body, &h) != nil {
		return fmt.Errorf("%s: %w; %s", fileHead, errTampered, remedyTampered)
	}
	f, err := os.Open(filepath.Join(dir, fileJournal))
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	for n := uint64(0); n < h.Records; {
		r, ok, err := nextRecord(in)
		if err != nil {
			return fmt.Errorf("%s, record %d: %w; %s", fileJournal, n, err, remedyTampered)
		}
		if !ok {
			continue
		}
		if !yield(r) {
			return nil
		}
		n++
	}
	return nil
}

// nextRecord reads a line; ok is false if it is a head.
func nextRecord(in *bufio.Reader) (r vigie.Record, ok bool, err error) {
	line, err := in.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		return r, false, errTampered
	}
	if err != nil {
		return r, false, err
	}
	kind, body, err := parseLine(line)
	if err != nil || kind == lineHead {
		return r, false, err
	}
	var lf leaf
	if err := json.Unmarshal(body, &lf); err != nil {
		return r, false, errTampered
	}
	r, err = lf.record()
	return r, err == nil, err
}
