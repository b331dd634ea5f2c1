package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
)

// keepRefused has the bytes of refused documents kept for an hour.
func (w *world) keepRefused() {
	w.t.Helper()
	all := w.InForce.Parties.All()
	for i := range all {
		all[i].Refusals.Keep = time.Hour
	}
	parties, err := exchange.NewParties(all)
	must(w.t, err)
	w.InForce.Parties = parties
}

// A refusal whose bytes are kept shows the document, masked for the staff, and is examined
// again by a button; the list is examined, page by page or as a file.
func TestKeptRefusal(t *testing.T) {
	w := newWorld(t)
	w.keepRefused()
	w.submit(thirteen(t))
	_, mail, _ := strings.Cut(string(thirteen(t)), "<cbc:ElectronicMail>")
	mail, _, _ = strings.Cut(mail, "<")
	path := "/console/refusals/" + refusalsIn(w.visit(port).get("/console/refusals"))[0]
	for name, shows := range map[string]bool{duty: false, watcher: false, port: true} {
		b := w.visit(name)
		for _, lang := range []string{"en", "zh-CN"} {
			b.lang = lang
			p := b.get(path)
			checkPage(t, p, lang)
			if p.status != http.StatusOK || strings.Contains(p.html, mail) != shows || !strings.Contains(p.html, `class="document"`) {
				t.Errorf("%s: %d, shows %v\n%s", name, p.status, !shows, p.text)
			}
		}
	}
	b := w.visit(duty)
	if p := b.post(path+"/reading", url.Values{"reason": {"asked by the sender"}}); p.status != http.StatusOK || !strings.Contains(p.html, mail) {
		t.Errorf("for a reason: %d\n%s", p.status, p.text)
	}
	if p := b.post(path+"/document", url.Values{}); p.status != http.StatusBadRequest {
		t.Errorf("without a reason: %d", p.status)
	}
	if p := w.visit(port).post(path+"/document", url.Values{}); p.html != string(thirteen(t)) {
		t.Errorf("the sender downloads %d bytes", len(p.html))
	}
	if p := b.post(path+"/examine", url.Values{}); p.status != http.StatusOK || !strings.Contains(p.text, "would be refused") || !strings.Contains(p.html, "ATA-01") {
		t.Errorf("examined: %d\n%s", p.status, p.text)
	}
	p := b.post("/console/refusals/examine-kept", url.Values{"code": {"ATA-01"}})
	checkPage(t, p, "en")
	if p.status != http.StatusOK || !strings.Contains(p.text, "1 would be refused") || len(refusalsIn(p)) != 1 {
		t.Errorf("the list: %d\n%s", p.status, p.text)
	}
	for as, part := range map[string]string{".csv": ",invalid,refused,invalid,ATA-01,", ".ndjson": `"outcome":"refused","nowCode":"invalid"`} {
		if p := b.post("/console/refusals/examine-kept", url.Values{"as": {as}}); p.status != http.StatusOK || !strings.Contains(p.html, part) {
			t.Errorf("%s: %d\n%s", as, p.status, p.html)
		}
	}
	if p := b.post("/console/refusals/examine-kept", url.Values{"sender": {"moon"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown sender: %d", p.status)
	}
	if p := w.visit(watcher).post(path+"/examine", url.Values{}); p.status != http.StatusForbidden {
		t.Errorf("who may not examine: %d", p.status)
	}
}
