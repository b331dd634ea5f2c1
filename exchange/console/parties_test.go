package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// An endpoints is a double that pushes nothing.
type endpoints struct{ tested []string }

func (e *endpoints) Test(_ context.Context, party string) (exchange.EndpointTest, error) {
	e.tested = append(e.tested, party)
	return exchange.EndpointTest{Message: "test-1", Outcome: "http-503", Took: 2 * time.Second, TLS: "TLS 1.3", Certificate: time.Unix(1, 0)}, nil
}

// The list has a light for each party whose status the caller may see; a party sees its own
// first, and no other's.
func TestParties(t *testing.T) {
	w := newWorld(t)
	w.accept("ATA-1")
	p := w.visit(duty).get("/console/parties")
	if got := strings.Count(p.html, `class="state good"`); got < 30 {
		t.Errorf("%d lights:\n%s", got, p.html)
	}
	p = w.visit(receiver).get("/console/parties")
	if strings.Count(p.html, `class="state `) != 1 || strings.Index(p.html, "/console/parties/"+receiver) > strings.Index(p.html, "/console/parties/"+port) {
		t.Errorf("what a party sees:\n%s", p.html)
	}
	w.visit(manager).post("/console/parties/gx-press/suspend", url.Values{"reason": {"its key was stolen"}})
	if p := w.visit(duty).get("/console/parties"); strings.Index(p.html, "/console/parties/gx-press") > strings.Index(p.html, "/console/parties/"+port) {
		t.Errorf("who needs somebody is not first:\n%s", p.html)
	}
	if p := w.visit(receiver).get("/console/parties/" + port); p.status != http.StatusOK || strings.Contains(p.text, "mailbox") {
		t.Errorf("a party sees how another is reached: %d %s", p.status, p.text)
	}
	if p := w.visit(duty).get("/console/parties/nobody"); p.status != http.StatusNotFound {
		t.Errorf("a party that there is not: %d", p.status)
	}
}

// Whoever may suspend a party says why; it is suspended once the page is shown, and is
// resumed the same way.
func TestSuspendAndResume(t *testing.T) {
	w := newWorld(t)
	path := "/console/parties/" + receiver
	b := w.visit(manager)
	if p := w.visit(watcher).get(path); strings.Contains(p.html, "/suspend") {
		t.Error("an observer is offered to suspend")
	}
	if p := w.visit(watcher).post(path+"/suspend", url.Values{"reason": {"why"}}); p.status != http.StatusForbidden {
		t.Errorf("an observer suspends: %d", p.status)
	}
	if p := b.post(path+"/suspend", url.Values{"reason": {" "}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-reason"`) {
		t.Errorf("without a reason: %d %s", p.status, p.text)
	}
	if p := b.post(path+"/resume", url.Values{"reason": {"why"}}); p.status != http.StatusConflict || !strings.Contains(p.text, "not-suspended") || !strings.Contains(p.html, `value="why"`) {
		t.Errorf("resume a party that is not suspended: %d %s", p.status, p.text)
	}
	if p := b.post(path+"/suspend", url.Values{"reason": {"its key was stolen"}}); p.status != http.StatusSeeOther || p.header.Get("Location") != path {
		t.Fatalf("suspend: %d %s", p.status, p.text)
	}
	if given, ok := w.shut.Get(receiver); !ok || given.Actor != manager || given.Reason != "its key was stolen" {
		t.Errorf("%+v", given)
	}
	if p := b.get(path); !strings.Contains(p.text, "its key was stolen") || !strings.Contains(p.html, path+"/resume") || !strings.Contains(p.text, "suspended") {
		t.Errorf("the page does not say so: %s", p.text)
	}
	if p := w.visit(port).get(path); strings.Contains(p.text, "stolen") || !strings.Contains(p.text, "suspended") {
		t.Errorf("another party reads why, or does not see it: %s", p.text)
	}
	if p := b.post(path+"/resume", url.Values{"reason": {"it has another key"}}); p.status != http.StatusSeeOther {
		t.Errorf("resume: %d %s", p.status, p.text)
	}
	if _, still := w.shut.Get(receiver); still {
		t.Error("it is suspended still")
	}
}

// A test of an address is in the record before anything is pushed, and its result is on
// the page.
func TestEndpointTest(t *testing.T) {
	w := newWorld(t)
	path := "/console/parties/" + receiver
	if p := w.visit(duty).post(path+"/test", url.Values{}); p.status != http.StatusConflict || !strings.Contains(p.text, "not-pushed") {
		t.Errorf("without an address: %d %s", p.status, p.text)
	}
	w.pushTo(receiver, "https://push.example/")
	if p := w.visit(duty).get(path); !strings.Contains(p.html, path+"/test") || !strings.Contains(p.text, "https://push.example/") {
		t.Errorf("the test is not offered: %s", p.text)
	}
	if p := w.visit(receiver).post(path+"/test", url.Values{}); p.status != http.StatusOK || !strings.Contains(p.text, "http-503") || !strings.Contains(p.text, "not taken") || !strings.Contains(p.text, "ended") {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := w.visit(port).post(path+"/test", url.Values{}); p.status != http.StatusNotFound {
		t.Errorf("another party tests it: %d", p.status)
	}
	if strings.Join(w.endpoints.tested, " ") != receiver {
		t.Errorf("tested %q", w.endpoints.tested)
	}
	events, _, err := w.Journal.Audit(t.Context(), exchange.AuditQuery{Kind: queue.SubjectParty, Limit: 100})
	must(t, err)
	if len(events) != 1 || events[0].Name != exchange.PartyTested || events[0].Cause.Actor != receiver {
		t.Errorf("recorded: %+v", events)
	}
}

// pushTo gives a party an address.
func (w *world) pushTo(id, address string) {
	w.t.Helper()
	all := w.InForce.Parties.All()
	for i := range all {
		if all[i].ID == id {
			all[i].Push = exchange.Push{URL: address}
		}
	}
	parties, err := exchange.NewParties(all)
	must(w.t, err)
	changed := *w.InForce
	changed.Parties = parties
	w.InForce = &changed
	w.swapAccess(credentials()...)
}
