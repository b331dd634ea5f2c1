package journey

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"

	"beibu/cmd/internal/browsertest"
	"beibu/cmd/internal/demo"
)

// views are how people see the console.
var views = []browsertest.View{
	{Width: 1280, Height: 900, Language: "en"},
	{Width: 1280, Height: 900, Language: "zh-CN", Dark: true},
	{Width: 360, Height: 800, Language: "zh-CN"},
	{Width: 360, Height: 800, Language: "en", Dark: true},
}

func nameOf(v browsertest.View) string {
	shade := "light"
	if v.Dark {
		shade = "dark"
	}
	return fmt.Sprintf("%s-%s-%d", v.Language[:2], shade, v.Width)
}

// Every screen keeps the policies of its page, asks nobody else for anything, is as wide
// as the window, and has no barrier that axe-core finds serious, also with its menu and its
// details open.
func TestEveryScreen(t *testing.T) {
	if testing.Short() {
		t.Skip("opens every page of the console in a browser")
	}
	at := startDemo(t)
	b := browsertest.Start(t)
	pages := everyPage(t, at, b)
	for _, v := range views {
		t.Run(nameOf(v), func(t *testing.T) {
			signedIn, stranger := at.signIn(t, b, v, "operator"), b.Tab(t, v)
			stranger.OnlyFrom(at.server)
			for _, page := range pages {
				tab := signedIn
				if page == signInPage {
					tab = stranger
				}
				tab.Open(at.server + page)
				name := pageName(page) + "-" + nameOf(v)
				if got := tab.Complaints(); len(got) > 0 {
					t.Errorf("%s: the browser complains: %s", page, strings.Join(got, "\n"))
				}
				if tab.Overflows() {
					t.Errorf("%s is wider than %d px", page, v.Width)
				}
				tab.Screenshot(name)
				for _, what := range tab.Folded() {
					tab.Unfold(what)
					tab.Screenshot(name + "-with-" + strings.TrimPrefix(what, "#"))
				}
			}
			for _, barrier := range stranger.Barriers(at.server + signInPage) {
				t.Error(barrier)
			}
			for _, page := range pages[1:] {
				for _, barrier := range signedIn.Barriers(at.server + page) {
					t.Error(barrier)
				}
			}
		})
	}
}

// signInPage is the one page of who has not signed in.
const signInPage = "/console/sign-in"

// everyPage returns the address of signInPage, and of each page in the navigation, and of the first page of
// each sort to which one of them leads from its content.
func everyPage(t *testing.T, at *site, b *browsertest.Browser) []string {
	t.Helper()
	tab := at.signIn(t, b, browsertest.View{}, "operator")
	pages := []string{signInPage}
	menu := tab.Links("header nav a")
	if len(menu) < 2 {
		t.Fatalf("the navigation has %q", menu)
	}
	seen := map[string]bool{}
	for _, page := range menu {
		pages = append(pages, pathOf(t, page))
		seen[sortOf(pathOf(t, page))] = true
	}
	for _, page := range menu {
		tab.Open(page)
		for _, link := range tab.Links("main a:not([download])") {
			found := pathOf(t, link)
			if sort := sortOf(found); !seen[sort] && strings.HasPrefix(found, "/console/") {
				seen[sort] = true
				pages = append(pages, found)
			}
		}
	}
	return pages
}

// sortOf returns what the addresses of pages have in common that show one thing each of a
// list.
func sortOf(link string) string {
	address, _, _ := strings.Cut(link, "?")
	parts := strings.Split(address, "/") // such as "", console, exchanges, ID
	if len(parts) > 3 {
		parts[3] = "*"
	}
	return strings.Join(parts, "/")
}

func pathOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}

// pageName is the name of a page in the names of files.
func pageName(page string) string {
	name := strings.Trim(strings.TrimPrefix(strings.SplitN(page, "?", 2)[0], "/console"), "/")
	if dir, last := path.Split(name); len(last) > 30 {
		name = dir + "one"
	}
	if name == "" {
		name = "now"
	}
	return strings.ReplaceAll(name, "/", "-")
}

// A site is the demo's daemon with a day of traffic.
type site struct {
	server string
	keys   string // the folder of the API keys
}

// startDemo starts the demo, which ends with the test.
func startDemo(t *testing.T) *site {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan string, 1)
	ended := make(chan error, 1)
	out := &watched{until: "Ctrl-C", found: ready}
	go func() { ended <- demo.Run(ctx, demo.Options{Keep: true, Out: out}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case said := <-ready:
		_, after, _ := strings.Cut(said, "BEIBU_SERVER=")
		server, _, _ := strings.Cut(after, " ")
		_, after, _ = strings.Cut(said, "BEIBU_KEY_FILE=")
		return &site{server: server, keys: path.Dir(strings.Fields(after)[0])}
	case err := <-ended:
		ended <- nil
		t.Fatalf("the demo ended: %v\n%s", err, out.all.String())
	}
	return nil
}

// signIn returns a tab of a person who has signed in with a key.
func (s *site) signIn(t *testing.T, b *browsertest.Browser, v browsertest.View, who string) *browsertest.Tab {
	t.Helper()
	key, err := os.ReadFile(path.Join(s.keys, who+".key"))
	if err != nil {
		t.Fatal(err)
	}
	tab := b.Tab(t, v)
	tab.OnlyFrom(s.server)
	tab.Open(s.server + "/console/")
	tab.Fill("input[name=key]", strings.TrimSpace(string(key)))
	tab.Follow("form.card button.main")
	return tab
}

// watched keeps what is written, and gives it to found once it has a text.
type watched struct {
	all   strings.Builder
	until string
	found chan<- string
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.all.Write(p)
	if strings.Contains(string(p), w.until) {
		w.found <- w.all.String()
	}
	return n, err
}
