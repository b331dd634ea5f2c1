package projection_test

import (
	"errors"
	"path/filepath"
	"testing"

	"beibu/exchange/projection"
	"beibu/exchange/projection/projectiontest"
)

// A copy that is made while the projection is open has the rows and the cursor, and
// continues from there.
func TestCopy(t *testing.T) {
	s := subject(nil)
	dir := t.TempDir()
	path, to := filepath.Join(dir, "p.db"), filepath.Join(dir, "copy.db")
	p := s.Open(t, path)
	half := len(s.Record) / 2
	projectiontest.Follow(t, p, &projectiontest.Feed{Changes: s.Record[:half], Batch: 50})
	if err := projection.Copy(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	copied := s.Open(t, to)
	if copied.Sequence() != p.Sequence() || copied.Rebuilt() != nil {
		t.Errorf("the copy is at %d and not at %d, rebuilt: %v", copied.Sequence(), p.Sequence(), copied.Rebuilt())
	}
	projectiontest.Follow(t, copied, &projectiontest.Feed{Changes: s.Record, Batch: 50})
	if copied.Rebuilt() != nil {
		t.Errorf("the copy was rebuilt: %v", copied.Rebuilt())
	}
	err := projection.Copy(t.Context(), path, to)
	if missing := projection.Copy(t.Context(), filepath.Join(dir, "missing.db"), filepath.Join(dir, "x")); err == nil || missing == nil {
		t.Error(errors.Join(err, missing), ": copied over a file, or from none")
	}
}
