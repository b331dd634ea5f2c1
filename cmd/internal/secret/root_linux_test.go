package secret_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beibu/cmd/internal/secret"
	"beibu/signing/signingtest"
)

// Files of root that Kubernetes gives to the daemon's group are read by the daemon, which
// is not root; those that others can read too, or the group write, are not.
func TestFilesOfRoot(t *testing.T) {
	const file = "BEIBU_TEST_SECRET"
	if path := os.Getenv(file); path != "" {
		if _, err := secret.Key(path); err != nil {
			t.Fatal(err)
		}
		return
	}
	if os.Geteuid() != 0 {
		signingtest.Missing(t, "this is not root, who alone makes files of root")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	self, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(program, self, 0o755)
	}
	if err == nil {
		err = os.Chmod(filepath.Dir(dir), 0o755) // another user enters it
	}
	if err != nil {
		t.Fatal(err)
	}
	const user = 65532
	for name, c := range map[string]struct {
		owner int
		mode  os.FileMode
		want  string
	}{
		"group reads":              {0, 0o440, ""},
		"root writes, group reads": {0, 0o640, ""},
		"group writes":             {0, 0o660, "chmod go="},
		"others read":              {0, 0o444, "chmod go="},
		"its own, group reads":     {user, 0o440, "chmod go="},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			err := os.WriteFile(path, []byte(good), c.mode)
			if err == nil {
				err = os.Chown(path, c.owner, user)
			}
			if err == nil {
				err = os.Chmod(path, c.mode)
			}
			if err != nil {
				t.Fatal(err)
			}
			read := exec.CommandContext(t.Context(), program, "-test.run=^TestFilesOfRoot$")
			read.Env, read.Dir = []string{file + "=" + path}, dir
			read.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
			out, err := read.CombinedOutput()
			if (err == nil) != (c.want == "") || !strings.Contains(string(out), c.want) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
