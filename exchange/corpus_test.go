package exchange_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

var update = flag.Bool("update", false, "write the faults found into the .faults files")

// Every good sample is accepted without a fault, and every bad one shows just
// the faults that its .faults file says, in document order.
func TestSamples(t *testing.T) {
	checks := exchangetest.Checks(t)
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	good, bad := map[string]int{}, map[string]int{}
	for _, s := range samples {
		t.Run(s.Kind+"/"+s.Name, func(t *testing.T) {
			checked, err := checks.Find(t.Context(), exchange.Document{Bytes: s.Bytes, Sender: "qinzhou-customs", Received: rulestest.Received})
			if err != nil {
				t.Fatal(err)
			}
			var lines strings.Builder
			for _, f := range checked.Faults() {
				fmt.Fprintf(&lines, "%s %d %s\n", f.Code, f.Line, f.Path)
			}
			if s.Good {
				good[s.Kind]++
				if checked.Kind() != s.Kind {
					t.Errorf("recognised as %q", checked.Kind())
				}
				if checked.Identity().Number == "" {
					t.Error("no number was found")
				}
			} else {
				bad[s.Kind]++
			}
			if *update && !s.Good {
				write(t, s, lines.String())
				return
			}
			if diff := cmp.Diff(s.Faults, lines.String()); diff != "" {
				t.Errorf("faults (-expected +found):\n%s", diff)
			}
		})
	}
	for _, kind := range kinds {
		if good[kind] < 3 || bad[kind] < 10 {
			t.Errorf("%s: %d good and %d bad samples; at least 3 and 10 are promised", kind, good[kind], bad[kind])
		}
	}
}

var kinds = []string{
	"ata-carnet", "ata-reexportation-proof", "ata-reexportation-request", "ata-reexportation-reminder", "ata-transaction",
	"health-permit", "health-certificate", "sps-certificate", "sps-acknowledgement", "import-licence", "export-licence",
	"import-declaration", "export-declaration", "transit-declaration", "certificate-of-origin", "response",
}

func write(t *testing.T, s testdata.Sample, lines string) {
	t.Helper()
	file := filepath.Join("..", "testdata", "documents", s.Kind, "bad", s.Name+".faults")
	if err := os.WriteFile(file, []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
}
