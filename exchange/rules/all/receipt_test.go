package all_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
)

// received judges a document that came in at a moment.
func received(t *testing.T, set *rules.Set, kind, document string, at time.Time) []string {
	t.Helper()
	tree, err := strict.Parse([]byte(document), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	d := rulestest.Document(kind, tree)
	d.Received = at
	var found []string
	breaches, _ := set.Check(d)
	for _, b := range breaches {
		found = append(found, b.Rule.Code+" "+b.At.Path()+" "+b.EN+" "+b.ZH)
	}
	return found
}

// The document and the time of receipt decide, and nothing else: the same two give
// the same breaches at any time, in any zone.
func TestJudgedTheSameAlways(t *testing.T) {
	set := newSet(t)
	moment := rulestest.Received.Add(10 * time.Hour) // the next day already in China, and not in Viet Nam
	for _, s := range rulestest.Samples(t) {
		if strings.HasPrefix(s.Name, "schema-") {
			continue
		}
		want := received(t, set, s.Kind, string(s.Bytes), moment)
		for _, zone := range []*time.Location{time.Local, time.FixedZone("", 14*60*60), time.FixedZone("", -12*60*60)} {
			if diff := cmp.Diff(want, received(t, set, s.Kind, string(s.Bytes), moment.In(zone))); diff != "" {
				t.Errorf("%s/%s in %v (-want +got):\n%s", s.Kind, s.Name, zone, diff)
			}
		}
	}
}

// No rule reads a clock or the zone of the machine.
func TestRulesReadNoClock(t *testing.T) {
	err := filepath.WalkDir("..", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := os.ReadFile(file)
		for _, clock := range []string{"time.Now", "time.Since", "time.Until", "time.Local", "time.LoadLocation"} {
			if strings.Contains(string(source), clock) {
				t.Errorf("%s has %s", file, clock)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Days are counted in the country of the document.
func TestDaysOfTheCountry(t *testing.T) {
	set := newSet(t)
	permit := string(rulestest.Sample(t, "health-permit", "catering-qinzhou").Bytes)
	permit = strings.NewReplacer("2026-09-28", "2022-11-30", "2030-09-27", "2026-11-29").Replace(permit)
	formE := strings.NewReplacer("2026-10-15", "2025-11-29", "2026-10-02", "2025-11-20").Replace(
		string(rulestest.Sample(t, "certificate-of-origin", "car-parts-retroactive").Bytes)) // of Thailand
	rubber := strings.ReplaceAll(string(rulestest.Sample(t, "import-declaration", "dragon-fruit-dongxing").Bytes), "2026-10-09", "2026-11-30")
	for name, c := range map[string]struct{ kind, document, at, code string }{
		"a permit on its last day in China":    {"health-permit", permit, "2026-11-29T23:59:00+08:00", ""},
		"a permit on the morning after":        {"health-permit", permit, "2026-11-30T05:09:00+08:00", "HLT-04"},
		"Form E of Thailand on its last day":   {"certificate-of-origin", formE, "2026-11-29T23:59:00+07:00", ""},
		"Form E of Thailand on the day after":  {"certificate-of-origin", formE, "2026-11-30T00:01:00+07:00", "CO-15"},
		"declared today in China":              {"import-declaration", rubber, "2026-11-29T16:30:00Z", ""},
		"declared tomorrow in China":           {"import-declaration", rubber, "2026-11-29T14:30:00Z", "GEN-05"},
		"declared by a clock that is a little": {"import-declaration", rubber, "2026-11-29T15:30:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		found := strings.Join(received(t, set, c.kind, c.document, at), "\n")
		if c.code == "" && found != "" || !strings.HasPrefix(found, c.code) || strings.Count(found, "\n") > 0 {
			t.Errorf("%s: found %q, want %s", name, found, c.code)
		}
	}
}
