package evidence

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files lists all that Verify has to guard: names under the folder.
func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err == nil && !d.IsDir() && name != fileLock && name != fileKey {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// overwrite replaces a file whatever its permissions; nil removes it.
func overwrite(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if data == nil {
		return
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// lines takes the journal apart, line ends included.
func lines(journal []byte) [][]byte {
	all := bytes.SplitAfter(journal, []byte("\n"))
	return all[:len(all)-1]
}

func TestTampering(t *testing.T) {
	dir := sealed(t, 6) // lines: h, then r h for each record
	journal, head := read(t, dir, fileJournal), read(t, dir, fileHead)
	older := sealedHead(t, journal, 3)
	join := func(all ...[]byte) []byte { return bytes.Join(all, nil) }
	l := lines(journal)
	record2 := l[1+2*2]
	for _, tt := range []struct {
		name, file string
		data       []byte
		seq        int64 // that the report has to name
	}{
		{"line removed", fileJournal, join(append(append([][]byte{}, l[:5]...), l[6:]...)...), 2},
		{"last group removed", fileJournal, join(l[:len(l)-2]...), 5},
		{"lines swapped", fileJournal, join(append(append(append([][]byte{}, l[:3]...), l[5], l[4], l[3]), l[6:]...)...), 1},
		{"line duplicated", fileJournal, join(append(append(append([][]byte{}, l[:6]...), record2), l[6:]...)...), 3},
		{"old line replayed at the end", fileJournal, join(journal, record2), 6},
		{"old head replayed at the end", fileJournal, join(journal, l[6]), 6},
		{"truncated within", fileJournal, journal[:len(journal)*2/3], 4},
		{"emptied", fileJournal, []byte{}, 0},
		{"gone", fileJournal, nil, 0},
		{"head gone", fileHead, nil, -1},
		{"head emptied", fileHead, []byte{}, -1},
		{"head rolled back", fileHead, older, 3},
		{"zeros at the end, with a line end", fileJournal, join(journal, make([]byte, 64), []byte("\n")), 6},
		{"inner head removed", fileJournal, join(append(append([][]byte{}, l[:4]...), l[5:]...)...), 3},
		{"public key emptied", filePublic, []byte{}, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := read(t, dir, tt.file)
			overwrite(t, dir, tt.file, tt.data)
			r := verify(t, dir)
			if r.ExitCode() != CodeTampered || r.Faults[0].File != tt.file && tt.file != filePublic || r.Faults[0].Seq != tt.seq {
				t.Errorf("%v\n want %s, record %d", r, tt.file, tt.seq)
			}
			if tt.file != filePublic {
				if l, err := Open(dir, Options{}); err == nil && !strings.Contains(tt.name, "at the end") && !strings.Contains(tt.name, "zeros") {
					t.Error("opened for writing all the same")
					l.Close()
				} else if err == nil {
					l.Close() // what was added after the head is cut off
				}
			}
			if tt.data == nil {
				os.WriteFile(filepath.Join(dir, tt.file), nil, 0o600)
			}
			overwrite(t, dir, tt.file, before)
		})
	}
	overwrite(t, dir, fileHead, head)
	if r := verify(t, dir); r.ExitCode() != CodeGood {
		t.Errorf("put back: %v", r)
	}
}

// sealedHead is the head file as it was after n records.
func sealedHead(t *testing.T, journal []byte, n int) []byte {
	t.Helper()
	return lines(journal)[2*n]
}

// An older copy of everything is seen only with what is known from elsewhere.
func TestRollback(t *testing.T) {
	dir := sealed(t, 6)
	journal := read(t, dir, fileJournal)
	head := sealedHead(t, journal, 4)
	overwrite(t, dir, fileJournal, journal[:bytes.Index(journal, head)+len(head)])
	overwrite(t, dir, fileHead, head)
	if r := verify(t, dir); r.ExitCode() != CodeGood || r.Records != 4 {
		t.Errorf("without an outside anchor: %v", r)
	}
	r, err := Verify(dir, VerifyOptions{AtLeast: 6})
	if err != nil || r.ExitCode() != CodeTampered || r.Faults[0].Seq != 4 {
		t.Errorf("with one: %v %v", r, err)
	}
}

func TestNotVerifiable(t *testing.T) {
	for name, spoil := range map[string]func(dir string){
		"no folder":     func(dir string) { os.RemoveAll(dir) },
		"empty folder":  func(dir string) { os.RemoveAll(dir); os.Mkdir(dir, 0o700) },
		"no public key": func(dir string) { os.Remove(filepath.Join(dir, filePublic)) },
	} {
		dir := sealed(t, 2)
		spoil(dir)
		if r := verify(t, dir); r.ExitCode() != CodeUnverifiable {
			t.Errorf("%s: %v", name, r)
		}
	}
}

// A log written anew with another key passes only without the key from elsewhere.
func TestForeignKey(t *testing.T) {
	dir, other := sealed(t, 2), sealed(t, 2)
	key, ok := parsePublic(read(t, other, filePublic))
	if !ok {
		t.Fatal("no key")
	}
	r, err := Verify(dir, VerifyOptions{Key: key})
	if err != nil || r.ExitCode() != CodeTampered {
		t.Errorf("%v %v", r, err)
	}
	overwrite(t, dir, filePublic, read(t, other, filePublic))
	if r := verify(t, dir); r.ExitCode() != CodeTampered {
		t.Errorf("public key exchanged: %v", r)
	}
}

// 2,000 random faults anywhere: none passes unseen.
func TestRandomFaults(t *testing.T) {
	dir := sealed(t, 12)
	names := files(t, dir)
	rnd := rand.New(rand.NewPCG(1, 2))
	faults := 2000
	if testing.Short() {
		faults = 200
	}
	for i := range faults {
		name := names[rnd.IntN(len(names))]
		if i%2 == 0 {
			name = []string{fileJournal, fileHead, filePublic}[rnd.IntN(3)]
		}
		before := read(t, dir, name)
		data, what := spoil(rnd, before)
		overwrite(t, dir, name, data)
		r := verify(t, dir)
		if r.ExitCode() == CodeGood && len(r.Notes) == 0 {
			t.Fatalf("unseen: %s in %s", what, name)
		}
		if r.ExitCode() == CodeGood && name != fileJournal {
			t.Fatalf("only noted: %s in %s: %v", what, name, r)
		}
		if r.ExitCode() == CodeTampered && r.Faults[0].File == "" {
			t.Fatalf("names no file: %s in %s", what, name)
		}
		if data == nil {
			os.WriteFile(filepath.Join(dir, name), nil, 0o600)
		}
		overwrite(t, dir, name, before)
	}
	if r := verify(t, dir); r.ExitCode() != CodeGood {
		t.Fatalf("put back: %v", r)
	}
}

// spoil makes one fault.
func spoil(rnd *rand.Rand, before []byte) ([]byte, string) {
	at := rnd.IntN(len(before))
	switch rnd.IntN(6) {
	case 0:
		return nil, "removed"
	case 1:
		return bytes.Clone(before[:at]), fmt.Sprintf("truncated to %d bytes", at)
	case 2:
		return append(bytes.Clone(before), byte(rnd.IntN(256))), "a byte added"
	case 3:
		return append(bytes.Clone(before[:at]), before[at+1:]...), fmt.Sprintf("byte %d removed", at)
	}
	bit := rnd.IntN(8)
	data := bytes.Clone(before)
	data[at] ^= 1 << bit
	return data, fmt.Sprintf("bit %d of byte %d flipped", bit, at)
}

// Every bit of head and public key, one bit of every byte of the journal.
func TestEveryBit(t *testing.T) {
	dir := sealed(t, 2)
	for _, name := range []string{fileHead, filePublic, fileJournal} {
		before := read(t, dir, name)
		data := bytes.Clone(before)
		for at := range data {
			for bit := range 8 {
				if name == fileJournal && bit != at%8 {
					continue
				}
				data[at] ^= 1 << bit
				overwrite(t, dir, name, data)
				if r := verify(t, dir); r.ExitCode() == CodeGood {
					t.Fatalf("unseen: bit %d of byte %d of %s", bit, at, name)
				}
				data[at] ^= 1 << bit
			}
		}
		overwrite(t, dir, name, before)
	}
}

func FuzzVerify(f *testing.F) {
	dir := sealed(f, 2)
	f.Add(read(f, dir, fileJournal), read(f, dir, fileHead))
	f.Add([]byte("r  \n"), []byte("h"))
	f.Fuzz(func(t *testing.T, journal, head []byte) {
		overwrite(t, dir, fileJournal, append([]byte{}, journal...))
		overwrite(t, dir, fileHead, append([]byte{}, head...))
		if r, err := Verify(dir, VerifyOptions{}); err != nil || r.String() == "" {
			t.Error(err)
		}
		for range Records(dir) {
		}
		if l, err := Open(dir, Options{}); err == nil {
			l.Close()
		}
	})
}
