package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/console"
	"beibu/exchange/operator/replay"
)

// requestRun has a caller request a run of documents that the receiver refuses, and returns
// its page.
func (w *world) requestRun(name string, numbers ...string) string {
	w.t.Helper()
	w.refused("stamp-missing", numbers...)
	b := w.visit(name)
	p := b.post(plannerPath, orderOf(b.get(plannerPath), "mended"))
	if p.status != http.StatusSeeOther {
		w.t.Fatalf("%d %s", p.status, p.text)
	}
	return p.header.Get("Location")
}

// lead has the leader of runs make a step, and start its items.
func (w *world) lead() {
	w.t.Helper()
	leader := &replay.Leader{
		Index: w.Journal, Recorder: w.Recorder, Changed: func() <-chan struct{} { return w.Journal.Changed("") },
		Exchanges: w.Journal, Router: func() replay.Readdresser {
			return exchange.Rerouting{Now: w.current.Load().InForce, Answered: &exchange.Correspondence{Journal: w.Journal, Recorder: w.Recorder}, Bodies: w.Store, Adder: w.Store}
		},
	}
	for range 2 {
		_, err := leader.Pass(w.t.Context(), time.Now())
		must(w.t, err)
	}
}

// A run waits for another person, who sees it among the approvals. The one who requested it
// is shown no button, and is refused.
func TestApprovals(t *testing.T) {
	w := newWorld(t)
	path := w.requestRun(duty, "ATA-1", "ATA-2")
	own, other := w.visit(duty), w.visit(approver)
	p := own.get(path)
	if !strings.Contains(p.text, "another person has to approve it") || strings.Contains(p.html, ">Approve<") || !strings.Contains(p.html, ">Cancel the run<") {
		t.Errorf("the requester's page:\n%s", p.html)
	}
	if p := own.get("/console/approvals"); strings.Contains(p.section("Runs that wait for you"), path) || !strings.Contains(p.html, path) {
		t.Errorf("the requester's approvals:\n%s", p.html)
	}
	waiting := other.get("/console/approvals")
	if !strings.Contains(waiting.section("Runs that wait for you"), path) || !strings.Contains(waiting.text, "more deliveries than one person") {
		t.Errorf("the approver's approvals:\n%s", waiting.html)
	}
	form := orderOf(other.get(path), "seen and checked")
	if p := own.post(path+"/approve", form); p.status != http.StatusForbidden || !strings.Contains(p.text, "own-run") || !strings.Contains(p.text, duty+" requested this run") {
		t.Errorf("one's own run: %d %s", p.status, p.text)
	}
	if p := other.post(path+"/approve", url.Values{"digest": form["digest"]}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-reason"`) {
		t.Errorf("without a reason: %d\n%s", p.status, p.html)
	}
	if p := other.post(path+"/approve", url.Values{"digest": {"0"}, "reason": {"seen"}}); p.status != http.StatusConflict || !strings.Contains(p.text, "plan-changed") {
		t.Errorf("of another plan: %d %s", p.status, p.text)
	}
	if p := other.post(path+"/approve", form); p.status != http.StatusSeeOther || p.header.Get("Location") != path {
		t.Fatalf("%d %s", p.status, p.text)
	}
	p = other.get(path)
	if !strings.Contains(p.text, "seen and checked") || !strings.Contains(p.text, "running") || strings.Contains(p.html, ">Approve<") || strings.Contains(p.html, ">Pause<") {
		t.Errorf("after the approval: %s", p.text)
	}
	if p := other.post(path+"/approve", form); p.status != http.StatusConflict || !strings.Contains(p.text, "run-status") || !strings.Contains(p.text, "seen and checked") {
		t.Errorf("twice: %d %s", p.status, p.text)
	}
	if w.log.FilterMessage("replay run approved").Len() != 1 {
		t.Error("the approval is not in the log")
	}
}

// A run is paused, resumed and cancelled, each with a reason. Its page shows each item with
// its outcome, by what the address asks for.
func TestRun(t *testing.T) {
	w := newWorld(t)
	path := w.requestRun(receiver, "ATA-1", "ATA-2", "ATA-3") // a party's own, which nobody approves
	b := w.visit(receiver)
	w.lead()
	if p := b.get(path); !strings.Contains(p.text, "sent, no answer yet 1") || !strings.Contains(p.text, "waiting 2") || !strings.Contains(p.html, `aria-current="step">1`) {
		t.Fatalf("after the first step:\n%s", p.html)
	}
	decide := func(what string, status int, want string) {
		t.Helper()
		p := b.post(path+"/"+what, url.Values{"reason": {"because of " + what}})
		if p.status == http.StatusSeeOther {
			p = page{status: p.status, text: b.get(path).text}
		}
		if p.status != status || !strings.Contains(p.text, want) {
			t.Errorf("%s: %d, and it lacks %q: %s", what, p.status, want, p.text)
		}
	}
	decide("resume", 409, "run-status")
	decide("pause", 303, "because of pause")
	if p := b.get(path); !strings.Contains(p.html, ">Resume<") || strings.Contains(p.html, ">Pause<") {
		t.Errorf("a run that is paused:\n%s", p.html)
	}
	decide("resume", 303, "running")
	decide("cancel", 303, "cancelled")
	if p := b.get(path); strings.Contains(p.html, `id="decision"`) || strings.Contains(p.html, "hx-sse:connect") {
		t.Errorf("a run that is over has something to decide, or follows the record:\n%s", p.html)
	}
	for query, want := range map[string]int{"": 3, "?state=started": 1, "?state=acknowledged": 0} {
		if got := len(listed(b.get(path + query))); got != want {
			t.Errorf("%s: %d items, want %d", query, got, want)
		}
	}
	for query, status := range map[string]int{"?state=lost": 422, "?colour=red": 400, "?cursor=x": 422} {
		if p := b.get(path + query); p.status != status {
			t.Errorf("%s: %d, want %d", query, p.status, status)
		}
	}
}

// A run is shown in both languages to who may know of it, and what a role may not do is not.
func TestRunForEverybody(t *testing.T) {
	w := newWorld(t)
	path := w.requestRun(duty, "ATA-1")
	for name, want := range map[string]int{duty: 200, watcher: 200, approver: 200, officer: 200, auditor: 200, receiver: 404, port: 404, manager: 403} {
		b := w.visit(name)
		for _, lang := range []string{"en", "zh-CN"} {
			b.lang = lang
			p := b.get(path)
			checkPage(t, p, lang)
			if p.status != want {
				t.Errorf("%s: %d, want %d", name, p.status, want)
			}
			decides := name == duty || name == approver
			if p.status == http.StatusOK && strings.Contains(p.html, `id="decision"`) != decides {
				t.Errorf("%s is shown what it may decide: %v", name, !decides)
			}
		}
	}
	for name, want := range map[string]int{watcher: 403, officer: 403, receiver: 404} {
		if p := w.visit(name).post(path+"/pause", url.Values{"reason": {"x"}}); p.status != want {
			t.Errorf("%s pauses: %d, want %d", name, p.status, want)
		}
	}
	if p := w.visit(duty).get("/console/runs/none"); p.status != http.StatusNotFound {
		t.Errorf("no run: %d", p.status)
	}
	if p := w.visit(auditor).get("/console/audit?subject=run"); !strings.Contains(p.html, `href="`+path+`"`) {
		t.Errorf("the audit does not lead to the run: %s", p.html)
	}
}

// Two people with the same roles who follow a run that one of them requested see what each
// of them may decide.
func TestRunOfTwoPeople(t *testing.T) {
	w := newWorld(t)
	path := w.requestRun(duty, "ATA-1")
	own, other := w.visit(duty).follow(path+"/live"), w.visit(twin).follow(path+"/live")
	if part := <-own; !strings.Contains(part, "another person has to approve") || strings.Contains(part, ">Approve<") {
		t.Errorf("who requested it: %s", part)
	}
	if part := <-other; !strings.Contains(part, ">Approve<") {
		t.Errorf("who may approve it: %s", part)
	}
}

// The list of runs has a filter for the status, and a party sees those that it requested.
func TestListOfRuns(t *testing.T) {
	w := newWorld(t)
	first := w.requestRun(duty, "ATA-1")
	second := w.requestRun(receiver, "ATA-2")
	b := w.visit(duty)
	for query, want := range map[string]string{
		"": second + " " + first, "?status=awaiting-approval": first, "?status=running": second, "?status=finished": "",
	} {
		p := b.get("/console/runs" + query)
		var got []string
		for _, path := range []string{second, first} {
			if strings.Contains(p.html, path+`"`) {
				got = append(got, path)
			}
		}
		if p.status != http.StatusOK || strings.Join(got, " ") != want {
			t.Errorf("%s: %d %v, want %s", query, p.status, got, want)
		}
	}
	if p := w.visit(receiver).get("/console/runs"); !strings.Contains(p.html, second) || strings.Contains(p.html, first) {
		t.Errorf("a party's runs:\n%s", p.html)
	}
	for query, status := range map[string]int{"?status=lost": 422, "?colour=red": 400, "?status=": 303, "?cursor=x": 422} {
		if p := b.get("/console/runs" + query); p.status != status {
			t.Errorf("%s: %d, want %d", query, p.status, status)
		}
	}
	for _, s := range replay.Statuses() {
		if text := console.StatusText(s); text.EN == "" || text.ZH == string(s) {
			t.Errorf("%s has no words: %v", s, text)
		}
	}
}

// pause pauses a run, of which path is the page.
func (w *world) pause(path string) error {
	p := w.visit(receiver).post(path+"/pause", url.Values{"reason": {"wait"}})
	if p.status != http.StatusSeeOther {
		return fmt.Errorf("%d %s", p.status, p.text)
	}
	return nil
}

// The progress of a run follows the record.
func TestFollowRun(t *testing.T) {
	w := newWorld(t)
	path := w.requestRun(receiver, "ATA-1")
	events := w.visit(receiver).follow(path + "/live")
	if first := <-events; !strings.Contains(first, "waiting 1") || strings.Contains(first, "<html") {
		t.Fatalf("%s", first)
	}
	w.lead()
	for next := range events {
		if strings.Contains(next, "sent, no answer yet 1") {
			break
		}
	}
	must(t, w.pause(path))
	for next := range events { // with what can be decided now
		if strings.Contains(next, ">Resume<") && !strings.Contains(next, ">Pause<") {
			break
		}
	}
	if p := w.visit(stranger).get(path + "/live"); p.status != http.StatusNotFound {
		t.Errorf("a stranger follows: %d", p.status)
	}
}

func TestPagesOfItems(t *testing.T) {
	w := newWorld(t)
	var numbers []string
	for i := range exchange.DefaultPage + 1 {
		numbers = append(numbers, fmt.Sprintf("ATA-%d", i))
	}
	path := w.requestRun(duty, numbers...)
	b := w.visit(duty)
	p := b.get(path)
	if got := len(listed(p)); got != exchange.DefaultPage || !strings.Contains(p.html, fmt.Sprintf(`rel="next" href="%s?cursor=%d#items"`, path, exchange.DefaultPage)) {
		t.Fatalf("%d items of the first page:\n%s", got, p.html)
	}
	q := b.get(fmt.Sprintf("%s?cursor=%d", path, exchange.DefaultPage))
	if got := len(listed(q)); got != 1 || strings.Contains(q.html, `rel="next"`) {
		t.Errorf("%d items of the last page:\n%s", got, q.html)
	}
}
