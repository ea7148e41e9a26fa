package evidence

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"vigie"
)

// signedHead is a head as the verifier reads it.
type signedHead struct {
	At        string `json:"at"`
	Hash      string `json:"hash"`
	Offset    int64  `json:"offset"`
	Records   uint64 `json:"records"`
	Signature string `json:"signature"`
	V         int    `json:"v"`

	hash vigie.Digest
	at   time.Time
	end  int64 // where its line ends in the journal
}

// sealedRecord is a record as the verifier reads it.
type sealedRecord struct {
	Comment string `json:"comment"`
	Content string `json:"content"`
	Kind    string `json:"kind"`
	Prev    string `json:"prev"`
	Raw     string `json:"raw"`
	Sealed  string `json:"sealed_at"`
	Seq     uint64 `json:"seq"`
	V       int    `json:"v"`
	Verdict string `json:"verdict"`
	Version int    `json:"version"`
}

// chain is where the verifier is in the journal.
type chain struct {
	offset int64
	next   uint64 // number of the next record
	prev   string // digest of the record before
	extra  int    // heads after the one of the head file
	loose  int    // records after the last head
	found  bool   // the head of the head file was met
	sealed time.Time
}

// errTorn is a line that a crash may have left.
var errTorn = errors.New("is not whole")

// errOldHead is a head file that is older than a crash explains.
var errOldHead = errors.New("is older than the journal: put back from a copy")

// lines reads the journal. Up to where the head file's head ends everything
// has to be right; after it there may be one group more, if the head file was
// not written yet, and what a crash left of one that was being written.
func (v *verifier) lines(journal io.Reader, h signedHead) error {
	in := bufio.NewReaderSize(journal, 1<<16)
	c := chain{prev: strings.Repeat("0", 64)}
	for {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if problem := v.line(&c, line, h); problem != nil {
			v.lineFault(c, problem, h)
			return nil
		}
		c.offset += int64(len(line))
	}
	if c.offset < h.end || c.next < h.Records {
		v.report.fault(fileJournal, int64(c.next), fmt.Sprintf("ends here; the head signs %d records", h.Records))
		return nil
	}
	if h.end > 0 && !c.found {
		v.report.fault(fileHead, -1, "signs another journal than this one")
		return nil
	}
	if c.extra+c.loose > 0 {
		v.report.note(fileJournal, int64(h.Records), "records after the head: vigie is sealing them, or was killed while it did")
	}
	return nil
}

// lineFault tells a torn tail, which a crash explains, from tampering.
func (v *verifier) lineFault(c chain, problem error, h signedHead) {
	if errors.Is(problem, errTorn) && h.end > 0 && c.offset >= h.end && c.extra == 0 {
		v.report.note(fileJournal, int64(c.next), "the last line is not whole: vigie is writing it, or was killed while it did")
		return
	}
	if errors.Is(problem, errOldHead) && h.end > 0 {
		v.report.fault(fileHead, int64(h.Records), problem.Error())
		return
	}
	v.report.fault(fileJournal, int64(c.next), fmt.Sprintf("at byte %d: %v", c.offset, problem))
}

func (v *verifier) line(c *chain, line []byte, h signedHead) error {
	if line[len(line)-1] != '\n' {
		return errTorn
	}
	part := bytes.SplitN(line[:len(line)-1], []byte(" "), 3)
	if len(part) != 3 {
		return errors.New("is no entry")
	}
	sum := sha256.Sum256(part[2])
	if hex.EncodeToString(sum[:]) != string(part[1]) {
		return errors.New("does not fit its digest")
	}
	switch string(part[0]) {
	case "r":
		if c.extra > 0 {
			return errOldHead
		}
		if c.offset >= h.end {
			c.loose++
		}
		return v.record(c, part[2], string(part[1]))
	case "h":
		return v.inner(c, line, h)
	}
	return errors.New("is no entry of a known kind")
}

// record checks one record and the blobs it names.
func (v *verifier) record(c *chain, body []byte, digest string) error {
	var r sealedRecord
	if err := exactly(body, &r); err != nil {
		return err
	}
	switch {
	case r.V != 1 || r.Kind != "capture":
		return errors.New("is of a kind that this program does not know")
	case r.Seq != c.next:
		return fmt.Errorf("says that it is record %d", r.Seq)
	case r.Prev != c.prev:
		return errors.New("does not follow the record before")
	}
	version := fmt.Sprintf("%d %s", r.Version, r.Comment)
	if first, ok := v.seen[version]; ok {
		return fmt.Errorf("seals the same version of a comment as record %d", first)
	}
	sealed, err := time.Parse(time.RFC3339Nano, r.Sealed)
	if err != nil {
		return errors.New("has no time")
	}
	if sealed.Before(c.sealed) {
		v.report.note(fileJournal, int64(r.Seq), "the clock went back before it was sealed")
	}
	v.seen[version] = r.Seq
	c.next, c.prev, c.sealed = c.next+1, digest, sealed
	for _, name := range []string{r.Raw, r.Content, r.Verdict} {
		v.blob(name, int64(r.Seq))
	}
	return nil
}

// inner checks a head within the journal.
func (v *verifier) inner(c *chain, line []byte, h signedHead) error {
	own, ok := v.parseHead(line)
	if !ok {
		return errors.New("a head that is not signed with the key of the log")
	}
	if own.Offset != c.offset || own.Records != c.next || own.Hash != c.prev {
		return errors.New("a head that signs something else")
	}
	if c.offset >= h.end {
		if c.extra++; c.extra > 1 {
			return errOldHead
		}
		c.loose = 0
	}
	if own.end == h.end && own.Signature == h.Signature {
		c.found = true
	}
	return nil
}

// parseHead reads a head's line and checks digest and signature.
func (v *verifier) parseHead(line []byte) (h signedHead, ok bool) {
	body, whole := bytes.CutSuffix(line, []byte("\n"))
	part := bytes.SplitN(body, []byte(" "), 3)
	if !whole || len(part) != 3 || string(part[0]) != "h" {
		return h, false
	}
	sum := sha256.Sum256(part[2])
	if hex.EncodeToString(sum[:]) != string(part[1]) || exactly(part[2], &h) != nil || h.V != 1 {
		return h, false
	}
	signature, errS := base64.StdEncoding.DecodeString(h.Signature)
	at, errT := time.Parse(time.RFC3339Nano, h.At)
	if errS != nil || errT != nil || h.hash.UnmarshalText([]byte(h.Hash)) != nil {
		return h, false
	}
	h.at, h.end = at, h.Offset+int64(len(line))
	message := "vigie evidence head v1\n" + fmt.Sprint(h.Records) + "\n" + h.Hash + "\n" + fmt.Sprint(h.Offset) + "\n" + h.At + "\n"
	return h, ed25519.Verify(v.key, []byte(message), signature)
}

// exactly reads JSON that has to be written in the one right way.
func exactly(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("is not JSON")
	}
	var again bytes.Buffer
	e := json.NewEncoder(&again)
	e.SetEscapeHTML(false)
	if err := e.Encode(into); err != nil || !bytes.Equal(bytes.TrimSuffix(again.Bytes(), []byte("\n")), body) {
		return errors.New("is not written in the one right way")
	}
	return nil
}

// blob checks that a file has the bytes that its name says; each once.
func (v *verifier) blob(name string, seq int64) {
	if v.blobs[name] {
		return
	}
	v.blobs[name] = true
	if raw, err := hex.DecodeString(name); err != nil || len(raw) != sha256.Size {
		v.report.fault(fileJournal, seq, "names a blob by something that is no digest")
		return
	}
	path := filepath.Join(dirBlobs, name[:2], name)
	f, err := openPlain(filepath.Join(v.dir, path))
	if errors.Is(err, fs.ErrNotExist) {
		v.report.fault(path, seq, "is gone")
		return
	}
	if errors.Is(err, errNotPlain) {
		v.report.fault(path, seq, errNotPlain.Error())
		return
	}
	if err != nil {
		v.report.fault(path, seq, "cannot be read")
		return
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(f, maxBlob)); err != nil {
		v.report.fault(path, seq, "cannot be read to its end")
	} else if hex.EncodeToString(sum.Sum(nil)) != name {
		v.report.fault(path, seq, "was changed")
	}
}
