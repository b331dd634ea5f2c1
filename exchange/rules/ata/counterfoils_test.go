package ata_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counterfoil writes one for an item; a quantity of "" is not stated. Each
// reference is its letter (E, I, R, M) and its number, such as "I7".
func counterfoil(item, quantity, references string) string {
	var b strings.Builder
	b.WriteString("<GoodsItemPassportCounterfoil>")
	if item != "" {
		b.WriteString("<GoodsItem><SequenceNumberID>" + item + "</SequenceNumberID>")
		if quantity != "" {
			b.WriteString("<Quantity>" + quantity + "</Quantity>")
		}
		b.WriteString("</GoodsItem>")
	}
	names := map[byte]string{'E': "Exportation", 'I': "Importation", 'R': "Reexportation", 'M': "Reimportation"}
	for r := range strings.FieldsSeq(references) {
		fmt.Fprintf(&b, "<%[1]sDocumentReference><ID>%[2]s</ID></%[1]sDocumentReference>", names[r[0]], r)
	}
	return b.String() + "</GoodsItemPassportCounterfoil>"
}

func TestBalance(t *testing.T) {
	in := counterfoil("1", "3", "I1") + counterfoil("2", "1", "I1") + counterfoil("1", "5", "I2")
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"all of it":          {in + counterfoil("1", "3", "I1 R1") + counterfoil("1", "5", "I2 R2"), nil},
		"in parts":           {in + counterfoil("1", "1", "I1 R1") + counterfoil("1", "2", "I1 R2"), nil},
		"one too many":       {in + counterfoil("1", "2", "I1 R1") + counterfoil("1", "2", "I1 R2"), []string{"4 of item 1 re-exported under I1; 3 imported"}},
		"of the wrong one":   {in + counterfoil("1", "5", "I1 R1"), []string{"5 of item 1 re-exported under I1; 3 imported"}},
		"a fraction":         {in + counterfoil("1", "3.001", "I1 R1"), []string{"3.001 of item 1 re-exported under I1; 3 imported"}},
		"elsewhere imported": {in + counterfoil("1", "9", "I8 R1"), nil},
		"entry not counted":  {counterfoil("1", "", "I1") + counterfoil("1", "9", "I1 R1"), nil},
		"exit not counted":   {in + counterfoil("1", "", "I1 R1"), nil},
		"reported each time": {in + counterfoil("2", "2", "I1 R1") + counterfoil("2", "1", "I1 R2"), []string{
			"2 of item 2 re-exported under I1; 1 imported", "3 of item 2 re-exported under I1; 1 imported",
		}},
	} {
		if diff := cmp.Diff(test.want, messages(t, "ATA-23", "ata-carnet", test.body)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestItemsThatTravel(t *testing.T) {
	general := `<Shipment><GoodsItem><ID>1</ID><Quantity>4</Quantity></GoodsItem><GoodsItem><ID>2</ID></GoodsItem></Shipment>`
	for _, test := range []struct {
		code, name, body string
		want             []string
	}{
		{"ATA-18", "fewer", general + counterfoil("1", "3", "E1"), nil},
		{"ATA-18", "more", general + counterfoil("01", "5", "E1"), []string{"5 of item 1 exported; the general list has 4"}},
		{"ATA-18", "twice, each within", general + counterfoil("1", "4", "E1") + counterfoil("1", "4", "E2"), nil},
		{"ATA-18", "not listed", general + counterfoil("3", "", "E1"), []string{"1 of item 3 exported; the general list has 0"}},
		{"ATA-18", "number not listed", general + counterfoil("2", "99", "E1"), nil},
		{"ATA-19", "not exported", general + counterfoil("1", "4", "E1") + counterfoil("2", "1", "I1"), []string{"item 2 is imported, but not among the items exported"}},
		{"ATA-19", "nothing exported yet", general + counterfoil("2", "1", "I1"), nil},
		{"ATA-19", "not even listed", general + counterfoil("3", "1", "I1"), []string{"item 3 is imported, but not among the items exported"}},
		{"ATA-22", "back", counterfoil("1", "4", "E1") + counterfoil("1", "4", "E1 M1"), nil},
		{"ATA-22", "back twice", counterfoil("1", "4", "E1") + counterfoil("1", "3", "E1 M1") + counterfoil("1", "3", "E1 M2"), []string{"6 of item 1 re-imported; 4 exported"}},
		{"ATA-22", "never went", counterfoil("1", "4", "E1") + counterfoil("2", "1", "M1"), []string{"1 of item 2 re-imported; 0 exported"}},
		{"ATA-22", "went uncounted", counterfoil("1", "", "E1") + counterfoil("1", "9", "M1"), nil},
		{"ATA-22", "nothing exported", counterfoil("1", "9", "M1"), nil},
		{"ATA-21", "blank", counterfoil("1", "1", "I1") + counterfoil("1", "1", "R1"), []string{"re-exportation without the importation that it discharges; it quotes the importation counterfoil"}},
		{"ATA-21B", "another item", counterfoil("1", "1", "I1") + counterfoil("2", "1", "I1 R1"), []string{"item 2 was not imported under I1, which this re-exportation discharges"}},
		{"ATA-21B", "not in this document", counterfoil("1", "1", "I1") + counterfoil("2", "1", "I7 R1"), nil},
	} {
		if diff := cmp.Diff(test.want, messages(t, test.code, "ata-carnet", test.body)); diff != "" {
			t.Errorf("%s %s: %s", test.code, test.name, diff)
		}
	}
}

func TestTransitPair(t *testing.T) {
	voucher := func(id, kind string) string {
		return "<GoodsItemPassportCounterfoil><VoucherDocumentReference><ID>" + id + "</ID><DocumentType>" + kind +
			"</DocumentType></VoucherDocumentReference></GoodsItemPassportCounterfoil>"
	}
	for name, test := range map[string]struct {
		body string
		fine bool
	}{
		"none":                 {voucher("B1", "Exportation"), true},
		"pair":                 {voucher("B1", "Transit") + voucher("B2", "transit"), true},
		"pair of three items":  {strings.Repeat(voucher("B1", "过境"), 3) + strings.Repeat(voucher("B2", "过境"), 3), true},
		"departure only":       {voucher("B1", "TRANSIT") + voucher("B1", "TRANSIT"), false},
		"second not closed":    {voucher("B1", "Transit") + voucher("B2", "Transit") + voucher("B3", "Transit"), false},
		"used for importation": {strings.Replace(voucher("B1", "Transit"), "<Voucher", "<ImportationDocumentReference/><Voucher", 1), true},
	} {
		if got := messages(t, "ATA-24", "ata-carnet", test.body); (len(got) == 0) != test.fine {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestStayInChina(t *testing.T) {
	for _, test := range []struct {
		office, entry, final string
		extensions           int
		fine                 bool
	}{
		{"CNQZH", "2026-03-31", "2026-09-30", 0, true},
		{"CNQZH", "2026-03-31", "2026-10-01", 0, false},
		{"CNQZH", "2026-08-31", "2027-02-28", 0, true}, // no 31 February
		{"CNQZH", "2026-08-31", "2027-03-01", 0, false},
		{"CNFAN", "2026-03-31", "2027-03-31", 1, true},
		{"CNFAN", "2026-03-31", "2028-03-31", 3, true},
		{"CNFAN", "2026-03-31", "2028-04-01", 9, false}, // no more than three count
		{"VNHPH", "2026-03-31", "2028-03-31", 0, true},
		{"", "2026-03-31", "2028-03-31", 0, true},
	} {
		body := fmt.Sprintf(`<GoodsItemPassportCounterfoil><FinalReexportationDate>%s</FinalReexportationDate>
			<CustomsOfficeLocation><ID>%s</ID></CustomsOfficeLocation>
			<ImportationDocumentReference><IssueDate>%s</IssueDate></ImportationDocumentReference>%s</GoodsItemPassportCounterfoil>`,
			test.final, test.office, test.entry, strings.Repeat("<ImportationDocumentReference/>", test.extensions))
		if got := messages(t, "ATA-30", "ata-carnet", body); (len(got) == 0) != test.fine {
			t.Errorf("%+v: %v", test, got)
		}
		if got := messages(t, "ATA-30B", "ata-carnet", body); (len(got) == 0) != (test.extensions <= 3) {
			t.Errorf("%+v: %v", test, got)
		}
	}
}
