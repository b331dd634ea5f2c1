package httpapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/judge"
)

// By a map without issuers, four parties, among them a foreign single window, could each send
// an altered content under one number of a carnet, and a foreign window a licence of Guangxi.
// By the map that ships, who does not speak for the issuer is refused, and who does cannot
// have the number for another content.
func TestForgedUnderOneNumber(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	all := credentials()
	for _, party := range []string{"qinzhou-customs", "window-cn", "window-vn", "window-th"} {
		digest := sha256.Sum256([]byte(party))
		all = append(all, access.Credential{Name: party, Party: party, KeySHA256: hex.EncodeToString(digest[:])})
	}
	w.swapAccess(all...)
	genuine := carnet(t, "CN/4503/26/00777")
	first := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: receiver, body: string(genuine)}), http.StatusAccepted) // the issuer
	w.consigned(first.ExchangeID)
	altered := string(append(bytes.Clone(genuine), '\n'))

	for _, forged := range []struct{ by, document string }{
		{"window-vn", altered},
		{"window-th", altered},
		{"window-vn", string(document(t, "import-licence", "natural-rubber-automatic"))},
		{"window-vn", string(document(t, "export-licence", "acetone-viet-nam"))},
	} {
		p := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: forged.by, body: forged.document}), http.StatusForbidden)
		if p.Code != exchange.CodeNotIssuer || len(p.Faults) != 1 || p.Faults[0].Path == "" || p.Faults[0].Message.ZH == "" {
			t.Errorf("%s: %+v", forged.by, p)
		}
	}
	for _, sender := range []string{port, "qinzhou-customs", "window-cn"} {
		a := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: sender, body: altered}), http.StatusAccepted)
		w.consigned(a.ExchangeID) // or not: the first event about it
		x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + a.ExchangeID, as: sender}), http.StatusOK)
		last := x.Timeline[len(x.Timeline)-1]
		if x.State != exchange.SubmissionRejection || len(last.Faults) != 1 || last.Faults[0].Code != judge.CodeAnother || last.Faults[0].Path == "" {
			t.Errorf("%s: %+v", sender, x)
		}
	}
}

// The same content by who sends for the issuer is linked, and says so.
func TestSameContentIsLinked(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	genuine := carnet(t, "CN/4503/26/00778")
	first := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: receiver, body: string(genuine)}), http.StatusAccepted)
	w.consigned(first.ExchangeID)
	second := w.submit(genuine)
	w.consigned(second.ExchangeID)
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + second.ExchangeID, as: port}), http.StatusOK)
	if x.SameAs != first.ExchangeID || len(x.Deliveries) != 0 || x.State != exchange.SubmissionAcceptance {
		t.Errorf("%+v", x)
	}
}
