package general

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
	"beibu/testdata"
)

// TestSamples checks the samples of all kinds, not only those that were made to
// break these rules.
func TestSamples(t *testing.T) {
	all, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range all {
		if !slices.Contains(kinds, s.Kind) {
			kinds = append(kinds, s.Kind)
		}
	}
	rulestest.Run(t, Rules(), kinds...)
}

// breaches returns what a fragment of a document breaks.
func breaches(t *testing.T, fragment string) []string {
	t.Helper()
	tree, err := strict.Parse([]byte("<Document>"+fragment+"</Document>"), strict.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", fragment, err)
	}
	set, err := rules.NewSet(Rules())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	breaches, _ := set.Check(rulestest.Document("transit-declaration", tree))
	for _, b := range breaches {
		found = append(found, b.Rule.Code)
	}
	return found
}

// partyWith returns a party with a number of a scheme and an address in a country.
func partyWith(scheme, id, country string) string {
	return `<P><PartyIdentification><ID schemeID="` + scheme + `">` + id + `</ID></PartyIdentification>` +
		`<PostalAddress><Country><IdentificationCode>` + country + `</IdentificationCode></Country></PostalAddress></P>`
}

// fragments are parts of a document, with the codes of the rules that each breaks.
var fragments = map[string]struct {
	fragment string
	want     []string
}{
	"country of UBL":                 {`<Country><IdentificationCode>XX</IdentificationCode></Country>`, []string{"GEN-04"}},
	"country of a licence":           {`<DestinationCountryCode>vn</DestinationCountryCode>`, []string{"GEN-04"}},
	"country of an SPS certificate":  {`<ImportSPSCountry><ID>ZZ</ID></ImportSPSCountry>`, []string{"GEN-04"}},
	"identification of what is none": {`<Thing><IdentificationCode>XX</IdentificationCode></Thing>`, nil},
	"no country":                     {`<Country><IdentificationCode/></Country>`, nil},
	"dong without a minor unit":      {`<Amount currencyID="VND">1500000.5</Amount>`, []string{"GEN-06"}},
	"dong with zeros behind":         {`<Amount currencyID="VND">1500000.00</Amount>`, nil},
	"three digits of a dinar":        {`<Amount currencyID="KWD">1.125</Amount>`, nil},
	"a price may be finer":           {`<PriceAmount currencyID="USD">0.9055</PriceAmount>`, nil},
	"no such currency":               {`<Amount currencyID="YUAN">1.125</Amount>`, []string{"GEN-04B"}},
	"gold has no minor unit":         {`<Amount currencyID="XAU">1.12345</Amount>`, nil},
	"unit with a qualifier":          {`<Quantity unitCode="KGM#G">10.00</Quantity>`, nil},
	"unit that is a qualifier":       {`<Quantity unitCode="#G">10.00</Quantity>`, nil},
	"packages as a unit":             {`<Quantity unitCode="XCT">10</Quantity>`, nil},
	"no such unit":                   {`<Quantity unitCode="KILO">10</Quantity>`, []string{"GEN-04C"}},
	"place that is not listed":       {`<ID schemeID="UNLOCODE">CNXXX</ID>`, []string{"GEN-04E"}},
	"place of a country not listed":  {`<ID schemeID="UN/LOCODE">DEHAM</ID>`, nil},
	"place of no country":            {`<ID schemeID="UNLOCODE">XXHAM</ID>`, []string{"GEN-04E"}},
	"Qingdao for Qinzhou is a place": {`<LocationID>CNQIN</LocationID>`, nil},
	"an SPS place by its own name":   {`<UnloadingBaseportSPSLocation><ID>Qinzhou port</ID></UnloadingBaseportSPSLocation>`, nil},
	"an SPS place by code":           {`<UnloadingBaseportSPSLocation><ID>CNZZZ</ID></UnloadingBaseportSPSLocation>`, []string{"GEN-04E"}},
	"period of a day":                {`<ValidityPeriod><StartDate>2026-11-20</StartDate><EndDate>2026-11-20</EndDate></ValidityPeriod>`, nil},
	"SPS period backwards":           {`<SPSPeriod><StartDateTime><DateTime>2026-11-20T00:00:00Z</DateTime></StartDateTime><EndDateTime><DateTimeString>2026-11-19</DateTimeString></EndDateTime></SPSPeriod>`, []string{"GEN-09"}},
	"half a period":                  {`<ValidityPeriod><EndDate>2026-11-20</EndDate></ValidityPeriod>`, nil},
	"degrees below zero":             {`<ValueMeasure unitCode="CEL">-20</ValueMeasure>`, nil},
	"volume below zero":              {`<NetVolumeMeasure unitCode="MTQ">-0.01</NetVolumeMeasure>`, []string{"GEN-10"}},
	"zero below zero":                {`<Quantity>-0</Quantity>`, nil},
	"container":                      {`<TransportEquipment><ID>CSQU3054383</ID></TransportEquipment>`, nil},
	"container with blanks":          {`<TransportEquipment><ID>CSQU 305438 3</ID></TransportEquipment>`, nil},
	"container mistyped":             {`<TransportEquipment><ID>CSQU3045383</ID></TransportEquipment>`, []string{"GEN-12"}},
	"trailer":                        {`<TransportEquipment><ID>29R-612.47</ID></TransportEquipment>`, nil},
	"HS of seven digits":             {`<Code listID="HS">0810600</Code>`, []string{"GEN-13"}},
	"HS of chapter 77":               {`<Code listID="HS">770100</Code>`, []string{"GEN-13"}},
	"HS of ten digits in dots":       {`<Code listID="HS">0810.60.0000</Code>`, nil},
	"HS of another list":             {`<Code listID="CPV">99</Code>`, nil},
	"social credit code":             {partyWith("USCC", "91450700348512074X", "CN"), []string{"GEN-18D"}},
	"social credit code in small":    {partyWith("uscc", "91450700348512074X", "CN"), []string{"GEN-18D"}},
	"social credit code and a blank": {partyWith("USCC ", "91450700348512074X", "CN"), []string{"GEN-18D"}},
	"a code of Xiamen":               {partyWith("USCC", "91350200M0000TEQT0", "CN"), []string{"GEN-18D"}},
	"social credit code of 17":       {partyWith("USCC", "9145070034851207X", "CN"), []string{"GEN-18"}},
	"social credit code with an O":   {partyWith("USCC", "9145070O348512074G", "CN"), []string{"GEN-18"}},
	"18 characters of a Chinese":     {partyWith("", "123456789012345678", "CN"), []string{"GEN-18C"}},
	"18 characters that check out":   {partyWith(" ", "91450706348512074G", "CN"), nil},
	"18 characters of another":       {partyWith("", "123456789012345678", "VN"), nil},
	"18 characters of a scheme":      {partyWith("DUNS", "123456789012345678", "CN"), nil},
	"18 characters in a licence":     {`<Licensee><ID>123456789012345678</ID><Address><CountryCode>CN</CountryCode></Address></Licensee>`, []string{"GEN-18C"}},
	"an identity card":               {`<P><Person><IdentityDocumentReference><ID>450702199003071234</ID></IdentityDocumentReference></Person><PostalAddress><Country><IdentificationCode>CN</IdentificationCode></Country></PostalAddress></P>`, nil},
	"empty social credit code":       {partyWith("USCC", "", "CN"), []string{"GEN-18"}},
	"entity number in small letters": {partyWith("uen ", "53196274B", "SG"), []string{"GEN-18B"}},
	"place by a scheme in small":     {`<ID schemeID="unlocode">CNXXX</ID>`, []string{"GEN-04E"}},
	"tax number of Viet Nam":         {partyWith("TIN", "4900723182", "VN"), nil},
	"mistyped in Viet Nam":           {partyWith("TIN", "4900723128", "VN"), []string{"GEN-18B"}},
	"mistyped in Thailand":           {partyWith("TIN", "0105549077124", "TH"), []string{"GEN-18B"}},
	"tax number of elsewhere":        {partyWith("TIN", "12", "DE"), nil},
	"tax number of nowhere":          {`<P><ID schemeID="TIN">12</ID></P>`, nil},
	"Chinese tax number":             {partyWith("TIN", "450100123456789", "CN"), nil},
	"entity number of Singapore":     {partyWith("UEN", "53196274B", "SG"), []string{"GEN-18B"}},
}

func TestFragments(t *testing.T) {
	for name, c := range fragments {
		t.Run(name, func(t *testing.T) {
			if got := breaches(t, c.fragment); !slices.Equal(got, c.want) {
				t.Errorf("breaks %v, want %v", got, c.want)
			}
		})
	}
}

// ATA-02 checks the period of a carnet, so GEN-09 does not.
func TestCarnetPeriod(t *testing.T) {
	tree, err := strict.Parse([]byte(`<GoodsItemPassport><ValidityPeriod><StartDate>2026-11-20</StartDate>`+
		`<EndDate>2026-11-19</EndDate></ValidityPeriod></GoodsItemPassport>`), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.NewSet(Rules())
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := set.Check(rulestest.Document("ata-carnet", tree)); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestIssueDate(t *testing.T) {
	received := time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	cases := map[string][]string{
		"2026-11-20": nil,
		"2026-11-21": {"GEN-05"}, // in no zone is it that day yet
		"2026-11-22": {"GEN-05"},
		"2016-11-21": nil,
		"2016-11-18": {"GEN-05B"},
		"0002-01-01": {"GEN-25"},
		"9999-12-31": {"GEN-25"},
	}
	set, err := rules.NewSet(Rules())
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range cases {
		tree, err := strict.Parse([]byte("<Document><IssueDate>"+day+"</IssueDate></Document>"), strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		d := &rules.Document{Kind: "transit-declaration", Root: tree.Root(), Received: received}
		d.Facts.Issued, _ = values.Date(tree.Root().Find("IssueDate"))
		var got []string
		found, _ := set.Check(d)
		for _, b := range found {
			got = append(got, b.Rule.Code)
			if path := b.At.Path(); path != "/Document/IssueDate" {
				t.Errorf("%s is reported at %s", day, path)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

// Known numbers of ISO 6346 and of containers at sea.
func TestContainerDigit(t *testing.T) {
	for _, number := range []string{"CSQU3054383", "MSKU0000001", "TEXU3070079", "HLXU2008419"} {
		digit, ok := containerDigit(number)
		if number == "MSKU0000001" { // made up: only its form counts
			if !ok {
				t.Errorf("%s is not taken for a container", number)
			}
			continue
		}
		if !ok || digit != number[10:] {
			t.Errorf("%s: %s, %v", number, digit, ok)
		}
	}
	for _, number := range []string{"", "CSQU305438", "CSQZ3054383", "csqu3054383", "CSQU30543833", "CSQU305438X", "柜QU3054383"} {
		if _, ok := containerDigit(number); ok {
			t.Errorf("%q is taken for a container", number)
		}
	}
}

// A party with very many numbers costs no more than as many parties. If each
// number searched through all the others, this test would not end in good time.
func TestManyNumbers(t *testing.T) {
	const many = 60_000
	var b strings.Builder
	b.WriteString("<Party>")
	for range many {
		b.WriteString(`<PartyIdentification><ID schemeID="TIN">1</ID></PartyIdentification>`)
	}
	b.WriteString("</Party>")
	if found := breaches(t, b.String()); len(found) != 0 {
		t.Errorf("%d breaches in numbers of no country", len(found))
	}
}

// In a kind from a schema pack, the names of elements have no meaning here: a
// code is checked only if it names its list.
func TestKindsOfPacks(t *testing.T) {
	for fragment, want := range map[string]string{
		`<Country><IdentificationCode>XX</IdentificationCode></Country>`:                                              "",
		`<TraderCountryCode>142</TraderCountryCode>`:                                                                  "", // of a Chinese list
		`<Origin listID="ISO3166-1:Alpha2">XX</Origin>`:                                                               "GEN-04",
		`<Origin listID="ISO 3166-1 alpha-2">CN</Origin>`:                                                             "",
		`<Amount currencyID="142">1</Amount>`:                                                                         "",
		`<Currency listID="ISO4217">RMB</Currency>`:                                                                   "GEN-04B",
		`<Quantity unitCode="035">1</Quantity>`:                                                                       "",
		`<Quantity unitCode="KILO" unitCodeListID="UNECERec20">1</Quantity>`:                                          "GEN-04C",
		`<PackagingTypeCode>22</PackagingTypeCode>`:                                                                   "",
		`<Wrap listID="UNECERec21">QQQ</Wrap>`:                                                                        "GEN-04D",
		`<LocationID>QZ</LocationID>`:                                                                                 "",
		`<Port schemeID="UN/LOCODE">CNXXX</Port>`:                                                                     "GEN-04E",
		`<ModeCode>truck</ModeCode>`:                                                                                  "",
		`<Mode listID="UNECERec19">truck</Mode>`:                                                                      "GEN-04F",
		`<Code>990100</Code>`:                                                                                         "",
		`<Code listID="HS">990100</Code>`:                                                                             "GEN-13",
		`<Quantity>-1</Quantity>`:                                                                                     "",
		`<UsePeriod><StartDate>2026-11-20</StartDate><EndDate>2026-11-19</EndDate></UsePeriod>`:                       "",
		`<TransportEquipment><ID>CSQU3045383</ID></TransportEquipment>`:                                               "",
		`<ReferenceDate>third quarter</ReferenceDate>`:                                                                "",
		`<DateTimeString>20261120</DateTimeString>`:                                                                   "",
		`<DateTimeString>some day</DateTimeString>`:                                                                   "",
		`<DateTimeString formatCode="304">some day</DateTimeString>`:                                                  "GEN-25B",
		`<DateTimeString formatCode="102">99991231</DateTimeString>`:                                                  "GEN-25",
		`<CompanyID>123456789012345678</CompanyID><Address><CountryCode>CN</CountryCode></Address>`:                   "",
		`<ID schemeID="uscc">123456789012345679</ID><ID schemeID="USCC">X</ID>`:                                       "GEN-18 GEN-18D",
		`<InvoiceLine><LineExtensionAmount currencyID="VND">1.5</LineExtensionAmount></InvoiceLine>`:                  "",
		`<PostalAddress><ID>CNQZH</ID><Country><IdentificationCode>VN</IdentificationCode></Country></PostalAddress>`: "",
	} {
		tree, err := strict.Parse([]byte("<Message>"+fragment+"</Message>"), strict.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", fragment, err)
		}
		set, err := rules.NewSet(Rules())
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		found, _ := set.Check(&rules.Document{Kind: "invoice", Root: tree.Root(), Received: rulestest.Received})
		for _, b := range found {
			codes = append(codes, b.Rule.Code)
		}
		slices.Sort(codes)
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%s: %q, want %q", fragment, got, want)
		}
	}
}

// A text that is passed over as a plain day must be a date that rules can read.
// Of the days of a month, only those after the 28th are not plain.
func TestPlainDates(t *testing.T) {
	for year, plain := range map[string]bool{"1899": false, "1900": true, "2026": true, "2199": true, "2200": false, "0000": false, "+026": false} {
		for _, rest := range []string{"-00-01", "-01-00", "-01-01", "-12-28", "-13-01", "-02-29", "-02-30", "/01/01", "-1-001", "-01-01Z"} {
			day := year + rest
			want := plain && (rest == "-01-01" || rest == "-12-28")
			if got := plainDay([]byte(day)); got != want {
				t.Errorf("%s: plain %t, want %t", day, got, want)
			}
			if _, ok := values.DateOf(day); want && !ok {
				t.Errorf("%s is passed over and cannot be read", day)
			}
		}
	}
}
