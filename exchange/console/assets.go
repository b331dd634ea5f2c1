package console

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

//go:embed static
var staticFiles embed.FS

// staticPath is of the files that pages name.
const staticPath = "/console/static/"

// vendored are the files that are not ours. A test checks each, and that there is no other.
var vendored = []struct{ file, origin, version, licence, sha256 string }{
	{"vendor/htmx.min.js", "htmx.org: dist/htmx.min.js", "4.0.1", "0BSD", "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"},
	{"vendor/hx-sse.min.js", "htmx.org: dist/ext/hx-sse.min.js", "4.0.1", "0BSD", "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103"},
	{"vendor/hx-csp.min.js", "htmx.org: dist/ext/hx-csp.min.js", "4.0.1", "0BSD", "a7e1e6711ae6c3e50ad300fba7936cbe8d07599cdae313414a179ddd6b26e143"},
}

// assets are the files that pages name, by their names.
type assets map[string]asset

type asset struct {
	media   string
	body    []byte
	version string // changes with the file
}

// loadAssets reads the files that are built in.
func loadAssets() (assets, error) {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	all := make(assets)
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		media := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}[path.Ext(name)]
		all[name] = asset{cmp.Or(media, "text/plain; charset=utf-8"), body, hex.EncodeToString(sum[:6])}
		return nil
	})
	return all, err
}

// url returns the address of a file, which changes with it. It fails if there is none.
func (a assets) url(name string) (string, error) {
	one, ok := a[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return staticPath + name + "?v=" + one.version, nil
}

// serveStatic answers with a file. Browsers keep the version that a page names.
func (s *Server) serveStatic(w http.ResponseWriter, r *http.Request) {
	one, ok := s.assets[r.PathValue("name")]
	if !ok {
		s.serveNothing(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.media)
	if r.URL.Query().Get("v") == one.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(one.body) // the browser asks again
}
