package journey

import (
	"strings"
	"testing"

	"beibu/cmd/internal/browsertest"
	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/testdata"
)

// failed is how many documents one receiver refuses after a change of its schema.
const failed = 300

// An operator finds why many documents failed, sees one cause, has it mended, plans a
// replay, may not approve it alone, and follows it to its end: each was taken, none twice.
func TestReplayFromFailureToEnd(t *testing.T) {
	if !testdata.Long() {
		t.Skip("SKIPPED: starts Keycloak and a browser; set BEIBU_LONG=1")
	}
	b := browsertest.Start(t)
	o := newOffice(t)
	o.send(t, failed)
	o.awaitFailures(t, failed)

	li := o.signInByKeycloak(t, b, "li.na")
	li.Follow(`header nav a[href="/console/failures"]`)
	contains(t, li, cause, "300", "Viet Nam National Single Window")
	li.Screenshot("journey-1-failures")
	li.Follow("table.piles a.button")
	contains(t, li, "300 failed deliveries match", "300 would be sent again", "another country")
	li.Screenshot("journey-2-plan")
	o.receiver.mend()
	li.Fill("#field-reason", "the receiver has mended its schema")
	li.Follow(`main form[method="post"] button.main`)
	contains(t, li, "You requested this run")
	li.Screenshot("journey-3-own-run")
	run := li.Address()
	digest := li.Text("dl code")

	// The button is not there. A form written by hand is refused.
	li.Post(run[len(o.server):]+"/approve", map[string]string{"digest": digest, "reason": "it is urgent"})
	contains(t, li, "own-run")
	li.Open(run)

	wei := o.signInByKeycloak(t, b, "wei.min")
	wei.Follow(`header nav a[href="/console/approvals"]`)
	contains(t, wei, "li.na", "the receiver has mended its schema")
	wei.Follow("main table a.button")
	wei.Fill("#field-reason", "confirmed by telephone")
	wei.Screenshot("journey-4-approval")
	wei.Follow("#decision button.main")
	contains(t, wei, "wei.min")

	// The page of the operator follows by itself.
	li.Until(`document.querySelector("p.big b").textContent === "300"`)
	li.Until(`document.querySelector("p .state.good") !== null`)
	li.Until(`document.querySelector("#decision") === null`)
	li.Screenshot("journey-5-finished")
	o.receiver.check(t, failed)
	for _, tab := range []*browsertest.Tab{li, wei} {
		for _, complaint := range tab.Complaints() {
			if !strings.Contains(complaint, "403") { // of the form that was refused
				t.Error(complaint)
			}
		}
	}
	runs, err := client.Get[httpapi.RunPage](t.Context(), o.as(t, "operator"), "/v1/runs", nil)
	if err != nil || len(runs.Runs) != 1 || runs.Runs[0].Status != replay.Finished || runs.Runs[0].Counts.Acknowledged != failed {
		t.Errorf("%+v, %v", runs, err)
	}
	readWithoutScript(t, b, o, run)
}

// readWithoutScript reads the same pages in a browser that runs no scripts.
func readWithoutScript(t *testing.T, b *browsertest.Browser, o *office, run string) {
	t.Helper()
	tab := o.signIn(t, b, browsertest.View{NoScript: true}, "operator")
	tab.Open(run)
	contains(t, tab, "300 / 300", "wei.min", "li.na")
	tab.Follow(`header nav a[href="/console/failures"]`)
	contains(t, tab, "There is nothing")
	tab.Follow(`header nav a[href="/console/exchanges"]`)
	tab.Fill("#field-party", "window-vn")
	tab.Follow("main form button.main")
	contains(t, tab, "Beihai Customs", "Next page")
	if got := tab.Address(); !strings.Contains(got, "party=window-vn") {
		t.Errorf("the filter is not in the address: %s", got)
	}
}

// contains fails unless the content of the page has all texts.
func contains(t *testing.T, tab *browsertest.Tab, texts ...string) {
	t.Helper()
	got := strings.Join(strings.Fields(tab.Text("main")), " ")
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("%s does not show %q:\n%.3000s", tab.Address(), text, got)
		}
	}
}
