package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

func (w *world) list(as, query string) httpapi.Page {
	w.t.Helper()
	return read[httpapi.Page](w.t, w.do(request{path: "/v1/exchanges?" + query, as: as}), http.StatusOK)
}

func numbers(p httpapi.Page) []string {
	all := []string{}
	for _, x := range p.Exchanges {
		all = append(all, x.DocumentNumber)
	}
	return all
}

func TestLists(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	first := w.submit(carnet(t, "A"))
	w.submit(carnet(t, "B"))
	last := w.submit(carnet(t, "HOLD-C"))
	w.consigned(first.ExchangeID)
	between := url.QueryEscape(last.AcceptedAt.Format(time.RFC3339Nano))
	cases := []struct {
		name, as, query string
		want            []string
	}{
		{"all of an operator", operator, "", []string{"HOLD-C", "B", "A"}},
		{"all that the port sent", port, "", []string{"HOLD-C", "B", "A"}},
		{"own party named", port, "party=" + port, []string{"HOLD-C", "B", "A"}},
		{"what is held was consigned to nobody", receiver, "number=HOLD-C", []string{}},
		{"a receiver's", receiver, "number=A", []string{"A"}},
		{"none of a stranger's", stranger, "", []string{}},
		{"by number", operator, "number=B", []string{"B"}},
		{"by kind", operator, "kind=response", []string{}},
		{"by sender", operator, "sender=" + port, []string{"HOLD-C", "B", "A"}},
		{"by state", operator, "state=SubmissionHeld", []string{"HOLD-C"}},
		{"since", operator, "since=" + between, []string{"HOLD-C"}},
		{"until", operator, "until=" + between, []string{"B", "A"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := numbers(w.list(c.as, c.query)); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, number := range []string{"A", "B", "C", "D", "E"} {
		w.submit(carnet(t, number))
	}
	w.awaitIndex()
	var seen []string
	cursor := ""
	for pages := 0; pages == 0 || cursor != ""; pages++ {
		if pages > 5 {
			t.Fatal("the pages do not end")
		}
		page := w.list(operator, "limit=2&cursor="+cursor)
		seen = append(seen, numbers(page)...)
		cursor = page.Next
	}
	if !slices.Equal(seen, []string{"E", "D", "C", "B", "A"}) {
		t.Errorf("%v", seen)
	}
}

// A receiver sees its own delivery, and nothing of the others.
func TestReceiverSeesItsOwnDelivery(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(carnet(t, "A"))
	w.consigned(a.ExchangeID)
	path := "/v1/exchanges/" + a.ExchangeID
	all := read[httpapi.Exchange](t, w.do(request{path: path, as: port}), http.StatusOK)
	own := read[httpapi.Exchange](t, w.do(request{path: path, as: receiver}), http.StatusOK)
	if len(all.Deliveries) != len(a.Receivers) || len(all.Timeline) == 0 {
		t.Errorf("the sender sees %d of %d deliveries and %d events", len(all.Deliveries), len(a.Receivers), len(all.Timeline))
	}
	if len(own.Deliveries) != 1 || own.Deliveries[0].Receiver != receiver || own.Deliveries[0].State != exchange.ContentConsignment {
		t.Errorf("the receiver sees %+v", own.Deliveries)
	}
	for _, e := range own.Timeline {
		if e.Receiver != "" && e.Receiver != receiver {
			t.Errorf("the receiver sees %+v", e)
		}
	}
}

// Whoever may not see an exchange gets the same answer as for one that does not exist.
func TestOthersExchangesAreNotThere(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	held := w.submit(carnet(t, "HOLD-A"))
	missing := strings.Repeat("0", 8) + "-0000-8000-8000-" + strings.Repeat("0", 12)
	for _, tail := range []string{"", "/document", "/envelope", "/receipt"} {
		for _, as := range []string{stranger, receiver} {
			hidden := w.do(request{path: "/v1/exchanges/" + held.ExchangeID + tail, as: as})
			absent := w.do(request{path: "/v1/exchanges/" + missing + tail, as: as})
			p, q := read[answer.Problem](t, hidden, http.StatusNotFound), read[answer.Problem](t, absent, http.StatusNotFound)
			p.RequestID, p.Instance, q.RequestID, q.Instance = "", "", "", ""
			if got, want := asJSON(t, p), asJSON(t, q); got != want {
				t.Errorf("%s to %s: %s, of one that is not there %s", tail, as, got, want)
			}
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHeldExchangeIsReleased(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(carnet(t, "HOLD-A"))
	if a.State != exchange.SubmissionHeld {
		t.Fatalf("state %s", a.State)
	}
	path := "/v1/exchanges/" + a.ExchangeID + "/release"
	x := read[httpapi.Exchange](t, w.do(request{path: path, as: operator, body: `{"reason":"seen the originals"}`}), http.StatusOK)
	if x.State != exchange.ContentConsignment || len(x.Deliveries) != len(a.Receivers) {
		t.Errorf("%+v", x)
	}
	if e := x.Timeline[len(x.Timeline)-1]; e.Cause == nil || e.Cause.Actor != operator || e.Cause.Reason != "seen the originals" {
		t.Errorf("the record says %+v", e)
	}
	w.do(request{path: "/v1/exchanges/" + a.ExchangeID, as: receiver})
	again := w.do(request{path: path, as: operator, body: `{"reason":"once more"}`})
	if p := read[answer.Problem](t, again, http.StatusConflict); p.Code != "not-held" || p.Earlier != nil {
		t.Errorf("%+v", p)
	}
}

// Whoever was answered 202 finds the exchange whole before it is dispatched; what
// has to be recorded of it is asked for again later.
func TestExchangeIsFoundBeforeItsDispatch(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "HOLD-A")
	a := w.submit(document)
	path := "/v1/exchanges/" + a.ExchangeID
	letOn := w.holdBack(a.ExchangeID)
	x := read[httpapi.Exchange](t, w.do(request{path: path, as: port}), http.StatusOK)
	if x.State != exchange.SubmissionHeld || x.DigestSHA256 != a.DigestSHA256 || len(x.Deliveries) != 0 {
		t.Errorf("%+v", x)
	}
	if got := w.do(request{path: path + "/document", as: port}); got.status != http.StatusOK || !bytes.Equal(got.body, document) {
		t.Errorf("document: %d %s", got.status, got.body)
	}
	if got := w.do(request{path: path + "/receipt", as: port}); got.status != http.StatusOK || string(got.body) != a.Receipt {
		t.Errorf("receipt: %d %s", got.status, got.body)
	}
	read[answer.Problem](t, w.do(request{path: path, as: stranger}), http.StatusNotFound)
	release := request{path: path + "/release", as: operator, body: `{"reason":"seen the originals"}`}
	refusal := request{path: path + "/refusal", as: operator, body: `{"reason":"the goods are not there"}`}
	for _, early := range []result{w.do(refusal), w.do(release)} {
		if p := read[answer.Problem](t, early, http.StatusServiceUnavailable); !p.Retryable || early.header.Get("Retry-After") == "" {
			t.Errorf("%+v, Retry-After %q", p, early.header.Get("Retry-After"))
		}
	}
	letOn()
	if x := read[httpapi.Exchange](t, w.do(release), http.StatusOK); x.State != exchange.ContentConsignment {
		t.Errorf("%+v", x)
	}
}

func TestHeldExchangeIsRefused(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(carnet(t, "HOLD-A"))
	path := "/v1/exchanges/" + a.ExchangeID + "/refusal"
	x := read[httpapi.Exchange](t, w.do(request{path: path, as: operator, body: `{"reason":"the goods are not there"}`}), http.StatusOK)
	if x.State != exchange.SubmissionRejection || len(x.Deliveries) != 0 {
		t.Errorf("%+v", x)
	}
	hidden := w.do(request{path: "/v1/exchanges/" + a.ExchangeID + "/document", as: receiver})
	read[answer.Problem](t, hidden, http.StatusNotFound)
}

// refused makes the receiver refuse a fresh exchange.
func (w *world) refused(number string) string {
	w.t.Helper()
	a := w.submit(carnet(w.t, number))
	w.consigned(a.ExchangeID)
	w.reject(a.ExchangeID, exchange.Cause{Code: "unreadable", Reason: "page 2"})
	return a.ExchangeID
}

// A filter with a value that does not exist is an error, in a list as in a
// replay; one that exists and fits nothing is an empty list.
func TestUnknownValues(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	replays := func(body string) request {
		return request{method: http.MethodPost, path: "/v1/replays/plans", as: operator, body: body, header: map[string]string{"Content-Type": "application/json"}}
	}
	list := func(query string) request { return request{path: "/v1/exchanges?" + query, as: operator} }
	for name, test := range map[string]struct {
		asked  request
		status int
		code   string
	}{
		"party":             {list("party=nobody"), 422, "unknown-party"},
		"sender":            {list("sender=nobody"), 422, "unknown-party"},
		"kind":              {list("kind=ata-carnets"), 422, "unknown-kind"},
		"state":             {list("state=Lost"), 422, "unknown-state"},
		"known and empty":   {list("kind=response&party=" + port), 200, ""},
		"replay's receiver": {replays(`{"receivers":["window-vietnam"]}`), 422, "unknown-party"},
		"replay's kind":     {replays(`{"receivers":["` + receiver + `"],"kind":"ata-carnets"}`), 422, "unknown-kind"},
		"replay's cause":    {replays(`{"receivers":["` + receiver + `"],"cause":"OTHER"}`), 422, "unknown-cause"},
		"replay of nothing": {replays(`{"receivers":["` + receiver + `"],"cause":"expired"}`), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.do(test.asked)
			if a.status != test.status || test.code != "" && !strings.Contains(string(a.body), `"code":"`+test.code+`"`) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}
