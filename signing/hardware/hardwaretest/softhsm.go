// Package hardwaretest has a hardware module in software, for tests.
package hardwaretest

import (
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"beibu/signing/signingtest"
)

// The token that SoftHSM sets up.
const (
	Token = "beibu"
	PIN   = "5678"
)

// SoftHSM sets up a token in software for this test, with the private keys of
// these PEM files in it by label, and returns the path of its module. If
// SoftHSM is not installed the test is skipped.
func SoftHSM(t *testing.T, keys map[string][]byte) (module string) {
	t.Helper()
	tool := signingtest.Tool(t, "softhsm2-util")
	dir := t.TempDir()
	configuration := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(configuration, []byte("directories.tokendir = "+dir+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", configuration)
	run := func(arguments ...string) {
		if out, err := exec.CommandContext(t.Context(), tool, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("softhsm2-util %s: %v\n%s", arguments[0], err, out)
		}
	}
	run("--init-token", "--free", "--label", Token, "--so-pin", "1234", "--pin", PIN)
	for label, text := range keys {
		file := filepath.Join(dir, label+".pem")
		if err := os.WriteFile(file, privatePart(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run("--import", file, "--token", Token, "--label", label, "--id", hex.EncodeToString([]byte(label)), "--pin", PIN)
	}
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatal("softhsm2-util is there, but not its module")
	return ""
}

// privatePart is the first block of a PEM file.
func privatePart(text []byte) []byte {
	block, _ := pem.Decode(text)
	return pem.EncodeToMemory(block)
}
