package ata_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func list(numbers ...string) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "<GoodsItem><SequenceNumberID>%s</SequenceNumberID></GoodsItem>", n)
	}
	return "<Shipment>" + b.String() + "</Shipment>"
}

func TestItemNumbers(t *testing.T) {
	for _, test := range []struct {
		numbers    string
		twice, gap []string
	}{
		{"1 2 3", nil, nil},
		{"01 002 3", nil, nil},
		{"1 2 2", []string{"item number 2 is used twice"}, nil},
		{"1 02 2 3", []string{"item number 2 is used twice"}, nil},
		{"1 2 4 7", nil, []string{"item number 4, but 3 is next; items are numbered from 1 without gaps"}},
		{"0 1", nil, []string{"item number 0, but 1 is next; items are numbered from 1 without gaps"}},
		{"00 0", []string{"item number 0 is used twice"}, []string{"item number 0, but 1 is next; items are numbered from 1 without gaps"}},
		{"A B", nil, []string{"item number A, but 1 is next; items are numbered from 1 without gaps"}},
		{"3 2 1", nil, []string{"item number 3, but 1 is next; items are numbered from 1 without gaps"}},
	} {
		body := list(strings.Fields(test.numbers)...)
		if diff := cmp.Diff(test.twice, messages(t, "ATA-11", "ata-carnet", body)); diff != "" {
			t.Errorf("%s: %s", test.numbers, diff)
		}
		if diff := cmp.Diff(test.gap, messages(t, "ATA-11B", "ata-carnet", body)); diff != "" {
			t.Errorf("%s: %s", test.numbers, diff)
		}
	}
}

func TestItemNumberIsInID(t *testing.T) {
	const body = `<Shipment><GoodsItem><ID>1</ID></GoodsItem><GoodsItem><ID>9</ID><SequenceNumberID>2</SequenceNumberID></GoodsItem></Shipment>`
	for _, code := range []string{"ATA-10", "ATA-11", "ATA-11B"} {
		if got := messages(t, code, "ata-carnet", body); got != nil {
			t.Errorf("%s: %v", code, got)
		}
	}
}

func TestTotals(t *testing.T) {
	const body = `<Shipment><TotalGoodsItemQuantity>%s</TotalGoodsItemQuantity>
		<DeclaredStatisticsValueAmount>1</DeclaredStatisticsValueAmount>
		<Consignment><TotalInvoiceAmount currencyID="CNY">%s</TotalInvoiceAmount></Consignment>
		<GoodsItem><ValueAmount>0.10</ValueAmount><Quantity>1.5</Quantity></GoodsItem>
		<GoodsItem><DeclaredStatisticsValueAmount>0.20</DeclaredStatisticsValueAmount><Quantity>2</Quantity></GoodsItem></Shipment>`
	for _, test := range []struct {
		pieces, value string
		want          []string
	}{
		{"3.5", "0.3", nil}, // exact: floating point returns 0.30000000000000004
		{"3.50", "0.300", nil},
		{"4", "0.31", []string{
			"total of 4 pieces; the general list adds up to 3.5",
			"total value 0.31; the general list adds up to 0.3",
		}},
		{"", "", nil},
	} {
		filled := fmt.Sprintf(body, test.pieces, test.value)
		got := append(messages(t, "ATA-13", "ata-carnet", filled), messages(t, "ATA-13B", "ata-carnet", filled)...)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s, %s: %s", test.pieces, test.value, diff)
		}
	}
}

func TestPerishableGoods(t *testing.T) {
	for code, fine := range map[string]bool{
		"081060": false, "0810.60": false, "090240": false, "220421": false, "240220": false, "030617": false,
		"010611": true, "440929": true, "843359": true, "08": true, "": true, "food": true, "991000": true,
	} {
		body := `<Shipment><GoodsItem><Item><CommodityClassification><ItemClassificationCode>` + code +
			`</ItemClassificationCode></CommodityClassification></Item></GoodsItem></Shipment>`
		if got := messages(t, "ATA-27", "ata-carnet", body); (len(got) == 0) != fine {
			t.Errorf("%s: %v", code, got)
		}
	}
}
