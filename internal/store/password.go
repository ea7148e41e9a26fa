package store

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what one guess costs; it is stored with each hash.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// hashCost is the cost of new hashes: OWASP's second choice, about 30 ms.
func hashCost() cost { return cost{memory: 19 * 1024, passes: 2, threads: 1} }

// hashPassword returns an argon2id hash with its parameters and salt.
func hashPassword(password string, c cost) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(derive(password, salt, c)))
}

func derive(password string, salt []byte, c cost) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, 32)
}

// checkPassword compares in constant time.
func checkPassword(hash, password string) (bool, error) {
	c, salt, sum, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(derive(password, salt, c), sum) == 1, nil
}

// parseHash reads what hashPassword wrote, now or years ago.
func parseHash(hash string) (c cost, salt, sum []byte, err error) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, fmt.Errorf("a stored password hash is not argon2id: set the password again")
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil || c.passes == 0 || c.threads == 0 {
		return c, nil, nil, fmt.Errorf("a stored password hash has no parameters: set the password again")
	}
	salt, err = base64.RawStdEncoding.DecodeString(part[4])
	if err == nil {
		sum, err = base64.RawStdEncoding.DecodeString(part[5])
	}
	return c, salt, sum, err
}

// newPassword makes a password of 100 bits that can be read over the phone.
func newPassword() string {
	raw := make([]byte, 13)
	rand.Read(raw) // never fails
	s := letters(raw, 20)
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}
