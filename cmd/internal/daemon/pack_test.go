package daemon

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
)

// A schema pack and a map of one's own.
var packs = map[string]string{
	// The shape of the WCO Data Model: a wrapper with a strict wildcard over the
	// namespace of the declaration, which has the number.
	"wrapped/manifest.yaml": `
name: wrapped
version: "1"
kinds:
  - kind: wrapped-declaration
    root: MetaData
    namespace: urn:example:metadata:1
    schema: metadata.xsd
    facts:
      number: Declaration/FunctionalReferenceID
      version: Declaration/VersionID
      issued: Declaration/IssueDateTime/DateTimeString
      exportCountry: Declaration/GoodsShipment/ExportCountry/ID
      importPort: Declaration/GoodsShipment/Consignment/EntryOffice/ID
      hs: Declaration/GoodsShipment/Commodity/Classification[IdentificationTypeCode=HS|TRA]/ID
`,
	"wrapped/metadata.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:metadata:1" elementFormDefault="qualified">
  <xs:import namespace="urn:example:declaration:1" schemaLocation="declaration.xsd"/>
  <xs:element name="MetaData"><xs:complexType><xs:sequence>
    <xs:element name="ResponsibleAgencyName" type="xs:token" minOccurs="0"/>
    <xs:any namespace="urn:example:declaration:1" processContents="strict"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>`,
	"wrapped/declaration.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:declaration:1" elementFormDefault="qualified">
  <xs:element name="Declaration"><xs:complexType><xs:sequence>
    <xs:element name="FunctionalReferenceID" type="xs:token" minOccurs="0"/>
    <xs:element name="VersionID" type="xs:token" minOccurs="0"/>
    <xs:element name="GoodsShipment"><xs:complexType><xs:sequence>
      <xs:element name="ExportCountry"><xs:complexType><xs:sequence><xs:element name="ID" type="xs:token"/></xs:sequence></xs:complexType></xs:element>
      <xs:element name="Consignment"><xs:complexType><xs:sequence>
        <xs:element name="EntryOffice"><xs:complexType><xs:sequence><xs:element name="ID" type="xs:token"/></xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>`,
	// The shape of the Chinese e-Port messages: a root with an attribute guid, and
	// two files of one namespace that define one name differently.
	"eport/manifest.yaml": `
name: eport
version: "1"
kinds:
  - {kind: eport-order, root: CEB901Message, namespace: "urn:example:ceb", schema: CEB901Message.xsd,
     facts: {number: "@guid", version: "@version", importPort: Order/OrderHead/portCode}}
  - {kind: eport-list, root: CEB902Message, namespace: "urn:example:ceb", schema: CEB902Message.xsd,
     facts: {number: [List/ListHead/listNo, List/ListHead/copNo]}}
`,
	"eport/CEB901Message.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:example:ceb" targetNamespace="urn:example:ceb" elementFormDefault="qualified">
  <xs:element name="CEB901Message"><xs:complexType><xs:sequence><xs:element name="Order" type="Body"/></xs:sequence>
    <xs:attribute name="guid" type="xs:token" use="required"/><xs:attribute name="version" type="xs:token"/>
  </xs:complexType></xs:element>
  <xs:complexType name="Body"><xs:sequence><xs:element name="OrderHead"><xs:complexType><xs:sequence>
    <xs:element name="orderNo" type="xs:token"/><xs:element name="portCode" type="xs:token"/>
  </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
</xs:schema>`,
	"eport/CEB902Message.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:example:ceb" targetNamespace="urn:example:ceb" elementFormDefault="qualified">
  <xs:element name="CEB902Message"><xs:complexType><xs:sequence><xs:element name="List" type="Body"/></xs:sequence></xs:complexType></xs:element>
  <xs:complexType name="Body"><xs:sequence><xs:element name="ListHead"><xs:complexType><xs:sequence>
    <xs:element name="listNo" type="xs:token" minOccurs="0"/><xs:element name="copNo" type="xs:token" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
</xs:schema>`,
	"parties.yaml": `
parties:
  - {id: sender, name: {en: Sender, zh: 发送方}, role: department, country: CN, sends: &all [wrapped-declaration, eport-order, eport-list]}
  - {id: qinzhou, name: {en: Qinzhou, zh: 钦州}, role: customs, country: CN, locodes: [CNQZH], receives: *all}
  - {id: thailand, name: {en: Thailand, zh: 泰国}, role: window, country: TH, receives: *all}
routes:
  - {name: by port, kinds: [wrapped-declaration, eport-order], to: ["customs:import"]}
  - {name: by country, kinds: [wrapped-declaration], to: ["window:export"]}
  - {name: lists, kinds: [eport-list], to: [qinzhou]}
`,
}

// unpack writes files into a folder.
func unpack(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Packs and a map add kinds of document with no code: a pack says where its
// documents keep their number and what decides their route.
func TestPacksAddKinds(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, packs)
	data := filepath.Join(dir, "data")
	d := start(t, data, "packs: ["+filepath.Join(dir, "wrapped")+", "+filepath.Join(dir, "eport")+"]\nparties: "+filepath.Join(dir, "parties.yaml")+"\n")
	sender := as(t, d, data, "sender")
	for _, test := range []struct {
		kind, number, version, document string
		receivers                       []string
	}{
		{
			"wrapped-declaration", "BB-2026-1", "2", `<MetaData xmlns="urn:example:metadata:1"><ResponsibleAgencyName>GACC</ResponsibleAgencyName>` +
				`<Declaration xmlns="urn:example:declaration:1"><FunctionalReferenceID>BB-2026-1</FunctionalReferenceID><VersionID>2</VersionID>` +
				`<GoodsShipment><ExportCountry><ID>TH</ID></ExportCountry><Consignment><EntryOffice><ID>cnqzh</ID></EntryOffice></Consignment></GoodsShipment>` +
				`</Declaration></MetaData>`, []string{"qinzhou", "thailand"},
		},
		{
			"eport-order", "4CDE1CFD-EDED-46B1", "1.0", `<CEB901Message xmlns="urn:example:ceb" guid="4CDE1CFD-EDED-46B1" version="1.0"><Order><OrderHead>` +
				`<orderNo>A1</orderNo><portCode>CNQZH</portCode></OrderHead></Order></CEB901Message>`, []string{"qinzhou"},
		},
		{
			"eport-list", "C-7", "", `<CEB902Message xmlns="urn:example:ceb"><List><ListHead><copNo>C-7</copNo></ListHead></List></CEB902Message>`,
			[]string{"qinzhou"},
		},
	} {
		got, err := sender.Submit(t.Context(), []byte(test.document))
		if err != nil || got.Kind != test.kind || got.DocumentNumber != test.number || got.DocumentVersion != test.version ||
			!slices.Equal(got.Receivers, test.receivers) {
			t.Errorf("%s: got %+v, %v", test.kind, got, err)
			continue
		}
		for _, receiver := range test.receivers {
			fetched(t, as(t, d, data, receiver), got.ExchangeID, test.document)
		}
	}
}

// fetched has a receiver fetch an exchange, with the bytes that were sent.
func fetched(t *testing.T, receiver *client.Client, id, document string) {
	t.Helper()
	for range 10 {
		page, err := client.Get[httpapi.MailboxPage](t.Context(), receiver, "/v1/mailbox", url.Values{"wait": {"10s"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Deliveries {
			if d.ExchangeID != id {
				continue
			}
			got, err := receiver.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+id+"/document", "", nil)
			if err != nil || string(got.Body) != document {
				t.Errorf("the receiver reads %q, %v", got.Body, err)
			}
			return
		}
	}
	t.Errorf("%s was not delivered", id)
}

// What a pack's document lacks is said by its places.
func TestPackDocumentWithoutNumber(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, packs)
	data := filepath.Join(dir, "data")
	d := start(t, data, "packs: ["+filepath.Join(dir, "wrapped")+", "+filepath.Join(dir, "eport")+"]\nparties: "+filepath.Join(dir, "parties.yaml")+"\n")
	sender := as(t, d, data, "sender")
	for document, want := range map[string][2]string{
		`<CEB902Message xmlns="urn:example:ceb"><List><ListHead/></List></CEB902Message>`: {
			"document.unnumbered", "List/ListHead/listNo, List/ListHead/copNo",
		},
		`<CEB901Message xmlns="urn:example:ceb" guid=" "><Order><OrderHead><orderNo>A1</orderNo><portCode>CNQZH</portCode></OrderHead></Order></CEB901Message>`: {
			"document.unnumbered", "@guid",
		},
		`<CEB902Message xmlns="urn:example:ceb"><List><OrderHead/></List></CEB902Message>`: {"schema.unexpected", "OrderHead"},
		`<CEB901Message xmlns="urn:example:ceb" guid="1"><Order><OrderHead><orderNo>A1</orderNo><portCode>CNQZH&#x200B;</portCode></OrderHead></Order></CEB901Message>`: {
			"document.code", "U+200B",
		},
	} {
		_, err := sender.Submit(t.Context(), []byte(document))
		p := client.ProblemOf(err)
		if p == nil || len(p.Faults) == 0 || p.Faults[0].Code != want[0] || !strings.Contains(p.Faults[0].Message.EN, want[1]) {
			t.Errorf("%s: got %v", document, err)
		}
	}
}
