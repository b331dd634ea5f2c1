package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"beibu/schemas/schemastest"
)

// TestFilesAreWhatTheProgramWrites holds the files of the repository against
// what the program makes of the official set.
func TestFilesAreWhatTheProgramWrites(t *testing.T) {
	made, err := Generate(schemastest.Jars(t, schemastest.UBL))
	if err != nil {
		t.Fatal(err)
	}
	const folder = "../../files/ubl/2.4"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(made) {
		t.Errorf("%d files, the program writes %d", len(entries), len(made))
	}
	for name, want := range made {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the program writes (%v)", name, err)
		}
		for _, foreign := range []string{"annotation", "documentation", "<!--", "OASIS Open"} {
			if bytes.Contains(want, []byte(foreign)) {
				t.Errorf("%s holds %q, which is not a fact", name, foreign)
			}
		}
	}
}
