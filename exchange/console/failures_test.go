package console_test

import (
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
)

// refused has the receiver refuse documents for a cause.
func (w *world) refused(cause string, numbers ...string) {
	w.t.Helper()
	for _, number := range numbers {
		x := w.accept(number)
		w.record(x.ID, exchange.ContentHandover, exchange.Cause{})
		w.record(x.ID, exchange.ConsignmentRejection, exchange.Cause{Code: cause, Reason: "the receiver says so"})
	}
}

// section returns the part of a page from a heading to the next.
func (p page) section(heading string) string {
	_, rest, _ := strings.Cut(p.html, "<h2>"+heading+"</h2>")
	part, _, _ := strings.Cut(rest, "<h2>")
	return part
}

// What failed for one cause is one row, on the side of those who have to act, with links to
// a plan and to the exchanges that it counts.
func TestFailures(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1", "ATA-2")
	lost := w.accept("ATA-3")
	w.record(lost.ID, exchange.ContentHandoverFailure, exchange.Cause{Code: exchange.CodeNotKept})
	b := w.visit(duty)
	p := b.get("/console/failures")
	theirs, ours := p.section("Receivers and senders have to act"), p.section("We have to act")
	plan := "/console/replays/new?cause=stamp-missing&amp;receivers=" + receiver
	for _, want := range []string{"stamp-missing", "<b>2</b>", `href="` + plan + `"`, "<svg", "Return the reason to the senders"} {
		if !strings.Contains(theirs, want) {
			t.Errorf("theirs lacks %q:\n%s", want, theirs)
		}
	}
	if !strings.Contains(ours, exchange.CodeNotKept) || strings.Contains(ours, "replays/new") || strings.Contains(ours, "stamp-missing") {
		t.Errorf("ours:\n%s", ours)
	}
	list := b.get("/console/exchanges?cause=stamp-missing&party=" + receiver)
	if !strings.Contains(theirs, `href="/console/exchanges?cause=stamp-missing&amp;party=`+receiver+`"`) || len(listed(list)) != 2 {
		t.Errorf("the link to the exchanges, of which %d are listed:\n%s", len(listed(list)), theirs)
	}
	if plain := w.visit(watcher).get("/console/failures"); strings.Contains(plain.html, "replays/new") || !strings.Contains(plain.html, "stamp-missing") {
		t.Errorf("an observer:\n%s", plain.html)
	}
	narrowed := b.get("/console/failures?since=2020-01-01+08%3A00&receiver=" + receiver)
	if want := "replays/new?cause=stamp-missing&amp;receivers=" + receiver + "&amp;since=2020-01-01T08%3A00"; !strings.Contains(narrowed.html, want) {
		t.Errorf("the plan does not have the filter %s:\n%s", want, narrowed.html)
	}
}

// The documents of each sender are counted apart if they are asked for, with links that
// narrow to them.
func TestFailuresBySender(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1")
	b := w.visit(duty)
	p := b.get("/console/failures?by=sender")
	for _, want := range []string{"Beihai Customs", "sender=" + port + `"`, "replays/new?cause=stamp-missing&amp;receivers=" + receiver + "&amp;sender=" + port} {
		if !strings.Contains(p.section("Receivers and senders have to act"), want) {
			t.Errorf("it lacks %q:\n%s", want, p.html)
		}
	}
	if p := b.get("/console/failures?by=colour"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-by"`) {
		t.Errorf("%d\n%s", p.status, p.html)
	}
}

// A party counts its own failures, and its links lead to what it may see.
func TestFailuresOfAParty(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1")
	for name, rows := range map[string]bool{port: true, receiver: true, stranger: false} {
		b := w.visit(name)
		p := b.get("/console/failures")
		if p.status != http.StatusOK || strings.Contains(p.html, "stamp-missing") != rows {
			t.Errorf("%s: %d\n%s", name, p.status, p.html)
		}
		if replay := strings.Contains(p.html, "replays/new"); replay != (name == receiver) {
			t.Errorf("%s may plan a replay: %v", name, replay)
		}
		if q := b.get("/console/exchanges?cause=stamp-missing"); rows && (!strings.Contains(p.html, `"/console/exchanges?cause=stamp-missing"`) || len(listed(q)) != 1) {
			t.Errorf("%s: the link to the exchanges:\n%s", name, p.html)
		}
	}
}

func TestMistakesInFailures(t *testing.T) {
	w := newWorld(t)
	b := w.visit(duty)
	for query, status := range map[string]int{
		"party=moon": 422, "receiver=moon": 422, "since=yesterday": 422, "colour=red": 400, "party=&receiver=": 303,
	} {
		if p := b.get("/console/failures?" + query); p.status != status {
			t.Errorf("%s: %d, want %d", query, p.status, status)
		}
	}
	if p := b.get("/console/failures?party=moon"); !strings.Contains(p.html, `id="mistake-party"`) || !strings.Contains(p.html, `value="moon" selected`) {
		t.Errorf("no mistake at its field:\n%s", p.html)
	}
	if p := w.visit(port).get("/console/failures?party=" + stranger); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a party asks for another: %d", p.status)
	}
}
