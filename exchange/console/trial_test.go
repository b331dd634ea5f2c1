package console_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/exchangetest"
	"beibu/testdata"
)

// A document is tried as a sender would send it: what would become of it is on the page,
// with the routes for who may read them, and nothing of it is kept.
func TestTryDocument(t *testing.T) {
	w := newWorld(t)
	s, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	must(t, err)
	form := url.Values{"document": {strings.ReplaceAll(string(s.Bytes), "\n", "\r\n")}, "sender": {port}}
	p := w.visit(duty).post("/console/try", form)
	if p.status != http.StatusOK || !strings.Contains(p.text, "It would be accepted") || !strings.Contains(p.html, `title="`+receiver+`"`) || !strings.Contains(p.text, "By these routes: ") {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := w.visit(port).post("/console/try", form); p.status != http.StatusOK || !strings.Contains(p.text, "By these routes: ") {
		t.Errorf("a party with a document of its own: %d %s", p.status, p.text)
	}
	if p := w.visit(duty).post("/console/try", url.Values{"document": {"<x/>"}}); p.status != http.StatusOK || !strings.Contains(p.text, "It would be refused") || !strings.Contains(p.html, "&lt;x/&gt;</textarea>") {
		t.Errorf("%d %s", p.status, p.html)
	}
	for name, wrong := range map[string]url.Values{"document": {}, "sender": {"document": {"<x/>"}, "sender": {"nobody"}}} {
		if p := w.visit(duty).post("/console/try", wrong); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-`+name) {
			t.Errorf("%s: %d %s", name, p.status, p.html)
		}
	}
	if p := w.visit(watcher).post("/console/try", form); p.status != http.StatusForbidden {
		t.Errorf("an observer: %d", p.status)
	}
	if found, _, err := w.Journal.Exchanges(t.Context(), exchange.Query{}); err != nil || len(found) > 0 {
		t.Errorf("kept: %+v %v", found, err)
	}
}

// What an answer is about is looked up as for a submission: it says to whom it would go, or
// by which code it would be refused.
func TestTryAnswer(t *testing.T) {
	w := newWorld(t)
	s, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	must(t, err)
	accepted, err := w.Accept(t.Context(), exchange.Document{Sender: port, Bytes: s.Bytes, Received: time.Now()})
	must(t, err)
	x := w.Await(t, accepted.Exchange, exchangetest.Consigned)
	try := func(number, sender string) page {
		t.Helper()
		p := w.visit(duty).post("/console/try", url.Values{"document": {string(exchangetest.AnswerTo(t, number, "R-1", "AP", "fine"))}, "sender": {sender}})
		if p.status != http.StatusOK {
			t.Errorf("%d %s", p.status, p.text)
		}
		return p
	}
	if p := try(x.Identity.Number, receiver); !strings.Contains(p.text, "It would be accepted") || !strings.Contains(p.html, `title="`+port+`"`) {
		t.Errorf("an answer: %s", p.text)
	}
	for number, sender := range map[string]string{"NONE": receiver, x.Identity.Number: ""} {
		if p := try(number, sender); !strings.Contains(p.text, "It would be refused") || !strings.Contains(p.text, exchange.CodeUnknownDocument) {
			t.Errorf("an answer of %q to %s: %s", sender, number, p.text)
		}
	}
}

// A lane is found by plate or container, with what its documents cite and is missing; a
// party sees its part of it.
func TestLane(t *testing.T) {
	w := newWorld(t)
	s, err := testdata.Find("import-declaration", "durian-youyiguan")
	must(t, err)
	accepted, err := w.Accept(t.Context(), exchange.Document{Sender: "youyiguan-customs", Bytes: s.Bytes, Received: time.Now()})
	must(t, err)
	x := w.Await(t, accepted.Exchange, exchangetest.Consigned)
	if len(x.Keys.Vehicles) == 0 || len(x.Keys.Cites) == 0 {
		t.Fatalf("found by %+v", x.Keys)
	}
	number, path := x.Identity.Number, "/console/lanes?key="+url.QueryEscape(x.Keys.Vehicles[0])
	if p := w.visit(duty).get(path); p.status != http.StatusOK || !strings.Contains(p.text, number) || !strings.Contains(p.text, x.Keys.Cites[0].Number) || !strings.Contains(p.html, `<span class="state bad">missing</span>`) {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := w.visit(stranger).get(path); p.status != http.StatusOK || strings.Contains(p.text, number) {
		t.Errorf("a stranger: %d %s", p.status, p.text)
	}
	var receivers []string
	for _, d := range x.Deliveries {
		if d.Receiver != x.Identity.Sender {
			receivers = append(receivers, d.Receiver)
		}
	}
	one, other := receivers[0], receivers[1]
	digest := sha256.Sum256([]byte(one))
	w.swapAccess(append(credentials(), access.Credential{Name: one, Party: one, KeySHA256: hex.EncodeToString(digest[:])})...)
	if p := w.visit(one).get(path); !strings.Contains(p.html, `title="`+one+`"`) || strings.Contains(p.html, `title="`+other+`"`) {
		t.Errorf("a receiver does not see its own delivery, or sees another's: %s", p.html)
	}
	refused := bytes.Replace(testdata.Numbered(s.Bytes, number, "REFUSED-1"), []byte("<cbc:IssueDate>"), []byte("<cbc:IssueDate>x"), 1)
	answered := w.options.Admission.Submit(t.Context(), exchange.WayTopic, x.Identity.Sender, "request-1", refused)
	if answered.Code != "invalid" {
		t.Fatalf("%+v", answered)
	}
	must(t, w.Recorder.Wait(t.Context()))
	for _, found := range []string{path, "/console/refusals?vehicle=" + url.QueryEscape(x.Keys.Vehicles[0])} {
		if p := w.visit(duty).get(found); p.status != http.StatusOK || !strings.Contains(p.text, "REFUSED-1") || !strings.Contains(p.html, `<code class="chip">invalid</code>`) {
			t.Errorf("%s: %d %s", found, p.status, p.text)
		}
		if p := w.visit(stranger).get(found); strings.Contains(p.text, "REFUSED-1") {
			t.Errorf("a stranger: %s", p.text)
		}
	}
	if p := w.visit(duty).get("/console/lanes?key=NOBODY1"); p.status != http.StatusOK || strings.Contains(p.text, number) {
		t.Errorf("another truck: %d %s", p.status, p.text)
	}
	if p := w.visit(duty).get("/console/lanes?key=--"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-key"`) {
		t.Errorf("a key of nothing: %d %s", p.status, p.text)
	}
}

// Kinds, rules and samples are what the API shows of them.
func TestCatalogue(t *testing.T) {
	w := newWorld(t)
	b := w.visit(port)
	if p := b.get("/console/kinds/ata-carnet/samples/pearls-issued-unused"); p.status != http.StatusOK || !strings.Contains(p.html, "GoodsItemPassport") {
		t.Errorf("a sample: %d", p.status)
	}
	if p := b.get("/console/kinds/nothing"); p.status != http.StatusNotFound || !strings.Contains(p.text, "unknown-kind") {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := b.get("/console/rules?kind=nothing"); p.status != http.StatusUnprocessableEntity {
		t.Errorf("rules of no kind: %d", p.status)
	}
	all, some := b.get("/console/rules"), b.get("/console/rules?kind=ata-carnet")
	if a, s := strings.Count(all.html, "<tr>"), strings.Count(some.html, "<tr>"); s < 5 || s >= a {
		t.Errorf("%d rules, %d of a kind", a, s)
	}
	own, every := w.visit(receiver).get("/console/routes"), w.visit(watcher).get("/console/routes")
	if o, e := strings.Count(own.html, "<tr>"), strings.Count(every.html, "<tr>"); o < 2 || o >= e {
		t.Errorf("%d routes of a party, %d in all", o, e)
	}
}
