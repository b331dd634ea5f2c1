package queuetest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
)

// diskFolder names to a child process the folder to mount its small disk on.
const diskFolder = "BEIBU_TEST_DISK_FOLDER"

// OnSmallDisk runs do on a disk of its own, of so many bytes, which do can fill:
// in a child process, which runs the calling test once more, and whose mounts
// nobody else sees. The calling test must do nothing else.
func OnSmallDisk(t *testing.T, size int64, do func(folder string)) {
	t.Helper()
	if folder := os.Getenv(diskFolder); folder != "" {
		if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+strconv.FormatInt(size, 10)); err != nil {
			t.Fatalf("cannot mount: %v", err)
		}
		do(folder)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+regexp.QuoteMeta(t.Name())+"$", "-test.v")
	child.Env = append(os.Environ(), diskFolder+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	t.Logf("%s", out)
	if bytes.Contains(out, []byte("cannot mount")) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		if os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
			t.Fatalf("this system lets nobody mount a small disk (%v), and BEIBU_REQUIRE_TOOLS=1", err)
		}
		t.Skipf("SKIPPED: this system lets nobody mount a small disk: %v", err)
	}
	if err != nil {
		t.Error(err)
	}
}
