package console_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/console"
	"beibu/exchange/exchangetest"
)

var rows = regexp.MustCompile(`href="/console/exchanges/([0-9a-f-]{36})"`)

// listed returns the ids of the exchanges in a page, in its order.
func listed(p page) []string {
	var ids []string
	for _, found := range rows.FindAllStringSubmatch(p.html, -1) {
		ids = append(ids, found[1])
	}
	return ids
}

// A list has the filters of the address, a page at a time, and only what its reader may see.
func TestListOfExchanges(t *testing.T) {
	w := newWorld(t)
	first, second := w.accept("ATA-1"), w.accept("ATA-2")
	w.record(first.ID, exchange.ContentHandover, exchange.Cause{})
	w.record(first.ID, exchange.ConsignmentRejection, exchange.Cause{Code: "stamp-missing", Reason: "no stamp"})
	both := []string{second.ID.String(), first.ID.String()}
	for query, want := range map[string][]string{
		"": both, "?number=ATA-1": both[1:], "?party=" + receiver: both, "?sender=" + port + "&kind=ata-carnet": both,
		"?state=ConsignmentRejection": both[1:], "?cause=stamp-missing": both[1:], "?since=2020-01-01+08:00": both,
		"?until=2020-01-01": nil, "?number=ATA-3": nil,
	} {
		p := w.visit(duty).get("/console/exchanges" + query)
		if got := listed(p); p.status != http.StatusOK || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %d %v, want %v", query, p.status, got, want)
		}
	}
	for name, want := range map[string][]string{port: both, receiver: both, stranger: nil} {
		if got := listed(w.visit(name).get("/console/exchanges")); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s sees %v, want %v", name, got, want)
		}
	}
}

// A value that cannot be is a mistake at its field, with what was typed, and never an empty
// list.
func TestMistakesInFilters(t *testing.T) {
	b := newWorld(t).visit(duty)
	for query, field := range map[string]string{
		"state=Lost": "state", "kind=letter": "kind", "party=moon": "party", "sender=moon": "sender", "rule=ATA-99": "rule",
		"cause=never": "cause", "since=yesterday": "since", "hs=1": "hs", "vehicle=-": "vehicle", "cursor=x": "cursor",
	} {
		p := b.get("/console/exchanges?" + query)
		_, value, _ := strings.Cut(query, "=")
		if p.status != http.StatusUnprocessableEntity || len(listed(p)) > 0 || strings.Contains(p.text, "No exchange matches") {
			t.Errorf("%s: %d %s", query, p.status, p.text)
		}
		if field != "cursor" && (!strings.Contains(p.html, `id="mistake-`+field+`"`) || !strings.Contains(p.html, value)) {
			t.Errorf("%s: no mistake at its field:\n%s", query, p.html)
		}
	}
	if p := b.get("/console/exchanges?colour=red"); p.status != http.StatusBadRequest || !strings.Contains(p.text, "colour") {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := newWorld(t).visit(receiver).get("/console/exchanges?party=" + stranger); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a party asks for another: %d", p.status)
	}
}

// What a form leaves out is not in the address that is sent to a colleague.
func TestBlanksInFilters(t *testing.T) {
	p := newWorld(t).visit(duty).get("/console/exchanges?number=ATA-1&party=&state=")
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/exchanges?number=ATA-1" {
		t.Errorf("%d %v", p.status, p.header)
	}
}

func TestPagesOfExchanges(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range exchange.DefaultPage + 1 {
		want = append([]string{w.accept(fmt.Sprintf("ATA-%d", i)).ID.String()}, want...)
	}
	b := w.visit(duty)
	p := b.get("/console/exchanges?kind=ata-carnet")
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(p.html)
	if next == nil || len(listed(p)) != exchange.DefaultPage {
		t.Fatalf("%d of the first page:\n%s", len(listed(p)), p.html)
	}
	q := b.get(strings.ReplaceAll(next[1], "&amp;", "&"))
	if got := append(listed(p), listed(q)...); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if strings.Contains(q.html, `rel="next"`) || !strings.Contains(q.html, `href="/console/exchanges?kind=ata-carnet"`) {
		t.Errorf("the last page:\n%s", q.html)
	}
}

// An exchange shows its timeline, deliveries and what it is found by. Who may not see it
// is answered as if there was none.
func TestShowExchange(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	w.record(x.ID, exchange.ContentHandover, exchange.Cause{})
	w.record(x.ID, exchange.HandoverAttempt, exchange.Cause{Code: "push-answer", Reason: "503"})
	w.record(x.ID, exchange.ConsignmentRejection, exchange.Cause{Code: "stamp-missing", Reason: "no <b>stamp</b>"})
	p := w.visit(duty).get("/console/exchanges/" + x.ID.String())
	for _, want := range []string{x.ID.String(), "Beihai Customs", "ATA carnet ATA-1", "stamp-missing", "no <b>stamp</b>", "refused", "push-answer", fmt.Sprintf("%x", x.Digest)} {
		if !strings.Contains(p.text, want) && !strings.Contains(p.html, strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(want)) {
			t.Errorf("it does not show %q:\n%s", want, p.text)
		}
	}
	if strings.Contains(p.html, "<b>stamp") {
		t.Error("the reason is not escaped")
	}
	for name, want := range map[string]int{port: 200, receiver: 200, watcher: 200, stranger: 404, manager: 403} {
		if p := w.visit(name).get("/console/exchanges/" + x.ID.String()); p.status != want {
			t.Errorf("%s: %d, want %d", name, p.status, want)
		}
	}
	for _, id := range []string{"x", "00000000-0000-0000-0000-000000000000", url.PathEscape("{" + x.ID.String() + "}")} {
		if p := w.visit(duty).get("/console/exchanges/" + id); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", id, p.status)
		}
	}
}

// The first page of a list follows the record, until the session ends.
func TestShowAnswers(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	accepted, err := w.Accept(t.Context(), exchange.Document{
		Sender: receiver, Bytes: exchangetest.AnswerTo(t, "ATA-1", "R-1", "RE", "no &lt;b&gt;stamp&lt;/b&gt;"), Received: time.Now(),
	})
	must(t, err)
	answer := w.Await(t, accepted.Exchange, exchangetest.Consigned)
	for _, name := range []string{duty, port, receiver} {
		b := w.visit(name)
		p := b.get("/console/exchanges/" + x.ID.String())
		for _, want := range []string{"Answers to it", "rejected", "/console/exchanges/" + answer.ID.String(), "no &lt;b&gt;stamp"} {
			if !strings.Contains(p.html, want) {
				t.Errorf("%s: the page of the carnet has no %q:\n%s", name, want, p.text)
			}
		}
		for query, shown := range map[string]bool{"": true, "&answered=yes": true, "&answered=rejected": true, "&answered=accepted": false, "&answered=no": false} {
			p := b.get("/console/exchanges?kind=ata-carnet" + query)
			if strings.Contains(p.text, "ATA-1") != shown || shown && !strings.Contains(p.html, `<a class="answer" href="/console/exchanges/`+answer.ID.String()+`"><span class="state bad">rejected</span> <code>RE</code>`) {
				t.Errorf("%s: the list%s:\n%s", name, query, p.text)
			}
		}
		if p := b.get("/console/exchanges?answered=maybe"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-answered"`) {
			t.Errorf("%s: an answer that does not exist: %d", name, p.status)
		}
		p = b.get("/console/exchanges/" + answer.ID.String())
		for _, want := range []string{"It answers", "/console/exchanges/" + x.ID.String()} {
			if !strings.Contains(p.html, want) {
				t.Errorf("%s: the page of the answer has no %q:\n%s", name, want, p.text)
			}
		}
	}
}

func TestFollowExchanges(t *testing.T) {
	w := newWorld(t)
	w.accept("ATA-1")
	b := w.visit(duty)
	events := b.follow("/console/exchanges/live?sender=" + port)
	if first := <-events; !strings.Contains(first, "ATA-1") || strings.Contains(first, "<html") {
		t.Fatalf("%s", first)
	}
	w.accept("ATA-2")
	if next := <-events; !strings.Contains(next, "ATA-2") {
		t.Errorf("%s", next)
	}
	w.swapAccess(credentials()[:3]...)
	w.accept("ATA-3")
	for late := range events {
		t.Errorf("after its credential was removed: %s", late)
	}
	if p := w.browser().get("/console/exchanges/live"); p.status != http.StatusSeeOther {
		t.Errorf("without a session: %d", p.status)
	}
}

// Two hundred browsers that follow one page get each of its changes, and a page beside them
// is answered. What all of them see is not read for each of them.
func TestManyFollow(t *testing.T) {
	const browsers, changes = 200, 3
	for _, path := range []string{"/console/exchanges/live", "/console/live"} {
		t.Run(path, func(t *testing.T) {
			var reads atomic.Int32
			w := newWorld(t, func(o *console.Options) { o.Journal = countedJournal{o.Journal, &reads} })
			w.accept("ATA-1")
			first, second := w.visit(duty), w.visit(twin)
			all := make([]<-chan string, browsers)
			for i := range all {
				all[i] = []*browser{first, second}[i%2].follow(path)
			}
			followed(t, first, all)
			reads.Store(0)
			for i := range changes {
				w.accept(fmt.Sprintf("ATA-%d", i+2))
				followed(t, first, all, fmt.Sprintf("ATA-%d", i+2))
			}
			if n := reads.Load(); n < changes || n > browsers/2 {
				t.Errorf("%d reads of the index for %d changes", n, changes)
			}
		})
	}
}

// countedJournal counts how often a list is read.
type countedJournal struct {
	exchange.Journal

	reads *atomic.Int32
}

func (j countedJournal) Exchanges(ctx context.Context, q exchange.Query) ([]exchange.Exchange, int64, error) {
	j.reads.Add(1)
	return j.Journal.Exchanges(ctx, q)
}

// followed waits until each part shows some texts, and a page beside them is answered.
func followed(t *testing.T, beside *browser, all []<-chan string, texts ...string) {
	t.Helper()
	for i, events := range all {
		for {
			part, open := <-events
			if !open {
				t.Fatalf("browser %d: the connection ended before %s", i, texts)
			}
			if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(part, text) }) {
				break
			}
		}
	}
	if p := beside.get("/console/parties"); p.status != http.StatusOK {
		t.Errorf("a page beside them: %d", p.status)
	}
}

// follow returns the parts that a live address sends.
func (b *browser) follow(path string) <-chan string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	must(b.t, err)
	answer, err := b.client.Do(r) //nolint:bodyclose // the reader below closes it
	must(b.t, err)
	if media := answer.Header.Get("Content-Type"); media != "text/event-stream" {
		b.t.Fatalf("%d %s", answer.StatusCode, media)
	}
	parts := make(chan string)
	go func() {
		defer close(parts)
		defer func() { _ = answer.Body.Close() }()
		var part strings.Builder
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			switch data, isData := strings.CutPrefix(lines.Text(), "data: "); {
			case isData:
				part.WriteString(data + "\n")
			case lines.Text() == "" && part.Len() > 0:
				parts <- part.String()
				part.Reset()
			}
		}
	}()
	return parts
}

// A list can be taken away as a file: all pages of it, with the filter and no name of a
// holder, and a last line that says that it is whole.
func TestFilesOfExchanges(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		w.accept(fmt.Sprintf("ATA-%d", i))
	}
	b := w.visit(duty)
	p := b.get("/console/exchanges.csv?kind=ata-carnet")
	checkHeaders(t, p)
	if p.status != http.StatusOK || p.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(p.header.Get("Content-Disposition"), ".csv") {
		t.Fatalf("%d %v", p.status, p.header)
	}
	for _, want := range []string{"# filter: kind=ata-carnet", "exchangeId,acceptedAt", "ATA-0", "ATA-1", "ATA-2", "# end: 3\r\n"} {
		if !strings.Contains(p.html, want) {
			t.Errorf("no %q in\n%s", want, p.html)
		}
	}
	found := b.post("/console/holders", url.Values{"name": {"Pearl Traders"}}).header.Get("Location")
	p = b.get(strings.Replace(found, "/console/exchanges?", "/console/exchanges.ndjson?", 1))
	if p.status != http.StatusOK || strings.Contains(p.html, "Traders") || !strings.Contains(p.html, `"exportedBy":"night shift"`) {
		t.Errorf("%d %s", p.status, p.html)
	}
	if p := b.get("/console/exchanges.csv?party=moon"); p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/exchanges?party=moon" {
		t.Errorf("%d %v", p.status, p.header)
	}
	if p := w.visit(stranger).get("/console/exchanges.csv"); !strings.Contains(p.html, "# end: 0") {
		t.Errorf("a stranger takes %s", p.html)
	}
	if p := b.get("/console/exchanges"); !strings.Contains(p.html, `href="/console/exchanges.csv?"`) {
		t.Errorf("no link to the file:\n%s", p.html)
	}
}

// The name of a holder that people search for is in no address, no page and no log. The
// search keeps the other filters, and is shown without the name.
func TestSearchByHolder(t *testing.T) {
	w := newWorld(t)
	w.accept("ATA-1")
	b := w.visit(duty)
	search := func(back, name string) page {
		return b.post("/console/holders", url.Values{"name": {name}, "back": {back}})
	}
	p := search("/console/exchanges?kind=ata-carnet", "合浦·南珠工艺品 有限公司")
	found := p.header.Get("Location")
	if p.status != http.StatusSeeOther || !strings.HasPrefix(found, "/console/exchanges?holder=") || !strings.HasSuffix(found, "&kind=ata-carnet") {
		t.Fatalf("%d %s", p.status, found)
	}
	p = b.get(found)
	if !strings.Contains(p.text, "ATA-1") || !strings.Contains(p.text, "holder: ●●●") || strings.Contains(p.html, "南珠") || !strings.Contains(p.html, `name="holder" value="`) {
		t.Errorf("%d %s", p.status, p.html)
	}
	other := search("/console/refusals", "Somebody Else").header.Get("Location")
	if p := b.get(other); !strings.HasPrefix(other, "/console/refusals?holder=") || p.status != http.StatusOK || strings.Contains(p.html, "Somebody") {
		t.Errorf("%s: %d %s", other, p.status, p.text)
	}
	if p := b.get(strings.Replace(found, "holder=", "holder=A", 1)); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-holder"`) || strings.Contains(p.html, `name="holder" value=`) {
		t.Errorf("a name that is not sealed: %d %s", p.status, p.html)
	}
	if p := search("/console/exchanges", "-"); p.status != http.StatusBadRequest {
		t.Errorf("a name of nothing: %d", p.status)
	}
	if p := search("https://example.org/", "Golden Durian"); !strings.HasPrefix(p.header.Get("Location"), "/console/exchanges?holder=") {
		t.Errorf("sent to %s", p.header.Get("Location"))
	}
	for _, line := range w.log.All() {
		if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, "南珠") || strings.Contains(text, "Somebody") {
			t.Errorf("the log has the name: %s", text)
		}
	}
}

// An answer that was corrected is apart from the one that counts.
func TestShowCorrectedAnswer(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	for number, code := range map[string]string{"R-1": "RE", "R-2": "AP"} {
		accepted, err := w.Accept(t.Context(), exchange.Document{Sender: receiver, Bytes: exchangetest.AnswerTo(t, "ATA-1", number, code, "see "+number), Received: time.Now()})
		must(t, err)
		w.Await(t, accepted.Exchange, exchangetest.Consigned)
	}
	shown, err := w.Journal.Exchange(t.Context(), x.ID)
	must(t, err)
	p := w.visit(port).get("/console/exchanges/" + x.ID.String())
	_, answers, _ := strings.Cut(p.html, `<section id="answers">`)
	latest, earlier, apart := strings.Cut(answers, "<details><summary>Earlier answers")
	earlier, _, _ = strings.Cut(earlier, "</details>")
	for _, r := range shown.Replies {
		at := map[bool]string{true: earlier, false: latest}[shown.Earlier(r)]
		if !apart || !strings.Contains(at, "/console/exchanges/"+r.Exchange.String()) {
			t.Errorf("%s is not where it should be:\n%s", r.Identity.Number, answers)
		}
	}
	if p := w.visit(port).get("/console/exchanges"); strings.Count(p.html, `class="answer"`) != 1 {
		t.Errorf("the list shows more than the newest answer:\n%s", p.text)
	}
}
