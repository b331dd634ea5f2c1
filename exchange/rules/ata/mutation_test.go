package ata_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"beibu/exchange/rules"
	"beibu/exchange/rules/ata"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
)

// values are what a line's text is replaced by: the schema allows most of them
// somewhere.
var values = []string{
	"", "0", "-1", "00", "999999999999999999999999999999", "0.0000000001", strings.Repeat("9", 65), "NaN", "1e9",
	"2026-02-30", "0001-01-01", "9999-12-31", "2026-05-01Z", "2026-05-01+14:00", "CN", "VN", "CNQZH", "955", "true", "1",
	"Transit", "过境", "0101", "84", "840000", "&amp;", "\u00a0",
}

func samples(tb testing.TB) (documents [][]byte, kindOf []string) {
	tb.Helper()
	for _, kind := range kinds {
		files, err := filepath.Glob(filepath.Join("../../../testdata/documents", kind, "*", "*.xml"))
		if err != nil || len(files) == 0 {
			tb.Fatalf("samples of %s: %v", kind, err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			documents, kindOf = append(documents, b), append(kindOf, kind)
		}
	}
	return documents, kindOf
}

// judge applies every rule and checks that a breach has a place in the document and
// an argument for every gap in its messages.
func judge(t interface{ Errorf(string, ...any) }, set *rules.Set, kind string, b []byte) {
	tree, err := strict.Parse(b, strict.Limits{})
	if err != nil || bytes.ContainsRune(b, '{') {
		return // braces of the document's own would look like gaps
	}
	found, _ := set.Check(rulestest.Document(kind, tree))
	for _, breach := range found {
		if !breach.At.Exists() {
			t.Errorf("%s reports no place", breach.Rule.Code)
		}
		for _, filled := range []string{breach.EN, breach.ZH} {
			for gap := range strings.FieldsSeq("{0} {1} {2} {3} {4}") {
				if strings.Contains(filled, gap) {
					t.Errorf("%s: %q has no %s", breach.Rule.Code, filled, gap)
				}
			}
		}
	}
}

// Rules accept whatever the schema accepts, and more: lines of samples are
// dropped, doubled, moved and given other texts.
func TestRulesTakeAnything(t *testing.T) {
	set, err := rules.NewSet(ata.Rules())
	if err != nil {
		t.Fatal(err)
	}
	documents, kindOf := samples(t)
	rapid.Check(t, func(t *rapid.T) {
		which := rapid.IntRange(0, len(documents)-1).Draw(t, "document")
		lines := bytes.SplitAfter(documents[which], []byte("\n"))
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			lines = change(t, lines)
		}
		kind := kindOf[which]
		if rapid.IntRange(0, 9).Draw(t, "other kind") == 0 {
			kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		}
		judge(t, set, kind, bytes.Join(lines, nil))
	})
}

// change alters one line that holds a whole element, so that the document
// stays well-formed.
func change(t *rapid.T, lines [][]byte) [][]byte {
	at := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
	open, closing := bytes.IndexByte(lines[at], '>'), bytes.LastIndex(lines[at], []byte("</"))
	if open < 0 || closing < open {
		return lines
	}
	before, line, after := lines[:at:at], lines[at], lines[at+1:]
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 0:
		return append(before, after...)
	case 1:
		return append(append(before, line, line), after...)
	case 2:
		text := rapid.SampledFrom(values).Draw(t, "text")
		return append(append(before, []byte(string(line[:open+1])+text+string(line[closing:]))), after...)
	default:
		to := rapid.IntRange(0, len(after)).Draw(t, "to")
		return append(append(append(before, after[:to]...), line), after[to:]...)
	}
}

func FuzzRules(f *testing.F) {
	documents, kindOf := samples(f)
	for i, b := range documents {
		if len(b) < 8<<10 {
			f.Add(kindOf[i], b)
		}
	}
	set, err := rules.NewSet(ata.Rules())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind string, b []byte) { judge(t, set, kind, b) })
}

// large returns a carnet of n items, each on three counterfoils, with a
// breach in none of them.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("<GoodsItemPassport><Shipment>")
	for i := range n {
		b.WriteString("<GoodsItem><ID>" + strconv.Itoa(i+1) + "</ID><ValueAmount currencyID=\"CNY\">1</ValueAmount><Quantity>1</Quantity></GoodsItem>")
	}
	b.WriteString("</Shipment>")
	for _, references := range []string{"E1", "I1", "I1 R1"} {
		for i := range n {
			b.WriteString(counterfoil(strconv.Itoa(i+1), "1", references))
		}
	}
	return []byte(b.String() + "</GoodsItemPassport>")
}

// Four times the items cost four times the work, not sixteen times: rules that
// have nested loops allocate in each iteration.
func TestCostGrowsWithTheDocument(t *testing.T) {
	set, err := rules.NewSet(ata.Rules())
	if err != nil {
		t.Fatal(err)
	}
	cost := func(n int) float64 {
		tree, err := strict.Parse(large(n), strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(1, func() { set.Check(rulestest.Document("ata-carnet", tree)) })
	}
	if small, big := cost(200), cost(800); big > 5*small {
		t.Errorf("%.0f allocations for 200 items, %.0f for 800", small, big)
	}
}

func BenchmarkRules(b *testing.B) {
	rulestest.Benchmark(b, ata.Rules(), "ata-carnet", "pearls-beihai-laem-chabang")
}
