package exchange_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
	"beibu/schemas"
	"beibu/signing"
	"beibu/signing/c14n"
)

// refusing are checks in which a rule that refuses every document has come into
// force.
func refusing(tb testing.TB) *exchange.Checks {
	tb.Helper()
	set, err := rules.NewSet([]rules.Rule{{
		Code: "TEST-1", Severity: rules.Reject, Source: "test", EN: "never", ZH: "不予接受",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root) },
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return exchangetest.ChecksWith(tb, set)
}

// stricter are checks with a schema pack that takes no carnet that there is.
func stricter(tb testing.TB) *exchange.Checks {
	tb.Helper()
	const space = "urn:oasis:names:specification:ubl:schema:xsd:GoodsItemPassport-2"
	folder := tb.TempDir()
	for name, text := range map[string]string{
		"manifest.yaml": "name: stricter\nversion: '2'\nkinds:\n- {kind: ata-carnet, root: GoodsItemPassport, namespace: '" + space + "', schema: p.xsd}\n",
		"p.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="` + space + `">` +
			`<xs:element name="GoodsItemPassport"><xs:complexType><xs:sequence>` +
			`<xs:element name="Seal" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:schema>`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	pack, err := schemas.OpenPack(folder)
	if err != nil {
		tb.Fatal(err)
	}
	catalog, err := schemas.NewCatalog(schemas.Options{Packs: []schemas.Pack{pack}})
	if err != nil {
		tb.Fatal(err)
	}
	set, err := rules.NewSet(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return exchange.NewChecks(catalog, set)
}

// known returns the small world's parties after a change.
func known(tb testing.TB, change func(sender *exchange.Party)) *exchange.Parties {
	tb.Helper()
	all := append([]exchange.Party(nil), parties...)
	change(&all[0])
	p, err := exchange.NewParties(all)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// A resend gets its receipt, byte for byte, whatever has changed since, and
// another content of the same number gets the exchange that has it. Each change
// is one that refuses the document if it comes for the first time.
func TestResendWhateverHasChanged(t *testing.T) {
	key := newKey(t, "ecdsa-p256")
	w := signingWorld(t, exchange.SignaturePolicy{}, signing.Signer{Certificate: key.Certificate})
	document := signed(t, carnet(t, number), key, c14n.Exclusive)
	other := signed(t, bytes.Replace(carnet(t, number), []byte("\n"), []byte("\n\n"), 1), key, c14n.Exclusive)
	first, err := w.Accept(t.Context(), from("qinzhou", document))
	if err != nil {
		t.Fatal(err)
	}
	none, err := exchange.NewRoutes(nil, w.InForce.Parties)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change func(now *exchange.InForce)
		fresh  exchange.Kind // how a document that comes for the first time is refused
		other  exchange.Kind // how another content is
	}{
		"a rule in force":   {func(now *exchange.InForce) { now.Checks = refusing(t) }, exchange.Invalid, exchange.Conflict},
		"a stricter schema": {func(now *exchange.InForce) { now.Checks = stricter(t) }, exchange.Invalid, exchange.Invalid},
		"no route":          {func(now *exchange.InForce) { now.Routes = none }, exchange.Unroutable, exchange.Conflict},
		"no permission": {func(now *exchange.InForce) {
			now.Parties = known(t, func(p *exchange.Party) { p.Sends = nil })
		}, exchange.Forbidden, exchange.Conflict},
		"the key has ended": {func(now *exchange.InForce) {
			now.Parties = known(t, func(p *exchange.Party) {
				p.Signers = []signing.Signer{{Certificate: key.Certificate, Until: rulestest.Received.Add(-time.Hour)}}
			})
		}, exchange.Untrusted, exchange.Conflict},
		"the key is gone": {func(now *exchange.InForce) { now.Parties = known(t, func(*exchange.Party) {}) }, exchange.Untrusted, exchange.Conflict},
		"no signatures any more": {func(now *exchange.InForce) {
			now.Parties = known(t, func(p *exchange.Party) {
				p.Signers, p.Signatures.Refused = []signing.Signer{{Certificate: key.Certificate}}, []string{"ata-carnet"}
			})
		}, exchange.Untrusted, exchange.Conflict},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			changed := *w.InForce
			test.change(&changed)
			accept := func(document []byte) (exchange.Acceptance, error) {
				return w.Intake.Accept(t.Context(), &changed, from("qinzhou", document))
			}
			again, err := accept(document)
			if err != nil || !again.Duplicate || again.Receipt != first.Receipt || again.Exchange.ID != first.Exchange.ID {
				t.Errorf("the same: %v, duplicate %t, exchange %s, receipt\n%s\nwant\n%s", err, again.Duplicate, again.Exchange.ID, again.Receipt, first.Receipt)
			}
			_, err = accept(other)
			failure, _ := errors.AsType[*exchange.Error](err)
			if exchange.KindOf(err) != test.other || test.other == exchange.Conflict && failure.Earlier.ID != first.Exchange.ID {
				t.Errorf("another content: %v, want %s", err, test.other)
			}
			fresh := signed(t, carnet(t, number+"-2"), key, c14n.Exclusive)
			if _, err := accept(fresh); exchange.KindOf(err) != test.fresh {
				t.Errorf("a new one: %v, want %s", err, test.fresh)
			}
		})
	}
}

// A sender that may not call at all is refused before anything is looked up.
func TestResendOfOneWhoMayNotCall(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	document := carnet(t, number)
	if _, err := w.Accept(t.Context(), from("qinzhou", document)); err != nil {
		t.Fatal(err)
	}
	suspended, without := *w.InForce, *w.InForce
	suspended.Parties = known(t, func(p *exchange.Party) { p.Suspended = true })
	var err error
	if without.Parties, err = exchange.NewParties(parties[1:]); err != nil {
		t.Fatal(err)
	}
	for code, now := range map[string]*exchange.InForce{exchange.CodeSuspended: &suspended, "sender-may-not-send": &without} {
		for _, b := range [][]byte{document, []byte("hello")} {
			_, err := w.Intake.Accept(t.Context(), now, from("qinzhou", b))
			if failure, ok := errors.AsType[*exchange.Error](err); !ok || failure.Kind != exchange.Forbidden || failure.Code != code {
				t.Errorf("got %v, want %s", err, code)
			}
		}
	}
}

// What this node does not know yet, the log decides; what it knows and cannot
// read is unavailable, and is neither judged nor admitted.
func TestOwnerThatCannotBeRead(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	first, err := w.Accept(t.Context(), from("qinzhou", carnet(t, number)))
	if err != nil {
		t.Fatal(err)
	}
	log := &counter{Admitter: w.Intake.Log, owned: queue.ErrNotFound}
	w.Intake.Log = log
	again, err := w.Accept(t.Context(), from("qinzhou", carnet(t, number)))
	if err != nil || again.Receipt != first.Receipt || log.admits != 1 {
		t.Errorf("not known here: %v, %d admits", err, log.admits)
	}
	log.owned = queue.ErrUnavailable
	if _, err = w.Accept(t.Context(), from("qinzhou", carnet(t, number))); exchange.KindOf(err) != exchange.Unavailable || log.admits != 1 {
		t.Errorf("cannot be read: %v, %d admits", err, log.admits)
	}
}
