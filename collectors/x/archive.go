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

// decodeArchived reads one item: bare, or wrapped as {"tweet": …}. Archives
// write numbers as texts, which go-twitter does not take, so the fields in use
// are mended first.
func decodeArchived(raw []byte) (item, error) {
	var fields map[string]json.RawMessage
	if err := unmarshal(raw, &fields); err != nil {
		return item{}, err
	}
	if inner, ok := fields["tweet"]; ok {
		fields = nil
		if err := unmarshal(inner, &fields); err != nil {
			return item{}, err
		}
	}
	edits := fields["edit_info"]
	mended, err := json.Marshal(mend(fields))
	if err != nil {
		return item{}, errNotJSON
	}
	it, err := decodeStatus(mended)
	it.raw, it.history = raw, editHistory(edits)
	return it, err
}

// The fields of a status that are read, by what archives make of them.
var (
	textFields   = []string{"id_str", "created_at", "full_text", "text", "lang", "in_reply_to_status_id_str", "in_reply_to_user_id_str", "quoted_status_id_str"}
	numberFields = []string{"id", "in_reply_to_status_id", "quoted_status_id"}
)

// mend returns the fields in use in the form that go-twitter takes.
func mend(fields map[string]json.RawMessage) map[string]any {
	out := make(map[string]any)
	for _, f := range textFields {
		if v, ok := fields[f]; ok {
			out[f] = v
		}
	}
	for _, f := range numberFields {
		if v, ok := fields[f]; ok {
			out[f] = unquoted(v)
		}
	}
	if v, ok := fields["entities"]; ok {
		out["entities"] = mendEntities(v)
	}
	if v, ok := fields["extended_tweet"]; ok {
		var e map[string]json.RawMessage
		if json.Unmarshal(v, &e) == nil && e["full_text"] != nil {
			out["extended_tweet"] = map[string]any{"full_text": e["full_text"], "entities": mendEntities(e["entities"])}
		}
	}
	if v, ok := fields["user"]; ok {
		out["user"] = mendUser(v)
	}
	return out
}

// unquoted makes a number of "123"; what is none stays, and fails later.
func unquoted(v json.RawMessage) json.RawMessage {
	var s string
	if json.Unmarshal(v, &s) == nil && isID(s) {
		return json.RawMessage(s)
	}
	return v
}

// mendEntities keeps the links; their places in the text are not needed.
func mendEntities(v json.RawMessage) any {
	var e struct {
		URLs []struct {
			URL      string `json:"url"`
			Expanded string `json:"expanded_url"`
		} `json:"urls"`
	}
	if json.Unmarshal(v, &e) != nil {
		return nil // links stay short
	}
	urls := []any{}
	for _, u := range e.URLs {
		urls = append(urls, map[string]string{"url": u.URL, "expanded_url": u.Expanded})
	}
	return map[string]any{"urls": urls}
}

func mendUser(v json.RawMessage) any {
	var u struct {
		ID         json.RawMessage `json:"id"`
		IDStr      string          `json:"id_str"`
		ScreenName string          `json:"screen_name"`
		Name       string          `json:"name"`
		Created    string          `json:"created_at"`
	}
	if json.Unmarshal(v, &u) != nil {
		return nil // an author unknown
	}
	out := map[string]any{"id_str": u.IDStr, "screen_name": u.ScreenName, "name": u.Name, "created_at": u.Created}
	if id := unquoted(u.ID); isID(string(id)) {
		out["id"] = id
	}
	return out
}

// editHistory reads the versions that an archive knows of, first to last.
func editHistory(v json.RawMessage) []string {
	type versions struct {
		IDs []string `json:"editTweetIds"`
	}
	var e struct {
		Initial versions `json:"initial"`
		Edit    struct {
			Initial string   `json:"initialTweetId"`
			Control versions `json:"editControlInitial"`
		} `json:"edit"`
	}
	if len(v) == 0 || json.Unmarshal(v, &e) != nil {
		return nil
	}
	if e.Edit.Initial != "" {
		return append([]string{e.Edit.Initial}, e.Edit.Control.IDs...)
	}
	return e.Initial.IDs
}
