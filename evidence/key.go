package evidence

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files of a log.
const (
	fileKey     = "key"     // the private key, PKCS 8 in PEM, mode 0600
	filePublic  = "key.pub" // the public key, PKIX in PEM: all that Verify needs
	fileJournal = "journal"
	fileHead    = "head" // the last head, to be copied to somebody outside
	fileLock    = "lock"
	dirBlobs    = "blobs"
	dirTmp      = "tmp"
)

// openKey reads the key of the log, or makes it when the log is new.
func openKey(dir string, d disk, fresh bool) (ed25519.PrivateKey, error) {
	path := filepath.Join(dir, fileKey)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && fresh {
		return makeKey(dir, d)
	}
	if err != nil {
		return nil, fmt.Errorf("%w; put the key of this log back from a backup, or move the folder away to begin a new log", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s is no key in PEM; put it back from a backup", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is no Ed25519 key; put it back from a backup", path)
	}
	return key, publish(dir, d, key)
}

func makeKey(dir string, d disk) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := d.put(filepath.Join(dir, fileKey), block, 0o600); err != nil {
		return nil, err
	}
	return key, publish(dir, d, key)
}

// publish writes the public key unless it is there.
func publish(dir string, d disk, key ed25519.PrivateKey) error {
	path := filepath.Join(dir, filePublic)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return errors.Join(d.put(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o444), d.syncDir(dir))
}
