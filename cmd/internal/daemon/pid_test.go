package daemon_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
)

// The data folder names the process that serves it, and no other: neither one
// that was refused since the folder is in use, nor one that has stopped.
func TestPIDFile(t *testing.T) {
	data := t.TempDir()
	loaded, err := config.Parse("beibud.yaml", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+data+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(data, daemon.PIDFile)
	if err := os.WriteFile(path, []byte("1\n"), 0o600); err != nil { // left by one that was killed
		t.Fatal(err)
	}
	names := func() string {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	d, err := daemon.New(t.Context(), loaded, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	mine := strconv.Itoa(os.Getpid()) + "\n"
	if got := names(); got != mine {
		t.Errorf("got %q, want %q", got, mine)
	}
	if _, err := daemon.New(t.Context(), loaded, zap.NewNop()); err == nil {
		t.Error("a second daemon was given the folder")
	}
	if got := names(); got != mine {
		t.Errorf("after a second one was refused: %q, want %q", got, mine)
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the stop: %v", err)
	}
}
