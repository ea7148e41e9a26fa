package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder takes the data folder for this process; the kernel gives it back
// when the process dies, however it dies.
func lockFolder(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("the data folder %s is in use by another vigie; stop it first, or name another folder with data", dir)
	}
	return f.Close, nil
}
