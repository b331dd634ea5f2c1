package folders_test

import (
	"strings"
	"testing"

	"beibu/exchange/files"
	"beibu/exchange/folders"
)

// Whatever a party calls its files, what is written for them has names that lead nowhere
// else and fit into a file system, and a document keeps its name through work.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.xml", "许可 №1.xml", "..", "../a", "a\x00b", "a~b", "~", "", ".", strings.Repeat("许", 100), "a.receipt.json", "unnamed-0123456789abcdef"} {
		f.Add(name)
	}
	const token = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	f.Fuzz(func(t *testing.T, name string) {
		shown, kept := folders.Names(token, name)
		if shown != kept {
			t.Errorf("%q is %q, and after work %q", name, shown, kept)
		}
		if !files.IsName(shown) || files.IsName(name) && shown != name && !strings.HasSuffix(name, ".json") {
			t.Errorf("%q is %q", name, shown)
		}
		longest := files.Unfinished("sent/" + folders.Added(shown, token) + ".problem.json")
		if base := strings.TrimPrefix(longest, "sent/"); len(base) > 255 || strings.Contains(base, "/") {
			t.Errorf("%q is written as %q, of %d bytes", name, longest, len(base))
		}
	})
}
