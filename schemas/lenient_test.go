package schemas_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"beibu/schemas"
	"beibu/schemas/internal/grammar"
	"beibu/schemas/schemastest"
	"beibu/testdata"

	"github.com/beevik/etree"
)

const ram = unece + "standard:ReusableAggregateBusinessInformationEntity:21"

// hubClient is a certificate as clients of the plant-health hub write it.
func hubClient(tb testing.TB) []byte {
	tb.Helper()
	s, err := testdata.Find("sps-certificate", "schema-order-of-hub-clients")
	if err != nil {
		tb.Fatal(err)
	}
	return s.Bytes
}

// TestOrderIsAWarning reads a certificate whose elements are in another order
// than the schema's in four places, and a note in a treatment.
func TestOrderIsAWarning(t *testing.T) {
	r := validate(t, newCatalog(t), hubClient(t))
	if !r.Valid() || r.Type.Kind != "sps-certificate" {
		t.Fatalf("%+v", r)
	}
	want := []string{
		"schema.order SignatorySPSAuthentication is not in the schema's order: in SPSExchangedDocument it belongs after ReferenceSPSReferencedDocument.",
		"schema.order Name is not in the schema's order: in IssueSPSLocation it belongs after ID.",
		"schema.order TransitSPSCountry is not in the schema's order: in SPSConsignment it belongs after ImportSPSCountry.",
		"schema.order OriginSPSCountry is not in the schema's order: in IncludedSPSTradeLineItem it belongs after PhysicalSPSPackage.",
		"schema.note-place The schema has no AdditionalInformationSPSNote in AppliedSPSProcess.",
	}
	for i, w := range r.Warnings {
		if i >= len(want) || !strings.HasPrefix(w.Code+" "+w.EN, want[i]) || w.ZH == "" {
			t.Errorf("%s %s %s", w.Code, w.EN, w.ZH)
		}
	}
	if len(r.Warnings) != len(want) {
		t.Errorf("%d warnings", len(r.Warnings))
	}
}

// TestOrderIsStrictElsewhere moves an element of a carnet: only SPS documents
// are judged on two levels.
func TestOrderIsStrictElsewhere(t *testing.T) {
	r := validate(t, newCatalog(t), []byte(carnet("<cbc:IssueDate>2025-01-01</cbc:IssueDate><cbc:ID>1</cbc:ID>\n"+rest)))
	if r.Valid() || len(r.Warnings) > 0 {
		t.Errorf("%+v", r)
	}
}

// TestWarningsAreCounted shows that what a report does not list is counted.
func TestWarningsAreCounted(t *testing.T) {
	const turned = "<ram:SystemName>HS</ram:SystemName><ram:SystemID>HS</ram:SystemID><ram:ClassName>x</ram:ClassName>"
	one := []byte("<ram:PhysicalSPSPackage>")
	more := []byte(repeat("<ram:ApplicableSPSClassification>"+turned+"</ram:ApplicableSPSClassification>", 300))
	r := validate(t, newCatalog(t), bytes.Replace(hubClient(t), one, append(more, one...), 1))
	// The three departures ahead of the line and the note behind it count, too;
	// so does the country, which is out of order in the line.
	if !r.Valid() || len(r.Warnings) != schemas.MaxWarnings || r.More != 300+5-schemas.MaxWarnings {
		t.Errorf("%d warnings, %d more, %+v", len(r.Warnings), r.More, r.Violations)
	}
}

// TestLenientAgainstStrict mutates SPS documents and shuffles the mutants. A
// document must be valid just when it is valid strictly, without a warning, in
// the schema's order and without the notes that the schema has no place for.
func TestLenientAgainstStrict(t *testing.T) {
	count := 800
	if !testdata.Long() {
		count /= 20
	}
	l := newLenient(t)
	valid, warned := 0, 0
	for i := range count {
		r := l.judge(t, uint64(i))
		if r.Valid() {
			valid++
		}
		if len(r.Warnings) > 0 {
			warned++
		}
	}
	t.Logf("%d mutants, %d valid, %d with warnings", count, valid, warned)
	if valid < count/10 || valid > count*9/10 {
		t.Errorf("%d of %d mutants are valid: the test sees too little", valid, count)
	}
}

func FuzzLenientAgainstStrict(f *testing.F) {
	l := newLenient(f)
	for i := range uint64(8) {
		f.Add(1_000_000 + i)
	}
	f.Fuzz(func(t *testing.T, number uint64) { l.judge(t, number) })
}

// A lenient makes mutants of SPS documents, out of order.
type lenient struct {
	catalog *schemas.Catalog
	grammar *grammar.Grammar
	seeds   []*etree.Document
}

func newLenient(tb testing.TB) lenient {
	tb.Helper()
	return lenient{newCatalog(tb), grammar.Read(profileTrees(tb, spsFolder)), spsDocuments(tb)}
}

// judge makes the mutant of a number, always the same, and holds the report on
// it against the strict verdict.
func (l lenient) judge(t *testing.T, number uint64) schemas.Report {
	t.Helper()
	random := rand.New(rand.NewPCG(number, 17))
	doc := l.seeds[random.IntN(len(l.seeds))].Copy()
	m := mutator{Rand: random, grammar: l.grammar, names: l.grammar.Elements()}
	m.mutate(doc)
	schemastest.Shuffle(random, doc.Root())
	r := validate(t, l.catalog, bytesOf(t, doc))
	sameAsStrict(t, l.catalog, l.grammar, doc, r)
	return r
}

// sameAsStrict holds a report on a document against the strict verdict on the
// same document in the schema's order.
func sameAsStrict(t *testing.T, c *schemas.Catalog, g *grammar.Grammar, doc *etree.Document, r schemas.Report) {
	t.Helper()
	straight := doc.Copy()
	moved := straighten(g, straight.Root())
	strict := validate(t, c, bytesOf(t, straight))
	if len(strict.Warnings) > 0 {
		t.Errorf("not in the schema's order: %+v\n%s", strict.Warnings, bytesOf(t, straight))
	}
	if r.Valid() && !strict.Valid() || !r.Valid() && strict.Valid() && !moved {
		t.Errorf("valid: %v, in the schema's order: %v\n%+v\n%+v\n%s", r.Valid(), strict.Valid(), r.Violations, strict.Violations, bytesOf(t, doc))
	}
}

// straighten sorts the children of every element as its type declares them and
// takes out notes that the type does not declare. It returns whether it took
// one out: what is wrong within it is gone with it.
func straighten(g *grammar.Grammar, e *etree.Element) bool {
	names, children, took := typeIn(g, e).Elements(), e.ChildElements(), false
	rank, foreign, last := make(map[*etree.Element]int), make(map[*etree.Element]bool), 0
	for _, child := range children {
		took = straighten(g, child) || took
		at := slices.Index(names, nameOf(child))
		if at >= 0 {
			last = at
		}
		rank[child] = last
		foreign[child] = at < 0 && child.NamespaceURI() == ram && (child.Tag == "IncludedSPSNote" || child.Tag == "AdditionalInformationSPSNote")
	}
	slices.SortStableFunc(children, func(a, b *etree.Element) int { return rank[a] - rank[b] })
	for _, child := range children {
		e.RemoveChild(child)
		if foreign[child] {
			took = true
		} else {
			e.AddChild(child)
		}
	}
	return took
}

// spsDocuments returns the good certificates and acknowledgements as trees.
func spsDocuments(tb testing.TB) []*etree.Document {
	tb.Helper()
	var all []*etree.Document
	for _, s := range samples(tb) {
		if s.Good && isSPS(s) {
			doc := etree.NewDocument()
			if err := doc.ReadFromBytes(s.Bytes); err != nil {
				tb.Fatal(err)
			}
			all = append(all, doc)
		}
	}
	return all
}

func bytesOf(tb testing.TB, doc *etree.Document) []byte {
	tb.Helper()
	out, err := doc.WriteToBytes()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestSPSElementsHaveOnePlace makes sure that the order of the schema is one of
// names: no type has an element in two places.
func TestSPSElementsHaveOnePlace(t *testing.T) {
	for _, file := range profileTrees(t, spsFolder) {
		for _, n := range file.Children {
			if n.Kind != "complexType" || len(n.Children) == 0 || n.Children[0].Kind != "sequence" {
				continue
			}
			seen := make(map[string]bool)
			for _, e := range n.Children[0].Children {
				if e.Kind != "element" || seen[e.Attrs["name"]] {
					t.Errorf("%s: %s %s", n.Attrs["name"], e.Kind, e.Attrs["name"])
				}
				seen[e.Attrs["name"]] = true
			}
		}
	}
}
