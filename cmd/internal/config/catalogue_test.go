package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The catalogue is Table 1, or one of the operator's own, which is compared with the map.
func TestCatalogue(t *testing.T) {
	l, err := Parse("beibud.yaml", nil)
	if err != nil || len(l.Services.Units) != 14 {
		t.Fatalf("%v, %+v", err, l)
	}
	known := make(map[string]bool)
	for _, k := range l.Catalog.Kinds() {
		known[string(k.Kind)] = true
	}
	if err := l.Services.Check(l.Parties, func(kind string) bool { return known[kind] }); err != nil {
		t.Errorf("the built-in catalogue and the built-in map: %v", err)
	}
	own := filepath.Join(t.TempDir(), "catalogue.yaml")
	for text, want := range map[string]string{
		"platform: {items: 1, once: 1, noVisit: 0}\nunits: [{party: gx-ocean, once: 1}]": "",
		"platform: {items: 1, once: 1, noVisit: 0}\nunits: [{party: moon, once: 1}]":     `there is no party "moon"`,
		"platform: {items: 1, once: 2, noVisit: 0}\nunits: [{party: gx-ocean}]":          "1 items are fewer",
	} {
		if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Parse("beibud.yaml", []byte("catalogue: "+own+"\n"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := Parse("beibud.yaml", []byte("catalogue: "+own+".none\n")); err == nil {
		t.Error("a file that does not exist is read")
	}
}
