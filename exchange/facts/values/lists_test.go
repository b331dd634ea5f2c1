package values_test

import (
	"slices"
	"testing"

	"beibu/exchange/facts/values"
	"beibu/signing/strict"
)

// element returns the only element of a text, below a root.
func element(tb testing.TB, xml string) strict.Node {
	tb.Helper()
	tree, err := strict.Parse([]byte("<root>"+xml+"</root>"), strict.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	return tree.Root().Find("*")
}

func TestIs(t *testing.T) {
	for named, want := range map[string]bool{
		"USCC": true, "uscc": true, " USCC\t": true, "UscC ": true, "": false, "US CC": false, "USCC1": false, "ＵＳＣＣ": false,
	} {
		if got := values.Is(named, "TIN", "USCC"); got != want {
			t.Errorf("%q: %t", named, got)
		}
	}
}

func TestIsHS(t *testing.T) {
	for xml, want := range map[string]struct{ is, says bool }{
		`<Code>081060</Code>`:                                                       {is: true},
		`<Code listID="HS">081060</Code>`:                                           {is: true, says: true},
		`<Code listID=" hs ">081060</Code>`:                                         {is: true, says: true},
		`<ID schemeID="HS 2022">081060</ID>`:                                        {is: true, says: true},
		`<Code listName="Harmonized System">081060</Code>`:                          {is: true, says: true},
		`<Code listID="WCO-HS-2022">081060</Code>`:                                  {is: true, says: true},
		`<Code listID="AHTN 2022">08106000</Code>`:                                  {is: true, says: true},
		`<Code listName="HS编码">0810600000</Code>`:                                   {is: true, says: true},
		`<Code listID="CPV">03222000</Code>`:                                        {},
		`<Code listID="UNSPSC">03101500</Code>`:                                     {},
		`<Code listName="UNSPSC">03101500</Code>`:                                   {},
		`<ID schemeID="GTIN">06901234567892</ID>`:                                   {},
		`<Code listID="HSE">03101500</Code>`:                                        {},
		`<C><SystemName>HS</SystemName><ClassCode>081060</ClassCode></C>`:           {is: true, says: true},
		`<C><SystemID>HS</SystemID><SystemName>海关</SystemName><ClassCode/></C>`:     {is: true, says: true},
		`<C><SystemName>CPV</SystemName><ClassCode>03222000</ClassCode></C>`:        {},
		`<C><SystemName/><ClassCode>081060</ClassCode></C>`:                         {is: true},
		`<C><SystemName>HS</SystemName><ClassCode listID="CPV">03</ClassCode></C>`:  {},
		`<C><SystemName>EPPO</SystemName><ClassCode listID="HS">08</ClassCode></C>`: {is: true, says: true},
	} {
		at := element(t, xml)
		if at.Local() == "C" {
			at = at.Find("ClassCode")
		}
		if is, says := values.IsHS(at), values.SaysHS(at); is != want.is || says != want.says {
			t.Errorf("%s: is %t, says %t", xml, is, says)
		}
	}
}

func TestHS(t *testing.T) {
	for xml, want := range map[string]string{
		`<A/>`:                                   "",
		`<A><B listID="UNSPSC">03101500</B></A>`: "",
		`<A><B listID="UNSPSC">03101500</B><B listID="HS">4001.29</B></A>`:          "400129",
		`<A><B listID="UNSPSC">03101500</B><C>400129</C></A>`:                       "400129",
		`<A><B>400122</B><B listID="HS">400129</B></A>`:                             "400129",
		`<A><B>400122</B><C schemeID="HS">4001 29 00</C></A>`:                       "40012900",
		`<A><B>400122</B><B>400129</B></A>`:                                         "400122",
		`<A><B listID="CPV">03222000</B><C schemeID="CPV">03222000</C><D>1</D></A>`: "",
	} {
		at := element(t, xml)
		codes := slices.AppendSeq(slices.Collect(at.All("B")), at.All("C"))
		if got := values.HSDigits(values.HS(codes)); got != want {
			t.Errorf("%s: %q, want %q", xml, got, want)
		}
	}
}

func TestHSPrefix(t *testing.T) {
	for code, want := range map[string]string{"0810.60.00": "081060", "08 10": "0810", "": ""} {
		if got := values.HSPrefix(element(t, "<Code>"+code+"</Code>"), 6); got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}
