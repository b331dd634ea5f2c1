package console_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"beibu/exchange/access"
	"beibu/exchange/console"
	"beibu/exchange/operator/alert"
)

// Every alert leads to a page that its caller may see. That of a run needs the run.
func TestAlertsLeadSomewhere(t *testing.T) {
	w := newWorld(t)
	b := w.visit(duty)
	staff := access.Principal{Name: duty, Grants: access.Everywhere(access.StaffRoles)}
	for _, code := range alert.Codes() {
		page := console.AlertPage(staff, alert.Alert{Code: code, About: receiver})
		if code == alert.CertificateEnding && console.AlertPage(staff, alert.Alert{Code: code, About: receiver, Parties: []string{receiver}}) == page {
			t.Error("a certificate of a party leads to the same page as one of the exchange")
		}
		want := http.StatusOK
		if strings.HasPrefix(page, "/console/runs/") {
			want = http.StatusNotFound
		}
		if page == "" {
			t.Errorf("%s leads nowhere", code)
			continue
		}
		if p := b.get(page); p.status != want {
			t.Errorf("%s: %s is answered %d", code, page, p.status)
		}
		if page := console.AlertPage(access.Principal{}, alert.Alert{Code: code, About: receiver}); page != "" {
			t.Errorf("%s leads a stranger to %s", code, page)
		}
	}
}

// firing is an index in which some alerts are firing.
type firing struct {
	alert.Index

	all []alert.Alert
}

func (f firing) FiringAlerts(context.Context) ([]alert.Alert, error) {
	return append([]alert.Alert(nil), f.all...), nil
}

// everyAlert returns an alert of each code.
func everyAlert() []alert.Alert {
	since := time.Date(2026, 11, 30, 7, 4, 0, 0, time.UTC)
	all := make([]alert.Alert, 0, len(alert.Codes()))
	for _, code := range alert.Codes() {
		a := alert.Alert{Code: code, About: receiver, Parties: []string{receiver}, Since: since, FiredAt: since, Until: since, Count: 7, Cause: "http-500"}
		switch code { //nolint:exhaustive // the others are about parties
		case alert.CertificateEnding:
			a.About = "signature/" + receiver + "/7"
		case alert.RunStopped, alert.RunAwaitingApproval:
			a.About = "0190a1b2-7c3d"
		case alert.BreakGlassInUse:
			a.About, a.Parties = emergency, nil
		}
		all = append(all, a)
	}
	return all
}

// alertItems are the alerts of a list in a page.
var alertItems = regexp.MustCompile(`(?s)<li><span class="state (?:bad|held)">[a-z-]+</span> <time [^>]*>[^<]*</time> (.*?)</li>`)

// In the console an alert names parties, has times as all other pages have them, and says
// what to do there, with a link to the page: no command, no UTC and no id to read.
func TestAlertsSayWhatToDoHere(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Alerts = firing{all: everyAlert()} })
	for lang, words := range map[string]struct{ name, link string }{
		"en": {"Guangxi Trade Promotion Association", ` shows `}, "zh": {"中国国际贸易促进委员会广西分会", `在<a href="/console/`},
	} {
		b := w.visit(duty)
		b.lang = lang
		p := b.get("/console/diagnostics")
		items := alertItems.FindAllStringSubmatch(p.html, -1)
		if len(items) != len(alert.Codes()) {
			t.Fatalf("%s: %d alerts of %d: %s", lang, len(items), len(alert.Codes()), p.html)
		}
		for i, code := range alert.Codes() {
			html := items[i][1]
			text := tags.ReplaceAllString(html, "")
			for _, wrong := range []string{"beibuctl", "UTC", receiver, "0190a1b2", "07:04"} {
				if strings.Contains(text, wrong) {
					t.Errorf("%s, %s: %q in %q", code, lang, wrong, text)
				}
			}
			if strings.Count(html, "<a href=") != 1 || !strings.Contains(html, words.link) {
				t.Errorf("%s, %s: no link to where to act: %s", code, lang, html)
			}
			if strings.Contains(html, "datetime=") && !strings.Contains(text, "2026-11-30 15:04:00") {
				t.Errorf("%s, %s: the time is not that of the ports: %s", code, lang, text)
			}
		}
		if lang == "zh" && !strings.Contains(tags.ReplaceAllString(p.html, ""), "两小时内向中国国际贸易促进委员会广西分会的 7 笔交付") {
			t.Errorf("spaces around the name: %s", p.text)
		}
		if !strings.Contains(p.text, words.name) {
			t.Errorf("%s: the party has no name: %s", lang, p.text)
		}
	}
}

// On the page to which an alert leads, it says so; who may not see the page that shows more
// is not sent there.
func TestAlertsOnTheirOwnPage(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Alerts = firing{all: everyAlert()} })
	p := w.visit(duty).get("/console/parties/" + receiver)
	if !strings.Contains(p.text, "this page shows the cause; test the address") || strings.Contains(p.html, `<a href="/console/parties/`+receiver+`">the page of the party</a>`) {
		t.Errorf("%s", p.text)
	}
	p = w.visit(watcher).get("/console/diagnostics")
	if !strings.Contains(p.text, "find out who used it and why") || strings.Contains(p.text, "the audit of the account") {
		t.Errorf("%s", p.text)
	}
}
