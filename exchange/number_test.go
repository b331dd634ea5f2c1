package exchange_test

import (
	"errors"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
)

// A number is a value: it is the same however it is written, as long as a reader
// can see how it is written.
func TestReadNumber(t *testing.T) {
	for written, want := range map[string]string{
		"CN/4501/26/00183":           "CN/4501/26/00183", // as it always was
		"":                           "",
		"QZ 2026 0001":               "QZ 2026 0001",
		" QZ  2026 0001\n":           "QZ 2026 0001",
		"QZ\n      2026 0001":        "QZ 2026 0001",
		"QZ\t2026\r\n0001":           "QZ 2026 0001",
		"桂药监〔2026〕1号":                "桂药监〔2026〕1号",
		"（2026）桂字第 1 号":              "（2026）桂字第 1 号",
		"Sô\u0301 1":                 "S\u1ed1 1",
		"So\u0302\u0301 1":           "S\u1ed1 1",
		"\u212b-1":                   "\u00c5-1",
		strings.Repeat("9", 100_000): strings.Repeat("9", 100_000),
	} {
		if got, odd := exchange.ReadNumber(written); got != want || odd != nil {
			t.Errorf("%+q is %+q, %+v, want %+q", written, got, odd, want)
		}
	}
	for written, want := range map[string]exchange.Oddity{
		"QZ 2026 0001\u00a0":         {Character: 0xa0, At: 13},
		"QZ 2026 0001\u3000":         {Character: 0x3000, At: 13},
		"\u00a0":                     {Character: 0xa0, At: 1},
		"QZ\u20032026":               {Character: 0x2003, At: 3},
		"QZ\u20282026":               {Character: 0x2028, At: 3},
		"QZ \uff12\uff10":            {Character: 0xff12, At: 4},
		"\uff21":                     {Character: 0xff21, At: 1},
		"1\uff5a":                    {Character: 0xff5a, At: 2},
		"QZ 2026\u00ad 0001":         {Character: 0xad, At: 8},
		"\ufeffQZ":                   {Character: 0xfeff, At: 1},
		" \n Q\u200bZ":               {Character: 0x200b, At: 2},
		"QZ\u202e1":                  {Character: 0x202e, At: 3},
		"QZ\u20661":                  {Character: 0x2066, At: 3},
		"QZ\u007f":                   {Character: 0x7f, At: 3},
		"QZ\u0085 1":                 {Character: 0x85, At: 3},
		"QZ\u115f":                   {Character: 0x115f, At: 3},
		"QZ\ufe0f":                   {Character: 0xfe0f, At: 3},
		"QZ\u034f":                   {Character: 0x34f, At: 3},
		"北\U000e0041":                {Character: 0xe0041, At: 2},
		"S\u1ed1\u200d1\u200b\u3000": {Character: 0x200d, At: 3}, // the first of them
	} {
		_, odd := exchange.ReadNumber(written)
		if odd == nil || *odd != want {
			t.Errorf("%+q: %+v, want %+v", written, odd, want)
			continue
		}
		for _, text := range []string{odd.Text().EN, odd.Text().ZH} {
			if !strings.Contains(text, "U+") || strings.ContainsRune(text, want.Character) {
				t.Errorf("%+q: the message is %+q", written, text)
			}
		}
	}
}

// One number in several spellings is one number: the second document is another
// content of it. What looks the same to the eye is refused, with its place.
func TestNumbersInSeveralSpellings(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	first, err := w.Accept(t.Context(), from("qinzhou", carnet(t, "QZ 2026 0001")))
	if err != nil {
		t.Fatal(err)
	}
	if got := first.Exchange.Identity.Key(); got != "qinzhou/ata-carnet/QZ%202026%200001/1" {
		t.Errorf("key %s", got)
	}
	for _, written := range []string{"QZ  2026 0001", "QZ\n      2026 0001", "QZ\t2026 0001", "QZ&#10;2026 0001", "<![CDATA[QZ ]]> 2026 0001"} {
		_, err := w.Accept(t.Context(), from("qinzhou", carnet(t, written)))
		failure, _ := errors.AsType[*exchange.Error](err)
		if exchange.KindOf(err) != exchange.Conflict || failure.Earlier.ID != first.Exchange.ID {
			t.Errorf("%q: %v, want a conflict with %s", written, err, first.Exchange.ID)
		}
	}
	for written, place := range map[string]string{
		"QZ 2026 0001\u00a0": "character 13 of the number is U+00A0", "QZ&#xFF12;026": "character 3 of the number is U+FF12",
		"\u200b": "character 1 of the number is U+200B",
	} {
		_, err := w.Accept(t.Context(), from("qinzhou", carnet(t, written)))
		failure, ok := errors.AsType[*exchange.Error](err)
		if !ok || failure.Kind != exchange.Invalid || len(failure.Faults) != 1 || failure.Faults[0].Code != "document.number-characters" ||
			!strings.Contains(failure.Faults[0].Message.EN, place) {
			t.Errorf("%+q: %v, want %s", written, err, place)
		}
	}
}
