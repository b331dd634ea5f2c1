package all_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/exchange/rules/rulestest"
	"beibu/schemas"
	"beibu/signing/strict"
)

// junk is what texts are replaced by.
var junk = []string{
	"", "0", "-1", ".", "+007", "99999999999999999999", strings.Repeat("9", 70), "1e9", "NaN", "RVC", "%", "RVC 1.2.3%",
	"2026-02-30", "0001-01-01", "9999-12-31", "20261112", "E", "AAAU", "1", "中", "ADRPN", "FORM E",
}

var leaf = regexp.MustCompile(`^( *<[^<>]*)>([^<]*)(</.*\n)$`)

// TestMutations checks that no rule panics on documents whose parts are missing,
// doubled or nonsense, that messages are complete, and that the place of a breach is
// in the document if the schema accepts the document.
func TestMutations(t *testing.T) {
	set, catalog := newSet(t), newCatalog(t)
	mine := []string{"sps-certificate", "sps-acknowledgement", "certificate-of-origin", "health-permit", "health-certificate", "response", "ata-transaction"}
	for n, s := range rulestest.Samples(t) {
		if !s.Good || !slices.Contains(mine, s.Kind) {
			continue
		}
		lines := slices.Collect(strings.Lines(string(s.Bytes)))
		for i := 1; i < len(lines)-1; i++ {
			for _, changed := range mutations(lines, i, n+i) {
				doc := strings.Join(slices.Concat(lines[:i], changed, lines[end(lines, i):]), "")
				for _, b := range judge(t, set, s.Kind, doc) {
					if !b.At.Exists() && valid(t, catalog, doc) {
						t.Fatalf("%s reports what is not in the document:\n%s", b.Rule.Code, doc)
					}
				}
			}
		}
	}
}

func newSet(tb testing.TB) *rules.Set {
	tb.Helper()
	set, err := rules.NewSet(all.Rules())
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// mutations returns what takes the place of the element that starts in a line:
// nothing, the element twice, and, if it holds text, other texts, in turn.
func mutations(lines []string, i, turn int) [][]string {
	element := lines[i:end(lines, i)]
	changed := [][]string{nil, slices.Concat(element, element)}
	m := leaf.FindStringSubmatch(lines[i])
	if m == nil {
		return changed
	}
	for k := range 3 {
		changed = append(changed, []string{m[1] + ">" + junk[(turn+7*k)%len(junk)] + m[3]})
	}
	bare, _, _ := strings.Cut(strings.TrimLeft(m[1], " "), " ") // without attributes
	return append(changed, []string{bare + ">" + m[2] + m[3]})
}

// end returns the line after the element that starts in line i, or i+1 if none
// starts there.
func end(lines []string, i int) int {
	indent := lines[i][:max(0, strings.Index(lines[i], "<"))]
	if leaf.MatchString(lines[i]) || strings.HasPrefix(lines[i], indent+"</") || strings.HasSuffix(lines[i], "/>\n") {
		return i + 1
	}
	for j := i + 1; j < len(lines); j++ {
		if strings.HasPrefix(lines[j], indent+"</") {
			return j + 1
		}
	}
	return i + 1
}

func newCatalog(tb testing.TB) *schemas.Catalog {
	tb.Helper()
	catalog, err := schemas.NewCatalog(schemas.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return catalog
}

func valid(tb testing.TB, catalog *schemas.Catalog, document string) bool {
	tb.Helper()
	report, err := catalog.Validate(tb.Context(), []byte(document))
	if err != nil {
		tb.Fatal(err)
	}
	return report.Valid()
}

// judge applies the rules and returns the breaches.
func judge(t *testing.T, set *rules.Set, kind, document string) []rules.Breach {
	t.Helper()
	tree, err := strict.Parse([]byte(document), strict.Limits{})
	if err != nil {
		return nil // the gate refuses it: rules never judge such a document
	}
	found, _ := set.Check(rulestest.Document(kind, tree))
	for _, b := range found {
		for _, message := range []string{b.EN, b.ZH} {
			if placeholder.MatchString(message) {
				t.Fatalf("%s leaves out an argument: %s", b.Rule.Code, message)
			}
		}
	}
	return found
}

func FuzzRules(f *testing.F) {
	set := newSet(f)
	var kinds []string
	for _, s := range rulestest.Samples(f) {
		if !slices.Contains(kinds, s.Kind) {
			kinds = append(kinds, s.Kind)
		}
		if s.Good {
			f.Add(uint8(slices.Index(kinds, s.Kind)), string(s.Bytes))
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, document string) {
		judge(t, set, kinds[int(kind)%len(kinds)], document)
	})
}

// BenchmarkCheck reads the facts of one good sample of each of three kinds, and judges
// it by all rules.
func BenchmarkCheck(b *testing.B) {
	set := newSet(b)
	for _, s := range rulestest.Samples(b) {
		switch s.Name {
		case "durian-youyiguan", "catering-qinzhou", "origin-accepted-hanoi":
		default:
			continue
		}
		tree, err := strict.Parse(s.Bytes, strict.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(s.Kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Check(rulestest.Document(s.Kind, tree)) // its facts are read again
			}
		})
	}
}
