package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
)

// holder is personal data in the document of [world.accept].
const holder = "合浦南珠工艺品有限公司"

// disclosed returns the events about personal data that the audit has.
func (w *world) disclosed() []exchange.Event {
	w.t.Helper()
	events, _, err := w.Journal.Audit(w.t.Context(), exchange.AuditQuery{Limit: 100})
	must(w.t, err)
	var all []exchange.Event
	for _, e := range events {
		if e.Disclosure != nil {
			all = append(all, e)
		}
	}
	return all
}

// The document is on the page of its exchange: in full for the parties to it, with personal
// data masked for the staff, who see it once, after their reason is in the record.
func TestDocumentForReading(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	w.Await(t, x, exchangetest.Consigned)
	path := "/console/exchanges/" + x.ID.String()
	if p := w.visit(port).get(path); !strings.Contains(p.text, holder) || strings.Contains(p.html, `name="reason"`) {
		t.Errorf("the sender does not read its own document, or is asked why:\n%s", p.html)
	}
	if p := w.visit(watcher).get(path); strings.Contains(p.text, holder) || !strings.Contains(p.text, "***") || strings.Contains(p.html, `id="unmask"`) {
		t.Errorf("an observer reads personal data, or is offered it:\n%s", p.html)
	}
	b := w.visit(duty)
	if p := b.get(path); strings.Contains(p.text, holder) || !strings.Contains(p.html, `name="reason"`) || !strings.Contains(p.html, `name="field" value="/GoodsItemPassport/`) {
		t.Errorf("personal data is shown unasked, or cannot be asked for:\n%s", p.html)
	}
	for _, reason := range []string{"", " ", strings.Repeat("x", 257)} {
		p := b.post(path+"/reading", url.Values{"reason": {reason}})
		if p.status != http.StatusBadRequest || strings.Contains(p.text, holder) || !strings.Contains(p.text, "reason-required") || !strings.Contains(p.html, `value="`+reason) {
			t.Errorf("reason %q: %d %s", reason, p.status, p.text)
		}
	}
	if got := w.disclosed(); len(got) != 0 {
		t.Fatalf("recorded before anything was shown: %+v", got)
	}
	p := b.post(path+"/reading", url.Values{"reason": {"call of the holder"}})
	if p.status != http.StatusOK || !strings.Contains(p.text, holder) {
		t.Errorf("%d: the personal data is not shown:\n%s", p.status, p.text)
	}
	if got := w.disclosed(); len(got) != 1 || got[0].Cause.Actor != duty || got[0].Cause.Reason != "call of the holder" || got[0].Disclosure.Exchange != x.ID {
		t.Errorf("recorded: %+v", got)
	}
	if p := b.get(path); strings.Contains(p.text, holder) {
		t.Error("it is shown a second time without a reason")
	}
	if p := b.post(path+"/reading", url.Values{"reason": {"why"}, "field": {"/nothing"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text, "unknown-field") {
		t.Errorf("a field that is not masked: %d %s", p.status, p.text)
	}
}

// Files are for who may read the personal data in them, and what cannot be recorded is not
// given away.
func TestDownloads(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	path := "/console/exchanges/" + x.ID.String()
	for _, what := range []string{"/document", "/envelope"} {
		if p := w.visit(port).post(path+what, url.Values{}); p.status != http.StatusOK || p.header.Get("Content-Type") != "application/xml" || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s for the sender: %d %v", what, p.status, p.header)
		}
		if p := w.visit(stranger).post(path+what, url.Values{}); p.status != http.StatusNotFound {
			t.Errorf("%s for a stranger: %d", what, p.status)
		}
		if p := w.visit(watcher).post(path+what, url.Values{"reason": {"why"}}); p.status != http.StatusForbidden {
			t.Errorf("%s for an observer: %d", what, p.status)
		}
		b := w.visit(duty)
		if p := b.post(path+what, url.Values{}); p.status != http.StatusBadRequest || strings.Contains(p.html, holder) {
			t.Errorf("%s without a reason: %d", what, p.status)
		}
		before := len(w.disclosed())
		if p := b.post(path+what, url.Values{"reason": {"asked by the court"}}); p.status != http.StatusOK || len(w.disclosed()) != before+1 {
			t.Errorf("%s with a reason: %d, and it is not recorded", what, p.status)
		}
	}
	if p := w.visit(watcher).get(path + "/receipt"); p.status != http.StatusOK || strings.Count(p.html, ".") != 2 {
		t.Errorf("the receipt: %d %s", p.status, p.html)
	}
}
