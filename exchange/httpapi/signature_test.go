package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/signing"
	"beibu/signing/c14n"
)

// suspend swaps the parties for some of which one is suspended, or none.
func (w *world) suspend(id string) {
	w.t.Helper()
	w.changeParties(func(p *exchange.Party) { p.Suspended = p.ID == id })
}

// suspended shows that a suspended party may do nothing from the next request
// on, whatever it asks for, and everything again once it is let.
func suspended(t *testing.T, w *world, exchangePath string) {
	t.Helper()
	calls := []request{
		{path: "/v1/documents", body: "<a/>"},
		{path: "/v1/checks", body: "<a/>"},
		{path: "/v1/refusals"},
		{path: "/v1/refusals/" + noSuch},
		{path: "/v1/refusals/examine", body: "<a/>"},
		{path: "/v1/exchanges"},
		{path: exchangePath},
		{path: exchangePath + "/document"},
		{path: exchangePath + "/envelope"},
		{path: exchangePath + "/receipt"},
		{path: "/v1/mailbox"},
		{path: "/v1/runs"},
		{path: "/v1/runs/x"},
		{path: "/v1/runs/x/items"},
		{path: "/v1/runs/x/pause", body: `{"reason":"seen"}`},
		{path: "/v1/runs/x/resume", body: `{"reason":"seen"}`},
		{path: "/v1/runs/x/cancel", body: `{"reason":"seen"}`},
		{method: http.MethodPost, path: "/v1/parties/" + port + "/test"},
		{path: "/v1/self"},
		{path: "/v1/parties"},
		{path: "/v1/catalogue"},
		{path: "/v1/routes"},
		{path: "/v1/version"},
		{path: "/v1/kinds"},
		{path: "/v1/kinds/ata-carnet"},
		{path: "/v1/kinds/ata-carnet/sample"},
		{path: "/v1/kinds/ata-carnet/schema"},
		{path: "/v1/kinds/ata-carnet/schema/none.xsd"},
	}
	w.suspend(port)
	for _, call := range calls {
		call.as = port
		if p := read[answer.Problem](t, w.do(call), http.StatusForbidden); p.Code != exchange.CodeSuspended {
			t.Errorf("%s: %+v", call.path, p)
		}
	}
	w.suspend("")
	if a := w.do(request{path: exchangePath, as: port}); a.status != http.StatusOK {
		t.Errorf("let again: %d", a.status)
	}
}

// A sender's signature is shown with the exchange and by a check; one that does
// not count is refused with its code, at its place.
func TestSignatures(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	text, err := signing.NewKeyPEM("sm2", "Qinzhou Port Customs", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	document, err := signing.SignDocument(carnet(t, "SIGNED"), key, c14n.Inclusive)
	if err != nil {
		t.Fatal(err)
	}
	p := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: string(document)}), http.StatusUnprocessableEntity)
	if p.Code != signing.CodeUntrusted || len(p.Faults) != 1 || p.Faults[0].Line == 0 || p.Retryable {
		t.Errorf("with a key that is not registered: %+v", p)
	}
	check := read[httpapi.Check](t, w.do(request{path: "/v1/checks", as: port, body: string(document)}), http.StatusOK)
	if check.Valid || check.Signature != nil || len(check.Faults) != 1 || check.Faults[0].Code != signing.CodeUntrusted {
		t.Errorf("checked with a key that is not registered: %+v", check)
	}

	w.changeParties(func(p *exchange.Party) {
		if p.ID == port {
			p.Signers = []signing.Signer{{Certificate: key.Certificate}}
		}
	})
	check = read[httpapi.Check](t, w.do(request{path: "/v1/checks", as: port, body: string(document)}), http.StatusOK)
	if s := check.Signature; !check.Valid || s == nil || s.Signer != port || s.Algorithm != "sm2-sm3" {
		t.Errorf("checked: %+v", check)
	}
	accepted := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: port, body: string(document)}), http.StatusAccepted)
	w.consigned(accepted.ExchangeID)
	shown := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + accepted.ExchangeID, as: port}), http.StatusOK)
	if shown.Signature == nil || *shown.Signature != *check.Signature {
		t.Errorf("shown %+v", shown.Signature)
	}
	changed := strings.Replace(string(document), ">SIGNED<", ">CHANGED<", 1)
	p = read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: changed}), http.StatusUnprocessableEntity)
	if p.Code != signing.CodeDigest {
		t.Errorf("changed: %+v", p)
	}
}
