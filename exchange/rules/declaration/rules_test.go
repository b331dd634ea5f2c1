package declaration_test

import (
	"fmt"
	"strings"
	"testing"

	"beibu/exchange/rules/declaration"
	"beibu/exchange/rules/rulestest"
)

var kinds = []string{"import-declaration", "export-declaration", "transit-declaration"}

func TestSamples(t *testing.T) { rulestest.Run(t, declaration.Rules(), kinds...) }

func TestMutations(t *testing.T) { rulestest.Mutate(t, declaration.Rules(), kinds...) }

func FuzzRules(f *testing.F) { rulestest.Fuzz(f, declaration.Rules(), kinds...) }

// BenchmarkCheck checks a declaration of three items.
func BenchmarkCheck(b *testing.B) {
	rulestest.Benchmark(b, declaration.Rules(), "import-declaration", "dragon-fruit-dongxing")
}

type example = rulestest.Example

// run compares the breaches of examples. The part of an example is put below the
// element that holds the shipment; if it contains a bar, the text before the bar is
// put in the root.
func run(t *testing.T, kind string, examples []example) {
	t.Helper()
	rulestest.Examples(t, declaration.Rules(), kind, func(part string) string {
		head, inner, split := strings.Cut(part, "|")
		if !split {
			head, inner = "", part
		}
		if kind == "export-declaration" {
			inner = "<CustomsDeclaration>" + inner + "</CustomsDeclaration>"
		}
		return "<D>" + head + inner + "</D>"
	}, examples)
}

// office is the customs party of a country, with an office code.
func office(country, code string) string {
	return "<CustomsParty><PartyIdentification><ID>" + code + "</ID></PartyIdentification><PostalAddress><Country><IdentificationCode>" + country +
		"</IdentificationCode></Country></PostalAddress></CustomsParty>"
}

func shipment(parts ...string) string {
	return "<Shipment>" + strings.Join(parts, "") + "</Shipment>"
}

func item(parts ...string) string { return "<GoodsItem>" + strings.Join(parts, "") + "</GoodsItem>" }

func number(n string) string { return "<SequenceNumberID>" + n + "</SequenceNumberID>" }

func hs(code string) string {
	return `<Item><CommodityClassification><ItemClassificationCode listID="HS">` + code + "</ItemClassificationCode></CommodityClassification></Item>"
}

func TestNumbering(t *testing.T) {
	second := []string{"Shipment/GoodsItem[2]/SequenceNumberID"}
	run(t, "transit-declaration", []example{
		{"from one", "DEC-01", shipment(item(number("1")), item(number("2"))), nil},
		{"leading zeros are no gap", "DEC-01", shipment(item(number("001")), item(number("002"))), nil},
		{"one gap is one breach", "DEC-01", shipment(item(number("1")), item(number("3")), item(number("4"))), second},
		{"no number at all", "DEC-01", shipment(item(number("1")), item(number("two"))), second},
		{"each shipment by itself", "DEC-01", shipment(item(number("1"))) + shipment(item(number("1")), item(number("2"))), nil},
		{"by identifier", "DEC-01", shipment(item("<ID>1</ID>"), item("<ID>3</ID>")), []string{"Shipment/GoodsItem[2]/ID"}},
		{"the missing number of DEC-01B counts", "DEC-01", shipment(item(), item(number("2"))), nil},
		{"missing", "DEC-01B", shipment(item(), item(number("2"))), []string{"Shipment/GoodsItem[1]"}},
	})
}

func TestCommodityCodes(t *testing.T) {
	china, vietNam := office("CN", "7212"), office("VN", "1")
	at := []string{"Shipment/GoodsItem/Item/CommodityClassification/ItemClassificationCode"}
	custom := "<RequiredCustomsID>081060</RequiredCustomsID>"
	cpv := `<Item><CommodityClassification><ItemClassificationCode listID="CPV">03222000</ItemClassificationCode></CommodityClassification><CommodityClassification><ItemClassificationCode listID="HS">0810600000</ItemClassificationCode></CommodityClassification></Item>`
	run(t, "import-declaration", []example{
		{"ten in China", "DEC-02", china + shipment(item(hs("0810600000"))), nil},
		{"eight in China", "DEC-02", china + shipment(item(hs("08106000"))), at},
		{"ten, one a letter", "DEC-02", china + shipment(item(hs("081060000O"))), at},
		{"eight elsewhere", "DEC-02", vietNam + shipment(item(hs("08106000"))), nil},
		{"the Harmonised System before others", "DEC-02", china + shipment(item(cpv)), nil},
		{"the customs' own number", "DEC-02", china + shipment(item(custom)), []string{"Shipment/GoodsItem/RequiredCustomsID"}},
		{"none", "DEC-02B", shipment(item()), []string{"Shipment/GoodsItem"}},
		{"the customs' own number is one", "DEC-02B", shipment(item(custom)), nil},
	})
}

func invoice(quantity, price, base, total, more string) string {
	return item(fmt.Sprintf(`<InvoiceLine><InvoicedQuantity unitCode="KGM">%s</InvoicedQuantity><LineExtensionAmount currencyID="USD">%s</LineExtensionAmount>%s<Price><PriceAmount currencyID="USD">%s</PriceAmount><BaseQuantity unitCode="KGM">%s</BaseQuantity></Price></InvoiceLine>`, quantity, total, more, price, base))
}

func TestFigures(t *testing.T) {
	wrong := []string{"Shipment/GoodsItem/InvoiceLine/LineExtensionAmount"}
	run(t, "import-declaration", []example{
		{"exact", "DEC-03", shipment(invoice("17820", "5.00", "1", "89100.00", "")), nil},
		{"by the thousand", "DEC-03", shipment(invoice("17820", "5000.00", "1000", "89100.00", "")), nil},
		{"by the thousand, wrong", "DEC-03", shipment(invoice("17820", "5000.00", "1000", "89101.00", "")), wrong},
		{"with a charge", "DEC-03", shipment(invoice("1", "5", "1", "6", "<AllowanceCharge/>")), nil},
		{"free", "DEC-03", shipment(invoice("1", "5", "1", "0", "<FreeOfChargeIndicator>true</FreeOfChargeIndicator>")), nil},
		{"per nothing", "DEC-03", shipment(invoice("1", "5", "0", "7", "")), nil},
		{"no packing", "DEC-04", shipment(weights("5", "KGM", "5", "KGM")), nil},
		{"tonnes and kilograms", "DEC-04", shipment(weights("1.5", "TNE", "1501", "KGM")), []string{"Shipment/GrossWeightMeasure"}},
		{"grams and kilograms", "DEC-04", shipment(weights("1500", "GRM", "1.4", "KGM")), nil},
		{"pounds are not compared", "DEC-04", shipment(weights("5", "LBR", "6", "KGM")), nil},
		{"a kilogram off", "DEC-04B", shipment(weights("9", "KGM", "9", "KGM"), item(weights("9", "KGM", "8", "KGM"))), nil},
		{"a thousandth off", "DEC-04B", shipment(weights("1", "TNE", "20", "TNE"), item(weights("9", "KGM", "19979", "KGM"))), nil},
		{"more", "DEC-04B", shipment(weights("1", "TNE", "20", "TNE"), item(weights("9", "KGM", "19978", "KGM"))), []string{"Shipment/NetWeightMeasure"}},
		{"an item without a weight", "DEC-04B", shipment(weights("1", "TNE", "20", "TNE"), item(weights("9", "KGM", "1", "KGM")), item()), nil},
		{"two items", "DEC-05", shipment("<TotalGoodsItemQuantity>2.0</TotalGoodsItemQuantity>", item(), item()), nil},
		{"three announced", "DEC-05", shipment("<TotalGoodsItemQuantity>3</TotalGoodsItemQuantity>", item(), item()), []string{"Shipment/TotalGoodsItemQuantity"}},
		{"packages", "DEC-05B", shipment(consignment("7"), item(packed("3"), packed("1")), item(packed("3"))), nil},
		{"a package short", "DEC-05B", shipment(consignment("8"), item(packed("3"), packed("1")), item(packed("3"))), []string{"Shipment/Consignment/TotalPackagesQuantity"}},
		{"packages shared with an item that says none", "DEC-05B", shipment(consignment("8"), item(packed("3")), item()), nil},
		{"two consignments", "DEC-05B", shipment(consignment("8"), consignment("8"), item(packed("3"))), nil},
	})
}

func weights(gross, grossUnit, net, netUnit string) string {
	return fmt.Sprintf(`<GrossWeightMeasure unitCode="%s">%s</GrossWeightMeasure><NetWeightMeasure unitCode="%s">%s</NetWeightMeasure>`, grossUnit, gross, netUnit, net)
}

func consignment(packages string) string {
	return "<Consignment><TotalPackagesQuantity>" + packages + "</TotalPackagesQuantity></Consignment>"
}

func packed(n string) string {
	return "<ContainingPackage><Quantity>" + n + "</Quantity></ContainingPackage>"
}

func TestTimes(t *testing.T) {
	china := office("CN", "7212")
	issued := func(day string) string { return "<IssueDate>" + day + "</IssueDate>|" + china }
	event := func(name, rest string) string {
		return shipment("<ShipmentStage><" + name + "TransportEvent>" + rest + "</" + name + "TransportEvent></ShipmentStage>")
	}
	arrived := event("ActualArrival", "<OccurrenceDate>2026-09-01</OccurrenceDate>")
	late := []string{"IssueDate"}
	run(t, "import-declaration", []example{
		{"fourteen days", "DEC-06", issued("2026-09-15") + arrived, nil},
		{"fifteen", "DEC-06", issued("2026-09-16") + arrived, late},
		{"three months are still late", "DEC-06", issued("2026-12-01") + arrived, late},
		{"after them it is DEC-06B", "DEC-06", issued("2026-12-02") + arrived, nil},
		{"after three months", "DEC-06B", issued("2026-12-02") + arrived, late},
		{"ahead of the arrival", "DEC-06", issued("2026-08-20") + arrived, nil},
		{"in another country", "DEC-06", "<IssueDate>2026-10-16</IssueDate>|" + office("VN", "1") + arrived, nil},
	})
	loading := func(rest string) string { return event("Loading", rest) }
	at := func(day, clock string) string {
		return "<OccurrenceDate>" + day + "</OccurrenceDate><OccurrenceTime>" + clock + "</OccurrenceTime>"
	}
	from := func(day, clock string) string {
		return "<IssueDate>" + day + "</IssueDate><IssueTime>" + clock + "</IssueTime>|" + china
	}
	run(t, "export-declaration", []example{
		{"24 hours", "DEC-07", from("2026-11-03", "08:00:00+08:00") + loading(at("2026-11-04", "08:00:00+08:00")), nil},
		{"a second less", "DEC-07", from("2026-11-03", "08:00:01+08:00") + loading(at("2026-11-04", "08:00:00+08:00")), late},
		{"across zones", "DEC-07", from("2026-11-03", "08:00:00+08:00") + loading(at("2026-11-04", "07:00:00+07:00")), nil},
		{"without a zone it is China's", "DEC-07", from("2026-11-03", "08:00:00Z") + loading(at("2026-11-04", "15:59:59")), late},
		{"with fractions", "DEC-07", from("2026-11-03", "08:00:00.5") + loading(at("2026-11-04", "08:00:00")), nil},
		{"the next day, no time known", "DEC-07", from("2026-11-03", "23:00:00") + loading("<OccurrenceDate>2026-11-04</OccurrenceDate>"), nil},
		{"the same day, no time known", "DEC-07", from("2026-11-04", "01:00:00") + loading("<OccurrenceDate>2026-11-04</OccurrenceDate>"), late},
		{"on the day of receipt", "DEC-07B", issued("2026-11-03") + event("Receipt", "<OccurrenceDate>2026-11-03</OccurrenceDate>"), nil},
		{"before it", "DEC-07B", issued("2026-11-02") + event("Receipt", "<OccurrenceDate>2026-11-03</OccurrenceDate>"), late},
	})
	until := func(day string) string {
		return "<IssueDate>2026-08-31</IssueDate>|<ValidityPeriod><EndDate>" + day + "</EndDate></ValidityPeriod>" + china
	}
	end := []string{"ValidityPeriod/EndDate"}
	run(t, "transit-declaration", []example{
		{"six months", "DEC-08", until("2027-02-28"), nil},
		{"more", "DEC-08", until("2027-03-01"), end},
		{"nine", "DEC-08", until("2027-05-31"), end},
		{"more than nine is DEC-08B", "DEC-08", until("2027-06-01"), nil},
		{"nine is not", "DEC-08B", until("2027-05-31"), nil},
		{"more than nine", "DEC-08B", until("2027-06-01"), end},
	})
}

func TestDocumentsCited(t *testing.T) {
	china := office("CN", "7212")
	cite := func(list, code string) string {
		return `<AdditionalDocumentReference><DocumentTypeCode listID="` + list + `">` + code + "</DocumentTypeCode></AdditionalDocumentReference>"
	}
	at := []string{"CustomsDeclaration/Shipment/GoodsItem/Item/CommodityClassification/ItemClassificationCode"}
	acetone := shipment(item(hs("2914110000")))
	run(t, "export-declaration", []example{
		{"nothing cited", "DEC-16", china + acetone, at},
		{"the licence", "DEC-16", china + acetone + cite("UNCL1001", "811"), nil},
		{"the licence, at the item", "DEC-16", china + shipment(item(hs("2914110000"), cite("UNCL1001", "811"))), nil},
		{"by the Chinese code", "DEC-16", china + acetone + cite("", "3"), nil},
		{"a certificate of quality is 3 too", "DEC-16", china + acetone + cite("UNCL1001", "3"), at},
		{"an import licence", "DEC-16", china + acetone + cite("UNCL1001", "911"), at},
		{"in another country", "DEC-16", office("VN", "1") + acetone, nil},
		{"graphite", "DEC-16B", "<IssueDate>2023-12-01</IssueDate>|" + china + shipment(item(hs("2504109100"))), at},
		{"graphite before it was controlled", "DEC-16B", "<IssueDate>2023-11-30</IssueDate>|" + china + shipment(item(hs("2504109100"))), nil},
		{"other graphite", "DEC-16B", "<IssueDate>2026-12-01</IssueDate>|" + china + shipment(item(hs("2504900000"))), nil},
	})
	durian := item(hs("0810600000"))
	run(t, "import-declaration", []example{
		{"plants are reported once", "DEC-16C", china + shipment(durian, durian), []string{"Shipment/GoodsItem[1]/Item/CommodityClassification/ItemClassificationCode"}},
		{"a re-export certificate", "DEC-16C", china + shipment(durian, durian) + cite("UNCL1001", "657"), nil},
		{"rubber is no plant product", "DEC-16C", china + shipment(item(hs("4001220000"))), nil},
	})
}

func TestParties(t *testing.T) {
	company := func(country, number string) string {
		return "<ImporterParty><PartyLegalEntity><CompanyID>" + number + "</CompanyID></PartyLegalEntity><PostalAddress><Country><IdentificationCode>" + country +
			"</IdentificationCode></Country></PostalAddress></ImporterParty>"
	}
	run(t, "import-declaration", []example{
		{"an office", "DEC-17", office("CN", "7212"), nil},
		{"a district", "DEC-17", office("CN", "7200"), []string{"CustomsParty/PartyIdentification/ID"}},
		{"another country's number", "DEC-17", office("VN", "7200"), nil},
		{"no code", "DEC-17B", office("CN", "CNQZH"), []string{"CustomsParty"}},
		{"a code", "DEC-17B", office("CN", "7212"), nil},
		{"a company's number", "DEC-18", company("CN", "91450706348512074G"), nil},
		{"a customs registration is another", "DEC-18", company("CN", "4507966789"), []string{"ImporterParty"}},
		{"a foreign company", "DEC-18", company("VN", "2300418747"), nil},
	})
}
