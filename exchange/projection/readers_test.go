package projection

import (
	"path/filepath"
	"testing"
)

// Queries one after another use one connection, so that its cache is of use. Only those
// that run at once use several.
func TestReadersGiveTheLastOneFirst(t *testing.T) {
	p, err := Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), Definition{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	first, err := p.readers.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.readers.take(t.Context())
	if err != nil || second == first {
		t.Fatalf("one connection for two queries: %v", err)
	}
	p.readers.give(second)
	p.readers.give(first)
	for range 2 * maxReaders {
		c, err := p.readers.take(t.Context())
		if err != nil || c != first {
			t.Fatalf("another connection than the last one: %v", err)
		}
		p.readers.give(c)
	}
}
