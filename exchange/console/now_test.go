package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beibu/exchange"
)

// What the first page shows follows the record: what was accepted, what fails, and who was
// suspended. A party follows its own part of it, also while others follow all of it.
func TestFollowNow(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	all, own := w.visit(duty).follow("/console/live"), w.visit(stranger).follow("/console/live")
	if part := <-all; !strings.Contains(part, "ATA-1") || !strings.Contains(part, `class="map"`) || strings.Contains(part, "<html") || strings.Contains(part, `class="flow bad"`) {
		t.Fatalf("%s", part)
	}
	if part := <-own; strings.Contains(part, "ATA-1") || strings.Contains(part, `class="flow `) {
		t.Errorf("a stranger sees the flow of others: %s", part)
	}
	w.record(x.ID, exchange.ContentHandover, exchange.Cause{})
	w.record(x.ID, exchange.ConsignmentRejection, exchange.Cause{Code: "stamp-missing"})
	until(t, all, `class="flow bad"`)
	w.visit(manager).post("/console/parties/gx-forestry/suspend", url.Values{"reason": {"its key was stolen"}})
	until(t, all, "suspended")
	w.swapAccess(credentials()[:3]...)
	w.accept("ATA-2")
	for late := range all {
		if strings.Contains(late, "ATA-2") {
			t.Errorf("after its credential was removed: %s", late)
		}
	}
}

// until waits for a part with a text.
func until(t *testing.T, parts <-chan string, text string) {
	t.Helper()
	for part := range parts {
		if strings.Contains(part, text) {
			return
		}
	}
	t.Fatalf("the connection ended before %q", text)
}

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
