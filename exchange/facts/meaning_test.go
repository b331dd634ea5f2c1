package facts_test

import (
	"strings"
	"testing"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

// leg is a stage of a journey in a UBL shipment.
func leg(id, mark, from, to string) string {
	return "<cac:ShipmentStage><cbc:ID>" + id + "</cbc:ID>" + mark +
		`<cac:LoadingPortLocation><cbc:ID schemeID="UNLOCODE">` + from + "</cbc:ID></cac:LoadingPortLocation>" +
		`<cac:UnloadingPortLocation><cbc:ID schemeID="UNLOCODE">` + to + "</cbc:ID></cac:UnloadingPortLocation></cac:ShipmentStage>"
}

// staged returns a sample with other stages of its journey.
func staged(t *testing.T, kind, name, stages string) string {
	t.Helper()
	document := sample(t, kind, name)
	before, rest, begins := strings.Cut(document, "<cac:ShipmentStage>")
	end := strings.LastIndex(rest, "</cac:ShipmentStage>")
	if !begins || end < 0 {
		t.Fatalf("%s has no stages", name)
	}
	return before + stages + rest[end+len("</cac:ShipmentStage>"):]
}

func sample(t *testing.T, kind, name string) string {
	t.Helper()
	s, err := testdata.Find(kind, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Bytes)
}

// read reads the facts of a document of a built-in kind.
func read(t *testing.T, kind, document string) facts.Facts {
	t.Helper()
	builtIn, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	return readAt(t, builtIn[kind], document)
}

func readAt(t *testing.T, table paths.Table, document string) facts.Facts {
	t.Helper()
	tree, err := strict.Parse([]byte(document), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return facts.Read(table, tree.Root())
}

// The goods leave the first main carriage's port of loading for the last one's
// port of unloading, in whichever order the stages are written.
func TestPortsAreThoseOfTheMainCarriage(t *testing.T) {
	const on, pre = "<cbc:OnCarriageIndicator>true</cbc:OnCarriageIndicator>", "<cbc:PreCarriageIndicator>1</cbc:PreCarriageIndicator>"
	first, second := leg("1", "", "THLCH", "SGSIN"), leg("2", "", "SGSIN", "CNQZH")
	for name, stages := range map[string]string{
		"as they follow":             first + second,
		"the other way about":        second + first,
		"ten comes after two":        leg("10", "", "SGSIN", "CNQZH") + leg("2", "", "THLCH", "SGSIN"),
		"on-carriage by rail":        leg("3", on, "CNQZH", "CNNIN") + second + first,
		"pre-carriage by barge":      leg("0", pre, "THBKK", "THLCH") + first + second,
		"no numbers":                 strings.NewReplacer("<cbc:ID>1</cbc:ID>", "", "<cbc:ID>2</cbc:ID>", "").Replace(first + second),
		"a last stage without ports": first + second + "<cac:ShipmentStage><cbc:ID>3</cbc:ID></cac:ShipmentStage>",
	} {
		for kind, document := range map[string]string{
			"import-declaration": "natural-rubber-qinzhou", "health-certificate": "birds-nest-qinzhou",
		} {
			f := read(t, kind, staged(t, kind, document, stages))
			if f.ExportPort != "THLCH" || f.ImportPort != "CNQZH" {
				t.Errorf("%s, %s: from %s to %s", kind, name, f.ExportPort, f.ImportPort)
			}
		}
	}
}

// An identifier of another scheme is no port, whatever it looks like.
func TestSchemeDecides(t *testing.T) {
	document := sample(t, "import-declaration", "natural-rubber-qinzhou")
	document = strings.ReplaceAll(document, ">CNQZH<", ">CNFAN<")
	document = strings.Replace(document, `<cbc:ID schemeID="CustomsOffice">7212`, `<cbc:ID schemeID="OrgCode">CNQZH`, 1)
	if f := read(t, "import-declaration", document); f.ImportPort != "CNFAN" {
		t.Errorf("the port is %s", f.ImportPort)
	}
	answer := sample(t, "response", "origin-accepted-hanoi")
	for scheme, want := range map[string]string{"urn:beibu:party:1": "gx-trade-promotion", "GLN": ""} {
		f := read(t, "response", strings.ReplaceAll(answer, "urn:beibu:party:1", scheme))
		if f.Addressee != want {
			t.Errorf("scheme %s: addressee %q", scheme, f.Addressee)
		}
	}
}

// References with a role are no documents that are answered.
func TestRoleDecides(t *testing.T) {
	report := sample(t, "sps-acknowledgement", "shrimp-rejected-in-part-qinzhou")
	f := read(t, "sps-acknowledgement", report)
	if all := f.Answers(); len(f.References()) != 2 || len(all) != 1 || len(all[0].To) != 1 || all[0].To[0].Type != "852" {
		t.Errorf("%d references, answers %+v", len(f.References()), all)
	}
}

// A code of another list is no HS code.
func TestListDecides(t *testing.T) {
	rubber := sample(t, "import-declaration", "natural-rubber-qinzhou")
	const code = `<cbc:ItemClassificationCode listID="HS">4001220000`
	other := strings.Replace(rubber, code, `<cbc:ItemClassificationCode listID="UNSPSC">03101500</cbc:ItemClassificationCode>
		</cac:CommodityClassification><cac:CommodityClassification>`+code, 1)
	if f := read(t, "import-declaration", other); len(f.HS) != 1 || f.Express() || f.HasHS([]string{"03"}) {
		t.Errorf("UBL: %q", f.HS)
	}
	unnamed := strings.Replace(rubber, ` listID="HS"`, "", 1)
	if f := read(t, "import-declaration", unnamed); len(f.HS) != 1 || f.HS[0] != "4001220000" {
		t.Errorf("UBL, no list: %q", f.HS)
	}
	durian := sample(t, "sps-certificate", "durian-youyiguan")
	cpv := strings.Replace(durian, "<ram:ApplicableSPSClassification>", `<ram:ApplicableSPSClassification>
		<ram:SystemName>CPV</ram:SystemName><ram:ClassCode>03222000</ram:ClassCode><ram:ClassName>Fruit and nuts</ram:ClassName>
		</ram:ApplicableSPSClassification><ram:ApplicableSPSClassification>`, 1)
	if f := read(t, "sps-certificate", cpv); len(f.HS) != 1 || f.HS[0] != "081060" {
		t.Errorf("SPS: %q", f.HS)
	}
}

// Codes are recognised if only case or white space differ. What else is in the
// place of a code is named.
func TestCodesAreRecognised(t *testing.T) {
	durian := sample(t, "sps-certificate", "dragon-fruit-dongxing")
	for written, want := range map[string]struct {
		port          string
		unread, meant bool
	}{
		"CNDOX": {"CNDOX", false, false}, "cndox": {"CNDOX", false, false}, "CN DOX": {"CNDOX", false, false},
		"\n CNDOX\t": {"CNDOX", false, false}, "": {"", false, false},
		"CNDOX\u200b": {"", true, true}, "CN\u00a0DOX": {"", true, true}, "СNDOX": {"", true, true}, "ＣＮＤＯＸ": {"", true, true},
		"CN-DOX": {"", true, true}, "Dongxing": {"", true, false}, "东兴口岸海关": {"", true, false}, "Hà Nội": {"", true, false}, "7207": {"", true, false},
	} {
		f := read(t, "sps-certificate", strings.Replace(durian, ">CNDOX<", ">"+written+"<", 1))
		unread := len(f.Unread) == 1 && f.Unread[0].Key == paths.ImportPort
		if f.ImportPort != want.port || unread != want.unread || unread && f.Unread[0].Meant != want.meant {
			t.Errorf("%q: port %q, unread %+v", written, f.ImportPort, f.Unread)
		}
	}
	if f := read(t, "sps-certificate", strings.Replace(durian, "<ram:ID>VN</ram:ID>", "<ram:ID>vn </ram:ID>", 1)); f.ExportCountry != "VN" {
		t.Errorf("country %q, unread %v", f.ExportCountry, f.Unread)
	}
}

// Facts may be in attributes, and behind tests of a manifest's own.
func TestPlacesOfOnesOwn(t *testing.T) {
	table := paths.Table{Facts: make(map[paths.Key][]paths.Path)}
	for key, path := range map[paths.Key]string{
		paths.Number: "@guid", paths.Version: "Head/@version", paths.Issued: "Head/@day",
		paths.ImportPort: "Place[@role=arrival]/@code", paths.HS: "Goods/Class[Type=HS|TRA]/ID",
	} {
		p, err := paths.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		table.Facts[key] = []paths.Path{p}
	}
	f := readAt(t, table, `<M guid=" N-1 "><Head version="2" day="20260904120000"/>
		<Place role="departure" code="VNHPH"/><Place role="Arrival" code="cnqzh"/>
		<Goods><Class><Type>CV</Type><ID>03222000</ID></Class><Class><Type>HS</Type><ID>4001.22</ID></Class></Goods></M>`)
	if f.Number != "N-1" || f.Version != "2" || f.ImportPort != "CNQZH" || f.ImportCountry != "CN" ||
		f.Issued.Format("2006-01-02") != "2026-09-04" || len(f.HS) != 1 || f.HS[0] != "400122" {
		t.Errorf("got %+v", f)
	}
	if at := f.At(paths.ImportPort); at.Path() != "/M/Place[2]" {
		t.Errorf("the port is at %s", at.Path())
	}
}
