package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.uber.org/zap"

	"beibu/cmd/internal/browsertest"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
)

// views are how people see the console: in both languages, light and dark, on a phone and
// on a desk.
var views = map[string]browsertest.View{
	"en-light-1280": {}, "zh-dark-1280": {Width: 1280, Height: 900, Language: "zh-CN", Dark: true},
	"en-dark-360": {Width: 360, Height: 800, Dark: true}, "zh-light-360": {Width: 360, Height: 800, Language: "zh-CN"},
}

// aDay returns the address of a daemon with a day of traffic, and the keys of its callers.
func aDay(t *testing.T) (address string, keyOf func(who string) string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := context.Background()
	loaded, err := config.Parse("the demo", []byte(Options{}.configuration(t.TempDir())))
	if err != nil {
		t.Fatal(err)
	}
	d, err := daemon.New(ctx, loaded, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	s := &story{
		out: io.Discard, server: "http://" + d.Public().String(), data: loaded.Data,
		exchanges: make(map[string]string), receipts: make(map[string]string),
	}
	if _, err := s.simulate(ctx); err != nil {
		t.Fatal(err)
	}
	return s.server, func(who string) string { return key(t, s.keyFile(who)) }
}

// signIn signs in with an API key, and comes to a page.
func signIn(tab *browsertest.Tab, address, key, path string) {
	tab.OnlyFrom(address)
	tab.Open(address + path)
	tab.Fill("input[name=key]", key)
	tab.Follow("form.card button")
}

// look fails if a browser complains about the page that it shows, or the page is wider than
// its window, and takes a picture.
func look(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	tab.Screenshot(name)
	if tab.Overflows() {
		t.Errorf("%s is wider than its window", name)
	}
	if found := tab.Complaints(); len(found) > 0 {
		t.Errorf("%s: %q", name, found)
	}
}

// The pages of failures and replays: what an operator sees of a day, in every view.
func TestOperatorsPages(t *testing.T) {
	address, keyOf := aDay(t)
	b := browsertest.Start(t)
	pages := []struct{ name, path string }{
		{"failures", "/console/failures"},
	}
	for view, seen := range views {
		tab := b.Tab(t, seen)
		signIn(tab, address, keyOf("operator"), pages[0].path)
		for _, p := range pages {
			tab.Open(address + p.path)
			look(t, tab, fmt.Sprintf("%s-%s", p.name, view))
		}
		if strings.HasSuffix(view, "1280") {
			for _, p := range pages {
				for _, barrier := range tab.Barriers(address + p.path) {
					t.Error(barrier)
				}
			}
		}
	}
}
