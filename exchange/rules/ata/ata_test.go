package ata_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/rules"
	"beibu/exchange/rules/ata"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
)

// kinds are those that the rules are about.
var kinds = []string{"ata-carnet", "ata-reexportation-proof", "ata-reexportation-request", "ata-reexportation-reminder", "ata-transaction"}

func TestSamples(t *testing.T) { rulestest.Run(t, ata.Rules(), kinds...) }

// Every rule has a sample, named after it, that breaks it and nothing else.
func TestEveryRuleIsBrokenAlone(t *testing.T) {
	broken := make(map[string]bool)
	for _, kind := range kinds {
		files, err := filepath.Glob(filepath.Join("../../../testdata/documents", kind, "bad", "ata-*.faults"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			code, _, _ := strings.Cut(string(b), " ")
			if !strings.HasPrefix(filepath.Base(file), strings.ToLower(code)+"-") || strings.Count(string(b), "\n") != 1 {
				t.Errorf("%s: holds %q", file, b)
			}
			broken[code] = true
		}
	}
	for _, r := range ata.Rules() {
		if !broken[r.Code] {
			t.Errorf("%s: no sample breaks it alone", r.Code)
		}
	}
}

func TestRulesAreWhole(t *testing.T) {
	code := regexp.MustCompile(`^ATA-[0-9]{2}[A-Z]?$`)
	argument := regexp.MustCompile(`\{[0-9]\}`)
	for _, r := range ata.Rules() {
		en, zh := argument.FindAllString(r.EN, -1), argument.FindAllString(r.ZH, -1)
		slices.Sort(en)
		slices.Sort(zh)
		if !code.MatchString(r.Code) || len(r.Kinds) == 0 || !cmp.Equal(en, zh) {
			t.Errorf("%s: kinds %v, arguments %v and %v", r.Code, r.Kinds, en, zh)
		}
	}
}

// parse reads a document of a kind whose root holds body.
func parse(t *testing.T, kind, body string) *rules.Document {
	t.Helper()
	tree, err := strict.Parse([]byte("<Document>"+body+"</Document>"), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return rulestest.Document(kind, tree)
}

// messages returns the messages of a rule about a document, in English.
func messages(t *testing.T, code, kind, body string) []string {
	t.Helper()
	all := ata.Rules()
	at := slices.IndexFunc(all, func(r rules.Rule) bool { return r.Code == code })
	if at < 0 {
		t.Fatalf("no rule %s", code)
	}
	set, err := rules.NewSet(all[at : at+1])
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	breaches, _ := set.Check(parse(t, kind, body))
	for _, b := range breaches {
		found = append(found, b.EN)
	}
	return found
}
