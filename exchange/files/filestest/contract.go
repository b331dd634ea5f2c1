// Package filestest checks that a tree of folders keeps what package files promises.
package filestest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"beibu/exchange/files"
)

// Folders makes the folders of a party and returns where they are.
func Folders(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{files.Out, files.Work, files.Sent, files.Failed, files.In, files.Answers} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Run checks a tree. Each check opens one over folders of this machine.
func Run(t *testing.T, open func(t *testing.T, dir string) files.Tree) {
	for name, check := range map[string]func(t *testing.T, tree files.Tree, dir string){
		"what is written is read":      written,
		"writers do not mix":           writers,
		"what is moved replaces none":  moved,
		"a listing":                    listed,
		"nothing irregular is read":    irregular,
		"what is larger is not read":   larger,
		"what is missing is said":      missing,
		"what may not be done is said": denied,
		"a test of the folders":        tested,
	} {
		t.Run(name, func(t *testing.T) {
			dir := Folders(t)
			check(t, open(t, dir), dir)
		})
	}
}

// names returns what a folder has, as the system says.
func names(t *testing.T, dir, folder string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func written(t *testing.T, tree files.Tree, dir string) {
	ctx, path := t.Context(), files.In+"/许可 №1.xml"
	for _, want := range [][]byte{bytes.Repeat([]byte("a long one "), 100_000), []byte("short"), nil} {
		if err := tree.Write(ctx, path, want); err != nil {
			t.Fatal(err)
		}
		got, err := tree.Read(ctx, path, int64(len(want)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("read %d bytes, %v; %d were written", len(got), err, len(want))
		}
	}
	if got := names(t, dir, files.In); !slices.Equal(got, []string{"许可 №1.xml"}) {
		t.Errorf("the folder has %q", got)
	}
	for range 2 {
		if err := tree.Remove(ctx, path); err != nil {
			t.Error(err)
		}
	}
	if got := names(t, dir, files.In); len(got) != 0 {
		t.Errorf("the folder has %q", got)
	}
}

// Two that write one file at once leave one of the two, whole, and nothing else.
func writers(t *testing.T, tree files.Tree, dir string) {
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			if err := tree.Write(t.Context(), files.In+"/one", bytes.Repeat([]byte{byte('a' + n)}, 200_000)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := os.ReadFile(filepath.Join(dir, files.In, "one"))
	if err != nil || len(got) != 200_000 || len(bytes.Trim(got, string(got[:1]))) > 0 {
		t.Errorf("a mixture of %d bytes, %v", len(got), err)
	}
	if got := names(t, dir, files.In); len(got) != 1 {
		t.Errorf("the folder has %q", got)
	}
}

func moved(t *testing.T, tree files.Tree, dir string) {
	ctx := t.Context()
	put(t, filepath.Join(dir, files.Out, "a"), "first")
	if err := tree.Move(ctx, files.Out+"/a", files.Sent+"/a"); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, files.Out, "a"), "second")
	if err := tree.Move(ctx, files.Out+"/a", files.Sent+"/a"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("moved onto another: %v", err)
	}
	if got, err := tree.Read(ctx, files.Sent+"/a", 10); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
	if err := tree.Move(ctx, files.Out+"/none", files.Sent+"/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("moved what is not there: %v", err)
	}
	if err := os.Symlink("a", filepath.Join(dir, files.Out, "link")); err != nil {
		t.Fatal(err)
	}
	if err := tree.Move(ctx, files.Out+"/link", files.Failed+"/link"); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(filepath.Join(dir, files.Failed, "link")); err != nil || target != "a" {
		t.Errorf("a link was not moved as such: %q, %v", target, err)
	}
}

func listed(t *testing.T, tree files.Tree, dir string) {
	out := filepath.Join(dir, files.Out)
	put(t, filepath.Join(out, "b.xml"), "three")
	put(t, filepath.Join(out, "unwanted"), "")
	if err := errors.Join(os.Mkdir(filepath.Join(out, "staging"), 0o700), os.Symlink("/etc/passwd", filepath.Join(out, "link")),
		syscall.Mkfifo(filepath.Join(out, "pipe"), 0o600)); err != nil {
		t.Fatal(err)
	}
	got, err := tree.List(t.Context(), files.Out, func(name string) bool { return name != "unwanted" })
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b files.File) int { return strings.Compare(a.Name, b.Name) })
	var text strings.Builder
	for _, f := range got {
		_, _ = fmt.Fprintf(&text, "%s %t;", f.Name, f.Regular)
		if f.Name == "b.xml" && (f.Size != 5 || f.Changed.IsZero()) {
			t.Errorf("%+v", f)
		}
	}
	if text.String() != "b.xml true;link false;pipe false;" {
		t.Errorf("listed %s", &text)
	}
}

func irregular(t *testing.T, tree files.Tree, dir string) {
	out := filepath.Join(dir, files.Out)
	put(t, filepath.Join(dir, "secret"), "secret")
	if err := errors.Join(os.Symlink(filepath.Join(dir, "secret"), filepath.Join(out, "absolute")), os.Symlink("../secret", filepath.Join(out, "within")),
		syscall.Mkfifo(filepath.Join(out, "pipe"), 0o600), os.Mkdir(filepath.Join(out, "folder"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"absolute", "within", "pipe", "folder"} {
		if got, err := tree.Read(t.Context(), files.Out+"/"+name, 100); !errors.Is(err, files.ErrIrregular) {
			t.Errorf("%s: read %q, %v", name, got, err)
		}
	}
}

func larger(t *testing.T, tree files.Tree, dir string) {
	put(t, filepath.Join(dir, files.Out, "a"), "12345")
	if got, err := tree.Read(t.Context(), files.Out+"/a", 4); !errors.Is(err, files.ErrTooLarge) || got != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func missing(t *testing.T, tree files.Tree, dir string) {
	ctx := t.Context()
	put(t, filepath.Join(dir, files.Out, "a"), "")
	if err := os.Remove(filepath.Join(dir, files.In)); err != nil {
		t.Fatal(err)
	}
	_, listing := tree.List(ctx, files.In, files.None)
	_, reading := tree.Read(ctx, files.In+"/a", 1)
	for what, err := range map[string]error{
		"list": listing, "read": reading, "write": tree.Write(ctx, files.In+"/a", nil), "move": tree.Move(ctx, files.Out+"/a", files.In+"/a"),
	} {
		if files.Class(err) != files.ClassMissing || !files.Refused(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func denied(t *testing.T, tree files.Tree, dir string) {
	if os.Geteuid() == 0 {
		t.Skip("root may do anything")
	}
	if err := os.Chmod(filepath.Join(dir, files.In), 0o500); err != nil {
		t.Fatal(err)
	}
	if err := tree.Write(t.Context(), files.In+"/a", nil); files.Class(err) != files.ClassDenied || !files.Refused(err) {
		t.Error(err)
	}
}

func tested(t *testing.T, tree files.Tree, dir string) {
	name, err := files.Test(t.Context(), tree, files.Out, files.In)
	if err != nil || name == "" || len(names(t, dir, files.Out)) > 0 {
		t.Errorf("%q, %v, left %q", name, err, names(t, dir, files.Out))
	}
	if err := os.Remove(filepath.Join(dir, files.In)); err != nil {
		t.Fatal(err)
	}
	_, err = files.Test(t.Context(), tree, files.Out, files.In)
	if failed, ok := errors.AsType[*files.FolderError](err); !ok || failed.Folder != files.In || files.Class(err) != files.ClassMissing {
		t.Errorf("a folder is missing: %v", err)
	}
}
