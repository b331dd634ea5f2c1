package console

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// Every file that is not ours is as it was published, under a licence that is named, and
// in the table.
func TestVendoredFiles(t *testing.T) {
	files, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"vendor/LICENSE-htmx": true}
	for _, v := range vendored {
		known[v.file] = true
		sum := sha256.Sum256(files[v.file].body)
		if hex.EncodeToString(sum[:]) != v.sha256 || v.licence == "" || v.version == "" || v.origin == "" {
			t.Errorf("%s is not what the table says", v.file)
		}
	}
	for name := range files {
		if strings.HasPrefix(name, "vendor/") && !known[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
	if licence := string(files["vendor/LICENSE-htmx"].body); !strings.HasPrefix(licence, "Zero-Clause BSD") {
		t.Errorf("the licence is another: %.40s", licence)
	}
}
