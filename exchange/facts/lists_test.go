package facts_test

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"beibu/schemas/paths"
)

// What is there and cannot be read is kept with its place, and does not hide the rest.
func TestUnreadParts(t *testing.T) {
	licence := sample(t, "import-licence", "crude-oil-overage")
	for _, test := range []struct{ old, written, want string }{
		{`<Quantity unitCode="TNE">95000<`, `<Quantity unitCode="TNE">95 000<`, `line 1: HS 2709000000, value 57000000 USD, unread quantity "95 000" at /ImportLicence/GoodsItem/Quantity`},
		{`<Quantity unitCode="TNE">95000<`, `<Quantity unitCode="ton">95000<`, `quantity 95000, value 57000000 USD, unread unit "ton" at`},
		{`<Quantity unitCode="TNE">95000<`, `<Quantity unitCode="tne">0.1<`, `quantity 0.1 TNE, value`},
		{`<ValueAmount currencyID="USD">`, `<ValueAmount currencyID="RMB">`, `value 57000000, unread currency "RMB"`},
		{`<Quantity unitCode="TNE">60000<`, `<Quantity unitCode="TNE">1e3<`, `role draw, line 1, on 2026-05-18, unread quantity "1e3" at /ImportLicence/GoodsItem/WriteOff[1]/Quantity`},
		{`<Date>2026-05-18<`, `<Date>18 May<`, `drawn 60000 TNE, unread day "18 May"`},
		{`<ID>2709000000<`, `<ID>crude oil<`, `unread hs "crude oil"`},
		{`<ExpirationDate>2026-09-30<`, `<ExpirationDate>soon<`, `valid: from 2026-04-01, unread validUntil "soon" at /ImportLicence/ExpirationDate`},
		{`<DeclarationID>721220261000038815<`, `<DeclarationID><`, `kind import-declaration, role draw, line 1, drawn 60000 TNE`},
		{`<CountryCode>BN<`, `<CountryCode>Brunei<`, `Seria Crude Marketing Sdn. Bhd., unread country "Brunei"`},
	} {
		if !strings.Contains(licence, test.old) {
			t.Fatalf("%q is not in the sample", test.old)
		}
		got := inWords(read(t, "import-licence", strings.Replace(licence, test.old, test.written, 1)))
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %q is not in\n%s", test.written, test.want, got)
		}
	}
}

// A code of one character is of the Chinese declaration, with its case, unless the
// declaration names list 1001.
func TestChineseCodesOfDocuments(t *testing.T) {
	declaration := sample(t, "import-declaration", "natural-rubber-qinzhou")
	const code = `<cbc:DocumentTypeCode listID="UNCL1001">911<`
	for written, want := range map[string]string{
		`<cbc:DocumentTypeCode>v<`:                   "kind import-licence, type v",
		`<cbc:DocumentTypeCode>y<`:                   "kind export-licence, type y",
		`<cbc:DocumentTypeCode>Y<`:                   "type Y",
		`<cbc:DocumentTypeCode listID="UNCL1001">1<`: "type 1",
		`<cbc:DocumentTypeCode>911<`:                 "kind import-licence, type 911",
	} {
		got := inWords(read(t, "import-declaration", strings.Replace(declaration, code, written, 1)))
		if !strings.Contains(got, "reference 26-45-Z00317: "+want+", by") {
			t.Errorf("%s: %q is not in\n%s", written, want, got)
		}
	}
}

// Lists may have parts in attributes and in the element itself, and units beside
// their quantities.
func TestListsOfOnesOwn(t *testing.T) {
	file, err := parser.ParseBytes([]byte(`
number: "@no"
lines: {at: "Goods/*", number: "@no", hs: Code, quantity: "@count", unit: "@unit", value: Price, currency: Money}
references:
  - {kind: import-licence, role: draw, at: "Goods/Item/Licence[@type=L]", number: ., quantity: "@drawn", unit: "@in"}
  - {at: Goods/Item/Licence, number: .}
parties: {role: declarant, at: ., id: Agent}
vehicles: [{mode: road, at: Truck, number: .}, {at: Train, number: "@no"}]
containers: {at: Box, number: .}
`), 0)
	if err != nil {
		t.Fatal(err)
	}
	table, mistakes := paths.Decode(file.Docs[0].Body)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	got := inWords(readAt(t, table, `<M no="7"><Agent schemeID="X">A-1</Agent>
		<Goods><Item no="1" count="2.50" unit="KGM"><Code>4001.22</Code><Price>10</Price><Money>CNY</Money>
		<Licence type="L" drawn="3" in="KGM">L-1</Licence><Licence>P-2</Licence></Item></Goods>
		<Truck>桂N 1</Truck><Truck>桂n 1</Truck><Train no="K 9"/><Box>BBGU5119047</Box></M>`))
	want := `  number: 7
  line 1: HS 400122, quantity 2.5 KGM, value 10 CNY
  reference L-1: kind import-licence, role draw, line 1, drawn 3 KGM
  reference P-2: line 1
  declarant: X A-1
  vehicle: road 桂N 1
  vehicle: K 9
  container: BBGU5119047
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}
