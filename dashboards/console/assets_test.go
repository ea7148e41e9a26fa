package console

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// thirdParty lists the files that are not ours, as the npm package htmx.org
// 4.0.1 holds them (Zero-Clause BSD, assets/htmx.LICENSE.txt).
var thirdParty = map[string]string{
	"htmx.min.js":      "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
	"hx-csp.min.js":    "a7e1e6711ae6c3e50ad300fba7936cbe8d07599cdae313414a179ddd6b26e143",
	"htmx.LICENSE.txt": "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
}

func TestThirdPartyFilesAreUnchanged(t *testing.T) {
	for name, want := range thirdParty {
		b, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s has the SHA-256 %x, want %s", name, sum, want)
		}
	}
}

func TestOwnScriptIsSmall(t *testing.T) {
	b, err := assetFiles.ReadFile("assets/vigie.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 10<<10 {
		t.Errorf("vigie.js is %d bytes, want at most 10 KiB", len(b))
	}
}
