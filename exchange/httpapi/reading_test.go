package httpapi_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/reading"
)

// The staff see personal data with a right and a reason alone, and who, when, why and what
// is in the audit. The parties to a document see all of it, and nothing is recorded.
func TestPersonalDataNeedsAReason(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.swapAccess(append(credentials(), w.roleCredentials()...)...)
	document := string(carnet(t, "READ-1"))
	_, phone, _ := strings.Cut(document, "<cbc:Telephone>")
	phone, _, _ = strings.Cut(phone, "<")
	sent := w.submit([]byte(document))
	x := "/v1/exchanges/" + sent.ExchangeID
	w.consigned(sent.ExchangeID)
	for _, test := range []struct {
		as, path string
		status   int
		shows    bool
	}{
		{port, "/reading", 200, true},
		{port, "/document", 200, true},
		{port, "/envelope", 200, false}, // it has the document in base64
		{receiver, "/reading", 200, true},
		{receiver, "/document", 200, true},
		{operator, "/reading", 200, false},
		{"auditor", "/reading", 200, false},
		{"approver", "/reading", 200, false},
		{operator, "/document", 400, false},
		{operator, "/envelope?profile=b-b", 400, false},
		{"auditor", "/document?reason=audit", 403, false},
		{"approver", "/reading?reason=curious", 403, false},
		{"observer", "/envelope?reason=curious", 403, false},
		{"party-manager", "/reading", 403, false},
	} {
		a := w.do(request{path: x + test.path, as: test.as})
		if a.status != test.status || strings.Contains(string(a.body), phone) != test.shows {
			t.Errorf("%s %s: %d, shows %t: %.300s", test.as, test.path, a.status, !test.shows, a.body)
		}
	}
	if events := w.disclosures(); len(events) != 0 {
		t.Fatalf("recorded: %+v", events)
	}
	masked := read[reading.Reading](t, w.do(request{path: x + "/reading", as: operator}), http.StatusOK)
	field := fieldOf(masked.Root, "Telephone")
	for _, test := range []struct {
		as, path string
		want     exchange.Disclosure
	}{
		{operator, "/reading?reason=call+the+holder", exchange.Disclosure{Form: exchange.FormReading}},
		{"security-officer", "/reading?reason=call+the+holder&field=" + field, exchange.Disclosure{Form: exchange.FormReading, Field: field}},
		{operator, "/document?reason=call+the+holder", exchange.Disclosure{Form: exchange.FormDocument}},
		{"security-officer", "/envelope?reason=call+the+holder", exchange.Disclosure{Form: exchange.FormEnvelope}},
	} {
		a := w.do(request{path: x + test.path, as: test.as})
		if a.status != http.StatusOK || test.want.Form != exchange.FormEnvelope && !strings.Contains(string(a.body), phone) {
			t.Errorf("%s: %d %.300s", test.path, a.status, a.body)
		}
		all := w.disclosures()
		last := all[len(all)-1]
		test.want.Exchange = uuid.MustParse(sent.ExchangeID)
		if diff := cmp.Diff(&test.want, last.Disclosure); diff != "" || last.Actor != test.as || last.Reason != "call the holder" || last.Subject.ID != test.as {
			t.Errorf("%s: %s %+v", test.path, diff, last)
		}
	}
}

// What cannot be recorded is not shown.
func TestPersonalDataIsRecordedBefore(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	sent := w.submit(carnet(t, "READ-2"))
	w.recorder.Appender = w // which fails from now on
	failure := errors.New("no disk")
	w.unkept.Store(&failure)
	for _, what := range []string{"/reading", "/document", "/envelope"} {
		if a := w.do(request{path: "/v1/exchanges/" + sent.ExchangeID + what + "?reason=seen", as: operator}); a.status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %.300s", what, a.status, a.body)
		}
	}
}

// fieldOf returns the path of the first element with a name.
func fieldOf(e *reading.Element, name string) string {
	if e.Name == name {
		return e.Path
	}
	for _, child := range e.Children {
		if path := fieldOf(child, name); path != "" {
			return path
		}
	}
	return ""
}

// disclosures returns the events of the audit about personal data.
func (w *world) disclosures() []httpapi.AuditEvent {
	w.t.Helper()
	var all []httpapi.AuditEvent
	for _, e := range read[httpapi.AuditPage](w.t, w.do(request{path: "/v1/audit?subject=action", as: "auditor"}), http.StatusOK).Events {
		if e.Name == exchange.PersonalDataRead {
			all = append(all, e)
		}
	}
	return all
}
