package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"beibu/exchange"
)

// The audit begins with the newest events, and pages to the older ones.
func TestPagesOfAudit(t *testing.T) {
	w := newWorld(t)
	for i := range exchange.DefaultPage {
		w.visit(manager).post("/console/parties/"+receiver+"/"+[]string{"suspend", "resume"}[i%2], url.Values{"reason": {fmt.Sprintf("reason %d.", i)}})
	}
	b := w.visit(auditor)
	w.visit(manager).post("/console/parties/"+receiver+"/suspend", url.Values{"reason": {"the last"}})
	p := b.get("/console/audit?subject=party")
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(p.html)
	if next == nil || !strings.Contains(p.text, "the last") || strings.Contains(p.text, "reason 0.") {
		t.Fatalf("the first page: %s", p.html)
	}
	p = b.get(strings.ReplaceAll(next[1], "&amp;", "&"))
	if strings.Contains(p.html, `rel="next"`) || !strings.Contains(p.text, "reason 0.") || strings.Contains(p.text, "reason 1.") || !strings.Contains(p.html, `href="/console/audit?subject=party"`) {
		t.Errorf("the last page: %s", p.html)
	}
}

// The audit is for those who may read it, with its filters, and as a file.
func TestAudit(t *testing.T) {
	w := newWorld(t)
	w.visit(manager).post("/console/parties/"+receiver+"/suspend", url.Values{"reason": {"its key was stolen"}})
	b := w.visit(auditor)
	if p := b.get("/console/audit?subject=party"); p.status != http.StatusOK || !strings.Contains(p.text, "its key was stolen") || !strings.Contains(p.text, manager) || strings.Contains(p.text, "signed in") {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := b.get("/console/audit"); !strings.Contains(p.text, "signed in") {
		t.Errorf("all of it: %s", p.text)
	}
	if p := b.get("/console/audit?subject=party&id=" + stranger); p.status != http.StatusOK || strings.Contains(p.text, "stolen") {
		t.Errorf("another party: %d %s", p.status, p.text)
	}
	for name, query := range map[string]string{"subject": "subject=exchange", "id": "subject=party&id=nobody", "since": "since=yesterday"} {
		if p := b.get("/console/audit?" + query); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-`+name) {
			t.Errorf("%s: %d %s", query, p.status, p.text)
		}
	}
	for _, form := range []string{"csv", "ndjson"} {
		if p := b.get("/console/audit." + form + "?subject=party"); p.status != http.StatusOK || !strings.Contains(p.html, "stolen") || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %s", form, p.status, p.html)
		}
	}
	w.visit(manager).post("/console/parties/"+receiver+"/resume", url.Values{"reason": {"it has another key"}})
	if p := b.get("/console/audit?subject=party"); strings.Index(p.text, "resumed a party") > strings.Index(p.text, "suspended a party") {
		t.Errorf("the newest is not first: %s", p.text)
	}
	if p := w.visit(watcher).get("/console/audit"); p.status != http.StatusForbidden || strings.Contains(p.html, `href="/console/audit"`) {
		t.Errorf("an observer: %d", p.status)
	}
	if p := w.visit(port).get("/console/self"); !strings.Contains(p.html, `title="`+port+`"`) || !strings.Contains(p.text, "submit document") {
		t.Errorf("who a party is: %s", p.text)
	}
}
