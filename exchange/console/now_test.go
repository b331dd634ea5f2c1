package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beibu/exchange"
)

// The first page has a light for each party that needs somebody, what was accepted, and maps on
// which each flow is a line, that of a refusal another. A party sees its own.
func TestNow(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	b := w.visit(duty)
	p := b.get("/console/")
	if p.status != http.StatusOK || strings.Count(p.html, `class="map"`) != 2 || !strings.Contains(p.html, `class="flow good"`) || strings.Contains(p.html, `class="flow bad"`) {
		t.Errorf("%d %s", p.status, p.html)
	}
	if !strings.Contains(p.text, "Beihai → Nanning: 1") || !strings.Contains(p.text, "last 12 hours: 1") || !strings.Contains(p.text, "32 parties") {
		t.Errorf("the text of it: %s", p.text)
	}
	w.record(x.ID, exchange.ContentHandover, exchange.Cause{})
	w.record(x.ID, exchange.ConsignmentRejection, exchange.Cause{Code: "stamp-missing"})
	w.visit(manager).post("/console/parties/gx-forestry/suspend", url.Values{"reason": {"its key was stolen"}})
	p = b.get("/console/")
	if !strings.Contains(p.html, `class="flow bad"`) || !strings.Contains(p.text, "suspended") || !strings.Contains(p.text, "31 parties") || !strings.Contains(p.html, `class="dot held"`) {
		t.Errorf("a refusal and a suspension: %s", p.html)
	}
	if p := w.visit(stranger).get("/console/"); strings.Contains(p.html, `class="flow `) || !strings.Contains(p.text, "1 parties") {
		t.Errorf("a stranger sees the flow of others: %s", p.text)
	}
}
