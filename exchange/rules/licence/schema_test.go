package licence_test

import (
	"strings"
	"testing"

	"beibu/schemas"
	"beibu/testdata"
)

// The schema of licences lets an issuer sign, as the last thing in a licence,
// and add what is its own, in one place, and nothing elsewhere.
func TestSchemaIsOpenInTwoPlaces(t *testing.T) {
	sample, err := testdata.Find("export-licence", "chilled-pork-hong-kong")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := schemas.NewCatalog(schemas.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const (
		last      = "</ExportLicence>"
		first     = "  <TypeCode>"
		signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>`
		foreign   = `<x:Seal xmlns:x="urn:example:seal" x:colour="red"><x:Image/></x:Seal>`
		own       = `<Extension><ID>1</ID></Extension>`
	)
	for _, c := range []struct {
		name, before, added string
		valid               bool
	}{
		{"signature last", last, signature, true},
		{"signature in the middle", first, signature, false},
		{"two signatures", last, signature + signature, false},
		{"extension", last, "<Extension>" + foreign + foreign + "</Extension>", true},
		{"extension and signature", last, "<Extension>" + foreign + "</Extension>" + signature, true},
		{"extension after the signature", last, signature + "<Extension>" + foreign + "</Extension>", false},
		{"extension with our own elements", last, own, false},
		{"foreign element by itself", last, foreign, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.Replace(string(sample.Bytes), c.before, c.added+c.before, 1)
			report, err := catalog.Validate(t.Context(), []byte(changed))
			if err != nil {
				t.Fatal(err)
			}
			if report.Valid() != c.valid {
				t.Errorf("valid: %v, want %v: %v", report.Valid(), c.valid, report.Violations)
			}
		})
	}
}

// The types of the schema keep out what no licence has.
func TestSchemaTypes(t *testing.T) {
	sample, err := testdata.Find("export-licence", "acetone-viet-nam")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := schemas.NewCatalog(schemas.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to string }{
		{"<ID>26-45-E00731</ID>", "<ID>26 45 E00731</ID>"},
		{"<ID>26-45-E00731</ID>", "<ID>" + strings.Repeat("9", 36) + "</ID>"},
		{"<IssueDate>2026-09-21", "<IssueDate>2026-09-21Z"},
		{"<IssueDate>2026-09-21", "<IssueDate>12026-09-21"},
		{"<CategoryCode>3", "<CategoryCode>33"},
		{"<CurrentCode>0110", "<CurrentCode>110"},
		{"<TransportModeCode>3", "<TransportModeCode>road"},
		{`unitCode="KGM"`, `unitCode="kg"`},
		{`currencyID="USD"`, `currencyID="US$"`},
		{">69000<", ">69000.0000001<"},
		{">69000<", ">6.9E4<"},
		{"<UNDGID>1090", "<UNDGID>UN1090"},
		{"<SubstanceID>67-64-1", "<SubstanceID>67641"},
		{"<LocationID>CNPIN", "<LocationID>CN PIN"},
		{"<SequenceNumeric>1", "<SequenceNumeric>0"},
		{"<CustomsOffice>", "<CustomsOffice id='1'>"},
	} {
		t.Run(c.to, func(t *testing.T) {
			if !strings.Contains(string(sample.Bytes), c.from) {
				t.Fatalf("the sample has no %s", c.from)
			}
			report, err := catalog.Validate(t.Context(), []byte(strings.Replace(string(sample.Bytes), c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			if report.Valid() {
				t.Error("valid")
			}
		})
	}
}
