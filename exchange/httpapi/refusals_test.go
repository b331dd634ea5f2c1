package httpapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	usecases "beibu/exchange/operator"
	"beibu/queue"
)

// canary is a value of a document, which no record of a refusal may hold.
const canary = "CANARY-LI-WEI"

// withCanary returns a document with the canary as a date. It is refused, with a message
// that quotes it.
func withCanary(document []byte) []byte {
	return bytes.Replace(document, []byte("<cbc:IssueDate>2026-10-15<"), []byte("<cbc:IssueDate>"+canary+"<"), 1)
}

// refusals returns what a caller sees of refusals.
func (w *world) refusals(as, query string) []httpapi.Refusal {
	w.t.Helper()
	w.awaitIndex()
	return read[httpapi.RefusalPage](w.t, w.do(request{path: "/v1/refusals?" + query, as: as}), http.StatusOK).Refusals
}

// TestEveryRefusal shows, by every way in, that a document that is refused is recorded,
// for whatever reason, and what of it.
func TestEveryRefusal(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{Document: 64 << 10, Refusals: 300})
	owner := w.submit(carnet(t, "OWNED"))
	w.changeParties(func(p *exchange.Party) {
		if p.ID == receiver {
			p.Sends, p.Signatures.Required = []string{"ata-carnet"}, []string{"ata-carnet"}
		}
	})
	broken := withCanary(carnet(t, "BROKEN"))
	if p := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: string(broken)}), http.StatusUnprocessableEntity); !strings.Contains(fmt.Sprint(p.Faults), canary) {
		t.Fatalf("no fault quotes the document: %+v", p.Faults)
	}
	broken = append(broken, '\n')
	for name, test := range map[string]struct {
		as       string // port if left out
		document []byte
		code     string
		kind     string
		number   string
		faults   []string
		earlier  string
	}{
		"no XML":       {document: []byte(canary), code: "xml.syntax", faults: []string{"xml.syntax"}},
		"unknown kind": {document: []byte("<a>" + canary + "</a>"), code: "invalid", faults: []string{"schema.unknown-kind"}},
		"schema":       {document: broken, code: "invalid", kind: "ata-carnet", number: "BROKEN"},
		"rule":         {document: carnet(t, "BAD-1"), code: "invalid", kind: "ata-carnet", number: "BAD-1", faults: []string{"TEST-3"}},
		"no number":    {document: carnet(t, strings.Repeat("1", 101)), code: "invalid", kind: "ata-carnet", faults: []string{"document.number-length"}},
		"signature":    {as: receiver, document: carnet(t, "UNSIGNED"), code: "signature.missing", kind: "ata-carnet", number: "UNSIGNED", faults: []string{"signature.missing"}},
		"conflict":     {document: append(carnet(t, "OWNED"), '\n'), code: "number-taken", kind: "ata-carnet", number: "OWNED", earlier: owner.ExchangeID},
		"no route":     {document: bytes.ReplaceAll(carnet(t, "FAR"), []byte(">TH<"), []byte(">FR<")), code: "unroutable", kind: "ata-carnet", number: "FAR"},
		"may not send": {as: stranger, document: carnet(t, "NOT-MINE"), code: "sender-may-not-send", kind: "ata-carnet", number: "NOT-MINE"},
		"too large":    {document: make([]byte, 64<<10+1), code: "too-large"},
	} {
		if test.as == "" {
			test.as = port
		}
		over := read[answer.Problem](t, w.do(request{method: http.MethodPost, path: "/v1/documents", as: test.as, body: string(test.document)}), w.statusOf(test.code))
		sent := map[exchange.Way][]byte{
			exchange.WayHTTP: test.document, exchange.WayTopic: append(bytes.Clone(test.document), ' '), exchange.WayFolder: append(bytes.Clone(test.document), '\n', ' '),
		}
		by := w.admission.Submit(t.Context(), exchange.WayTopic, test.as, "request-1", sent[exchange.WayTopic])
		from := w.admission.SubmitUnread(t.Context(), exchange.WayFolder, test.as, "request-2", unread(sent[exchange.WayFolder]))
		if over.Code != test.code || by.Code != test.code || from.Code != test.code {
			t.Errorf("%s: answered %q, %q and %q, want %s", name, over.Code, by.Code, from.Code, test.code)
			continue
		}
		for _, way := range exchange.Ways() {
			found := w.refusals(test.as, "way="+string(way)+"&limit=1")
			if len(found) != 1 {
				t.Fatalf("%s by %s: %d refusals", name, way, len(found))
			}
			one, document := found[0], sent[way]
			digest := sha256.Sum256(document)
			whole := one.DigestSHA256 == hex.EncodeToString(digest[:]) && one.Size == len(document)
			if unread := test.code == "too-large" && way != exchange.WayTopic; whole == unread {
				t.Errorf("%s by %s: digest %q, %d bytes", name, way, one.DigestSHA256, one.Size)
			}
			codes := one.FaultCodes
			if test.faults == nil {
				codes = nil
			}
			if one.Code != test.code || one.Kind != test.kind || one.DocumentNumber != test.number || one.Earlier != test.earlier ||
				one.Sender != test.as || one.Credential != test.as || one.Way != way || !slices.Equal(codes, test.faults) || one.FaultsFound < len(one.Faults) {
				t.Errorf("%s by %s: %+v", name, way, one)
			}
		}
	}
	holdNothing(t, w)
}

// unread returns a document that admission may read.
func unread(document []byte) admission.Unread {
	return admission.Unread{Size: int64(len(document)), Read: func() ([]byte, error) { return document, nil }}
}

// holdNothing fails the test if the record of refusals holds a value of a document.
func holdNothing(t *testing.T, w *world) {
	t.Helper()
	head, err := w.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	w.recorded(func(c queue.Change) bool {
		if c.Event != nil && c.Event.Subject.Kind == queue.SubjectRefusal {
			seen++
			if bytes.Contains(c.Event.Detail, []byte(canary)) {
				t.Errorf("the record holds %s", c.Event.Detail)
			}
		}
		return c.Sequence >= head
	})
	if seen < 20 {
		t.Errorf("%d refusals are in the record", seen)
	}
}

// statusOf returns the status of a problem.
func (w *world) statusOf(code string) int {
	w.t.Helper()
	row, ok := answer.Find(code)
	if !ok {
		w.t.Fatalf("no row for %s", code)
	}
	return row.Status
}

// A body of another type is recorded too. What says nothing of the document is not.
func TestWhatIsRecordedOverHTTP(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{InFlight: 1})
	post := func(as string, header map[string]string, document []byte) {
		w.do(request{method: http.MethodPost, path: "/v1/documents", as: as, body: string(document), header: header})
	}
	post(port, map[string]string{"Content-Type": "text/plain"}, []byte("x"))
	if got := w.refusals(port, ""); len(got) != 1 || got[0].Code != "media-type" || got[0].DigestSHA256 != "" {
		t.Errorf("of another type: %+v", got)
	}
	post("", nil, carnet(t, "1"))
	post("nobody", nil, carnet(t, "1"))
	post(operator, nil, carnet(t, "1"))
	post(port, map[string]string{"Content-Encoding": "gzip"}, carnet(t, "1"))
	w.failAdmits(queue.ErrUnavailable)
	post(port, nil, carnet(t, "1"))
	w.admit.Store(nil)
	w.suspend(port)
	post(port, nil, []byte("x"))
	w.suspend("")
	w.setQuota(map[string]exchange.Quota{port: {Documents: 1, Window: 1 << 40}})
	post(port, nil, carnet(t, "1"))
	post(port, nil, []byte("x"))
	w.do(request{method: http.MethodPost, path: "/v1/checks", as: port, body: "<a/>"})
	if got := w.refusals(operator, ""); len(got) != 1 {
		t.Errorf("recorded %+v", got)
	}
}

// While refusals cannot be recorded, a sender receives the same refusal.
func TestRefusedWithoutARecord(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	away := queue.ErrUnavailable
	w.unkept.Store(&away)
	p := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: "<a/>"}), http.StatusUnprocessableEntity)
	if p.Code != "invalid" || len(w.refusals(port, "")) != 0 {
		t.Errorf("answered %+v", p)
	}
}

// A party sees its own refusals, an operator all of them, page by page; a filter whose
// value does not exist is an error.
func TestListRefusals(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, as := range []string{port, stranger} {
		w.do(request{path: "/v1/documents", as: as, body: string(carnet(t, "BAD-1"))})
		w.do(request{path: "/v1/documents", as: as, body: "<a/>"})
	}
	for _, test := range []struct {
		as, query string
		want      int
	}{
		{port, "", 2},
		{operator, "", 4},
		{operator, "sender=" + stranger, 2},
		{port, "sender=" + port + "&kind=ata-carnet", 1},
		{port, "number=BAD-1", 1},
		{operator, "number=BAD-1", 2},
		{operator, "code=TEST-3", 1},
		{operator, "code=schema.unknown-kind", 2},
		{stranger, "code=TEST-3", 0},
		{operator, "kind=import-licence", 0},
		{operator, "way=topic", 0},
		{receiver, "", 0},
		{operator, "since=2000-01-01T00:00:00Z&until=2001-01-01T00:00:00Z", 0},
		{operator, "since=2000-01-01T00:00:00Z", 4},
		{operator, fmt.Sprintf("digest=%x", sha256.Sum256([]byte("<a/>"))), 2},
		{port, fmt.Sprintf("digest=%x", sha256.Sum256([]byte("<b/>"))), 0},
	} {
		if got := w.refusals(test.as, test.query); len(got) != test.want {
			t.Errorf("%s %s: %d refusals, want %d", test.as, test.query, len(got), test.want)
		}
	}
	var paged []string
	for next := ""; len(paged) == 0 || next != ""; {
		page := read[httpapi.RefusalPage](t, w.do(request{path: "/v1/refusals?limit=3&cursor=" + next, as: operator}), http.StatusOK)
		for _, r := range page.Refusals {
			paged = append(paged, r.ID)
		}
		next = page.Next
	}
	if len(paged) != 4 || len(slices.Compact(slices.Sorted(slices.Values(paged)))) != 4 {
		t.Errorf("pages of %v", paged)
	}
	p := read[answer.Problem](t, w.do(request{path: "/v1/refusals?code=nothing", as: operator}), http.StatusUnprocessableEntity)
	if !strings.Contains(p.Detail, "TEST-3") {
		t.Errorf("an operator reads %q", p.Detail)
	}
	p = read[answer.Problem](t, w.do(request{path: "/v1/refusals?code=nothing", as: port}), http.StatusUnprocessableEntity)
	if strings.Contains(p.Detail, "TEST-3") {
		t.Errorf("a party reads %q", p.Detail)
	}
}

// A refusal shows the exchange as which the document was accepted after all. Others do
// not see it.
func TestShowRefusal(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.change(func(now *exchange.InForce) { now.Routes = w.noRoutes() })
	document := carnet(t, "CN-1")
	read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: string(document)}), http.StatusUnprocessableEntity)
	id := w.refusals(port, "")[0].ID
	w.change(func(now *exchange.InForce) { now.Routes = w.newInForce().Routes })
	accepted := w.submit(document)
	w.awaitIndex()
	w.consigned(accepted.ExchangeID)
	for _, as := range []string{port, operator} {
		if one := read[httpapi.Refusal](t, w.do(request{path: "/v1/refusals/" + id, as: as}), http.StatusOK); one.AcceptedAs != accepted.ExchangeID || one.Code != "unroutable" {
			t.Errorf("%s sees %+v", as, one)
		}
	}
	read[answer.Problem](t, w.do(request{path: "/v1/refusals/" + id, as: stranger}), http.StatusNotFound)
}

// An examination says what a submission would come to now, and keeps nothing: the same
// document, refused then, is examined after each change of the configuration.
func TestExamine(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	examine := func(as, query string, document []byte) httpapi.Examination {
		t.Helper()
		return read[httpapi.Examination](t, w.do(request{path: "/v1/refusals/examine" + query, as: as, body: string(document)}), http.StatusOK)
	}
	w.change(func(now *exchange.InForce) { now.Routes = w.noRoutes() })
	document := carnet(t, "CN-1")
	w.do(request{path: "/v1/documents", as: port, body: string(document)})
	w.awaitIndex()
	for _, as := range []string{port, operator} {
		got := examine(as, "", document)
		if got.Outcome != usecases.WouldRefuse || got.Code != "unroutable" || got.Sender != port || got.Refusal == nil || got.Refusal.Code != "unroutable" || len(got.Faults) == 0 {
			t.Errorf("%s before the change: %+v", as, got)
		}
	}
	w.change(func(now *exchange.InForce) { now.Routes = w.newInForce().Routes })
	got := examine(operator, "", document)
	if got.Outcome != httpapi.Accepted || len(got.Receivers) == 0 || got.DocumentNumber != "CN-1" || got.Code != "" {
		t.Errorf("after the change: %+v", got)
	}
	if held := examine(port, "", carnet(t, "HOLD-1")); held.Outcome != usecases.WouldHold || held.Refusal != nil {
		t.Errorf("to be held: %+v", held)
	}
	if theirs := examine(operator, "?sender="+stranger, document); theirs.Outcome != usecases.WouldRefuse || theirs.Code != "sender-may-not-send" || theirs.Refusal != nil {
		t.Errorf("for another sender: %+v", theirs)
	}
	accepted := w.submit(document) // the examinations have taken no number
	if again := examine(port, "", document); again.Outcome != usecases.WasAccepted || again.ExchangeID != accepted.ExchangeID {
		t.Errorf("once accepted: %+v", again)
	}
	if other := examine(port, "", append(document, '\n')); other.Outcome != usecases.WouldRefuse || other.Code != "number-taken" || other.ExchangeID != accepted.ExchangeID {
		t.Errorf("another content: %+v", other)
	}
	w.suspend(port)
	if shut := examine(operator, "?sender="+port, document); shut.Outcome != usecases.WouldRefuse || shut.Code != exchange.CodeSuspended {
		t.Errorf("of a suspended party: %+v", shut)
	}
	w.suspend("")
	if recorded := w.refusals(operator, ""); len(recorded) != 1 {
		t.Errorf("examinations were recorded: %+v", recorded)
	}
}
