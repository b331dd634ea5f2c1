package journey

import (
	"strings"
	"testing"

	"beibu/cmd/internal/browsertest"
)

// On a phone the navigation is a menu, which the pointer and the keyboard open, with scripts
// and without. The first page is read without scripts, too.
func TestMenuOfPhone(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	at := startDemo(t)
	b := browsertest.Start(t)
	for _, v := range views[2:] {
		v.NoScript = !v.Dark
		tab := at.signIn(t, b, v, "operator")
		tab.Open(at.server + "/console/")
		name := "Viet Nam"
		if v.Language == "zh-CN" {
			name = "越南国家单一窗口"
		}
		if said := tab.Text("main"); !strings.Contains(said, name) {
			t.Errorf("the first page cannot be read: %s", said)
		}
		if v.Dark {
			tab.Press("header .menu", "\r")
		} else {
			tab.Click("header .menu")
		}
		tab.Wait("header nav a[href='/console/diagnostics']")
		look(t, tab, "menu", v)
		tab.Follow("header nav a[href='/console/failures']")
		if !strings.HasSuffix(tab.Address(), "/console/failures") {
			t.Errorf("the menu leads to %s", tab.Address())
		}
	}
}

// The first page follows the record in a browser: what is accepted while it is open appears
// on it.
func TestFirstPageFollows(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	at := startDemo(t)
	tab := at.signIn(t, browsertest.Start(t), views[0], "operator")
	tab.Open(at.server + "/console/")
	newest := tab.Links("main section:last-of-type tbody a[href*='/console/exchanges/']")[0]
	tab.Until("document.querySelector(\"main section:last-of-type tbody a[href*='/console/exchanges/']\").href != '" + newest + "'")
	look(t, tab, "now-later", views[0])
}
