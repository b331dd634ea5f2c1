package sqlite

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"beibu/queue"
)

// A probe writes to the disk, adds nothing to the record, and fails if nothing can be
// kept any more.
func TestProbe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := logOf(t, path)
	if err := s.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(before, logOf(t, path)) {
		t.Error("nothing was written")
	}
	if head, err := s.Head(t.Context()); head != 0 || err != nil {
		t.Errorf("the record ends at %d, %v", head, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Probe(t.Context()); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("a closed store: %v", err)
	}
}

// logOf returns the write-ahead log beside a store's file.
func logOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return b
}
