package exchange_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts"
	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
	"beibu/schemas/schemastest"
	"beibu/signing"
	"beibu/testdata"
)

// A certificate may have its elements in any order: the rules and the facts
// find them all the same.
func TestCertificatesInAnyOrder(t *testing.T) {
	checks := exchangetest.Checks(t)
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for _, s := range samples {
		doc := etree.NewDocument()
		if s.Kind != "sps-certificate" || strings.Contains(s.Faults, "schema.") || strings.HasPrefix(s.Faults, "xml.") || doc.ReadFromBytes(s.Bytes) != nil {
			continue
		}
		schemastest.Shuffle(random, doc.Root())
		b, err := doc.WriteToBytes()
		if err != nil {
			t.Fatal(err)
		}
		before, after := find(t, checks, s.Bytes), find(t, checks, b)
		if diff := cmp.Diff(ruleFaults(before), ruleFaults(after)); diff != "" {
			t.Errorf("%s: faults (-as it was +shuffled):\n%s", s.Name, diff)
		}
		if diff := cmp.Diff(before.Facts(), after.Facts(), cmpopts.IgnoreUnexported(facts.Facts{})); diff != "" {
			t.Errorf("%s: facts (-as it was +shuffled):\n%s", s.Name, diff)
		}
		if !slices.ContainsFunc(after.Faults(), func(f exchange.Fault) bool { return f.Code == "schema.order" && f.Severity == "warn" }) {
			t.Errorf("%s: the order of the elements is no warning: %+v", s.Name, after.Faults())
		}
	}
}

func find(t *testing.T, checks *exchange.Checks, b []byte) exchange.Checked {
	t.Helper()
	checked, err := checks.Find(t.Context(), exchange.Document{Bytes: b, Sender: "qinzhou-customs", Received: rulestest.Received})
	if err != nil {
		t.Fatal(err)
	}
	return checked
}

// ruleFaults returns code and path of what the rules found.
func ruleFaults(c exchange.Checked) []string {
	var found []string
	for _, f := range c.Faults() {
		if !strings.HasPrefix(f.Code, "schema.") {
			found = append(found, f.Code+" "+f.Path)
		}
	}
	slices.Sort(found)
	return found
}

// What is sealed of such a certificate is what was sent: the copy in the
// schema's order is for judging alone.
func TestCertificateOutOfOrderIsSealedAsSent(t *testing.T) {
	s, err := testdata.Find("sps-certificate", "schema-order-of-hub-clients")
	if err != nil {
		t.Fatal(err)
	}
	w := exchangetest.NewWorld(t, []exchange.Party{
		{ID: "window-vn", Role: exchange.Window, Country: "VN", Sends: []string{s.Kind}},
		{ID: "pingxiang", Role: exchange.Customs, Country: "CN", Locodes: []string{"CNPIN"}, Receives: []string{s.Kind}},
	}, []exchange.Route{{Name: "certificate", Kinds: []string{s.Kind}, To: []string{"customs:import"}}})
	accepted, err := w.Accept(t.Context(), from("window-vn", s.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if len(accepted.Faults) != 5 || accepted.Faults.Has(rules.Reject) || len(accepted.Exchange.Receivers) != 1 {
		t.Errorf("receivers %v, faults %+v", accepted.Exchange.Receivers, accepted.Faults)
	}
	sealed, err := w.Store.Body(t.Context(), w.Await(t, accepted.Exchange, exchangetest.Consigned).Body)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := signing.OpenEnvelope(sealed, signing.NewTrust(signing.Signer{Name: "test", Certificate: w.Keys.Seal.Certificate}))
	if err != nil || !bytes.Equal(envelope.Document, s.Bytes) {
		t.Errorf("sealed %d bytes of %d, %v", len(envelope.Document), len(s.Bytes), err)
	}
}
