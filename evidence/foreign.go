package evidence

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// A folder to be verified or copied may come from somebody else. These bounds
// lie far above what a log holds, and keep what it should not hold from
// filling memory or taking for ever.
const (
	maxSmall = 64 << 10  // of a key or a head
	maxLine  = 64 << 20  // of a line of the journal
	maxBlob  = 256 << 20 // of a blob
)

var errNotPlain = errors.New("is no plain file")

// openPlain opens a file of a log for reading: no pipe or device, which might
// never end, and no link, which might lead out of the folder.
func openPlain(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENXIO) {
		return nil, fmt.Errorf("%s %w", path, errNotPlain)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s %w", path, errNotPlain)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// readPlain reads a plain file of at most max bytes.
func readPlain(path string, max int64) ([]byte, error) {
	f, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(data)) > max {
		err = fmt.Errorf("%s is longer than %d bytes", path, max)
	}
	return data, err
}

// readLine is ReadBytes with a bound: of a line beyond it, the beginning comes
// back as one that is not whole.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > maxLine {
			return line, err
		}
	}
}
