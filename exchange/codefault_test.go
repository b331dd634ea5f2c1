package exchange_test

import (
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// What is in the place of a code and is none is a fault there: a receiver that it
// names is never silently left out.
func TestCodesThatAreNone(t *testing.T) {
	checks := exchangetest.Checks(t)
	s, err := testdata.Find("sps-certificate", "dragon-fruit-dongxing")
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string]string{
		"CN DOX": "", "cndox": "",
		"CNDOX\u200b": "reject document.code /SPSCertificate/SPSConsignment/UnloadingBaseportSPSLocation/ID U+200B",
		"Dongxing":    "warn document.code /SPSCertificate/SPSConsignment/UnloadingBaseportSPSLocation/ID Dongxing",
	} {
		document := strings.Replace(string(s.Bytes), "<ram:ID>CNDOX</ram:ID>", "<ram:ID>"+written+"</ram:ID>", 1)
		checked, err := checks.Find(t.Context(), exchange.Document{Bytes: []byte(document), Sender: "window-vn", Received: rulestest.Received})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range checked.Faults() {
			if f.Code == "document.code" {
				got = f.Severity + " " + f.Code + " " + f.Path + " "
				if f.Line == 0 || !strings.Contains(f.Message.EN, strings.TrimPrefix(want, got)) {
					t.Errorf("%q: line %d, %s", written, f.Line, f.Message.EN)
				}
				got += strings.TrimPrefix(want, got)
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}
