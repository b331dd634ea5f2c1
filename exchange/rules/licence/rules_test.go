package licence_test

import (
	"fmt"
	"strings"
	"testing"

	"beibu/exchange/rules/licence"
	"beibu/exchange/rules/rulestest"
)

var kinds = []string{"import-licence", "export-licence"}

func TestSamples(t *testing.T) { rulestest.Run(t, licence.Rules(), kinds...) }

func TestMutations(t *testing.T) { rulestest.Mutate(t, licence.Rules(), kinds...) }

func FuzzRules(f *testing.F) { rulestest.Fuzz(f, licence.Rules(), kinds...) }

// BenchmarkCheck judges a licence of two lines and three draws.
func BenchmarkCheck(b *testing.B) {
	rulestest.Benchmark(b, licence.Rules(), "export-licence", "graphite-two-grades")
}

type example = rulestest.Example

// run wants breaches of examples.
func run(t *testing.T, kind string, examples []example) {
	t.Helper()
	root := map[string]string{"import-licence": "ImportLicence", "export-licence": "ExportLicence"}[kind]
	rulestest.Examples(t, licence.Rules(), kind, func(part string) string {
		return "<" + root + ">" + part + "</" + root + ">"
	}, examples)
}

// valid is a licence of a category that may be used between two days.
func valid(category, first, last string) string {
	return "<CategoryCode>" + category + "</CategoryCode><EffectiveDate>" + first + "</EffectiveDate><ExpirationDate>" + last + "</ExpirationDate>"
}

func TestImportPeriods(t *testing.T) {
	expiry := []string{"ExpirationDate"}
	previous := "<PreviousDocument><ID>26-1</ID></PreviousDocument>"
	run(t, "import-licence", []example{
		{"six months to the day", "LIC-04", valid("7", "2026-05-11", "2026-11-11"), nil},
		{"a day more", "LIC-04", valid("7", "2026-05-11", "2026-11-12"), expiry},
		{"from the end of August to the end of February", "LIC-04", valid("O", "2026-08-31", "2027-02-28"), nil},
		{"not into March", "LIC-04", valid("O", "2026-08-31", "2027-03-01"), expiry},
		{"lower case v is automatic too", "LIC-04", valid("v", "2026-01-01", "2026-12-31"), expiry},
		{"other licences have other limits", "LIC-04", valid("1", "2026-01-01", "2026-12-31"), nil},
		{"to the end of March", "LIC-05", valid("1", "2026-10-12", "2027-03-31"), nil},
		{"into April", "LIC-05", valid("1", "2026-10-12", "2027-04-01"), expiry},
		{"reversed, which is LIC-07B's matter", "LIC-05", valid("1", "2027-10-12", "2026-04-01"), nil},
		{"to the end of the year", "LIC-05B", valid("1", "2026-01-05", "2026-12-31"), nil},
		{"over the end of the year", "LIC-05B", valid("1", "2026-01-05", "2027-01-01"), expiry},
		{"over it, continuing a licence", "LIC-05B", valid("1", "2026-01-05", "2027-01-01") + previous, nil},
		{"past March, which is LIC-05's matter", "LIC-05B", valid("1", "2026-01-05", "2027-05-01"), nil},
		{"a year, across two", "LIC-05C", valid("2", "2026-03-01", "2027-03-01"), nil},
		{"more than a year", "LIC-05C", valid("2", "2026-03-01", "2027-03-02"), expiry},
		{"past March", "LIC-05C", valid("2", "2026-11-01", "2027-04-01"), expiry},
	})
}

func TestExportPeriods(t *testing.T) {
	expiry := []string{"ExpirationDate"}
	hongKong := "<DestinationCountryCode>HK</DestinationCountryCode>"
	goods := func(codes ...string) string {
		var s strings.Builder
		for _, code := range codes {
			s.WriteString("<GoodsItem><Commodity><Classification><ID>" + code + "</ID></Classification></Commodity></GoodsItem>")
		}
		return s.String()
	}
	run(t, "export-licence", []example{
		{"six months to the day", "LIC-06", valid("4", "2026-03-10", "2026-09-10"), nil},
		{"a day more", "LIC-06", valid("4", "2026-03-10", "2026-09-11"), expiry},
		{"dual use is LIC-05C's matter", "LIC-06", valid("3", "2026-03-10", "2027-03-10"), nil},
		{"to the end of the year", "LIC-06B", valid("x", "2026-09-01", "2026-12-31"), nil},
		{"into the next", "LIC-06B", valid("x", "2026-09-01", "2027-01-01"), expiry},
		{"pork for a month", "LIC-06C", valid("4", "2026-11-01", "2026-12-01") + hongKong + goods("0203190090"), nil},
		{"pork for longer", "LIC-06C", valid("4", "2026-11-01", "2026-12-02") + hongKong + goods("0203190090"), expiry},
		{"pork and tin", "LIC-06C", valid("4", "2026-11-01", "2026-12-02") + hongKong + goods("0203190090", "8001102000"), nil},
		{"pork elsewhere", "LIC-06C", valid("4", "2026-11-01", "2026-12-02") + goods("0203190090"), nil},
		{"nothing", "LIC-06C", valid("4", "2026-11-01", "2026-12-02") + hongKong, nil},
	})
}

// draw is a draw on a line, line a line of a licence, in kilograms.
func draw(declaration, quantity, remaining string) string {
	return fmt.Sprintf(`<WriteOff><Date>2026-06-01</Date><DeclarationID>%s</DeclarationID><Quantity unitCode="KGM">%s</Quantity><RemainingQuantity unitCode="KGM">%s</RemainingQuantity></WriteOff>`, declaration, quantity, remaining)
}

func line(quantity string, draws ...string) string {
	return `<GoodsItem><Quantity unitCode="KGM">` + quantity + `</Quantity>` + strings.Join(draws, "") + `</GoodsItem>`
}

func TestUses(t *testing.T) {
	twoUses := "<PermittedUseQuantity>2</PermittedUseQuantity>"
	office := "<CustomsOffice><ID>7212</ID></CustomsOffice>"
	run(t, "export-licence", []example{
		{"one declaration on two lines is one use", "LIC-02", line("10", draw("A", "1", "9")) + line("5", draw("A", "5", "0")), nil},
		{"two declarations on two lines are two", "LIC-02", line("10", draw("A", "1", "9")) + line("5", draw("B", "5", "0")), []string{"GoodsItem[2]/WriteOff"}},
		{"two are permitted", "LIC-02", twoUses + line("10", draw("A", "1", "9"), draw("B", "1", "8")), nil},
		{"two of two", "LIC-03B", twoUses + line("10", draw("A", "1", "9"), draw("B", "1", "8")), nil},
		{"three of two", "LIC-03B", twoUses + line("10", draw("A", "1", "9"), draw("B", "1", "8")) + line("5", draw("C", "5", "0")), []string{"GoodsItem[2]/WriteOff"}},
		{"twelve", "LIC-03", "<PermittedUseQuantity>12</PermittedUseQuantity>", nil},
		{"thirteen", "LIC-03", "<PermittedUseQuantity>13</PermittedUseQuantity>", []string{"PermittedUseQuantity"}},
		{"thirteen of an automatic licence are LIC-04B's matter", "LIC-03", "<CategoryCode>7</CategoryCode><PermittedUseQuantity>13</PermittedUseQuantity>", nil},
		{"one office", "LIC-01", office, nil},
		{"three offices are one breach", "LIC-01", office + office + office, []string{"CustomsOffice[2]"}},
		{"two offices, as stated", "LIC-01", "<MultipleOfficeIndicator>1</MultipleOfficeIndicator>" + office + office, nil},
		{"two offices, denied", "LIC-01", "<MultipleOfficeIndicator>false</MultipleOfficeIndicator>" + office + office, []string{"CustomsOffice[2]"}},
	})
}

func TestBalances(t *testing.T) {
	percent := "<PermittedOveragePercent>5</PermittedOveragePercent>"
	grams := `<WriteOff><Quantity unitCode="GRM">9000</Quantity></WriteOff>`
	status := func(code string) string { return "<StatusCode>" + code + "</StatusCode>" }
	run(t, "import-licence", []example{
		{"all of it", "LIC-08", line("10", draw("A", "10", "0")), nil},
		{"a millionth more", "LIC-08", line("10", draw("A", "10.000001", "0")), []string{"GoodsItem/WriteOff/Quantity"}},
		{"the overage is of what remains", "LIC-08", percent + line("100", draw("A", "60", "40"), draw("B", "42", "0")), nil},
		{"and not of the whole", "LIC-08", percent + line("100", draw("A", "60", "40"), draw("B", "42.01", "0")), []string{"GoodsItem/WriteOff[2]/Quantity"}},
		{"nothing after the overage", "LIC-08", percent + line("100", draw("A", "104", "0"), draw("B", "0.5", "0")), []string{"GoodsItem/WriteOff[2]/Quantity"}},
		{"another unit is LIC-16's matter", "LIC-08", line("10", grams), nil},
		{"five percent", "LIC-08B", percent, nil},
		{"more", "LIC-08B", "<PermittedOveragePercent>5.01</PermittedOveragePercent>", []string{"PermittedOveragePercent"}},
		{"one wrong remainder is one breach", "LIC-03D", line("100", draw("A", "60", "30"), draw("B", "10", "20")), []string{"GoodsItem/WriteOff[1]/RemainingQuantity"}},
		{"nothing remains after an overage", "LIC-03D", percent + line("100", draw("A", "103", "0")), nil},
		{"trailing zeros are no difference", "LIC-03D", line("100", draw("A", "60", "40.000")), nil},
		{"exhausted", "LIC-17", status("12") + line("10", draw("A", "10", "0")), nil},
		{"exhausted but for one line", "LIC-17", status("14") + line("10", draw("A", "10", "0")) + line("1"), []string{"StatusCode"}},
		{"not exhausted", "LIC-17", status("13") + line("10", draw("A", "9", "1")), nil},
		{"not exhausted, with nothing left", "LIC-17", status("15") + line("10", draw("A", "10", "0")), []string{"StatusCode"}},
		{"other statuses say nothing of draws", "LIC-17", status("10") + line("10", draw("A", "10", "0")), nil},
		{"a balance that cannot be followed", "LIC-17", status("12") + line("10", grams), nil},
		{"the unit is missing everywhere", "LIC-11", "<GoodsItem><Quantity>1</Quantity><WriteOff><Quantity>1</Quantity><RemainingQuantity>0</RemainingQuantity></WriteOff></GoodsItem>", []string{"GoodsItem/Quantity", "GoodsItem/WriteOff/Quantity", "GoodsItem/WriteOff/RemainingQuantity"}},
		{"units without a unit are LIC-11's matter", "LIC-16", `<GoodsItem><Quantity unitCode="KGM">1</Quantity><WriteOff><Quantity>1</Quantity></WriteOff></GoodsItem>`, nil},
		{"line numbers with leading zeros", "LIC-12", "<GoodsItem><SequenceNumeric>1</SequenceNumeric></GoodsItem><GoodsItem><SequenceNumeric>+01</SequenceNumeric></GoodsItem>", []string{"GoodsItem[2]/SequenceNumeric"}},
	})
}

func TestValues(t *testing.T) {
	priced := func(quantity, price, value string) string {
		return fmt.Sprintf(`<GoodsItem><Quantity unitCode="KGM">%s</Quantity><UnitPriceAmount currencyID="USD">%s</UnitPriceAmount><ValueAmount currencyID="USD">%s</ValueAmount></GoodsItem>`, quantity, price, value)
	}
	wrong := []string{"GoodsItem/ValueAmount"}
	run(t, "export-licence", []example{
		{"exact", "LIC-20", priced("69000", "0.90", "62100.00"), nil},
		{"the price was rounded to a cent", "LIC-20", priced("300", "3.33", "1000.00"), nil},
		{"the price was rounded to a hundredth of one", "LIC-20", priced("300", "3.3333", "1000.00"), nil},
		{"further off than rounding goes", "LIC-20", priced("300", "3.33", "1000.52"), wrong},
		{"a price in whole units is exact to a cent", "LIC-20", priced("300", "3", "902.00"), wrong},
		{"two currencies", "LIC-20", strings.Replace(priced("1", "1", "7"), "USD", "CNY", 1), nil},
		{"the total", "LIC-21", `<TotalValueAmount currencyID="USD">3</TotalValueAmount>` + priced("1", "1", "1.00") + priced("2", "1", "2.00"), nil},
		{"a cent for two lines", "LIC-21", `<TotalValueAmount currencyID="USD">3.01</TotalValueAmount>` + priced("1", "1", "1.00") + priced("2", "1", "2.00"), nil},
		{"a wrong total", "LIC-21", `<TotalValueAmount currencyID="USD">3.02</TotalValueAmount>` + priced("1", "1", "1.00") + priced("2", "1", "2.00"), []string{"TotalValueAmount"}},
		{"a line without a value", "LIC-21", `<TotalValueAmount currencyID="USD">3</TotalValueAmount>` + priced("1", "1", "1.00") + line("1"), nil},
	})
}

func TestChemicals(t *testing.T) {
	goods := func(code, number string) string {
		dangerous := ""
		if number != "" {
			dangerous = "<DangerousGoods><UNDGID>" + number + "</UNDGID></DangerousGoods>"
		}
		return "<GoodsItem><Commodity><Classification><ID>" + code + "</ID></Classification>" + dangerous + "</Commodity></GoodsItem>"
	}
	run(t, "export-licence", []example{
		{"acetone by ten digits", "LIC-23", goods("2914110000", "1090"), []string{"GoodsItem/Commodity"}},
		{"acetone by six", "LIC-23", goods("291411", "1090"), []string{"GoodsItem/Commodity"}},
		{"with an end user", "LIC-23", "<EndUser/>" + goods("2914110000", "1090"), nil},
		{"graphite is no precursor", "LIC-23", goods("2504101000", ""), nil},
		{"sulphuric acid, spent", "LIC-24B", goods("2807000000", "1832"), nil},
		{"permanganate as acetone", "LIC-24B", goods("2841610000", "1090"), []string{"GoodsItem/Commodity/DangerousGoods/UNDGID"}},
		{"each line is looked at", "LIC-24", goods("2914110000", "") + goods("2902300000", ""), []string{"GoodsItem[1]/Commodity", "GoodsItem[2]/Commodity"}},
	})
}

func TestReplacements(t *testing.T) {
	previous := func(id, version string) string {
		return "<PreviousDocument><ID>" + id + "</ID><VersionID>" + version + "</VersionID></PreviousDocument>"
	}
	run(t, "import-licence", []example{
		{"first edition", "LIC-10", "<ID>A</ID><VersionID>1</VersionID>", nil},
		{"second edition without a first", "LIC-10", "<ID>A</ID><VersionID>2</VersionID>", []string{"VersionID"}},
		{"second edition of the first", "LIC-10B", "<ID>A</ID><VersionID>2</VersionID>" + previous("A", "1"), nil},
		{"another licence, whatever its edition", "LIC-10B", "<ID>A</ID>" + previous("B", "7"), nil},
		{"a later edition of itself", "LIC-10B", "<ID>A</ID><VersionID>2</VersionID>" + previous("A", "3"), []string{"PreviousDocument"}},
		{"itself, neither saying its edition", "LIC-10B", "<ID>A</ID><PreviousDocument><ID>A</ID></PreviousDocument>", []string{"PreviousDocument"}},
	})
}
