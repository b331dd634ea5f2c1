package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/exchange/httpapi"
	operators "beibu/exchange/operator"
)

// A cause is one line however many documents it has: for operators, for the sender of the
// documents and for their receiver. A stranger sees none of it.
func TestFailuresAreGrouped(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	var refused []string
	for _, number := range []string{"P-1", "P-2", "P-3"} {
		refused = append(refused, w.refused(number))
	}
	for _, who := range []string{operator, port, receiver} {
		list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures", as: who}), http.StatusOK)
		if len(list.Failures) != 1 {
			t.Fatalf("%s sees %+v", who, list)
		}
		f := list.Failures[0]
		if f.Code != "unreadable" || f.Receiver != receiver || f.Count != 3 || f.Side != operators.Sender || f.State != exchange.ConsignmentRejection ||
			f.Example != refused[0] || f.Hours[exchange.TrendHours-1] != 3 || f.NextStep.ZH == "" {
			t.Errorf("%s sees %+v", who, f)
		}
	}
	if list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures", as: stranger}), http.StatusOK); len(list.Failures) != 0 {
		t.Errorf("a stranger sees %+v", list)
	}
}

// What is still tried again is apart from what failed for good. The sender of one of the
// documents that wait counts its own alone.
func TestRetriesAreApart(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	first := w.submit(carnet(t, "R-1"))
	second := w.submit(carnet(t, "R-2"))
	w.consigned(first.ExchangeID)
	w.consigned(second.ExchangeID)
	at := time.Now()
	err := w.recorder.Record(t.Context(), exchange.Event{
		Exchange: uuid.MustParse(first.ExchangeID), Receiver: receiver, Name: exchange.HandoverAttempt, Attempt: 1, At: at, Next: at.Add(time.Hour),
		Cause: exchange.Cause{Code: "http-503", Reason: "busy"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{operator, port, receiver} {
		list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures?by=sender", as: who}), http.StatusOK)
		if len(list.Failures) != 0 || len(list.Retries) != 1 {
			t.Fatalf("%s sees %+v", who, list)
		}
		r := list.Retries[0]
		if r.Code != "http-503" || r.Receiver != receiver || r.Sender != port || r.Count != 1 || r.Waiting != 2 || r.Side != operators.Receiver || r.Breaker.Open ||
			r.Example != first.ExchangeID || !r.NextTryAt.After(at) || r.Hours[exchange.TrendHours-1] != 1 || !strings.Contains(r.NextStep.EN, receiver) {
			t.Errorf("%s sees %+v", who, r)
		}
	}
	if list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures", as: stranger}), http.StatusOK); len(list.Retries) != 0 {
		t.Errorf("a stranger sees %+v", list)
	}
}

// By rule, a delivery counts under each fault of its document and under the rule that the
// receiver's refusal cites; what has none is apart. A stranger sees no rule of others.
func TestFailuresByRule(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	reject := func(number, code string) string {
		a := w.submit(carnet(t, number))
		if a.State == exchange.SubmissionHeld {
			read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + a.ExchangeID + "/release", as: operator, body: `{"reason":"seen"}`}), http.StatusOK)
		}
		w.consigned(a.ExchangeID)
		w.reject(a.ExchangeID, exchange.Cause{Code: code, Reason: "page 2"})
		w.awaitIndex()
		return a.ExchangeID
	}
	held := reject("HOLD-R", "unreadable")
	plain := reject("R-1", "unreadable")
	cited := reject("R-2", "TEST-1")
	want := map[string]string{"unreadable TEST-1": held, "unreadable ": plain, "TEST-1 TEST-1": cited}
	for _, who := range []string{operator, port, receiver} {
		list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures?by=rule", as: who}), http.StatusOK)
		if len(list.Failures) != len(want) {
			t.Fatalf("%s sees %+v", who, list)
		}
		for _, f := range list.Failures {
			if f.Count != 1 || f.Receiver != receiver || want[f.Code+" "+f.Rule] != f.Example {
				t.Errorf("%s sees %+v", who, f)
			}
		}
	}
	if list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures?by=rule", as: stranger}), http.StatusOK); len(list.Failures) != 0 {
		t.Errorf("a stranger sees %+v", list)
	}
}

// By sender and rule, a cause is a line for each rule of each sender, in either order of
// the words.
func TestFailuresBySenderAndRule(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.refused("R-1")
	for _, by := range []string{"sender,rule", "rule,sender"} {
		list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures?by=" + by, as: operator}), http.StatusOK)
		if len(list.Failures) != 1 || list.Failures[0].Sender != port || list.Failures[0].Code != "unreadable" {
			t.Errorf("%s: %+v", by, list)
		}
	}
	held := w.submit(carnet(t, "HOLD-R"))
	read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + held.ExchangeID + "/release", as: operator, body: `{"reason":"seen"}`}), http.StatusOK)
	w.consigned(held.ExchangeID)
	w.reject(held.ExchangeID, exchange.Cause{Code: "unreadable", Reason: "page 2"})
	w.awaitIndex()
	list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures?by=sender,rule", as: operator}), http.StatusOK)
	got := make(map[string]int)
	for _, f := range list.Failures {
		got[f.Sender+" "+f.Rule] += f.Count
	}
	if len(list.Failures) != 2 || got[port+" "] != 1 || got[port+" TEST-1"] != 1 {
		t.Errorf("%+v", list.Failures)
	}
}

// A file of failures says its filter and whose failures it counts, defuses formulas, has
// what failed and what is still carried again, and its number of causes at the end.
func TestFailuresAsAFile(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	refused := w.submit(carnet(t, "F-1"))
	w.consigned(refused.ExchangeID)
	w.reject(refused.ExchangeID, exchange.Cause{Code: "-1.unreadable", Reason: "page 2"})
	waits := w.submit(carnet(t, "F-2"))
	w.consigned(waits.ExchangeID)
	at := time.Now()
	err := w.recorder.Record(t.Context(), exchange.Event{
		Exchange: uuid.MustParse(waits.ExchangeID), Receiver: receiver, Name: exchange.HandoverAttempt, Attempt: 1, At: at, Next: at.Add(time.Hour),
		Cause: exchange.Cause{Code: "http-503", Reason: "busy"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.awaitIndex()
	got := w.file("/v1/failures", operator, "by=sender&receiver="+receiver, "text/csv")
	lines := strings.Split(string(got.body), "\r\n")
	if got.status != http.StatusOK || len(lines) != 7 || lines[1] != "# filter: by=sender&receiver="+receiver || !strings.HasPrefix(lines[2], "state,code,receiver,sender,") || lines[5] != "# end: 2" {
		t.Fatalf("%d %q", got.status, lines)
	}
	for i, want := range []string{
		"ConsignmentRejection,'-1.unreadable," + receiver + "," + port + ",,sender,1,0,", "ContentConsignment,http-503," + receiver + "," + port + ",,receiver,1,0,",
	} {
		if !strings.HasPrefix(lines[3+i], want) {
			t.Errorf("%q, want %q", lines[3+i], want)
		}
	}
	lines = strings.Split(strings.TrimSpace(string(w.file("/v1/failures", port, "", "application/x-ndjson").body)), "\n")
	var first export.Heading
	var failed httpapi.Failure
	var retried httpapi.Retry
	if len(lines) != 4 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &failed) != nil || json.Unmarshal([]byte(lines[2]), &retried) != nil {
		t.Fatalf("%q", lines)
	}
	if !slices.Equal(first.Parties, []string{port}) || failed.Code != "-1.unreadable" || failed.Example != refused.ExchangeID || retried.Code != "http-503" || lines[3] != `{"causes":2}` {
		t.Errorf("%q", lines)
	}
	if own := w.file("/v1/failures", stranger, "", "text/csv"); !strings.Contains(string(own.body), "# parties: "+stranger+"\r\n") || !strings.HasSuffix(string(own.body), "# end: 0\r\n") {
		t.Errorf("a stranger gets %s", own.body)
	}
	read[answer.Problem](t, w.file("/v1/failures", operator, "receiver=nobody", "text/csv"), http.StatusUnprocessableEntity)
	read[answer.Problem](t, w.file("/v1/failures", operator, "limit=5", "text/csv"), http.StatusBadRequest)
}
