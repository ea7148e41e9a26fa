package store

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/ncruces/go-sqlite3"
)

// remedy adds what a person can do about a failure of the database itself.
func remedy(path string, err error) error {
	for _, r := range remedies {
		if errors.Is(err, r.cause) {
			return fmt.Errorf("%w; "+r.sentence, err, path)
		}
	}
	return err
}

// remedies holds one sentence for each fault that a person can mend.
var remedies = []struct {
	cause    error
	sentence string
}{
	{sqlite3.FULL, "free space on the disk that holds %s: nothing was lost, work goes on by itself"},
	{sqlite3.READONLY, "make %s and its folder writable for the user that runs vigie"},
	{sqlite3.CANTOPEN, "check that the folder of %s exists and is writable for the user that runs vigie"},
	{sqlite3.PERM, "make %s readable and writable for the user that runs vigie"},
	{fs.ErrPermission, "make %s and its folder readable and writable for the user that runs vigie"},
	{sqlite3.BUSY, "another program holds %s: end it, or wait and try again"},
	{sqlite3.NOTADB, "%s is not a database of vigie, or is damaged: restore it with vigie restore, or name another file"},
	{sqlite3.CORRUPT, "%s is damaged: stop vigie and restore the last backup with vigie restore"},
	{sqlite3.IOERR, "the disk that holds %s does not answer as it should: check it and the system's log"},
}
