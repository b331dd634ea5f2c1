package httpapi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

var counterfoil = regexp.MustCompile(`(?s)  <cac:GoodsItemPassportCounterfoil>.*</cac:GoodsItemPassportCounterfoil>\n`)

// unused returns the carnet of machinery as it was issued, with vouchers and nothing on its
// counterfoils.
func unused(tb testing.TB) []byte {
	tb.Helper()
	var vouchers strings.Builder
	for _, id := range []string{"E-00183-1", "I-00183-1", "I-00183-2", "R-00183-1", "R-00183-2", "B-00183-1"} {
		fmt.Fprintf(&vouchers, "  <cac:GoodsItemPassportCounterfoil><cbc:ID>%s</cbc:ID><cac:VoucherDocumentReference><cbc:ID>%s</cbc:ID></cac:VoucherDocumentReference></cac:GoodsItemPassportCounterfoil>\n", id, id)
	}
	text := counterfoil.ReplaceAllString(string(document(tb, "ata-carnet", "expo-machinery-qinzhou-haiphong")), vouchers.String())
	return []byte(strings.Replace(text, "IMPORTED", "ISSUED", 1))
}

// changed returns a sample of a transaction with parts replaced.
func changed(tb testing.TB, name string, parts ...string) []byte {
	tb.Helper()
	text := string(document(tb, "ata-transaction", name))
	for i := 0; i < len(parts); i += 2 {
		if !strings.Contains(text, parts[i]) {
			tb.Fatalf("%s has no %s", name, parts[i])
		}
		text = strings.Replace(text, parts[i], parts[i+1], 1)
	}
	return []byte(text)
}

// TestLifeOfACarnet issues a carnet, moves its goods out, in by two consignments, and back,
// one of them late, and reads the balance after each step.
func TestLifeOfACarnet(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	const path = "/v1/balances/ata-carnet/cn%2F4501%2F26%2F00183"
	send := func(document []byte) httpapi.Exchange {
		t.Helper()
		id := w.submit(document).ExchangeID
		w.consigned(id) // or not: the first event about it
		return read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + id, as: port}), http.StatusOK)
	}
	step := func(what string, document []byte, want string) {
		t.Helper()
		x := send(document)
		if last := x.Timeline[len(x.Timeline)-1]; last.Name == exchange.SubmissionRejection {
			t.Fatalf("%s: %+v", what, last.Faults)
		}
		if got := places(read[httpapi.Balance](t, w.do(request{path: path, as: operator}), http.StatusOK)); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	refused := func(what string, document []byte, code, text string) {
		t.Helper()
		x := send(document)
		last := x.Timeline[len(x.Timeline)-1]
		if last.Name != exchange.SubmissionRejection || len(last.Faults) == 0 || last.Faults[0].Code != code || !strings.Contains(last.Faults[0].Message.EN, text) {
			t.Errorf("%s: %s %+v, want %s, %q", what, last.Name, last.Faults, code, text)
		}
	}
	none := []string{
		"<TravelCode>TRV-00183-A1</TravelCode>\n", "", "mixed", "paper",
	}
	step("issued", unused(t), "home 1 2 1 3, way 0 0 0 0")
	early := changed(t, "machinery-imported-hai-phong", "<ID>CNT-26-00183022", "<ID>CNT-26-00183900", "T-00183-02", "T-00183-90", "mixed", "paper", "    <TravelCode>TRV-00183-A2</TravelCode>\n", "")
	refused("in before it is out", early, "carnet.exceeded", "item 1 are asked for; carnet CN/4501/26/00183 has 0 left there; 1 at home")
	step("out", changed(t, "machinery-exported-qinzhou", none...), "home 0 0 0 0, way 1 2 1 3")
	step("prepared", document(t, "ata-transaction", "machinery-prepared-for-hai-phong"), "home 0 0 0 0, way 1 2 1 3")
	step("in", document(t, "ata-transaction", "machinery-imported-hai-phong"), "home 0 0 0 0, way 0 0 0 1, VN 1 2 1 2")
	second := func(id, number, quantity string) []byte {
		return changed(t, "machinery-imported-hai-phong", "<ID>CNT-26-00183022", "<ID>"+id, "T-00183-02", "T-00183-03", "mixed", "paper",
			"    <TravelCode>TRV-00183-A2</TravelCode>\n", "", "I-00183-1", "I-00183-2", "I1/00183", number, "2027-03-15", "2026-11-12",
			"    <Item>\n      <FirstItemID>1</FirstItemID>\n      <LastItemID>3</LastItemID>\n    </Item>\n", "", `"H87">2<`, `"H87">`+quantity+"<")
	}
	refused("in twice", second("CNT-26-00183901", "I2/00183", "2"), "carnet.exceeded", "2 H87 of item 4 are asked for; carnet CN/4501/26/00183 has 1 left there; 2 in VN")
	refused("one counterfoil for two", second("CNT-26-00183902", "I1/00183", "1"), "carnet.counterfoil", "T-00183-02")
	step("in, the second consignment", second("CNT-26-00183032", "I2/00183", "1"), "home 0 0 0 0, way 0 0 0 0, VN 1 2 1 3")
	step("back out", document(t, "ata-transaction", "machinery-reexported-hai-phong"), "home 0 0 0 0, way 1 2 1 0, VN 0 0 0 3")
	refused("cancelled too late", document(t, "ata-transaction", "machinery-cancelled-hai-phong"), "carnet.used", "item 1")
	refused("a code that is wrong", changed(t, "machinery-cancelled-hai-phong", "<ID>CNT-26-00183025", "<ID>CNT-26-00183026", "<CancellationProof>2", "<CancellationProof>3"), "carnet.cancellation", "not proved")
	step("home", document(t, "ata-transaction", "machinery-reimported-qinzhou"), "home 1 2 1 0, way 0 0 0 0, VN 0 0 0 3")
	refused("home twice", changed(t, "machinery-reimported-qinzhou", "<ID>CNT-26-00183052", "<ID>CNT-26-00183903", "T-00183-05", "T-00183-99", "B-00183-1", "R-00183-2", "B1/00183", "B2/00183"), "carnet.exceeded", "has 0 left there; 1 at home")
	step("back out, late", changed(t, "machinery-reexported-hai-phong", "<ID>CNT-26-00183042", "<ID>CNT-26-00183062", "T-00183-04", "T-00183-06", "R-00183-1", "R-00183-2",
		"R1/00183", "R2/00183", "I1/00183", "I2/00183", "<FirstItemID>1</FirstItemID>\n      <LastItemID>3</LastItemID>", `<FirstItemID>4</FirstItemID><Quantity unitCode="H87">1</Quantity>`),
		"home 1 2 1 0, way 0 0 0 1, VN 0 0 0 2")
	refused("the association changes it", changedCarnet(t), "carnet.activated", "changes it no more")

	b := read[httpapi.Balance](t, w.do(request{path: path + "?country=vn", as: operator}), http.StatusOK)
	if c := b.Carnet; len(c.Stays) != 1 || c.Stays[0].FinalDate != "2027-03-15" || c.VouchersUsed != 6 || c.Vouchers != 6 || !c.Activated {
		t.Errorf("in Viet Nam: %+v", c)
	}
	last := b.Carnet.Transactions[len(b.Carnet.Transactions)-1]
	if last.Country != "VN" || !last.Late || len(last.Records) != 1 || last.Records[0].Sender != port {
		t.Errorf("the last transaction in Viet Nam is %+v", last)
	}
	if p := read[answer.Problem](t, w.do(request{path: path + "?country=MY", as: operator}), http.StatusBadRequest); !strings.Contains(p.Detail, "valid in CN, VN") {
		t.Errorf("a country in which it is not valid: %+v", p)
	}
	if p := read[answer.Problem](t, w.do(request{path: path, as: stranger}), http.StatusNotFound); p.Code != "no-balance" {
		t.Errorf("a stranger gets %s", p.Code)
	}
}

// changedCarnet returns another version of the carnet.
func changedCarnet(tb testing.TB) []byte {
	tb.Helper()
	return []byte(strings.Replace(string(unused(tb)), "<cbc:VersionID>1<", "<cbc:VersionID>2<", 1))
}

// places writes how many pieces of each item are at each place.
func places(b httpapi.Balance) string {
	var home, way strings.Builder
	in := map[string]string{}
	for _, i := range b.Carnet.Items {
		fmt.Fprint(&home, " ", i.Home)
		fmt.Fprint(&way, " ", i.OnTheWay)
		for _, h := range i.Countries {
			in[h.Country] += " " + h.Here.String()
		}
	}
	text := "home" + home.String() + ", way" + way.String()
	if there := in["VN"]; there != "" {
		text += ", VN" + there
	}
	return text
}
