package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"beibu/queue/queuetest"
)

// A store on a full disk refuses new documents, keeps those that it has, and continues
// when there is room again.
func TestFullDisk(t *testing.T) {
	queuetest.OnSmallDisk(t, 16<<20, func(folder string) {
		ballast := filepath.Join(folder, "ballast")
		if err := os.WriteFile(ballast, make([]byte, 8<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, filepath.Join(folder, "queue.db"))
		answered := fill(t, s, "first ")
		t.Logf("the disk was full after %d documents", len(answered))
		whole(t, s, answered)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		// There is space again: the same store continues.
		more := fill(t, s, "second ")
		if len(more) < 10 {
			t.Errorf("only %d documents admitted once there was space", len(more))
		}
		answered = append(answered, more...)
		whole(t, s, answered)
		if err := s.Close(); err != nil {
			t.Logf("close on a full disk: %v", err)
		}
		s = open(t, s.path)
		whole(t, s, answered)
	})
}
