// Package backup writes and reads backup files. A backup file is a tar archive: the
// [Manifest] first, then its parts in its order. It is written whole or not at all,
// for its owner only, since it holds private keys.
package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"beibu/queue/atomicfile"
)

const (
	format       = 1 // of backup files
	manifestName = "manifest.json"
	manifestSize = 16 << 20 // at most
)

// ErrDamaged means that a file is no backup, or that a byte of it has changed.
var ErrDamaged = errors.New("not an undamaged backup")

// The stores in which a log may be.
const (
	Embedded = "embedded" // the file is among the parts
	Kafka    = "kafka"    // the log is not among the parts
)

// A Manifest says what a backup holds.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"` // and version that made it
	MadeAt  time.Time `json:"madeAt"`
	Log     Log       `json:"log"`
	Parts   []Part    `json:"parts"`
}

// A Log is the log to which a backup belongs.
type Log struct {
	Store       string   `json:"store"`              // Embedded or Kafka
	Sequence    int64    `json:"sequence,omitempty"` // of the newest change in the embedded store
	Epoch       int64    `json:"epoch,omitempty"`    // of the embedded store
	Brokers     []string `json:"brokers,omitempty"`
	TopicPrefix string   `json:"topicPrefix,omitempty"`
}

// A Part is a file of the data folder.
type Part struct {
	Name   string `json:"name"` // path in the data folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
}

// A Source is a file to be written as a part. It must not change meanwhile.
type Source struct{ Name, Path string }

// Write writes a backup of sources and returns its manifest with the parts. If file
// exists, it fails with an error that is [fs.ErrExist]. If it fails, or the process
// ends meanwhile, there is no backup of this name.
func Write(ctx context.Context, file string, m Manifest, sources []Source) (Manifest, error) {
	m.Format = format
	for _, s := range sources {
		part, err := describe(ctx, s)
		if err != nil {
			return m, fmt.Errorf("write backup: %w", err)
		}
		m.Parts = append(m.Parts, part)
	}
	if err := atomicfile.CreateFrom(file, 0o600, func(w io.Writer) error { return archive(ctx, w, m, sources) }); err != nil {
		return m, fmt.Errorf("write backup: %w", err)
	}
	return m, nil
}

// describe reads a source once.
func describe(ctx context.Context, s Source) (Part, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return Part{}, err
	}
	defer f.Close() //nolint:errcheck // it is only read
	sum := sha256.New()
	n, err := io.Copy(sum, reader{ctx, f})
	return Part{s.Name, n, hex.EncodeToString(sum.Sum(nil))}, err
}

func archive(ctx context.Context, w io.Writer, m Manifest, sources []Source) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	t := tar.NewWriter(w)
	if err := t.WriteHeader(header(manifestName, int64(len(text)), m.MadeAt)); err != nil {
		return err
	}
	if _, err := t.Write(text); err != nil {
		return err
	}
	for i, s := range sources {
		if err := add(ctx, t, m.Parts[i], s.Path, m.MadeAt); err != nil {
			return fmt.Errorf("add %s: %w", s.Name, err)
		}
	}
	return t.Close()
}

func header(name string, size int64, at time.Time) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: at, Format: tar.FormatPAX}
}

// add adds a part. It fails if the file has changed since it was described.
func add(ctx context.Context, t *tar.Writer, p Part, path string, at time.Time) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it is only read
	if err := t.WriteHeader(header(p.Name, p.Bytes, at)); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(t, sum), reader{ctx, f}); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		return errors.New("it changed while it was read; make the backup again")
	}
	return nil
}

// Read verifies a backup, every byte of every part, and returns its manifest. It
// fails with ErrDamaged.
func Read(ctx context.Context, file string) (Manifest, error) {
	return each(ctx, file, func(_ Part, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
}

// Extract verifies a backup while it writes the parts to a folder, which must exist
// and be empty, and makes them durable. What it wrote is of no use if it fails.
func Extract(ctx context.Context, file, folder string) (Manifest, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
	defer root.Close() //nolint:errcheck // what was written is synced
	m, err := each(ctx, file, func(p Part, content io.Reader) error { return extract(root, p, content) })
	if err != nil {
		return m, err
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return atomicfile.SyncFolder(filepath.Join(folder, filepath.FromSlash(name)))
	})
	return m, err
}

func extract(root *os.Root, p Part, content io.Reader) error {
	name := filepath.FromSlash(p.Name)
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Sync(), f.Close())
}

// each calls visit with each part, and verifies what visit read: all of it.
func each(ctx context.Context, file string, visit func(Part, io.Reader) error) (Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return Manifest{}, fmt.Errorf("open backup: %w", err)
	}
	defer f.Close() //nolint:errcheck // it is only read
	t := tar.NewReader(reader{ctx, f})
	m, err := manifest(t)
	if err != nil {
		return m, fmt.Errorf("read %s: %w", file, damage(ctx, err))
	}
	for _, p := range m.Parts {
		if err := next(t, p, visit); err != nil {
			return m, fmt.Errorf("read %s of %s: %w", p.Name, file, damage(ctx, err))
		}
	}
	if _, err := t.Next(); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("read %s: %w: it holds more than its manifest says", file, ErrDamaged)
	}
	return m, nil
}

// damage returns an error that is ErrDamaged if the archive is what failed.
func damage(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, ErrDamaged) || errors.As(err, new(*fs.PathError)) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

func manifest(t *tar.Reader) (m Manifest, err error) {
	h, err := t.Next()
	if err != nil {
		return m, err
	}
	if h.Name != manifestName || h.Size > manifestSize {
		return m, errors.New("it does not begin with a manifest")
	}
	text, err := io.ReadAll(t)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err == nil && m.Format != format {
		err = fmt.Errorf("its format is %d, and this program reads %d", m.Format, format)
	}
	return m, err
}

func next(t *tar.Reader, p Part, visit func(Part, io.Reader) error) error {
	h, err := t.Next()
	if err != nil {
		return err
	}
	if h.Typeflag != tar.TypeReg || h.Name != p.Name || h.Size != p.Bytes || !filepath.IsLocal(filepath.FromSlash(p.Name)) {
		return fmt.Errorf("%w: the manifest and the archive differ", ErrDamaged)
	}
	sum := sha256.New()
	if err := visit(p, io.TeeReader(t, sum)); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%w: its SHA-256 is not the one of the manifest", ErrDamaged)
	}
	return nil
}

// A reader ends with its context.
type reader struct {
	ctx context.Context //nolint:containedctx // of one copy
	io.Reader
}

// Read implements [io.Reader].
func (r reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}
