package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
)

// The map of the example is right, and a project goes through its cities and across the
// border before customs get it.
func TestCooperationZone(t *testing.T) {
	path, err := filepath.Abs("../../../deploy/docs/examples/cooperation-zone.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "beibud.yaml")
	if err := os.WriteFile(file, []byte("parties: "+path+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	to, err := l.Routes.To("beihai-city", "import-licence", facts.Facts{ExportCountry: "VN", ImportCountry: "CN"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []effects.Step{
		{By: []string{"gx-development-reform", "qinzhou-city", "fangchenggang-city"}, Days: 5},
		{By: []string{"guangzhou-city", "quanzhou-city", "fuzhou-city", "haikou-city"}, Days: 10},
		{By: []string{"window-vn"}, Days: 15},
	}
	if diff := cmp.Diff(want, to.Round.Steps); diff != "" {
		t.Error(diff)
	}
	if last := to.Receivers[len(to.Receivers)-1]; last != "gx-customs" {
		t.Errorf("it goes to %v", to.Receivers)
	}
}
