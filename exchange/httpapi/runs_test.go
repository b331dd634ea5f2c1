package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/signing"
)

// noDigest is that of no plan.
var noDigest = strings.Repeat("0", 64)

// runOrder plans, as a caller, to replay the documents with a number to the receiver, and
// returns the order of a run of the plan.
func (w *world) runOrder(as, number string) string {
	w.t.Helper()
	query := `{"receivers":["` + receiver + `"],"number":"` + number + `"}`
	plan := read[httpapi.Plan](w.t, w.do(request{path: "/v1/replays/plans", as: as, body: query}), http.StatusOK)
	return `{"query":` + query + `,"reason":"mended","digest":"` + plan.Digest + `"}`
}

// requestRun has a fresh exchange refused, and requests a run of it.
func (w *world) requestRun(as, number string) httpapi.Run {
	w.t.Helper()
	w.refused(number)
	return read[httpapi.Run](w.t, w.do(request{path: "/v1/runs", as: as, body: w.runOrder(as, number)}), http.StatusCreated)
}

// runCases are the cases of TestAnswers for runs.
func runCases(w *world, order, large string, text map[string]string) (cases []struct {
	request
	status int
	code   string
},
) {
	add := func(status int, code string, r request) {
		cases = append(cases, struct {
			request
			status int
			code   string
		}{r, status, code})
	}
	const path = "/v1/runs"
	add(201, "", request{path: path, as: receiver, body: order})
	add(400, "body", request{path: path, as: receiver, body: order + "{}"})
	add(401, "credentials-missing", request{path: path, body: order})
	add(403, "forbidden", request{path: path, as: stranger, body: order})
	add(409, "plan-changed", request{path: path, as: receiver, body: order})
	add(413, "too-large", request{path: path, as: receiver, body: large})
	add(415, "media-type", request{path: path, as: receiver, body: order, header: text})
	add(422, "field-reason", request{path: path, as: receiver, body: strings.Replace(order, "mended", "", 1)})
	add(422, "plan-empty", request{path: path, as: receiver, body: w.runOrder(receiver, "NONE")})
	add(200, "", request{path: path, as: receiver})
	add(400, "parameter", request{path: path + "?limit=no", as: operator})
	add(401, "credentials-missing", request{path: path})
	add(422, "unknown-state", request{path: path + "?status=lost", as: operator})

	waiting, own := w.requestRun(operator, "RUN-1"), w.requestRun(receiver, "RUN-2")
	x := path + "/" + own.ID
	for _, tail := range []string{"", "/items"} {
		add(200, "", request{path: x + tail, as: receiver})
		add(401, "credentials-missing", request{path: x + tail})
		add(404, "not-found", request{path: x + tail, as: stranger})
	}
	add(400, "parameter", request{path: x + "/items?limit=0", as: receiver})
	add(422, "unknown-state", request{path: x + "/items?state=lost", as: receiver})
	approval := `{"reason":"seen","digest":"` + waiting.Digest + `"}`
	approve := path + "/" + waiting.ID + "/approve"
	add(403, "own-run", request{path: approve, as: operator, body: approval})
	add(409, "plan-changed", request{path: approve, as: approver, body: strings.Replace(approval, waiting.Digest, noDigest, 1)})
	add(200, "", request{path: approve, as: approver, body: approval})
	add(409, "run-status", request{path: approve, as: approver, body: approval})
	add(403, "forbidden", request{path: approve, as: receiver, body: approval})
	for _, tail := range []string{"/pause", "/resume", "/cancel"} {
		add(200, "", request{path: x + tail, as: receiver, body: `{"reason":"seen"}`})
	}
	for _, tail := range []string{"/pause", "/resume", "/cancel", "/approve"} {
		body := `{"reason":"seen"}`
		if tail == "/approve" {
			body = approval
		}
		add(400, "body", request{path: x + tail, as: operator, body: `{"reason":1}`})
		add(401, "credentials-missing", request{path: x + tail, body: body})
		add(404, "not-found", request{path: path + "/" + noSuch + tail, as: operator, body: body})
		add(409, "run-status", request{path: x + tail, as: operator, body: body})
		add(413, "too-large", request{path: x + tail, as: operator, body: large})
		add(415, "media-type", request{path: x + tail, as: operator, body: body, header: text})
		add(422, "field-reason", request{path: x + tail, as: operator, body: strings.Replace(body, "seen", "", 1)})
	}
	return cases
}

// A party replays its own deliveries without an approval, and an operator needs one. What
// a run does is shown to both, item by item.
func TestRuns(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	id := w.refused("A")
	for _, as := range []string{operator, receiver} {
		plan := read[httpapi.Plan](t, w.do(request{path: "/v1/replays/plans", as: as, body: `{"receivers":["` + receiver + `"]}`}), http.StatusOK)
		if len(plan.Items) != 1 || plan.Items[0].ExchangeID != id || plan.Items[0].Cause.Code != "unreadable" || plan.Items[0].Attempt != 1 ||
			plan.Matched != 1 || plan.Bytes == 0 || plan.Receivers[0].Receiver != receiver || (len(plan.Approval) > 0) != (as == operator) {
			t.Fatalf("as %s: %+v", as, plan)
		}
	}
	run := read[httpapi.Run](t, w.do(request{path: "/v1/runs", as: receiver, body: w.runOrder(receiver, "A")}), http.StatusCreated)
	if run.Status != replay.Running || run.Requested.Actor != receiver || run.Requested.Reason != "mended" {
		t.Fatalf("%+v", run)
	}
	leader := &replay.Leader{Index: w.index, Recorder: w.recorder}
	for i := range 3 {
		if _, err := leader.Pass(t.Context(), time.Now().Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + id, as: receiver}), http.StatusOK)
	if d := x.Deliveries[0]; d.State != exchange.ContentConsignment || d.Attempt != 2 || d.Cause.Actor != receiver {
		t.Errorf("%+v", d)
	}
	for _, as := range []string{operator, receiver} {
		items := read[httpapi.RunItemPage](t, w.do(request{path: "/v1/runs/" + run.ID + "/items?state=started", as: as}), http.StatusOK)
		if len(items.Items) != 1 || items.Items[0].ExchangeID != id || items.Items[0].Attempt != 2 || items.Items[0].FailedBefore != "unreadable" {
			t.Errorf("as %s: %+v", as, items)
		}
	}
}

// A run as routed now is approved by another person, and sends the document to the
// receiver that is new, in an envelope of its own; the others' is as it was.
func TestRunAsRoutedNow(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	id := w.refused("A")
	envelope := request{path: "/v1/exchanges/" + id + "/envelope", as: receiver}
	first := w.do(envelope)
	w.leadTo(stranger)
	query := `{"receivers":["` + stranger + `"],"since":"2026-01-01T00:00:00Z","routing":"now"}`
	plan := read[httpapi.Plan](t, w.do(request{path: "/v1/replays/plans", as: operator, body: query}), http.StatusOK)
	if plan.Routed != replay.Now || plan.Eligible != 1 || plan.Examined != 1 || !slices.Equal(plan.Added, []replay.Moved{{Receiver: stranger, Exchanges: 1}}) {
		t.Fatalf("%+v", plan)
	}
	if i := plan.Items[0]; i.Attempt != 0 || i.State != "" || i.FailedAt != nil || slices.Contains(i.RoutedThen, stranger) || !slices.Contains(i.RoutedNow, stranger) {
		t.Errorf("%+v", i)
	}
	run := read[httpapi.Run](t, w.do(request{path: "/v1/runs", as: operator, body: `{"query":` + query + `,"reason":"route added","digest":"` + plan.Digest + `"}`}), http.StatusCreated)
	if run.Status != replay.AwaitingApproval || !slices.Contains(run.Approval, replay.NeedsRoutes) || run.Routed != replay.Now || !slices.Equal(run.Added, plan.Added) {
		t.Fatalf("%+v", run)
	}
	w.do(request{path: "/v1/runs/" + run.ID + "/approve", as: approver, body: `{"reason":"seen","digest":"` + plan.Digest + `"}`})
	leader := &replay.Leader{Index: w.index, Recorder: w.recorder, Exchanges: w.index, Router: func() replay.Readdresser {
		return exchange.Rerouting{Now: w.current.Load().InForce, Answered: w.intake.Answered, Bodies: w.store, Adder: w.store}
	}}
	for i := range 3 {
		if _, err := leader.Pass(t.Context(), time.Now().Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if page := read[httpapi.MailboxPage](t, w.do(request{path: "/v1/mailbox", as: stranger}), http.StatusOK); len(page.Deliveries) != 1 || page.Deliveries[0].ExchangeID != id {
		t.Errorf("%+v", page)
	}
	if again := w.do(envelope); string(again.body) != string(first.body) {
		t.Error("the first envelope has changed")
	}
	envelope.as = stranger
	opened, err := signing.OpenEnvelope(w.do(envelope).body, w.current.Load().Trust)
	if err != nil || opened.Header.ExchangeID != id || !slices.Equal(opened.Header.Receivers, []string{stranger}) || opened.Header.Readdressed.Run != run.ID {
		t.Errorf("%+v, %v", opened, err)
	}
	if document := w.do(request{path: "/v1/exchanges/" + id + "/document", as: stranger}); string(document.body) != string(carnet(t, "A")) {
		t.Error("the document has changed")
	}
	envelope.path += "?profile=b-t"
	if stamped := w.do(envelope); stamped.status != http.StatusNotFound {
		t.Errorf("with time stamps: %d", stamped.status)
	}
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + id, as: operator}), http.StatusOK)
	for _, d := range x.Deliveries {
		if d.Readdressed != (d.Receiver == stranger) {
			t.Errorf("%+v", d)
		}
	}
	if last := x.Timeline[len(x.Timeline)-2]; last.Cause == nil || last.Cause.Code != exchange.CodeReaddressed || last.Receiver != stranger {
		t.Errorf("%+v", x.Timeline)
	}
}

// leadTo puts a route in force that leads carnets to one more party.
func (w *world) leadTo(party string) {
	w.t.Helper()
	w.changeParties(func(p *exchange.Party) {
		if p.ID == party {
			p.Receives = append(slices.Clone(p.Receives), "ata-carnet")
		}
	})
	w.change(func(now *exchange.InForce) {
		var err error
		table := append(now.Routes.Table(), exchange.Route{Name: "added", Kinds: []string{"ata-carnet"}, To: []string{party}})
		if now.Routes, err = exchange.NewRoutes(table, now.Parties); err != nil {
			w.t.Fatal(err)
		}
	})
}

// A party sees the runs that it requested, and pages are complete.
func TestRunPages(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	var all []string
	for i := range 3 {
		all = append(all, w.requestRun(receiver, fmt.Sprint("OWN-", i)).ID)
	}
	theirs := w.requestRun(operator, "THEIRS").ID
	listed := func(as string) (ids []string) {
		path := "/v1/runs?limit=2"
		for {
			page := read[httpapi.RunPage](t, w.do(request{path: path, as: as}), http.StatusOK)
			for _, r := range page.Runs {
				ids = append(ids, r.ID)
			}
			if page.Next == "" {
				return ids
			}
			path = "/v1/runs?limit=2&cursor=" + page.Next
		}
	}
	slices.Reverse(all)
	if got := listed(receiver); !slices.Equal(got, all) {
		t.Errorf("the party sees %v, want %v", got, all)
	}
	if got := listed(operator); !slices.Equal(got, append([]string{theirs}, all...)) {
		t.Errorf("the operator sees %v", got)
	}
	if p := read[answer.Problem](t, w.do(request{path: "/v1/runs/" + theirs, as: receiver}), http.StatusNotFound); p.Code != "not-found" {
		t.Errorf("%+v", p)
	}
}

// The description names every reason, status and state that there is.
func TestRunNamesAreDocumented(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	schema := func(path ...string) []string {
		names := []string{}
		for _, name := range w.description.get(w.description.root, append([]string{"components", "schemas"}, path...)...)["enum"].([]any) {
			names = append(names, name.(string))
		}
		return names
	}
	statuses := []string{}
	for _, s := range replay.Statuses() {
		statuses = append(statuses, string(s))
	}
	for name, test := range map[string]struct{ documented, want []string }{
		"left out": {schema("Plan", "properties", "leftOut", "items", "properties", "reason"), replay.LeftOutReasons()},
		"states":   {schema("RunItemState"), replay.ItemStates()},
		"statuses": {schema("RunStatus"), statuses},
		"approval": {schema("ApprovalReasons", "items"), []string{replay.NeedsCount, replay.NeedsBorder, replay.NeedsRoutes}},
	} {
		if !slices.Equal(test.documented, test.want) {
			t.Errorf("%s: documented %v, want %v", name, test.documented, test.want)
		}
	}
}
