package input_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/cmd/internal/input"
)

// A folder means the *.xml files below it; a name without a file stays, so that
// reading it returns the reason.
func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"in/b.XML", "in/deep/a.xml", "in/c.jws", "empty/readme.txt", "one.jws"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := input.Files([]string{"one.jws", "in", "-", "empty", "missing"})
	want := []string{"one.jws", filepath.Join("in", "b.XML"), filepath.Join("in", "deep", "a.xml"), "-", "empty", "missing"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	stdin := strings.NewReader("piped")
	for name, want := range map[string]string{"one.jws": "one.jws", input.Stdin: "piped", "empty": "", "missing": ""} {
		b, err := input.Read(stdin, name)
		if string(b) != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}
