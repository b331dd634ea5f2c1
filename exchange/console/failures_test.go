package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules"
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
	theirs, ours := p.section("Failed for good: receivers and senders have to act"), p.section("Failed for good: we have to act")
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
		if !strings.Contains(p.section("Failed for good: receivers and senders have to act"), want) {
			t.Errorf("it lacks %q:\n%s", want, p.html)
		}
	}
	if p := b.get("/console/failures?by=colour"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-by"`) {
		t.Errorf("%d\n%s", p.status, p.html)
	}
}

// warning is a rule that warns of every document.
func warning(code string) rules.Rule {
	return rules.Rule{
		Code: code, Severity: rules.Warn, Source: "test", EN: "odd", ZH: "存疑",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root) },
		From:  time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// The documents of each rule are counted apart if they are asked for. The numbers above
// the rows count each delivery once, and the links narrow to the rule.
func TestFailuresByRule(t *testing.T) {
	w := newWorld(t)
	set, err := rules.NewSet([]rules.Rule{warning("TEST-1"), warning("TEST-2")})
	must(t, err)
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	w.refused("stamp-missing", "ATA-1")
	b := w.visit(duty)
	p := b.get("/console/failures?by=rule")
	rows := p.section("Failed for good: receivers and senders have to act")
	for _, want := range []string{"rule <code>TEST-1</code>", "rule <code>TEST-2</code>", "cause=stamp-missing&amp;party=" + receiver + "&amp;rule=TEST-1"} {
		if !strings.Contains(rows, want) {
			t.Errorf("it lacks %q:\n%s", want, rows)
		}
	}
	if strings.Contains(rows, "replays/new") || !strings.Contains(p.text, "counts in each of them") || !strings.Contains(p.html, "<b>1</b> failed for good") ||
		!strings.Contains(p.html, "<b>1</b> causes for receivers") {
		t.Errorf("%s", p.html)
	}
	if p := b.get("/console/failures"); strings.Contains(p.html, "TEST-1") {
		t.Errorf("without being asked for:\n%s", p.html)
	}
}

// Senders and rules are counted apart together: the filter is in the address, in one form,
// and the links narrow to both.
func TestFailuresBySenderAndRule(t *testing.T) {
	w := newWorld(t)
	set, err := rules.NewSet([]rules.Rule{warning("TEST-1"), warning("TEST-2")})
	must(t, err)
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	w.refused("stamp-missing", "ATA-1", "ATA-2")
	b := w.visit(duty)
	p := b.get("/console/failures?by=rule%2Csender")
	rows := p.section("Failed for good: receivers and senders have to act")
	for _, want := range []string{"Beihai Customs", "rule <code>TEST-1</code>", "rule <code>TEST-2</code>", "party=" + receiver + "&amp;rule=TEST-1&amp;sender=" + port + `"`} {
		if !strings.Contains(rows, want) {
			t.Errorf("it lacks %q:\n%s", want, rows)
		}
	}
	for _, want := range []string{`value="sender,rule" selected`, "counts in each of them", "<b>2</b> failed for good", "<b>1</b> causes for receivers", `"/console/failures.csv?by=sender%2Crule"`} {
		if !strings.Contains(p.html, want) {
			t.Errorf("it lacks %q:\n%s", want, p.html)
		}
	}
	for _, by := range []string{"receiver,rule", "rule,rule", "rule,colour"} {
		if p := b.get("/console/failures?by=" + by); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-by"`) {
			t.Errorf("%s: %d\n%s", by, p.status, p.html)
		}
	}
}

// The failures can be taken away as a file, with the filter and whose they are.
func TestFilesOfFailures(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1", "ATA-2")
	b := w.visit(duty)
	p := b.get("/console/failures.csv?by=sender&since=2020-01-01+08%3A00")
	checkHeaders(t, p)
	if p.status != http.StatusOK || p.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(p.header.Get("Content-Disposition"), ".csv") {
		t.Fatalf("%d %v", p.status, p.header)
	}
	for _, want := range []string{"# filter: by=sender&since=2020-01-01T00%3A00%3A00Z\r\n", "ConsignmentRejection,stamp-missing," + receiver + "," + port + ",,sender,2,", "# end: 1\r\n"} {
		if !strings.Contains(p.html, want) {
			t.Errorf("no %q in\n%s", want, p.html)
		}
	}
	if p := w.visit(port).get("/console/failures.ndjson"); !strings.Contains(p.html, `"parties":["`+port+`"]`) || !strings.Contains(p.html, `"code":"stamp-missing"`) || !strings.HasSuffix(p.html, "{\"causes\":1}\n") {
		t.Errorf("%d %s", p.status, p.html)
	}
	if p := w.visit(stranger).get("/console/failures.csv"); !strings.Contains(p.html, "# end: 0") {
		t.Errorf("a stranger takes %s", p.html)
	}
	if p := b.get("/console/failures.csv?by=colour"); p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/failures?by=colour" {
		t.Errorf("%d %v", p.status, p.header)
	}
	if p := b.get("/console/failures?receiver=" + receiver); !strings.Contains(p.html, `href="/console/failures.csv?receiver=`+receiver+`"`) {
		t.Errorf("no link to the file:\n%s", p.html)
	}
}

// What has no rule is a row of its own, without a link to a list that has more.
func TestFailuresWithoutARule(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1")
	rows := w.visit(duty).get("/console/failures?by=rule").section("Failed for good: receivers and senders have to act")
	if !strings.Contains(rows, "no rule") || strings.Contains(rows, "Show the exchanges") || !strings.Contains(rows, "Example") {
		t.Errorf("%s", rows)
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

// What is still carried again is apart from what failed for good, on the page of failures
// and on the first page, with what waits behind it.
func TestRetriesArePiles(t *testing.T) {
	w := newWorld(t)
	first := w.accept("ATA-1")
	w.accept("ATA-2")
	w.record(first.ID, exchange.HandoverAttempt, exchange.Cause{Code: "http-204"}) // no failure
	b := w.visit(duty)
	if p := b.get("/console/failures"); strings.Contains(p.html, "http-204") {
		t.Errorf("an attempt that arrived is a failure:\n%s", p.html)
	}
	at := time.Now()
	opened := exchange.PartyEvent(receiver, exchange.BreakerOpened, at)
	opened.Cause = exchange.Cause{Code: "connect"}
	must(t, w.Recorder.Record(t.Context(), exchange.Event{
		Exchange: first.ID, Receiver: receiver, Name: exchange.HandoverAttempt, Attempt: 1, At: at, Next: at.Add(time.Hour), Cause: exchange.Cause{Code: "connect"},
	}, opened))
	p := b.get("/console/failures")
	retried := p.section("Still being retried")
	known, _ := w.current.Load().Parties.Get(receiver)
	for _, want := range []string{
		"<code>connect</code>", "<b>2</b>", "tried in vain 1", "breaker open", "/console/exchanges/" + first.ID.String(),
		known.Name.EN + " did not take these (connect)", "state=ContentConsignment",
	} {
		if !strings.Contains(retried, want) {
			t.Errorf("it lacks %q:\n%s", want, retried)
		}
	}
	if strings.Contains(p.section("Failed for good: receivers and senders have to act"), "connect") || !strings.Contains(p.html, "<b>2</b> wait for receivers") {
		t.Errorf("it counts as failed for good:\n%s", p.html)
	}
	if now := b.get("/console/").section("Deliveries that are being retried"); !strings.Contains(now, "connect") || !strings.Contains(now, "breaker open") {
		t.Errorf("the first page:\n%s", now)
	}
	if p := w.visit(stranger).get("/console/failures"); strings.Contains(p.html, "connect") {
		t.Errorf("a stranger sees it:\n%s", p.html)
	}
	w.record(first.ID, exchange.ContentHandover, exchange.Cause{})
	if p := b.get("/console/failures"); strings.Contains(p.html, "connect</code>") {
		t.Errorf("it was carried, and is still there:\n%s", p.html)
	}
}

// The timeline shows what an attempt sent and what came back, to those who see the
// deliveries of the receiver.
func TestDialogueOfAnAttempt(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	at := time.Now()
	must(t, w.Recorder.Record(t.Context(), exchange.Event{
		Exchange: x.ID, Receiver: receiver, Name: exchange.HandoverAttempt, Attempt: 1, At: at, Next: at.Add(time.Hour), Cause: exchange.Cause{Code: "http-503"},
		Dialogue: &exchange.Dialogue{
			Request: "POST https://push.example/", Sent: []string{"Beibu-Number: ATA-1"}, Answer: "503 Service Unavailable",
			Headers: []string{"Server: gate"}, Body: "<b>busy ***</b>", Masked: 1,
		},
	}))
	for who, sees := range map[string]bool{duty: true, receiver: true, port: false} {
		p := w.visit(who).get("/console/exchanges/" + x.ID.String())
		for _, want := range []string{"POST https://push.example/", "Beibu-Number: ATA-1", "503 Service Unavailable", "Server: gate", "&lt;b&gt;busy ***&lt;/b&gt;", "are masked"} {
			if strings.Contains(p.html, want) != sees {
				t.Errorf("%s sees %q: %t", who, want, !sees)
			}
		}
		if !strings.Contains(p.html, "http-503") {
			t.Errorf("%s does not see the attempt", who)
		}
	}
}
