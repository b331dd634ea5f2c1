package facts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

// What identity and routes take from a document of each kind.
func TestFacts(t *testing.T) {
	tests := map[string]string{
		"ata-carnet/expo-machinery-qinzhou-haiphong":            "CN/4501/26/00183 v1: CN CNQZH -> VN VNHPH",
		"ata-reexportation-request/vietnam-claims-harvester":    "VCCI-ATA-2026-0041 v: CN -> VN VNHPH",
		"ata-reexportation-proof/harvester-reexported-haiphong": "CCOIC-PRF-26-0052 v: CN CNQZH -> VN",
		"health-permit/catering-qinzhou":                        "HP-CNQZH-2026-00127 v: CN CNQZH ->",
		"health-certificate/birds-nest-qinzhou":                 "DVS/HC/2026/118903 v: MY MYPEN -> CN CNQZH, HS 041010",
		"sps-certificate/durian-youyiguan":                      "VN-LS-26-0118437 v70: VN VNLGS -> CN CNYYG, HS 081060",
		"export-licence/acetone-viet-nam":                       "26-45-E00731 v: CN CNPIN -> VN CNPIN by 广西壮族自治区商务厅, HS 2914110000",
		"import-declaration/durian-youyiguan":                   "720820261000083154 v: TH VNLGS -> CN CNYYG, HS 0810600000",
		"export-declaration/graphite-dongxing":                  "720720261000068204 v: CN CNDOX -> VN VNMOC, HS 2504101000 2504109100",
		"transit-declaration/garments-pingxiang-rail":           "720820263000001983 v: VN CNPIN -> PL, HS 62034200 61091000",
		"certificate-of-origin/tiles-hai-phong":                 "E264507A12340086 v: CN CNQZH -> VN VNHPH, HS 690721 690723",
		"response/origin-accepted-hanoi":                        "VNSW-R-2026-5590187 v: -> to gx-trade-promotion",
	}
	builtIn, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			kind, sample, _ := strings.Cut(name, "/")
			s, err := testdata.Find(kind, sample)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := strict.Parse(s.Bytes, strict.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			f := facts.Read(builtIn[kind], tree.Root())
			got := fmt.Sprintf("%s v%s: %s %s -> %s %s", f.Number, f.Version, f.ExportCountry, f.ExportPort, f.ImportCountry, f.ImportPort)
			if f.Addressee != "" {
				got += " to " + f.Addressee
			}
			if f.Issuer != "" {
				got += " by " + f.Issuer
			}
			got = strings.Join(strings.Fields(got), " ")
			if len(f.HS) > 0 && !strings.HasPrefix(kind, "ata") {
				got += ", HS " + strings.Join(f.HS, " ")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExpress(t *testing.T) {
	for code, want := range map[string]bool{"0810600010": true, "1401": true, "0101": true, "1501": false, "4001": false, "": false, "0": false, "0001": false} {
		if got := (facts.Facts{HS: []string{code}}).Express(); got != want {
			t.Errorf("HS %q: express %t, want %t", code, got, want)
		}
	}
}
