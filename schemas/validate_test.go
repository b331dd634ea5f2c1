package schemas_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"beibu/schemas"
)

// carnet wraps the content of a carnet, from line 2 on.
func carnet(inside string) string {
	return `<GoodsItemPassport xmlns="` + ubl + `GoodsItemPassport-2" xmlns:cac="` + cac + `" xmlns:cbc="` + cbc +
		`" xmlns:ext="` + ext + `" xmlns:xsi="` + xsi + `">` + "\n" + inside + "\n</GoodsItemPassport>"
}

// rest is what a small carnet has after its head.
const rest = "<cac:HolderParty/>\n<cac:Shipment><cbc:ID>1</cbc:ID></cac:Shipment>\n" +
	"<cac:GoodsItemPassportCounterfoil><cbc:ID>1</cbc:ID></cac:GoodsItemPassportCounterfoil>"

var faults = []struct {
	name, inside string
	want         []string // code line:column path
	says         string   // in the English text of the first
}{
	{"valid", "<cbc:ID>1</cbc:ID>\n" + rest, nil, ""},
	{
		"missing at the end", "<cbc:ID>1</cbc:ID>\n<cac:HolderParty/>",
		[]string{"schema.missing 4:1 /GoodsItemPassport"},
		"must have Shipment",
	},
	{
		"missing in between folds all that follows", "<cbc:IssueDate>2025-01-01</cbc:IssueDate>\n" + rest,
		[]string{"schema.missing 2:1 /GoodsItemPassport"},
		"must have ID, which is missing before IssueDate. ID: the namespace " + cbc + ".",
	},
	{
		"all that is missing at once", "<cbc:ID>1</cbc:ID>",
		[]string{"schema.missing 3:1 /GoodsItemPassport"},
		"must have HolderParty, Shipment, GoodsItemPassportCounterfoil, which are missing. HolderParty, Shipment, GoodsItemPassportCounterfoil: the namespace " + cac + ".",
	},
	{
		"two unknown elements", "<cbc:ID>1</cbc:ID>\n<cbc:Colour>red</cbc:Colour>\n<cbc:IssuDate>x</cbc:IssuDate>" + rest,
		[]string{"schema.unexpected 3:1 /GoodsItemPassport/Colour", "schema.unexpected 4:1 /GoodsItemPassport/IssuDate"},
		"has no element Colour. Expected here: UUID",
	},
	{
		"a slip of the pen", "<cbc:ID>1</cbc:ID>\n<cbc:IssuDate>x</cbc:IssuDate>" + rest,
		[]string{"schema.unexpected 3:1 /GoodsItemPassport/IssuDate"},
		"has no element IssuDate. Is it IssueDate?",
	},
	{
		"missing and unknown", "<cbc:Colour>red</cbc:Colour>\n" + rest,
		[]string{"schema.unexpected 2:1 /GoodsItemPassport/Colour", "schema.missing 3:1 /GoodsItemPassport"},
		"has no element Colour",
	},
	{
		"a misplaced element is not missing too", rest + "<cbc:ID>1</cbc:ID>",
		[]string{"schema.unexpected 2:1 /GoodsItemPassport/HolderParty"},
		"is before ID",
	},
	{
		"unknown element", "<cbc:ID>1</cbc:ID>\n<cbc:Colour>red</cbc:Colour>\n" + rest,
		[]string{"schema.unexpected 3:1 /GoodsItemPassport/Colour"},
		"has no element Colour. Expected here: UUID, IssueDate",
	},
	{
		"swapped", "<cbc:IssueDate>2025-01-01</cbc:IssueDate><cbc:ID>1</cbc:ID>\n" + rest,
		[]string{"schema.unexpected 2:1 /GoodsItemPassport/IssueDate"},
		"is before ID",
	},
	{
		"twice", "<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>\n" + rest,
		[]string{"schema.unexpected 2:19 /GoodsItemPassport/ID[2]"},
		"may not have this many ID",
	},
	{
		"wrong namespace", "<cbc:ID>1</cbc:ID><cac:UUID>2</cac:UUID>\n" + rest,
		[]string{"schema.unexpected 2:19 /GoodsItemPassport/UUID"},
		"it is in the namespace " + cbc,
	},
	{
		"value", "<cbc:ID>1</cbc:ID>\n<cbc:IssueDate>17.09.2025</cbc:IssueDate>\n" + rest,
		[]string{"schema.value 3:1 /GoodsItemPassport/IssueDate"},
		`must be a date such as 2025-09-17, found “17.09.2025”`,
	},
	{
		"empty value", "<cbc:ID>1</cbc:ID>\n<cbc:IssueDate/>\n" + rest,
		[]string{"schema.value 3:1 /GoodsItemPassport/IssueDate"},
		"found nothing",
	},
	{
		"attributes", "<cbc:ID colour='1' shape='2'>1</cbc:ID>\n" + rest,
		[]string{"schema.attribute 2:1 /GoodsItemPassport/ID/@colour", "schema.attribute 2:1 /GoodsItemPassport/ID/@shape"},
		"has no attribute colour. It may have schemeID",
	},
	{
		"attribute missing",
		"<cbc:ID>1</cbc:ID>\n<cac:HolderParty/><cac:Shipment><cbc:ID>1</cbc:ID><cbc:GrossWeightMeasure>3</cbc:GrossWeightMeasure></cac:Shipment>",
		[]string{"schema.attribute 3:51 /GoodsItemPassport/Shipment/GrossWeightMeasure/@unitCode", "schema.missing 4:1 /GoodsItemPassport"},
		"must have the attribute unitCode",
	},
	{
		"attribute misspelt", "<cbc:ID>1</cbc:ID>\n<cac:HolderParty/><cac:Shipment><cbc:ID>1</cbc:ID>\n<cbc:GrossWeightMeasure unit='KGM'>3</cbc:GrossWeightMeasure></cac:Shipment>" +
			strings.SplitN(rest, "\n", 3)[2],
		[]string{"schema.attribute 4:1 /GoodsItemPassport/Shipment/GrossWeightMeasure/@unitCode"},
		"It has unit, which it may not have",
	},
	{
		"text", "<cbc:ID>1</cbc:ID>\n<cac:HolderParty>x</cac:HolderParty>" + strings.TrimPrefix(rest, "<cac:HolderParty/>"),
		[]string{"schema.content 3:1 /GoodsItemPassport/HolderParty"},
		"elements only",
	},
	{
		"element in a text", "<cbc:ID><cbc:ID>1</cbc:ID></cbc:ID>\n" + rest,
		[]string{"schema.content 2:1 /GoodsItemPassport/ID"},
		"may not hold elements",
	},
	{"nil", "<cbc:ID xsi:nil='true'/>\n" + rest, []string{"schema.content 2:1 /GoodsItemPassport/ID"}, "nil"},
	{"type", "<cbc:ID xsi:type='cbc:X'>1</cbc:ID>\n" + rest, []string{"schema.type 2:1 /GoodsItemPassport/ID/@type"}, "xsi:type"},
	{
		"two faults far apart",
		"<cbc:ID>1</cbc:ID><cbc:IssueDate>x</cbc:IssueDate>\n<cac:HolderParty/><cac:Shipment><cbc:ID>1</cbc:ID>" +
			"<cac:GoodsItem><cbc:ID>1</cbc:ID></cac:GoodsItem><cac:GoodsItem><cbc:X/></cac:GoodsItem></cac:Shipment>",
		[]string{
			"schema.value 2:19 /GoodsItemPassport/IssueDate", "schema.unexpected 3:115 /GoodsItemPassport/Shipment/GoodsItem[2]/X",
			"schema.missing 4:1 /GoodsItemPassport",
		},
		"date",
	},
	{
		"a hint that names an extension is no fault",
		"<ext:UBLExtensions xsi:schemaLocation='urn:o o.xsd'><ext:UBLExtension><ext:ExtensionContent><o xmlns='urn:o'/></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions><cbc:ID>1</cbc:ID>" + rest,
		nil, "",
	},
}

func TestFaults(t *testing.T) {
	c := newCatalog(t)
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			r := validate(t, c, []byte(carnet(f.inside)))
			var got []string
			for _, v := range r.Violations {
				got = append(got, fmt.Sprintf("%s %d:%d %s", v.Code, v.Line, v.Column, v.Path))
				if v.EN == "" || v.ZH == "" || !utf8.ValidString(v.EN+v.ZH) {
					t.Errorf("texts %q, %q", v.EN, v.ZH)
				}
			}
			if strings.Join(got, "\n") != strings.Join(f.want, "\n") || r.Malformed || r.Type.Kind != "ata-carnet" {
				t.Errorf("kind %q, malformed %v, %q\nexpected %q", r.Type.Kind, r.Malformed, got, f.want)
			}
			if len(r.Violations) > 0 && !strings.Contains(r.Violations[0].EN, f.says) {
				t.Errorf("says %q, expected %q in it", r.Violations[0].EN, f.says)
			}
		})
	}
}

// TestLargeAttachment sends one base64 text that nearly fills the limit.
func TestLargeAttachment(t *testing.T) {
	blob := base64.StdEncoding.EncodeToString(make([]byte, 5<<20))
	doc := carnet("<cbc:ID>1</cbc:ID>\n" + rest + "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>" +
		"<cbc:EmbeddedDocumentBinaryObject mimeCode='application/pdf'>" + blob + "</cbc:EmbeddedDocumentBinaryObject>" +
		"</cac:Attachment></cac:AdditionalDocumentReference>")
	if r := validate(t, newCatalog(t), []byte(doc)); !r.Valid() {
		t.Errorf("%+v", r.Violations)
	}
}

// TestMessagesEchoLittle shows that no message repeats more than 120 characters
// of a value, and that all of it is on one line.
func TestMessagesEchoLittle(t *testing.T) {
	secret := repeat("榴", 120) + "莲"
	r := validate(t, newCatalog(t), []byte(carnet("<cbc:ID>1</cbc:ID><cbc:IssueDate>"+repeat(secret+"\n", 1000)+"</cbc:IssueDate>"+rest)))
	for _, v := range r.Violations {
		if text := v.EN + v.ZH; strings.Contains(text, "莲") || strings.Contains(text, "\n") || !strings.Contains(text, repeat("榴", 120)+"…” (363999 bytes)") {
			t.Errorf("%q", text)
		}
	}
}

// TestAtMostTwentyViolations counts what a document full of faults gives.
func TestAtMostTwentyViolations(t *testing.T) {
	r := validate(t, newCatalog(t), []byte(carnet("<cbc:ID>1</cbc:ID>"+repeat("<cbc:Note a=''>x</cbc:Note>", 200)+rest)))
	if len(r.Violations) != schemas.MaxViolations || r.Violations[19].Path != "/GoodsItemPassport/Note[20]/@a" {
		t.Errorf("%d violations, the last %+v", len(r.Violations), r.Violations[len(r.Violations)-1])
	}
}

// TestHealthDocuments distinguishes permits and certificates.
func TestHealthDocuments(t *testing.T) {
	c := newCatalog(t)
	for _, test := range []struct{ head, want string }{
		{"<cbc:CustomizationID>" + schemas.HealthPermit + "</cbc:CustomizationID>", "health-permit"},
		{"<cbc:UBLVersionID>2.4</cbc:UBLVersionID><!-- --><cbc:CustomizationID>\n<![CDATA[urn:beibu:kind:health-permit:1]]> </cbc:CustomizationID>", "health-permit"},
		{"<CustomizationID xmlns='" + cbc + "'>urn:beibu:kind&#58;health-permit:1</CustomizationID>", "health-permit"},
		{
			"<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><cbc:CustomizationID>x</cbc:CustomizationID></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>" +
				"<cbc:CustomizationID>" + schemas.HealthPermit + "</cbc:CustomizationID>", "health-permit",
		},
		{"", "health-certificate"},
		{"<cbc:CustomizationID>urn:beibu:kind:health-permit:2</cbc:CustomizationID>", "health-certificate"},
		{"<!-- <cbc:CustomizationID>" + schemas.HealthPermit + "</cbc:CustomizationID> -->", "health-certificate"},
		{"<cac:CustomizationID>" + schemas.HealthPermit + "</cac:CustomizationID>", "health-certificate"},
		{"<cbc:ID>1</cbc:ID><cbc:CustomizationID>" + schemas.HealthPermit + "</cbc:CustomizationID>", "health-certificate"},
	} {
		doc := "<GoodsCertificate xmlns='" + ubl + "GoodsCertificate-2' xmlns:cac='" + cac + "' xmlns:cbc='" + cbc + "' xmlns:ext='" + ext + "'>" +
			test.head + "</GoodsCertificate>"
		if r := validate(t, c, []byte(doc)); string(r.Type.Kind) != test.want {
			t.Errorf("%s: %s, expected %s", test.head, r.Type.Kind, test.want)
		}
	}
}

func TestKinds(t *testing.T) {
	want := []string{
		"ata-carnet", "ata-reexportation-proof", "ata-reexportation-reminder", "ata-reexportation-request",
		"ata-transaction", "certificate-of-origin", "export-declaration", "export-licence", "health-certificate", "health-permit",
		"import-declaration", "import-licence", "response", "sps-acknowledgement", "sps-certificate", "transit-declaration",
	}
	var got []string
	for _, kind := range newCatalog(t).Kinds() {
		got = append(got, string(kind.Kind))
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("kinds %v", got)
	}
}

// TestManyGoroutinesShareACatalog compiles and validates at once.
func TestManyGoroutinesShareACatalog(t *testing.T) {
	c := newCatalog(t)
	good, bad := []byte(carnet("<cbc:ID>1</cbc:ID>"+rest)), []byte(carnet("<cbc:ID>1</cbc:ID>"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if r, err := c.Validate(t.Context(), good); err != nil || !r.Valid() {
					t.Errorf("%+v, %v", r, err)
				}
				if r, err := c.Validate(t.Context(), bad); err != nil || r.Valid() {
					t.Errorf("%+v, %v", r, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := newCatalog(t)
	if _, err := c.Validate(ctx, []byte(carnet(rest))); !errors.Is(err, context.Canceled) {
		t.Errorf("Validate: %v", err)
	}
	if err := c.Warm(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Warm: %v", err)
	}
	if err := c.Warm(t.Context(), nil); err != nil {
		t.Errorf("Warm: %v", err)
	}
}

func TestDocumentIsNotChanged(t *testing.T) {
	doc := []byte(carnet("<cbc:ID xsi:schemaLocation='urn:o o.xsd'>1</cbc:ID>"))
	before := bytes.Clone(doc)
	validate(t, newCatalog(t), doc)
	if !bytes.Equal(before, doc) {
		t.Error("validation changed the document")
	}
}

// TestUnknownRoots shows that an unknown root leads to the kinds that are meant.
func TestUnknownRoots(t *testing.T) {
	c := newCatalog(t)
	for doc, want := range map[string]string{
		"<GoodItemPassport/>":                          "The nearest: GoodsItemPassport in the namespace " + ubl + "GoodsItemPassport-2 (ata-carnet).",
		"<goodscertificate/>":                          "The nearest: GoodsCertificate in the namespace " + ubl + "GoodsCertificate-2 (health-certificate)",
		"<CustomsDeclaration/>":                        "ImportCustomsDeclaration in the namespace",
		"<ImportLicence xmlns='urn:example:licence'/>": "ImportLicence in the namespace urn:beibu:schema:trade-licence:1 (import-licence)",
		"<Rechnung/>":                                  "Known roots: ApplicationResponse, CarnetTransaction, CertificateOfOrigin",
		"<GoodsItemPassport/>":                         "GoodsItemPassport in the namespace",
		"<SPSCertificate xmlns='urn:un:unece:uncefact:data:standard:SPSCertificate:20'/>":         "SPSCertificate:17 (sps-certificate)",
		"<SPSAcknowledgement xmlns='urn:un:unece:uncefact:data:standard:SPSAcknowledgement:20'/>": "SPSAcknowledgement:17 (sps-acknowledgement)",
	} {
		v := validate(t, c, []byte(doc)).Violations[0]
		if v.Code != schemas.CodeUnknownKind || !strings.Contains(v.EN, want) || len(v.Expected) != 15 {
			t.Errorf("%s: %s %q", doc, v.EN, v.Expected)
		}
	}
}

// TestExpectedIsWhole shows that what a message does not list is in the data.
func TestExpectedIsWhole(t *testing.T) {
	v := validate(t, newCatalog(t), []byte(carnet("<cbc:ID>1</cbc:ID><cbc:Colour/>"+rest))).Violations[0]
	if len(v.Expected) < 10 || v.Expected[0] != "UUID" || !slices.Contains(v.Expected, "HolderParty") {
		t.Errorf("%q", v.Expected)
	}
	if !strings.Contains(v.EN, fmt.Sprintf("or one of %d others", len(v.Expected)-8)) || strings.Contains(v.EN, "(+") {
		t.Errorf("%s", v.EN)
	}
}

// TestManyFaultsInOneParent reads a document with 100,000 children that are not
// where they may be: explaining it takes no more than reading it does.
func TestManyFaultsInOneParent(t *testing.T) {
	c := newCatalog(t)
	for _, child := range []string{"<cbc:X/>", "<cbc:UUID>1</cbc:UUID>", "<UUID/>"} {
		r := validate(t, c, []byte(carnet(rest+repeat(child, 100_000))))
		if r.Valid() || len(r.Violations) > schemas.MaxViolations {
			t.Errorf("%s: %d violations", child, len(r.Violations))
		}
	}
}

func TestLimitIsBounded(t *testing.T) {
	for _, limit := range []int64{-1, 1 << 31} {
		if _, err := schemas.NewCatalog(schemas.Options{MaxBytes: limit}); err == nil {
			t.Errorf("a limit of %d bytes was taken", limit)
		}
	}
}

func FuzzValidate(f *testing.F) {
	c, err := schemas.NewCatalog(schemas.Options{MaxBytes: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	for _, x := range faults {
		f.Add([]byte(carnet(x.inside)))
	}
	for _, h := range hostile {
		if len(h.doc) < 1<<10 {
			f.Add([]byte(h.doc))
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := c.ValidateAt(t.Context(), doc, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Malformed && len(r.Violations) != 1 || len(r.Violations) > schemas.MaxViolations {
			t.Errorf("%+v", r)
		}
		if r.Type.Kind != "" && !r.Malformed { // of what is malformed, the kind is a hint
			sameRoot(t, doc, r.Type)
		}
		for _, v := range r.Violations {
			if v.Line < 1 || v.Column < 1 || v.Path == "" || !utf8.ValidString(v.EN) || strings.HasPrefix(v.Code, "xml.") != r.Malformed {
				t.Errorf("%+v", v)
			}
		}
	})
}

// sameRoot holds the root that gave a document its kind against the one that
// another parser finds.
func sameRoot(t *testing.T, doc []byte, want schemas.Type) {
	t.Helper()
	in := xml.NewDecoder(bytes.NewReader(doc))
	in.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := in.Token()
		if err != nil {
			t.Fatalf("encoding/xml cannot read what passed the gate: %v", err)
		}
		if root, ok := token.(xml.StartElement); ok {
			if root.Name.Local != want.Root || root.Name.Space != want.Namespace {
				t.Errorf("root %v, recognised as %+v", root.Name, want)
			}
			return
		}
	}
}
