package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"beibu/cmd/internal/backup"
)

// put writes a file.
func put(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is extracted is what was written, for its owner only.
func TestWriteAndExtract(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "backup.tar")
	source := backup.Source{Name: "keys/one.pem", Path: put(t, filepath.Join(dir, "one"), "secret")}
	if _, err := backup.Write(t.Context(), file, backup.Manifest{}, []backup.Source{source}); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), file, backup.Manifest{}, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a backup: %v", err)
	}
	m, err := backup.Extract(t.Context(), file, to)
	if err != nil || len(m.Parts) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	content, err := os.ReadFile(filepath.Join(to, "keys", "one.pem"))
	if err != nil || string(content) != "secret" {
		t.Errorf("%s, %v", content, err)
	}
	for name, mode := range map[string]fs.FileMode{"keys": 0o700, "keys/one.pem": 0o600} {
		if info, err := os.Stat(filepath.Join(to, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// A during calls do at each read, and never ends.
type during struct {
	context.Context //nolint:containedctx // it is one
	do              func()
}

// Err implements [context.Context].
func (d during) Err() error {
	d.do()
	return nil
}

// A file that changes while it is read is in no backup.
func TestSourceChanges(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "backup.tar"), put(t, filepath.Join(dir, "one"), "before")
	reads := 0
	ctx := during{t.Context(), func() {
		if reads++; reads == 3 { // it was described by the first two
			put(t, path, "behind")
		}
	}}
	if _, err := backup.Write(ctx, file, backup.Manifest{}, []backup.Source{{Name: "one", Path: path}}); err == nil {
		t.Error("written")
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left %v", err)
	}
}

// archive returns an archive of a manifest and files.
func archive(t *testing.T, m any, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name string, content []byte) {
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o600})
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	add("manifest.json", text)
	for _, name := range files {
		add(name, []byte("content"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that is no backup, or another one than its manifest says, is not restored, and
// no part gets out of the folder.
func TestDamaged(t *testing.T) {
	sum := sha256.Sum256([]byte("content"))
	part := func(name string) backup.Part {
		return backup.Part{Name: name, Bytes: 7, SHA256: hex.EncodeToString(sum[:])}
	}
	manifest := func(parts ...backup.Part) backup.Manifest { return backup.Manifest{Format: 1, Parts: parts} }
	other := part("a")
	other.SHA256 = hex.EncodeToString(make([]byte, sha256.Size))
	short := part("a")
	short.Bytes = 6
	for name, content := range map[string][]byte{
		"another format":   archive(t, backup.Manifest{Format: 2}),
		"no manifest":      archive(t, "text"),
		"more than it":     archive(t, manifest(part("a")), "a", "b"),
		"less than it":     archive(t, manifest(part("a"), part("b")), "a"),
		"another name":     archive(t, manifest(part("a")), "b"),
		"another content":  archive(t, manifest(other), "a"),
		"another size":     archive(t, manifest(short), "a"),
		"out of it":        archive(t, manifest(part("../a")), "../a"),
		"an absolute path": archive(t, manifest(part("/tmp/a")), "/tmp/a"),
	} {
		t.Run(name, func(t *testing.T) {
			file := put(t, filepath.Join(t.TempDir(), "backup.tar"), string(content))
			if _, err := backup.Read(t.Context(), file); !errors.Is(err, backup.ErrDamaged) {
				t.Errorf("read: %v", err)
			}
			if _, err := backup.Extract(t.Context(), file, t.TempDir()); !errors.Is(err, backup.ErrDamaged) {
				t.Errorf("extracted: %v", err)
			}
		})
	}
	whole := put(t, filepath.Join(t.TempDir(), "backup.tar"), string(archive(t, manifest(part("a")), "a")))
	if _, err := backup.Read(t.Context(), whole); err != nil {
		t.Errorf("the test proves nothing: %v", err)
	}
}
