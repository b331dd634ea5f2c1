package schemas_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"beibu/schemas"
)

// Every kind says what its schema asks for, and hands out files that compile by
// themselves and judge a document as the catalog does.
func TestDescribe(t *testing.T) {
	c := newCatalog(t)
	for kind, want := range map[schemas.Kind][]string{
		"ata-carnet": {"ID", "HolderParty"}, "import-licence": {"ID"}, "sps-certificate": {"SPSExchangedDocument", "SPSExchangedDocument/ID"},
	} {
		d, ok := c.Describe(kind, time.Now())
		if !ok || d.Facts.Facts == nil {
			t.Fatalf("%s is not known", kind)
		}
		for _, path := range want {
			if !slices.Contains(d.Required, path) {
				t.Errorf("%s: %s is not among %q", kind, path, d.Required)
			}
		}
	}
	for _, k := range c.Kinds() {
		d, ok := c.Describe(k.Kind, time.Now())
		files, err := d.Files()
		if !ok || err != nil || len(files) == 0 || !bytes.Contains(files[0].Bytes, []byte(`name="`+k.Root+`"`)) {
			t.Errorf("%s: %d files, %v", k.Kind, len(files), err)
		}
	}
	if _, ok := c.Describe("no-kind", time.Now()); ok {
		t.Error("a kind that there is not is described")
	}
}
