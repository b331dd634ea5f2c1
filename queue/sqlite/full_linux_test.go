package sqlite

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// diskFolder names to the child process the folder to mount its small disk on.
const diskFolder = "BEIBU_TEST_DISK_FOLDER"

// TestFullDisk fills a small disk of its own, in a child process whose mounts
// nobody else sees.
func TestFullDisk(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDiskChild$", "-test.v")
	child.Env = append(os.Environ(), diskFolder+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	if bytes.Contains(out, []byte("cannot mount")) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		if os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
			t.Fatalf("this system lets nobody mount a small disk (%v), and BEIBU_REQUIRE_TOOLS=1", err)
		}
		t.Skipf("SKIPPED: this system lets nobody mount a small disk: %v", err)
	}
	if err != nil || !bytes.Contains(out, []byte("the disk was full")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestFullDiskChild(t *testing.T) {
	folder := os.Getenv(diskFolder)
	if folder == "" {
		t.Skip("the child process of TestFullDisk")
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("SKIPPED: cannot mount: %v", err)
	}
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
	// There is space again: the same store goes on.
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
}
