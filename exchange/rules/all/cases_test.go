package all_test

import (
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules/all"
	"beibu/exchange/rules/health"
	"beibu/exchange/rules/rulestest"
	"beibu/schemas"
)

// A trial is a good sample with edits, pairs of what is replaced and by what,
// and the codes of all rules that it breaks then.
type trial struct {
	kind, sample string
	edits        []string
	want         string
}

// try judges trials by all rules.
func try(t *testing.T, trials map[string]trial) {
	t.Helper()
	for name, c := range trials {
		t.Run(name, func(t *testing.T) {
			got := rulestest.Codes(t, all.Rules(), rulestest.Sample(t, c.kind, c.sample), c.edits...)
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("breaks %v, want %v", got, want)
			}
		})
	}
}

// A code of another list looks like an HS code and is none.
func TestCodesOfOtherListsAreNoHSCodes(t *testing.T) {
	const harvest = `listID="HS">843359<`
	try(t, map[string]trial{
		"UNSPSC alone is no commodity code": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS"`, `listID="UNSPSC"`}, "DEC-02B",
		},
		"UNSPSC before the HS code": {
			"import-declaration", "natural-rubber-qinzhou",
			[]string{
				`<cbc:ItemClassificationCode listID="HS">`,
				`<cbc:ItemClassificationCode listID="UNSPSC">03101500</cbc:ItemClassificationCode></cac:CommodityClassification>` +
					`<cac:CommodityClassification><cbc:ItemClassificationCode listID="hs ">`,
			},
			"",
		},
		"a carnet's UNSPSC of chapter 03 is not fish": {
			"ata-carnet", "expo-machinery-qinzhou-haiphong", []string{harvest, `listID="UNSPSC">03101500<`}, "",
		},
		"a carnet's unnamed code of chapter 03 is": {
			"ata-carnet", "expo-machinery-qinzhou-haiphong", []string{harvest, `>030199<`}, "ATA-27",
		},
		"a plant certificate with CPV 03": {
			"sps-certificate", "dragon-fruit-dongxing",
			[]string{
				"<ram:ApplicableSPSClassification>",
				"<ram:ApplicableSPSClassification><ram:SystemName>CPV</ram:SystemName><ram:ClassCode>03222000</ram:ClassCode>" +
					"<ram:ClassName>Fruit and nuts</ram:ClassName></ram:ApplicableSPSClassification><ram:ApplicableSPSClassification>",
			},
			"",
		},
		"Form E by the CPV": {
			"certificate-of-origin", "durian-youyiguan", []string{`schemeID="HS">081060`, `schemeID="CPV">03222000`}, "CO-07B",
		},
		"chapter 98 of the Chinese tariff": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS">4001`, `listID="HS">9804`}, "",
		},
		"chapter 99": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS">4001`, `listID="HS">9904`}, "GEN-13",
		},
		"HS by another spelling": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS">4001`, `listID="hs 2022">9904`}, "GEN-13",
		},
	})
}

// A message shows characters of a value that cannot be seen.
func TestOddCharactersAreShown(t *testing.T) {
	for name, c := range map[string]struct{ kind, sample, old, text, code, en, zh string }{
		"a no-break space": {
			"import-declaration", "natural-rubber-qinzhou", `currencyID="USD"`, "currencyID=\"USD\u00a0\"", "GEN-04B",
			"“USD[U+00A0]” (character 4 is U+00A0) is not a currency code", "“USD[U+00A0]”（第4个字符为U+00A0）不是货币代码",
		},
		"a blank in an attribute": {
			"import-declaration", "natural-rubber-qinzhou", `currencyID="USD"`, `currencyID="USD "`, "GEN-04B",
			"“USD[U+0020]” (character 4 is U+0020) is not a currency code", "“USD[U+0020]”（第4个字符为U+0020）不是货币代码",
		},
		"a Cyrillic letter": {
			"import-declaration", "natural-rubber-qinzhou", ">CN<", ">СN<", "GEN-04",
			"“[U+0421]N” (character 1 is U+0421) is not a country code", "“[U+0421]N”（第1个字符为U+0421）不是国家代码",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := rulestest.Sample(t, c.kind, c.sample)
			for _, b := range judge(t, newSet(t), s.Kind, strings.Replace(string(s.Bytes), c.old, c.text, 1)) {
				if b.Rule.Code == c.code {
					if b.EN != c.en || b.ZH != c.zh {
						t.Errorf("got  %s %s\nwant %s %s", b.EN, b.ZH, c.en, c.zh)
					}
					return
				}
			}
			t.Errorf("%s finds nothing", c.code)
		})
	}
}

// A carnet with a number of 300 kB and 600 counterfoils is 5 kB of gzip: its
// messages must not be longer than what was sent.
func TestMessagesAreBounded(t *testing.T) {
	s := rulestest.Sample(t, "ata-carnet", "expo-machinery-qinzhou-haiphong")
	text := strings.Replace(string(s.Bytes), ">CN/4501/26/00183<", ">"+strings.Repeat("9", 300e3)+"<", 1)
	const foil = "<cac:GoodsItemPassportCounterfoil><cbc:GoodsItemPassportID>X</cbc:GoodsItemPassportID></cac:GoodsItemPassportCounterfoil>"
	end := strings.LastIndex(text, "</")
	size := 0
	for _, b := range judge(t, newSet(t), s.Kind, text[:end]+strings.Repeat(foil, 600)+text[end:]) {
		size += len(b.EN) + len(b.ZH)
	}
	if size == 0 || size > 1<<20 {
		t.Errorf("%d bytes of messages", size)
	}
}

// An xs:boolean is true as "true" and as "1", with white space around it.
func TestBooleans(t *testing.T) {
	free := func(indicator string) trial {
		return trial{
			"import-declaration", "dragon-fruit-dongxing",
			[]string{
				`<cbc:LineExtensionAmount currencyID="USD">3600.00</cbc:LineExtensionAmount>`,
				`<cbc:LineExtensionAmount currencyID="USD">0.00</cbc:LineExtensionAmount>` + indicator,
			},
			"",
		}
	}
	paid := free("<cbc:FreeOfChargeIndicator>0</cbc:FreeOfChargeIndicator>")
	paid.want = "DEC-03"
	try(t, map[string]trial{
		"free: true":  free("<cbc:FreeOfChargeIndicator>true</cbc:FreeOfChargeIndicator>"),
		"free: 1":     free("<cbc:FreeOfChargeIndicator>1</cbc:FreeOfChargeIndicator>"),
		"free: \n1\t": free("<cbc:FreeOfChargeIndicator>\n1\t</cbc:FreeOfChargeIndicator>"),
		"free: 0":     paid,
	})
}

// A scheme is recognised in any case and with white space around it, and a wrong
// code is found in all of them; only a wrong form refuses a document.
func TestSchemesOfCreditCodes(t *testing.T) {
	with := func(id, want string) trial {
		const good = `<cbc:ID schemeID="USCC">91450681316904823J<`
		return trial{"import-declaration", "dragon-fruit-dongxing", []string{good, id}, want}
	}
	try(t, map[string]trial{
		"wrong":              with(`<cbc:ID schemeID="USCC">91450681316904823K<`, "GEN-18D"),
		"wrong, with blank":  with(`<cbc:ID schemeID="USCC ">91450681316904823K<`, "GEN-18D"),
		"wrong, in small":    with(`<cbc:ID schemeID="uscc">91450681316904823K<`, "GEN-18D"),
		"wrong, no scheme":   with(`<cbc:ID>123456789012345678<`, "GEN-18C"),
		"right, in small":    with(`<cbc:ID schemeID="uscc">91450681316904823J<`, ""),
		"right, no scheme":   with(`<cbc:ID>91450681316904823J<`, ""),
		"a code of Xiamen":   with(`<cbc:ID schemeID="USCC">91350200M0000TEQT0<`, "GEN-18D"),
		"not of 18":          with(`<cbc:ID schemeID="uscc">9145068131690482J<`, "DEC-18 GEN-18"),
		"a letter not in it": with(`<cbc:ID schemeID="USCC">9145068I316904823J<`, "GEN-18"),
	})
	try(t, map[string]trial{
		"the holder's, in small": {
			"health-permit", "catering-qinzhou", []string{`<cbc:ID schemeID="USCC">91450700MA5L8K2P3G`, `<cbc:ID schemeID=" uscc ">91450700MA5L8K2P3G`}, "",
		},
	})
}

// An impossible date is found in every kind, and at its place.
func TestDatesThatCannotBe(t *testing.T) {
	const arrival = "<cbc:OccurrenceDate>2026-10-09<"
	issued := func(kind, sample, day, text, want string) trial {
		return trial{kind, sample, []string{"<cbc:IssueDate>" + day + "<", "<cbc:IssueDate>" + text + "<"}, want}
	}
	exit := func(text, want string) trial {
		return trial{"sps-certificate", "shrimp-qinzhou", []string{"<udt:DateTimeString>2026-11-14T18:00:00+07:00<", text}, want}
	}
	certified := func(text, want string) trial {
		return trial{"sps-certificate", "dragon-fruit-dongxing", []string{"<udt:DateTimeString>2026-11-05T09:45:00+07:00<", text}, want}
	}
	try(t, map[string]trial{
		"a year of five digits":  issued("import-declaration", "dragon-fruit-dongxing", "2026-10-09", "22026-10-09", "GEN-25"),
		"a negative year":        issued("import-declaration", "dragon-fruit-dongxing", "2026-10-09", "-2026-10-09", "GEN-25"),
		"a year of nine digits":  issued("import-declaration", "dragon-fruit-dongxing", "2026-10-09", "220260000-10-09", "GEN-25"),
		"a year before 1900":     issued("import-declaration", "dragon-fruit-dongxing", "2026-10-09", "1026-10-09", "GEN-25"),
		"of an arrival":          {"import-declaration", "dragon-fruit-dongxing", []string{arrival, "<cbc:OccurrenceDate>20206-06-09<"}, "GEN-25"},
		"of a carnet's issue":    issued("ata-carnet", "expo-machinery-qinzhou-haiphong", "2026-04-08", "22026-04-08", "GEN-25"),
		"of a carnet's end":      {"ata-carnet", "expo-machinery-qinzhou-haiphong", []string{"<cbc:EndDate>2027-04-07", "<cbc:EndDate>22027-04-07"}, "GEN-25"},
		"of a certificate":       issued("certificate-of-origin", "car-parts-retroactive", "2026-10-15", "22026-10-15", "GEN-25"),
		"of a permit":            {"health-permit", "catering-qinzhou", []string{"<cbc:EndDate>2030-09-27", "<cbc:EndDate>20300-09-27"}, "GEN-25"},
		"of a licence":           {"import-licence", "toluene-dual-use", []string{"<ExpirationDate>2", "<ExpirationDate>22"}, "GEN-25"},
		"203 with an hour of 99": exit(`<udt:DateTimeString format="203">202611149999<`, "GEN-25B"),
		"203":                    exit(`<udt:DateTimeString format="203">202611141800<`, ""),
		"205":                    exit(`<udt:DateTimeString format="205">202611141800+0700<`, ""),
		"304":                    exit(`<udt:DateTimeString format="304">20261114180000Z<`, ""),
		"304 with formatCode":    exit(`<udt:DateTimeString formatCode="304">20261114180099Z<`, "GEN-25B"),
		"a month":                exit(`<udt:DateTimeString format="610">202611<`, "GEN-25B"),
		"in words":               exit(`<udt:DateTimeString>soon<`, "GEN-25B"),
		"in the year 12026":      exit(`<udt:DateTimeString>12026-11-14<`, "GEN-25"),
		"issue: 203, hour of 99": certified(`<udt:DateTimeString format="203">202611059999<`, "SPS-13I"),
		"issue: hour of 99":      certified(`<udt:DateTimeString>2026-11-05T99:99:99+07:00<`, "SPS-13I"),
		"issue: of no day":       certified(`<udt:DateTimeString format="610">20261105<`, "SPS-13I"),
		"issue: 304":             certified(`<udt:DateTimeString format="304">20261105094500Z<`, ""),
	})
}

// Totals are compared after rounding to the digits of their currency, line by
// line, and rounding explains only small differences.
func TestTotalsAreRounded(t *testing.T) {
	line := func(currency, quantity, price, total, want string) trial {
		return trial{
			"import-declaration", "dragon-fruit-dongxing",
			[]string{
				`<cbc:InvoicedQuantity unitCode="KGM">2400<`, `<cbc:InvoicedQuantity unitCode="KGM">` + quantity + "<",
				`<cbc:LineExtensionAmount currencyID="USD">3600.00<`, `<cbc:LineExtensionAmount currencyID="` + currency + `">` + total + "<",
				`<cbc:PriceAmount currencyID="USD">1.50<`, `<cbc:PriceAmount currencyID="` + currency + `">` + price + "<",
			},
			want,
		}
	}
	licensed := func(total, want string) trial {
		return trial{
			"import-licence", "natural-rubber-automatic",
			[]string{`<TotalValueAmount currencyID="USD">`, `<TotalValueAmount currencyID="USD">` + total},
			want,
		}
	}
	try(t, map[string]trial{
		"dong":               line("VND", "15.333", "27350", "419358", ""),
		"dong, exact":        line("VND", "15.333", "27350", "419357.55", "GEN-06"),
		"won":                line("KRW", "1.234", "18250", "22521", ""),
		"a fourth too much":  line("USD", "100000", "0.02", "2499.00", "DEC-03"),
		"a licence's total":  licensed("1", "LIC-21"),
		"the customs value":  {"import-declaration", "dragon-fruit-dongxing", []string{`<cbc:DeclaredCustomsValueAmount currencyID="USD">28980.00`, `<cbc:DeclaredCustomsValueAmount currencyID="USD">28980.01`}, ""},
		"the value, 2 cents": {"import-declaration", "dragon-fruit-dongxing", []string{`<cbc:DeclaredCustomsValueAmount currencyID="USD">28980.00`, `<cbc:DeclaredCustomsValueAmount currencyID="USD">28980.02`}, "DEC-19"},
		"a carnet's total":   {"ata-carnet", "expo-machinery-qinzhou-haiphong", []string{`<cbc:TotalInvoiceAmount currencyID="CNY">`, `<cbc:TotalInvoiceAmount currencyID="CNY">1`}, "ATA-13B"},
	})
}

// A permit whose CustomizationID is mistyped is taken for a certificate, and the
// message says why.
func TestMistypedCustomization(t *testing.T) {
	if health.PermitCustomization != schemas.HealthPermit {
		t.Errorf("the rules know %s, the schemas %s", health.PermitCustomization, schemas.HealthPermit)
	}
	s := rulestest.Sample(t, "health-permit", "catering-qinzhou")
	for customization, want := range map[string]string{
		"URN:BEIBU:KIND:HEALTH-PERMIT:1":       "HLT-16",
		"urn:beibu:kind:health-permits:1":      "HLT-16",
		"urn:beibu:kind:health-permit:1\u200b": "HLT-16",
		"urn:biebu:kind:health_permit:1":       "HLT-16",
		"urn:beibu:kind:health-permit:2":       "HLT-16",
		"urn:example:trade:1":                  "HLT-15 HLT-16B",
	} {
		text := strings.Replace(string(s.Bytes), schemas.HealthPermit, customization, 1)
		var codes []string
		for _, b := range judge(t, newSet(t), "health-certificate", text) {
			codes = append(codes, b.Rule.Code)
			if b.Rule.Code == "HLT-16" && (!strings.Contains(b.EN, schemas.HealthPermit) || !strings.Contains(b.ZH, schemas.HealthPermit)) {
				t.Errorf("%s: %s %s", customization, b.EN, b.ZH)
			}
		}
		slices.Sort(codes)
		if got := strings.Join(slices.Compact(codes), " "); got != want {
			t.Errorf("%q: %s, want %s", customization, got, want)
		}
	}
}
