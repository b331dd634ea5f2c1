package journey

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beibu/cmd/internal/browsertest"
	"beibu/testdata"
)

// look fails if a browser complains about the page that it shows, or the page is wider than
// its window, and takes a picture.
func look(t *testing.T, tab *browsertest.Tab, name string, v browsertest.View) {
	t.Helper()
	tab.Screenshot(name + "-" + nameOf(v))
	if tab.Overflows() {
		t.Errorf("%s is wider than %d px", name, v.Width)
	}
	if found := tab.Complaints(); len(found) > 0 {
		t.Errorf("%s: %q", name, found)
	}
}

// An operator comes from a failure to a plan, requests a run without a reason, then with
// one, and is no approver of it. Another person approves it, and the page of the first follows
// what becomes of it. Pages are read without scripts, too.
func TestReplayByHand(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	at := startDemo(t)
	b := browsertest.Start(t)
	approved := false
	for _, v := range views {
		v.NoScript = approved && v.Width == 1280
		tab := at.signIn(t, b, v, "operator")
		tab.Open(at.server + "/console/failures")
		if !approved {
			tab.Follow("td a.button")
			look(t, tab, "plan", v)
			tab.Fill("textarea[name=reason]", " ")
			tab.Follow("form.card button.main")
			tab.Screenshot("plan-mistake-" + nameOf(v))
			_ = tab.Complaints() // that the answer was 422
			tab.Fill("textarea[name=reason]", "the receiver has mended its schema")
			tab.Follow("form.card button.main")
			look(t, tab, "run-requested", v)
			tab.Fill("textarea[name=reason]", "typed before the page followed")
			approve(t, at, b, v, tab.Address())
			approved = true
			tab.Wait("main .problem")         // the receiver refuses again, and the page that is open shows it
			tab.Wait("#decision button.main") // to resume it
			look(t, tab, "run-stopped", v)
			tab.Follow("#decision button.danger") // with what was typed
			if said := tab.Text("main"); !strings.Contains(said, "typed before the page followed") {
				t.Errorf("what was typed is lost: %s", said)
			}
		}
		for _, path := range []string{"/console/replays/new?receivers=window-vn", "/console/approvals", "/console/runs"} {
			tab.Open(at.server + path)
			look(t, tab, pageName(path), v)
		}
		tab.Follow("main table a")
		look(t, tab, "run", v)
	}
}

// approve approves a run as another person.
func approve(t *testing.T, at *site, b *browsertest.Browser, v browsertest.View, run string) {
	t.Helper()
	tab := at.signIn(t, b, v, "approver")
	tab.Open(run)
	look(t, tab, "run-to-approve", v)
	tab.Fill("textarea[name=reason]", "checked with the receiver")
	tab.Follow("form.card button.main")
	look(t, tab, "run-approved", v)
	if said := tab.Text("main"); !strings.Contains(said, "checked with the receiver") {
		t.Errorf("the page does not show the approval: %s", said)
	}
}

// A refusal shows its faults, and its document is examined again from its page.
func TestRefusalByHand(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	at := startDemo(t)
	b := browsertest.Start(t)
	sample, err := testdata.Find("ata-carnet", "ata-01-thirteen-months")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "carnet.xml")
	if err := os.WriteFile(file, sample.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, v := range views {
		v.NoScript = v.Width == 1280
		tab := at.signIn(t, b, v, "operator")
		for _, path := range []string{"/console/refusals/examine", "/console/refusals?code=ATA-01"} {
			tab.Open(at.server + path)
			look(t, tab, pageName(path), v)
		}
		tab.Follow("main table a")
		look(t, tab, "refusal", v)
		tab.Choose("input[type=file]", file)
		tab.Follow("form.card button.main")
		look(t, tab, "examined", v)
		if said := tab.Text(".problem"); !strings.Contains(said, "ATA-01") {
			t.Errorf("the rule that refuses it is not shown: %s", said)
		}
		for _, path := range []string{"/console/refusals", "/console/refusals/examine"} {
			if v.NoScript {
				break // the judge is a script
			}
			for _, barrier := range tab.Barriers(at.server + path) {
				t.Error(barrier)
			}
		}
	}
}
