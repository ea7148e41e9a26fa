package x

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"vigie"
	"vigie/collectors"
)

// The bounds of an archive.
const (
	archivePage = 500     // items a page
	maxLine     = 1 << 20 // bytes of one line of JSONL
	maxPrefix   = 256     // bytes before the array of a tweets.js
)

// ReadArchive yields what an export holds: the tweets.js of an account archive
// (window.YTD.tweets.part0 = […]), a JSON array, or one status a line. Items
// are decoded with go-twitter's types one by one; those that cannot be read
// are in Page.Bad. Next is empty, and Org, Source, Account and Seen of the
// comments are the caller's to fill in. An error says where reading ended.
func ReadArchive(r io.Reader) iter.Seq2[collectors.Page, error] {
	return func(yield func(collectors.Page, error) bool) {
		var p collectors.Page
		for raw, err := range archived(bufio.NewReaderSize(r, 64<<10)) {
			if err != nil {
				if len(p.Comments)+len(p.Bad) == 0 || yield(p, nil) {
					yield(collectors.Page{}, err)
				}
				return
			}
			add(&p, raw)
			if len(p.Comments)+len(p.Bad) < archivePage {
				continue
			}
			if !yield(p, nil) {
				return
			}
			p = collectors.Page{}
		}
		if len(p.Comments)+len(p.Bad) > 0 {
			yield(p, nil)
		}
	}
}

func add(p *collectors.Page, raw []byte) {
	it, err := decodeArchived(raw)
	if err == nil {
		var c vigie.Comment
		if c, err = it.comment(); err == nil {
			p.Comments = append(p.Comments, c)
			return
		}
	}
	p.Bad = append(p.Bad, vigie.Undecodable{Raw: raw, Reason: err.Error()})
}

// archived yields the bytes of each item.
func archived(r *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		first, err := start(r)
		switch {
		case errors.Is(err, io.EOF): // an empty archive
		case err != nil:
			yield(nil, err)
		case first == '[':
			elements(r, yield)
		default:
			lines(r, yield)
		}
	}
}

// start skips what stands before the data and returns its first byte, unread.
func start(r *bufio.Reader) (byte, error) {
	if bom, err := r.Peek(3); err == nil && string(bom) == "\ufeff" {
		_, _ = r.Discard(3) // just seen
	}
	for skipped := 0; ; {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch {
		case strings.IndexByte(" \t\r\n", b) >= 0:
			continue
		case b == '[' || b == '{':
			return b, r.UnreadByte()
		}
		if skipped++; skipped > maxPrefix {
			return 0, errors.New("archive: neither a tweets.js, nor a JSON array, nor JSON lines")
		}
	}
}

func elements(r io.Reader, yield func([]byte, error) bool) {
	dec := json.NewDecoder(r)
	if _, err := dec.Token(); err != nil {
		yield(nil, errors.New("archive: not a JSON array"))
		return
	}
	n := 0
	var failed error
	for ; failed == nil && dec.More(); n++ {
		var raw json.RawMessage
		if failed = dec.Decode(&raw); failed == nil && !yield(raw, nil) {
			return
		}
	}
	if failed == nil {
		_, failed = dec.Token()
	}
	if failed != nil { // its text may quote the content
		yield(nil, fmt.Errorf("archive: the JSON breaks off near item %d: export it again", n))
	}
}

func lines(r *bufio.Reader, yield func([]byte, error) bool) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxLine)
	n := 0
	for scan.Scan() {
		n++
		line := bytes.TrimSpace(scan.Bytes())
		if len(line) > 0 && !yield(bytes.Clone(line), nil) {
			return
		}
	}
	if err := scan.Err(); err != nil {
		yield(nil, fmt.Errorf("archive: line %d: %w", n+1, err))
	}
}
