package sqlite_test

import (
	"path/filepath"
	"testing"

	"beibu/queue/queuetest"
)

func TestContract(t *testing.T) {
	queuetest.Run(t, func(tb testing.TB) queuetest.Opener {
		tb.Helper()
		return openAt(filepath.Join(tb.TempDir(), "queue.db"))
	})
}
