//go:build !race

// Under the race detector a sync.Pool forgets things at random, so that what is
// counted here would be chance.

package schemas_test

import (
	"runtime"
	"strings"
	"testing"
)

// mostMemory is how much a hostile document of 1 MB may take, as all that is
// allocated for it: what is alive at a time is less.
const mostMemory = 64 << 20

// costly are documents of 1 MB that ask for more than others of the size: as many
// elements, faults, departures, names, texts and identifiers as there is room for.
func costly(tb testing.TB) map[string]string {
	tb.Helper()
	certificate := func(inside string) string {
		const one = "<ram:PhysicalSPSPackage>"
		return strings.Replace(string(hubClient(tb)), one, inside+one, 1)
	}
	in := func(inside string) string { return carnet("<cbc:ID>1</cbc:ID>" + inside) }
	return map[string]string{
		"faults in a carnet":                in(repeat("<cbc:Note/>", 80_000) + repeat("<Z/>", 20_000)),
		"unknown elements in a carnet":      in(repeat("<z/>", 199_000)),
		"names in a carnet":                 in(numbered("<z%d/>", 110_000)),
		"unknown elements in a certificate": certificate(repeat("<z/>", 180_000)),
		"unknown names in a certificate":    certificate(numbered("<z%d/>", 110_000)),
		"notes in a certificate":            certificate(repeat("<ram:IncludedSPSNote/>", 45_000)),
		"departures in a certificate":       certificate(repeat("<ram:SequenceNumeric/><ram:CommonName/>", 25_000)),
		"attributes without a type":         in(numbered("<cbc:Note a%d='' b='' c=''/>", 33_000)),
		"namespaces":                        in(numbered("<z xmlns='u%d'/>", 55_000)),
		"wrong values":                      in(repeat("<cbc:IssueDate>x</cbc:IssueDate>", 32_000)),
		"text":                              in("<cbc:Note>" + repeat("&amp;", 200_000) + "</cbc:Note>"),
		"text between elements":             in(repeat("x<!-- -->", 110_000)),
		"depth":                             in(repeat(repeat("<a>", 60)+repeat("</a>", 60), 2_300)),
		"an identifier again and again":     in(repeat("<cbc:ID schemeID='1'>1</cbc:ID>", 33_000)),
		"elements of an extension":          carnet("<ext:UBLExtensions>" + repeat("<ext:UBLExtension><ext:ExtensionContent><z/></ext:ExtensionContent></ext:UBLExtension>", 11_000) + "</ext:UBLExtensions>" + "<cbc:ID>1</cbc:ID>" + rest),
		"lines":                             in(repeat("\n", 1_000_000)),
		"locations of schemas":              in(repeat("<z xsi:schemaLocation='a b'/>", 34_000)),
	}
}

// TestHostileMemory holds what each costly document takes against the bound.
func TestHostileMemory(t *testing.T) {
	c := newCatalog(t)
	if err := c.Warm(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	const size = 1_000_000
	for name, doc := range costly(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := validate(t, c, []byte(doc))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > mostMemory {
			t.Errorf("%s: %d bytes take %d KiB, want at most %d", name, len(doc), took>>10, mostMemory>>10)
		}
		if len(doc) < size*7/10 || len(doc) > size*11/10 || r.Malformed {
			t.Errorf("%s: %d bytes, malformed: %t", name, len(doc), r.Malformed)
		}
	}
}

// What is kept of all schemas is their tables, and not what the tables were made from.
func TestMemoryOfSchemas(t *testing.T) {
	live := func() uint64 {
		runtime.GC()
		runtime.GC() // sweeps what the first one found
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	c := newCatalog(t)
	if err := c.Warm(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	const most = 12 << 20
	if took := live() - before; took > most {
		t.Errorf("all schemas take %d KiB, want at most %d", took>>10, most>>10)
	}
	runtime.KeepAlive(c)
}
