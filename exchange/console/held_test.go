package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules"
)

// newHoldingWorld returns a world in which a rule holds every document.
func newHoldingWorld(t *testing.T) *world {
	t.Helper()
	set, err := rules.NewSet([]rules.Rule{{
		Code: "TEST-1", Severity: rules.Hold, Source: "test", EN: "a person has to look", ZH: "须人工审核",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root) },
	}})
	must(t, err)
	w := newWorld(t)
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	return w
}

// held has the port send a carnet, which is held.
func (w *world) held(number string) exchange.Exchange {
	w.t.Helper()
	return w.send(number, func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld })
}

// A held exchange is released or refused by an operator with a reason, on its page. Nobody
// else is shown the form.
func TestDecideHeld(t *testing.T) {
	w := newHoldingWorld(t)
	for decision, state := range map[string]exchange.State{"release": exchange.ContentConsignment, "refuse": exchange.SubmissionRejection} {
		x := w.held("ATA-" + decision)
		path := "/console/exchanges/" + x.ID.String()
		for _, name := range []string{duty, watcher, port} {
			if p := w.visit(name).get(path); strings.Contains(p.html, `id="decision"`) != (name == duty) || p.status != http.StatusOK {
				t.Errorf("%s: %d\n%s", name, p.status, p.html)
			}
		}
		b := w.visit(duty)
		if p := b.post(path+"/"+decision, url.Values{"reason": {" "}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-reason"`) {
			t.Errorf("%s without a reason: %d\n%s", decision, p.status, p.html)
		}
		for name, want := range map[string]int{watcher: 403, port: 403, approver: 403} {
			if p := w.visit(name).post(path+"/"+decision, url.Values{"reason": {"x"}}); p.status != want {
				t.Errorf("%s decides: %d, want %d", name, p.status, want)
			}
		}
		if p := b.post(path+"/"+decision, url.Values{"reason": {"looked at it"}}); p.status != http.StatusSeeOther || p.header.Get("Location") != path {
			t.Fatalf("%s: %d %s", decision, p.status, p.text)
		}
		if p := b.get(path); !strings.Contains(p.html, `title="`+string(state)+`"`) || strings.Contains(p.html, `id="decision"`) {
			t.Errorf("after %s:\n%s", decision, p.html)
		}
		if p := b.post(path+"/"+decision, url.Values{"reason": {"again"}}); p.status != http.StatusConflict || !strings.Contains(p.text, "not-held") {
			t.Errorf("%s twice: %d %s", decision, p.status, p.text)
		}
	}
	if w.log.FilterMessage("held exchange decided").Len() != 2 {
		t.Error("the decisions are not in the log")
	}
}

// A sender that has the role of an operator for others does not decide of its own.
func TestScopeOfHeld(t *testing.T) {
	w := newHoldingWorld(t)
	scope, err := access.NewScope(access.Limits{Parties: []string{stranger}}, w.InForce.Parties, nil)
	must(t, err)
	digest := sha256.Sum256([]byte("desk"))
	w.swapAccess(append(credentials(), access.Credential{
		Name: "desk", Party: port, Grants: []access.Grant{{Roles: access.OperatorRole, Scope: scope}}, KeySHA256: hex.EncodeToString(digest[:]),
	})...)
	path := "/console/exchanges/" + w.held("ATA-1").ID.String()
	b := w.visit("desk")
	if p := b.get(path); p.status != http.StatusOK || strings.Contains(p.html, `id="decision"`) {
		t.Errorf("%d\n%s", p.status, p.html)
	}
	if p := b.post(path+"/release", url.Values{"reason": {"mine"}}); p.status != http.StatusNotFound {
		t.Errorf("it decides: %d %s", p.status, p.text)
	}
}
