package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"beibu/exchange"
)

var viewLink = regexp.MustCompile(`<a href="(/console/views/[0-9a-f-]+)"([^>]*)>([^<]*)</a>`)

// viewsOn returns the views that a page shows, by name: the address of each, and whether it
// is the one whose filter the page has.
func viewsOn(p page) (all map[string]string, current string) {
	all = make(map[string]string)
	for _, link := range viewLink.FindAllStringSubmatch(p.html, -1) {
		name := html.UnescapeString(link[3])
		all[name] = link[1]
		if strings.Contains(link[2], "aria-current") {
			current = name
		}
	}
	return all, current
}

// saveAs saves the filter of a page under a name, as its form does, and returns the answer.
func (b *browser) saveAs(p page, name, shared string) page {
	b.t.Helper()
	hidden := func(field string) string {
		found := regexp.MustCompile(`name="` + field + `" value="([^"]*)"`).FindStringSubmatch(p.html[strings.Index(p.html, `action="/console/views"`):])
		return html.UnescapeString(found[1])
	}
	return b.post("/console/views", url.Values{"list": {hidden("list")}, "filter": {hidden("filter")}, "name": {name}, "shared": {shared}})
}

// The filter of each list can be saved under a name, opened, renamed and deleted. The view
// has all of the filter, and nothing of the page.
func TestSavedViews(t *testing.T) {
	w := newWorld(t)
	w.accept("ATA-1")
	b := w.visit(duty)
	sealed := b.post("/console/holders", url.Values{"name": {"Golden Durian"}, "back": {"/console/exchanges?kind=ata-carnet&since=2026-11-20T08:00"}}).header.Get("Location")
	for _, filter := range []string{
		sealed, "/console/exchanges?failing=true&cursor=9", "/console/refusals?way=topic&sender=" + port,
		"/console/failures?by=sender&receiver=" + receiver, "/console/audit?subject=party&id=" + port, "/console/runs?status=paused",
	} {
		path, _, _ := strings.Cut(filter, "?")
		saved := b.saveAs(b.get(filter), "mine & ours", "")
		opened := saved.header.Get("Location")
		if saved.status != http.StatusSeeOther || !strings.HasPrefix(opened, path+"?") || strings.Contains(opened, "cursor") {
			t.Errorf("%s: %d %s %s", filter, saved.status, opened, saved.text)
			continue
		}
		all, current := viewsOn(b.get(opened))
		if current != "mine & ours" {
			t.Errorf("%s: the views are %v, and that of the page %q", opened, all, current)
			continue
		}
		link := all[current]
		if p := b.get(link); p.header.Get("Location") != opened {
			t.Errorf("%s leads to %s, want %s", link, p.header.Get("Location"), opened)
		}
		if p := b.post(link+"/name", url.Values{"name": {"better"}, "back": {opened}}); p.header.Get("Location") != opened {
			t.Errorf("renamed: %d %s", p.status, p.text)
		}
		if _, current := viewsOn(b.get(opened)); current != "better" {
			t.Errorf("it is called %q", current)
		}
		b.post(link+"/delete", url.Values{"back": {opened}})
		if all, _ := viewsOn(b.get(opened)); len(all) != 0 {
			t.Errorf("left are %v", all)
		}
	}
}

// What somebody shares is seen by those with whom it is shared, and by no party. Others
// have no form to change it.
func TestSharedViews(t *testing.T) {
	w := newWorld(t)
	b := w.visit(duty)
	list := "/console/exchanges?kind=ata-carnet"
	b.saveAs(b.get(list), "for all", "staff")
	b.saveAs(b.get("/console/exchanges?kind=response"), "for operators", "operator")
	for as, want := range map[string]string{watcher: "for all", port: "", duty: "for all"} {
		p := w.visit(as).get(list)
		all, current := viewsOn(p)
		if current != want || as == watcher && len(all) != 1 || strings.Contains(p.html, "/delete") != (as == duty) {
			t.Errorf("%s sees %v, that of the page is %q", as, all, current)
		}
		if strings.Contains(p.html, `name="shared"`) { // the one form that there is has a view already
			t.Errorf("%s saves the view again: %s", as, p.html)
		}
	}
	visitor := w.visit(port)
	if p := visitor.get("/console/exchanges?kind=response"); strings.Contains(p.html, `name="shared"`) || !strings.Contains(p.html, `action="/console/views"`) {
		t.Error("a party can share views, or have none")
	}
	if p := visitor.saveAs(visitor.get("/console/exchanges?kind=response"), "for all", "staff"); p.status != http.StatusForbidden {
		t.Errorf("a party shares a view: %d", p.status)
	}
	if p := b.saveAs(b.get("/console/exchanges?state=ContentHandover"), "for all", ""); p.status != http.StatusConflict || !strings.Contains(p.text, "view-exists") {
		t.Errorf("two of one name: %d %s", p.status, p.text)
	}
	if p := b.post("/console/views", url.Values{"list": {"exchanges"}, "filter": {"kind=letter"}, "name": {"x"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a filter that cannot be: %d", p.status)
	}
}

// A view whose filter names what is there no more says so, and leads to the field.
func TestViewThatIsNoMore(t *testing.T) {
	w := newWorld(t)
	b := w.visit(duty)
	opened := b.saveAs(b.get("/console/exchanges?party="+stranger), "ocean", "").header.Get("Location")
	all, _ := viewsOn(b.get(opened))
	parties := w.InForce.Parties.All()
	for i := range parties {
		if parties[i].ID == stranger {
			parties[i].ID = "renamed"
		}
	}
	changed := *w.InForce
	var err error
	changed.Parties, err = exchange.NewParties(parties)
	must(t, err)
	w.InForce = &changed
	w.swapAccess(credentials()...)
	p := b.get(b.get(all["ocean"]).header.Get("Location"))
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text, "does not take the filter of this view any more") || !strings.Contains(p.html, `id="mistake-party"`) || !strings.Contains(p.html, "/delete") {
		t.Errorf("%d %s", p.status, p.text)
	}
}
