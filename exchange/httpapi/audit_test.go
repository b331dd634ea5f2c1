package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// Operators page through what was done to parties, in the order of the record, as
// soon as they have done it.
func TestAudit(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	shut := "/v1/parties/" + stranger + "/suspension"
	w.do(request{path: shut, as: operator, body: `{"reason":"key lost"}`})
	w.do(request{path: "/v1/parties/" + receiver + "/suspension", as: operator, body: `{"reason":"other"}`})
	w.do(request{method: http.MethodDelete, path: shut + "?reason=found", as: operator})
	first := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?limit=1&subject=party:" + stranger, as: operator}), http.StatusOK)
	if len(first.Events) != 1 || first.Next == "" {
		t.Fatalf("first page %+v", first)
	}
	e := first.Events[0]
	if e.Name != exchange.PartySuspended || e.Actor != operator || e.Reason != "key lost" || e.Subject != (httpapi.AuditSubject{Kind: "party", ID: stranger}) {
		t.Errorf("first event %+v", e)
	}
	second := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=party:" + stranger + "&after=" + first.Next, as: operator}), http.StatusOK)
	if len(second.Events) != 1 || second.Next != "" || second.Events[0].Name != exchange.PartyResumed || second.Events[0].Reason != "found" {
		t.Errorf("second page %+v", second)
	}
	if all := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=party&since=2000-01-01T00:00:00Z", as: operator}), http.StatusOK); len(all.Events) != 3 {
		t.Errorf("all %+v", all)
	}
}

// Who asks for the newest events first pages to older ones, in a file too.
func TestAuditNewestFirst(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	shut := "/v1/parties/" + stranger + "/suspension"
	w.do(request{path: shut, as: operator, body: `{"reason":"key lost"}`})
	w.do(request{method: http.MethodDelete, path: shut + "?reason=found", as: operator})
	first := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?limit=1&order=newest&subject=party", as: operator}), http.StatusOK)
	if len(first.Events) != 1 || first.Next == "" || first.Events[0].Name != exchange.PartyResumed {
		t.Fatalf("first page %+v", first)
	}
	second := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?order=newest&subject=party&after=" + first.Next, as: operator}), http.StatusOK)
	if len(second.Events) != 1 || second.Next != "" || second.Events[0].Name != exchange.PartySuspended {
		t.Errorf("second page %+v", second)
	}
	file := string(w.file("/v1/audit", operator, "order=newest&subject=party", "text/csv").body)
	if at := strings.Index(file, "PartyResumed"); at < 0 || at > strings.Index(file, "PartySuspended") {
		t.Errorf("the file: %s", file)
	}
	read[answer.Problem](t, w.do(request{path: "/v1/audit?order=up", as: operator}), http.StatusBadRequest)
}

// The audit as a file has all pages, its filter, and which personal data was read.
func TestAuditAsFile(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	sent := w.submit(carnet(t, "FILE-1"))
	const reads = 120 // more than a page of the file
	for range reads {
		w.do(request{path: "/v1/exchanges/" + sent.ExchangeID + "/document?reason=%3Dasked", as: operator})
	}
	w.do(request{path: "/v1/parties/" + stranger + "/suspension", as: operator, body: `{"reason":"key lost"}`})
	got := w.file("/v1/audit", operator, "subject=action", "text/csv")
	lines := strings.Split(string(got.body), "\r\n")
	want := ",action," + operator + ",PersonalDataRead," + operator + ",'=asked," + sent.ExchangeID + ",document,,"
	if len(lines) != reads+5 || lines[1] != "# filter: subject=action" || !strings.HasPrefix(lines[2], "sequence,at,") || !strings.HasSuffix(lines[3], want) || lines[reads+3] != "# end: 120" {
		t.Errorf("%d lines: %q", len(lines), lines[:min(len(lines), 5)])
	}
	lines = strings.Split(strings.TrimSpace(string(w.file("/v1/audit", operator, "", "application/x-ndjson").body)), "\n")
	var last httpapi.AuditEvent
	if err := json.Unmarshal([]byte(lines[len(lines)-2]), &last); err != nil || last.Name != exchange.PartySuspended || lines[len(lines)-1] != `{"events":121}` {
		t.Errorf("%v, %q", err, lines[len(lines)-2:])
	}
	for as, status := range map[string]int{port: http.StatusForbidden, visitor: http.StatusForbidden} {
		read[answer.Problem](t, w.file("/v1/audit", as, "", "text/csv"), status)
	}
	read[answer.Problem](t, w.file("/v1/audit", operator, "limit=5", "text/csv"), http.StatusBadRequest)
}
