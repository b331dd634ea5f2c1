// Package support writes support bundles: what somebody who helps the operators needs to
// know of a daemon. It promises that a bundle has no secret, no document and nothing of a
// person: of the configuration only what is known to be none of these.
package support

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/telemetry"
	"beibu/cmd/internal/version"
	"beibu/queue/atomicfile"
)

// A Part is a file of a bundle.
type Part struct {
	Name string
	Text []byte
	Err  error // why it is missing, or nil
}

// partTime bounds how long a part may take, and partBytes how large one is.
const (
	partTime  = 10 * time.Second
	partBytes = 8 << 20
)

// Collect returns the parts of a bundle about the daemon with a configuration. What a
// daemon that does not run cannot say is missing.
func Collect(ctx context.Context, l *config.Loaded) []Part {
	parts := []Part{
		{Name: "version.txt", Text: about(time.Now())},
		part("configuration.yaml", func() ([]byte, error) { return yaml.Marshal(Redact(l.Config)) }),
		part("data.txt", func() ([]byte, error) { return list(l.Data) }),
	}
	for _, one := range []struct{ name, path string }{
		{"ready.txt", "/readyz"}, {"metrics.txt", "/metrics"}, {"log.jsonl", telemetry.PathLog}, {"goroutines.txt", telemetry.PathGoroutines},
	} {
		parts = append(parts, part(one.name, func() ([]byte, error) { return get(ctx, "http://"+l.Private+one.path) }))
	}
	return parts
}

func part(name string, read func() ([]byte, error)) Part {
	text, err := read()
	return Part{name, text, err}
}

// about says which program made the bundle, when and on what.
func about(now time.Time) []byte {
	return fmt.Appendf(nil, "%s\n%s/%s, %d processors\n%s\n", version.Line("beibud", version.Own()), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		now.UTC().Format(time.RFC3339))
}

// list lists the files of the data folder, with their sizes and times. Those with access
// keys have the names of parties.
func list(folder string) ([]byte, error) {
	var out bytes.Buffer
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		fmt.Fprintf(&out, "%s %12d %s %s\n", info.Mode(), info.Size(), info.ModTime().UTC().Format(time.RFC3339), name)
		return err
	})
	return out.Bytes(), err
}

// get reads what the private address shows. A daemon that is not ready says why.
func get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, partTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(answer.Body, partBytes))
	if err == nil && answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusServiceUnavailable {
		err = fmt.Errorf("%s answered %d", url, answer.StatusCode)
	}
	return text, err
}

// Write writes a bundle to a file that does not exist yet, as a tar archive in gzip.
func Write(file string, parts []Part) error {
	err := atomicfile.CreateFrom(file, 0o600, func(w io.Writer) error {
		packed := gzip.NewWriter(w)
		archive := tar.NewWriter(packed)
		var missing strings.Builder
		for _, p := range parts {
			if p.Err != nil {
				fmt.Fprintf(&missing, "%s: %v\n", p.Name, p.Err)
				continue
			}
			if err := add(archive, p.Name, p.Text); err != nil {
				return err
			}
		}
		if err := add(archive, "missing.txt", []byte(missing.String())); err != nil {
			return err
		}
		return errors.Join(archive.Close(), packed.Close())
	})
	if err != nil {
		return fmt.Errorf("write support bundle: %w", err)
	}
	return nil
}

func add(to *tar.Writer, name string, text []byte) error {
	err := to.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "beibu-support/" + name, Size: int64(len(text)), Mode: 0o600, ModTime: time.Now(), Format: tar.FormatPAX})
	if err == nil {
		_, err = to.Write(text)
	}
	return err
}
