package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

//go:embed assets/*.css assets/*.js assets/*.svg assets/*.txt
var assetFiles embed.FS

// assets are the console's static files, each under a name that changes with its content.
type assets struct {
	named map[string]string // "vigie.css" → "vigie.0a1b2c3d.css"
	files map[string]asset
}

type asset struct {
	kind string
	body []byte
	gz   []byte
}

func loadAssets() (*assets, error) {
	a := &assets{named: make(map[string]string), files: make(map[string]asset)}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, err
		}
		gz, err := squeeze(body)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(e.Name())
		hashed := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.named[e.Name()] = hashed
		a.files[hashed] = asset{kind: mediaType(ext), body: body, gz: gz}
	}
	return a, nil
}

func squeeze(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func mediaType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "text/plain; charset=utf-8"
}

// Path returns the address of a file by its plain name.
func (a *assets) Path(name string) string { return "/assets/" + a.named[name] }

func (k *console) serveAsset(w http.ResponseWriter, r *request) {
	f, ok := k.assets.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r.Request)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	body := f.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.gz
	}
	_, _ = w.Write(body) // the browser went away: nothing to do about it
}
