package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"vigie"
)

// parseSecret decodes whsec_<base64>; the prefix may be missing. The error
// holds nothing of the secret.
func parseSecret(s vigie.Secret) ([]byte, error) {
	encoded := strings.TrimPrefix(strings.TrimSpace(string(s)), "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("does not hold whsec_ and base64")
	}
	if len(key) < 24 || len(key) > 64 {
		return nil, fmt.Errorf("holds a secret of %d bytes, not of 24 to 64", len(key))
	}
	return key, nil
}

// sign returns the value of webhook-signature: one signature per key.
func sign(keys [][]byte, id string, at time.Time, body []byte) string {
	signatures := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}
