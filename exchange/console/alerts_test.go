package console_test

import (
	"net/http"
	"strings"
	"testing"

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
