package vigie

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Digest is a SHA-256 sum.
type Digest [32]byte

// String returns the lower-case hexadecimal form.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the lower-case hexadecimal form.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the hexadecimal form.
func (d *Digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return fmt.Errorf("not a SHA-256 digest of 64 hexadecimal characters: %d bytes", len(text))
	}
	copy(d[:], b)
	return nil
}

// Record is one sealed entry of the evidence log. It holds digests, not texts:
// the platform's bytes and the verdict lie in blobs that the digests name.
type Record struct {
	Seq     uint64    `json:"seq"`  // 0, 1, 2, … without gaps
	Prev    Digest    `json:"prev"` // of the entry before; zero for the first
	Kind    string    `json:"kind"` // "capture"
	Comment CommentID `json:"comment"`
	Version int       `json:"version"`
	Sealed  time.Time `json:"sealed_at"`
	Raw     Digest    `json:"raw"`     // of the platform's own bytes
	Content Digest    `json:"content"` // of the comment with its text, author and times
	Verdict Digest    `json:"verdict"` // of the verdict as sealed with it
}
