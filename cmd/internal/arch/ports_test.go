package arch_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fixedPort finds an address of this machine with a port of two digits or more.
// Port 1 means "nobody listens there".
var fixedPort = regexp.MustCompile(`(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]):[0-9]{2,5}\b`)

// neverListens are the tests that only read addresses, or have a network of their own, by
// path.
var neverListens = map[string]string{
	"cmd/internal/config/":                    "configurations are parsed",
	"cmd/beibud/testdata/script/config.txtar": "configurations are parsed",
	"cmd/beibud/readme_test.go":               "the README's address is replaced",
	"cmd/beibuctl/session_test.go":            "addresses are parsed",
	"deploy/image_linux_test.go":              "the container has a network of its own",
	"exchange/claims/redis_test.go":           "it is dialed by a function of the test",
	"queue/kafka/wire_test.go":                "options are filled in",
}

// A test that listens on a port of its own choice fails if that is taken: each
// lets the system choose.
func TestNoFixedPorts(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, root+"/"))
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		tested := strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".txtar") || strings.HasPrefix(name, "cmd/internal/crashtest/") ||
			strings.HasPrefix(name, "cmd/internal/demo/")
		if !tested || name == "cmd/internal/arch/ports_test.go" {
			return nil
		}
		for prefix := range neverListens {
			if strings.HasPrefix(name, prefix) {
				return nil
			}
		}
		text, err := os.ReadFile(path)
		for _, found := range fixedPort.FindAllString(string(text), -1) {
			t.Errorf("%s has %s: listen on port 0, and ask the listener for its address", name, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
