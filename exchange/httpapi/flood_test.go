package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// While documents wait for a log that does not answer, a party that floods gets
// half of the slots, another still gets in, and metrics show all of it. Once
// the log answers, everything that got in is accepted.
func TestFloodLeavesSlots(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{InFlight: 8})
	entered, leave := make(chan struct{}), make(chan struct{})
	w.stall(entered, leave)
	letOn := sync.OnceFunc(func() { close(leave) })
	defer letOn()
	var wait sync.WaitGroup
	answered := make(chan result, 8)
	// send returns once the document is in, or else with its answer.
	send := func(party string, n int) (out result, in bool) {
		body := string(carnet(t, fmt.Sprintf("CN/4501/26/%s%d", party[:2], n)))
		wait.Go(func() { answered <- w.do(request{path: "/v1/documents", as: party, body: body}) })
		select {
		case <-entered:
			return result{}, true
		case out = <-answered:
			return out, false
		}
	}
	for n := range 4 {
		if out, in := send(port, n); !in {
			t.Fatalf("document %d of a party: %d %s", n, out.status, out.body)
		}
	}
	got, in := send(port, 4)
	if in {
		t.Fatal("a party gets more than half of the places")
	}
	if p := read[answer.Problem](t, got, http.StatusServiceUnavailable); p.Code != "share-used" || !p.Retryable || got.header.Get("Retry-After") == "" {
		t.Errorf("the fifth of a party: %+v", p)
	}
	if out, in := send(receiver, 1); !in {
		t.Fatalf("another party: %d %s", out.status, out.body)
	}
	each := admission.MemoryFor(16 << 10)
	err := testutil.GatherAndCompare(w.registry, strings.NewReader(fmt.Sprintf(`
# HELP beibu_documents_in_flight Documents being worked on.
# TYPE beibu_documents_in_flight gauge
beibu_documents_in_flight 5
# HELP beibu_documents_in_flight_bytes Memory held by requests, from their first byte until their answer is written: documents, their sealed forms, answers.
# TYPE beibu_documents_in_flight_bytes gauge
beibu_documents_in_flight_bytes %d
# HELP beibu_documents_refused_total Documents refused, by code.
# TYPE beibu_documents_refused_total counter
beibu_documents_refused_total{code="share-used"} 1
`, 5*each)), "beibu_documents_in_flight", "beibu_documents_in_flight_bytes", "beibu_documents_refused_total")
	if err != nil {
		t.Error(err)
	}
	letOn()
	wait.Wait()
	close(answered)
	for a := range answered {
		if a.status != http.StatusAccepted {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}

// A log that cannot be had is waited for as long as patience says, and is there
// again for whoever comes after.
func TestLogThatCannotBeHad(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.intake.Patience = time.Millisecond
	w.stallUntilDone()
	document := carnet(t, "CN/4501/26/12")
	got := w.do(request{path: "/v1/documents", as: port, body: string(document)})
	if p := read[answer.Problem](t, got, http.StatusServiceUnavailable); p.Code != "unavailable" || !p.Retryable || got.header.Get("Retry-After") == "" {
		t.Errorf("%v %+v", got.header, p)
	}
	w.intake.Patience = 0 // what follows may take this machine longer
	w.failAdmits(nil)
	w.submit(document)
}

// setQuota gives parties quotas, as a reload does.
func (w *world) setQuota(quotas map[string]exchange.Quota) {
	w.t.Helper()
	w.changeParties(func(p *exchange.Party) { p.Quota = quotas[p.ID] })
}

// A party with a quota reads in every answer what is left of it, and is refused
// once it is used up, with what duplicates and bad documents cost; parties
// without one read nothing of it.
func TestQuota(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.setQuota(map[string]exchange.Quota{port: {Documents: 3, Window: time.Hour}})
	good := string(carnet(t, "CN/4501/26/13"))
	for i, c := range []struct {
		body   string
		status int
		left   string
	}{
		{good, http.StatusAccepted, "2"},
		{good, http.StatusOK, "1"},
		{"<GoodsItemPassport", http.StatusBadRequest, "0"},
		{good, http.StatusTooManyRequests, "0"},
	} {
		a := w.do(request{path: "/v1/documents", as: port, body: c.body})
		policy, now := a.header.Get("RateLimit-Policy"), a.header.Get("RateLimit")
		wait, isShown := strings.CutPrefix(now, `"documents";r=`+c.left+`;t=`)
		if a.status != c.status || policy != `"documents";q=3;w=3600` || !isShown {
			t.Errorf("document %d: %d, %s, %s; want %d and %s left", i, a.status, policy, now, c.status, c.left)
		}
		if c.status != http.StatusTooManyRequests {
			continue
		}
		if p := read[answer.Problem](t, a, c.status); p.Code != "quota-exceeded" || !p.Retryable || a.header.Get("Retry-After") != wait {
			t.Errorf("%+v, Retry-After %s, t=%s", p, a.header.Get("Retry-After"), wait)
		}
	}
	for _, r := range []request{
		{path: "/v1/documents", as: receiver, body: good},
		{path: "/v1/checks", as: port, body: good},
		{path: "/v1/exchanges", as: port},
	} {
		if a := w.do(r); a.status >= 429 || a.header.Get("RateLimit") != "" || a.header.Get("RateLimit-Policy") != "" {
			t.Errorf("%s as %s: %d %v", r.path, r.as, a.status, a.header)
		}
	}
	err := testutil.GatherAndCompare(w.registry, strings.NewReader(`
# HELP beibu_documents_refused_total Documents refused, by code.
# TYPE beibu_documents_refused_total counter
beibu_documents_refused_total{code="quota-exceeded"} 1
beibu_documents_refused_total{code="xml.syntax"} 1
`), "beibu_documents_refused_total")
	if err != nil {
		t.Error(err)
	}
	w.setQuota(nil)
	if a := w.do(request{path: "/v1/documents", as: port, body: good}); a.status != http.StatusOK {
		t.Errorf("once the quota is lifted: %d %s", a.status, a.body)
	}
}
