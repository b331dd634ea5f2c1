package crashtest

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"
)

// A commandPoint is a place in the code of beibud backup or beibud restore, before some
// code, at which the command kills itself. The name of the point is a Go expression,
// since it may be in a loop.
type commandPoint struct{ file, before, name string }

var commandPoints = []commandPoint{
	{"cmd/internal/daemon/backup.go", `report("copying the store "`, `"store to be copied"`},
	{"queue/sqlite/copy.go", "err = c.Run(markCopy)", `"store copied, not marked as a copy"`},
	{"cmd/internal/daemon/backup.go", `report("writing " + file)`, `"store copied"`},
	{"cmd/internal/backup/backup.go", "if err := add(ctx, t, m.Parts[i]", `"to add " + s.Name`},
	{"queue/atomicfile/atomicfile.go", "err = place(f.Name(), path)", `"backup written, not named"`},
	{"queue/atomicfile/atomicfile.go", "if err = errors.Join(err, os.RemoveAll(f.Name()))", `"backup named"`},

	{"cmd/internal/daemon/backup.go", "parts := filepath.Join(d.config.Data, restoringFolder)", `"folder locked"`},
	{"cmd/internal/daemon/backup.go", "if _, err := backup.Extract(ctx, file, parts)", `"restore begun"`},
	{"cmd/internal/backup/backup.go", "_, err = io.Copy(f, content)", `"to fill " + p.Name`},
	{"cmd/internal/backup/backup.go", "return errors.Join(err, f.Sync(), f.Close())", `"filled " + p.Name`},
	{"cmd/internal/daemon/backup.go", "return d.moveIn(parts)", `"all parts written"`},
	{"cmd/internal/daemon/backup.go", "err = errors.Join(err, os.Rename(filepath.Join(parts", `"to move " + f.Name()`},
	{"cmd/internal/daemon/backup.go", "err = os.Remove(parts)", `"all parts moved"`},
}

// The names of the points of the commands. Of the points in a loop, those of one file
// of each kind are among them.
var (
	BackupPoints = []string{
		"store to be copied", "store copied, not marked as a copy", "store copied", "to add queue.db", "to add keys/receipt.pem", "to add access/operator.key",
		"backup written, not named", "backup named",
	}
	RestorePoints = []string{
		"folder locked", "restore begun", "to fill queue.db", "filled queue.db", "to fill keys/receipt.pem", "filled access/operator.key",
		"all parts written", "to move queue.db", "to move keys", "to move access", "all parts moved",
	}
)

// CommandPlants returns the edits that put the points of the commands into the code.
func CommandPlants() []Edit {
	var edits []Edit
	packages := map[string]bool{}
	for _, p := range commandPoints {
		edits = append(edits, Edit{p.file, p.before, fmt.Sprintf("reached(%s)\n%s", p.name, p.before)})
		if folder := path.Dir(p.file); !packages[folder] {
			packages[folder] = true
			edits = append(edits, Edit{File: folder + "/reached.go", New: fmt.Sprintf(reached, path.Base(folder))})
		}
	}
	return edits
}

// RunTo runs a command that was built with [CommandPlants], and fails the test unless
// it kills itself at a point.
func RunTo(tb testing.TB, point string, cmd *exec.Cmd) {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "point")
	if err := os.WriteFile(file, []byte(point), 0o600); err != nil {
		tb.Fatal(err)
	}
	cmd.Env = append(cmd.Environ(), pointVariable+"="+file)
	out, err := cmd.CombinedOutput()
	if _, statErr := os.Stat(file); statErr == nil {
		tb.Errorf("the command never came to the point %q: %v\n%s", point, err, out)
	}
}
