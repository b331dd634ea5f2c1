package console_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/testdata"
)

// The page of a party shows the numbers of which deliveries wait for their turn, and why,
// to those who see its status.
func TestHeldBackIsOnThePage(t *testing.T) {
	w := newWorld(t)
	s, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	must(t, err)
	before, rest, _ := bytes.Cut(s.Bytes, []byte("<cbc:VersionID>"))
	_, after, _ := bytes.Cut(rest, []byte("<"))
	number := ""
	for version := range 3 {
		document := slices.Concat(before, fmt.Appendf(nil, "<cbc:VersionID>%d<", version+1), after)
		accepted, err := w.Accept(t.Context(), exchange.Document{Sender: port, Bytes: document, Received: time.Now()})
		must(t, err)
		number = w.Await(t, accepted.Exchange, exchangetest.Consigned).Identity.Number
	}
	path := "/console/parties/" + receiver
	for _, who := range []string{duty, receiver} {
		p := w.visit(who).get(path)
		for _, want := range []string{number, "wait for another delivery of the same number", "the one before was not handed over yet"} {
			if !strings.Contains(p.text, want) {
				t.Errorf("%s is not shown %q: %s", who, want, p.text)
			}
		}
	}
	if p := w.visit(stranger).get(path); strings.Contains(p.text, number) {
		t.Errorf("another party is shown %s", p.text)
	}
}
