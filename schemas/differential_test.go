package schemas_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"beibu/schemas"
	"beibu/schemas/internal/grammar"
	"beibu/schemas/internal/xsdtree"
	"beibu/schemas/schemastest"
	"beibu/testdata"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

const profileFolder = "files/ubl/2.4"

// mutants is how many mutated documents the differential test makes.
const mutants = 24_000

// TestProfileAgainstOfficial holds the UBL profile against the official set:
// on every mutated document both must find the same, fault by fault. The
// documents are the same in every run.
func TestProfileAgainstOfficial(t *testing.T) {
	profile, official := newCatalog(t), newCatalog(t, officialPack(t))
	count := mutants
	if !testdata.Long() {
		count = mutants / 20
	}
	var (
		mu       sync.Mutex
		verdicts = make(map[string]int)
		wg       sync.WaitGroup
	)
	workers := runtime.GOMAXPROCS(0)
	makers := newMakers(t)
	for worker := range workers {
		wg.Go(func() {
			found := make(map[string]int)
			for i := worker; i < count; i += workers {
				doc := makers.mutant(uint64(i))
				ours, theirs := validate(t, profile, doc), validate(t, official, doc)
				if !reflect.DeepEqual(theirs.Violations, ours.Violations) {
					t.Errorf("mutant %d: profile and official set disagree (-official +profile):\n%s\n%s",
						i, cmp.Diff(theirs.Violations, ours.Violations), doc)
				}
				found[first(ours)]++
			}
			mu.Lock()
			defer mu.Unlock()
			for verdict, n := range found {
				verdicts[verdict] += n
			}
		})
	}
	wg.Wait()
	t.Logf("%d mutants: %v", count, verdicts)
	for _, verdict := range []string{"valid", "schema.missing", "schema.unexpected", "schema.value", "schema.attribute", "schema.content", "schema.type"} {
		if verdicts[verdict] < count/500 {
			t.Errorf("only %d of %d mutants are %s: the test sees too little", verdicts[verdict], count, verdict)
		}
	}
}

// first returns the first code of a report, or "valid".
func first(r schemas.Report) string {
	if r.Valid() {
		return "valid"
	}
	return r.Violations[0].Code
}

// makers make mutants of the good documents of a profile.
type makers struct {
	seeds   []*etree.Document
	grammar *grammar.Grammar
}

// newMakers makes mutants of UBL documents.
func newMakers(tb testing.TB) makers {
	tb.Helper()
	return makersOf(tb, profileFolder, ubl)
}

// makersOf makes mutants of documents whose namespace begins with space.
func makersOf(tb testing.TB, folder, space string) makers {
	tb.Helper()
	m := makers{grammar: grammar.Read(profileTrees(tb, folder))}
	c := newCatalog(tb)
	for _, s := range samples(tb) {
		if !s.Good || !strings.HasPrefix(validate(tb, c, s.Bytes).Type.Namespace, space) {
			continue
		}
		doc := etree.NewDocument()
		if err := doc.ReadFromBytes(s.Bytes); err != nil {
			tb.Fatal(err)
		}
		m.seeds = append(m.seeds, doc)
	}
	if len(m.seeds) == 0 {
		tb.Fatal("no good documents")
	}
	return m
}

// profileTrees reads the files of a profile.
func profileTrees(tb testing.TB, folder string) []*xsdtree.Node {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.xsd"))
	if err != nil {
		tb.Fatal(err)
	}
	trees := make([]*xsdtree.Node, 0, len(names))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		trees = append(trees, tree(tb, data))
	}
	return trees
}

func tree(tb testing.TB, file []byte) *xsdtree.Node {
	tb.Helper()
	n, err := xsdtree.Parse(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// mutant returns the mutant of a number, always the same.
func (m makers) mutant(number uint64) []byte {
	random := rand.New(rand.NewPCG(number, 24))
	doc := m.seeds[random.IntN(len(m.seeds))].Copy()
	mutator := mutator{Rand: random, grammar: m.grammar, names: m.grammar.Elements()}
	mutator.mutate(doc)
	out, err := doc.WriteToBytes()
	if err != nil {
		panic(err) // memory cannot fail to be written to
	}
	return out
}

// readDifferently finds what libxml2 and we read differently, each for a reason
// that is known.
var readDifferently = []*regexp.Regexp{
	// White space beside a date, which collapses (XML Schema 1.0, part 2, 4.3.6);
	// libxml2 refuses such a date.
	regexp.MustCompile(`>\s+\d|\d\s+<`),
	// A leap second, which libxml2 refuses.
	regexp.MustCompile(`23:59:60`),
	// A URI of a scheme and nothing more, which RFC 3986 has, and RFC 2396, the one
	// that anyURI cites (XML Schema 1.0, part 2, 3.2.17), has not.
	regexp.MustCompile(`[">][A-Za-z][A-Za-z0-9+.-]*:(//)?[#"<]`),
	// An element of UBL in an extension, whose schema xmllint was not given.
	regexp.MustCompile(`[<:]Other[ >]`),
}

// TestXmllintAgrees holds our verdicts on some mutants against those of
// xmllint, by the same files of the profile.
func TestXmllintAgrees(t *testing.T) {
	xmllint := schemastest.Tool(t, "xmllint")
	const count = 800
	c, makers, folder := newCatalog(t), newMakers(t), t.TempDir()
	byRoot, ours := make(map[string][]string), make(map[string]bool)
	for i := range count {
		doc := makers.mutant(uint64(1_000_000 + i))
		r := validate(t, c, doc)
		// The gate is stricter than xmllint.
		known := func(p *regexp.Regexp) bool { return p.Match(doc) }
		if r.Malformed || slices.ContainsFunc(readDifferently, known) {
			continue
		}
		name := filepath.Join(folder, fmt.Sprintf("%d.xml", i))
		if err := os.WriteFile(name, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		byRoot[r.Type.Root] = append(byRoot[r.Type.Root], name)
		ours[name] = r.Valid()
	}
	valid := 0
	for root, names := range byRoot {
		theirs := xmllintVerdicts(t, xmllint, filepath.Join(profileFolder, root+".xsd"), names)
		for _, name := range names {
			if theirs[name] != ours[name] {
				doc, _ := os.ReadFile(name)
				t.Errorf("xmllint says valid: %v, we say %v: %s\n%s", theirs[name], ours[name], name, doc)
			}
			if ours[name] {
				valid++
			}
		}
	}
	t.Logf("%d mutants, %d of them valid", len(ours), valid)
}

// xmllintVerdicts says of each document whether xmllint finds it valid.
func xmllintVerdicts(tb testing.TB, xmllint, schema string, names []string) map[string]bool {
	tb.Helper()
	command := exec.CommandContext(tb.Context(), xmllint, append([]string{"--noout", "--nonet", "--schema", schema}, names...)...)
	out, err := command.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		tb.Fatal(err)
	}
	verdicts := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutSuffix(strings.TrimSpace(line), " validates"); ok {
			verdicts[name] = true
		}
	}
	return verdicts
}

// TestXmllintReadsOurSchemas compiles every embedded schema with xmllint too.
func TestXmllintReadsOurSchemas(t *testing.T) {
	xmllint := schemastest.Tool(t, "xmllint")
	names, err := filepath.Glob("files/*/*/*.xsd")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	empty := filepath.Join(t.TempDir(), "empty.xml")
	if err := os.WriteFile(empty, []byte("<none/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		out, err := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--schema", name, empty).CombinedOutput()
		const invalid = 3 // the document, not the schema
		if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != invalid {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
