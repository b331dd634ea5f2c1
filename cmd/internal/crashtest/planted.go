package crashtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/signing/signingtest"
)

// An Edit is a change to the code of the daemon under attack: the first Old in a
// file, by its path in the project, becomes New.
type Edit struct{ File, Old, New string }

// Build builds a daemon from the code with edits, without changing a file, and
// returns its path.
func Build(tb testing.TB, edits ...Edit) string {
	tb.Helper()
	daemon := filepath.Join(tb.TempDir(), "beibud")
	if err := build(tb, edits, "-o", daemon, "./cmd/beibud"); err != nil {
		tb.Fatal(err)
	}
	return daemon
}

// Fits returns an error if the code has no longer what an edit changes, or if the edited
// packages do not compile.
func Fits(tb testing.TB, edits ...Edit) error {
	tb.Helper()
	packages := make(map[string]bool)
	for _, e := range edits {
		packages["./"+path.Dir(e.File)] = true
	}
	return build(tb, edits, append([]string{"-o", os.DevNull}, slices.Sorted(maps.Keys(packages))...)...)
}

// build runs go build with arguments, over the code with edits.
func build(tb testing.TB, edits []Edit, args ...string) error {
	tb.Helper()
	root, dir := signingtest.Root(tb), tb.TempDir()
	changed, err := apply(root, edits)
	if err != nil {
		return err
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = make(map[string]string)
	for i, file := range slices.Sorted(maps.Keys(changed)) {
		to := filepath.Join(dir, fmt.Sprint(i, ".go"))
		if err := os.WriteFile(to, []byte(changed[file]), 0o600); err != nil {
			return err
		}
		overlay.Replace[filepath.Join(root, filepath.FromSlash(file))] = to
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return err
	}
	over := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(over, list, 0o600); err != nil {
		return err
	}
	command := exec.CommandContext(tb.Context(), "go", append([]string{"build", "-overlay", over}, args...)...)
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// apply returns the files with their edits. An edit without Old makes a new file.
func apply(root string, edits []Edit) (changed map[string]string, err error) {
	changed = make(map[string]string)
	for _, e := range edits {
		code, done := changed[e.File]
		if !done {
			b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
			if err != nil && (e.Old != "" || !errors.Is(err, fs.ErrNotExist)) {
				return nil, err
			}
			code = string(b)
		}
		if !strings.Contains(code, e.Old) {
			return nil, fmt.Errorf("%s has no longer what is to be changed: %q", e.File, e.Old)
		}
		changed[e.File] = strings.Replace(code, e.Old, e.New, 1)
	}
	return changed, nil
}

// pointVariable names the file with the name of the point at which a daemon built
// with [Plants] kills itself.
const pointVariable = "BEIBU_CRASH_POINT"

// reached is the code of the points: the daemon that comes to the one that the
// file names takes the file away and dies, as if it were killed from outside.
const reached = `package %s

import (
	"os"
	"syscall"
)

func reached(point string) {
	file := os.Getenv("` + pointVariable + `")
	if name, err := os.ReadFile(file); err != nil || string(name) != point {
		return
	}
	if os.Remove(file) == nil {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	select {} // it is another goroutine's death
}
`

// Plants returns the edits that put the points inside of the daemon into its code:
// in the embedded store and in the mailbox.
func Plants() []Edit {
	var edits []Edit
	packages := map[string]bool{}
	for _, p := range points {
		if p.at != inside {
			continue
		}
		edits = append(edits, Edit{p.file, p.before, fmt.Sprintf("reached(%q)\n%s", p.name, p.before)})
		if folder := path.Dir(p.file); !packages[folder] {
			packages[folder] = true
			edits = append(edits, Edit{File: folder + "/reached.go", New: fmt.Sprintf(reached, path.Base(folder))})
		}
	}
	return edits
}
