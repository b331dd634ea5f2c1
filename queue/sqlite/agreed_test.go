package sqlite

import (
	"path/filepath"
	"testing"

	"beibu/queue"
	"beibu/queue/queuetest"
)

// What the file began with stays, over every opening.
func TestOpenRefusesWhatIsNotAgreed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	queuetest.Agrees(t, func(agreed map[string]string) (queue.Queue, error) {
		return Open(t.Context(), path, Options{Agreed: agreed})
	})
}
