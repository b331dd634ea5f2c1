package sqlite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"beibu/queue"
	"beibu/queue/queuetest"
	"beibu/queue/sqlite"
	"beibu/testdata"
)

// crashFile names the queue file to the child process.
const crashFile = "BEIBU_TEST_CRASH_FILE"

func openAt(path string) queuetest.Opener {
	return func(tb testing.TB) queue.Queue {
		tb.Helper()
		s, err := sqlite.Open(tb.Context(), path, sqlite.Options{})
		if err != nil {
			tb.Fatalf("open: %v", err)
		}
		return s
	}
}

func TestKilledChild(t *testing.T) {
	path := os.Getenv(crashFile)
	if path == "" {
		t.Skip("the child process of TestKilled")
	}
	queuetest.Child(t, openAt(path)(t))
}

func TestKilled(t *testing.T) {
	kills := 25
	if !testdata.Long() {
		kills = 5
	}
	path := filepath.Join(t.TempDir(), "queue.db")
	queuetest.Killed(t, kills, func(t *testing.T) *exec.Cmd {
		t.Helper()
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$")
		child.Env = append(os.Environ(), crashFile+"="+path)
		return child
	}, openAt(path))
}
