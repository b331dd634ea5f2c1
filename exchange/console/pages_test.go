package console_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/console"
)

// everyone is who may look at a page.
var everyone = []string{port, receiver, stranger, duty, watcher, approver, manager, officer, auditor}

// policy is the policy that every answer has, word for word.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"

// checkHeaders fails unless an answer has the headers that every answer has.
func checkHeaders(t *testing.T, p page) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

var (
	unclosed = regexp.MustCompile(`\{\{|\}\}|ZgotmplZ|<no value>|%!`)
	inline   = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(>|[^>]*[^c]>)|javascript:`)
)

// Every page is rendered in both languages for everybody: without an error that only shows
// when a template is executed, without a text of the other language, and without anything
// that the policy refuses.
func TestEveryPage(t *testing.T) {
	w := newWorld(t)
	x := w.accept("ATA-1")
	w.record(x.ID, exchange.ContentHandover, exchange.Cause{})
	w.record(x.ID, exchange.ConsignmentRejection, exchange.Cause{Code: "stamp-missing", Reason: "no stamp"})
	for _, name := range everyone {
		b := w.visit(name)
		for _, pattern := range console.Pages() {
			path := strings.NewReplacer("{$}", "", "parties/{id}", "parties/"+receiver, "{kind}", "ata-carnet", "{id}", x.ID.String()).Replace(pattern)
			for _, lang := range []string{"en", "zh-CN"} {
				b.lang = lang
				t.Run(name+" "+lang+" "+path, func(t *testing.T) {
					p := b.get(path)
					checkHeaders(t, p)
					checkPage(t, p, lang)
				})
			}
		}
	}
}

func checkPage(t *testing.T, p page, lang string) {
	t.Helper()
	if !slices.Contains([]int{http.StatusOK, http.StatusForbidden, http.StatusNotFound, http.StatusSeeOther}, p.status) {
		t.Errorf("status %d: %s", p.status, p.text)
	}
	if p.status == http.StatusSeeOther {
		return
	}
	if !strings.Contains(p.html, `<html lang="`+lang+`">`) || !strings.HasSuffix(strings.TrimSpace(p.html), "</html>") {
		t.Errorf("no whole page in %s:\n%s", lang, p.html)
	}
	if found := unclosed.FindString(p.html); found != "" {
		t.Errorf("%q is in the page", found)
	}
	if found := inline.FindString(strings.ReplaceAll(p.html, "defer>", "src>")); found != "" {
		t.Errorf("%q is in the page: the policy refuses it", found)
	}
}

// A page that a role may not see is refused, and no link leads to it.
func TestMenuShowsWhatIsAllowed(t *testing.T) {
	w := newWorld(t)
	if p := w.visit(duty).get("/console/"); !strings.Contains(p.html, `href="/console/exchanges"`) {
		t.Errorf("no link to the exchanges:\n%s", p.html)
	}
	desk := w.visit(manager)
	if p := desk.get("/console/"); p.status != http.StatusOK || strings.Contains(p.html, `href="/console/exchanges"`) {
		t.Errorf("%d: a party manager is shown the exchanges:\n%s", p.status, p.html)
	}
	p := desk.get("/console/exchanges")
	if p.status != http.StatusForbidden || !strings.Contains(p.text, "forbidden") || !strings.Contains(p.text, "party-manager") {
		t.Errorf("%d %s", p.status, p.text)
	}
}

// Other addresses are of the API, and browsers that ask for / find the console.
func TestOver(t *testing.T) {
	b := newWorld(t).browser()
	for path, want := range map[string]int{"/": http.StatusSeeOther, "/console": http.StatusSeeOther, "/v1/exchanges": http.StatusTeapot, "/console/nothing": http.StatusNotFound} {
		if p := b.get(path); p.status != want {
			t.Errorf("%s: %d, want %d", path, p.status, want)
		}
	}
	b.header.Set("Accept", "application/json")
	if p := b.get("/"); p.status != http.StatusTeapot {
		t.Errorf("a program that asks for /: %d", p.status)
	}
}

func TestStaticFiles(t *testing.T) {
	b := newWorld(t).browser()
	addresses := regexp.MustCompile(`/console/static/[^"]+`).FindAllString(b.get("/console/sign-in").html, -1)
	if len(addresses) != 5 {
		t.Fatalf("%q", addresses)
	}
	for _, address := range addresses {
		p := b.get(address)
		if p.status != http.StatusOK || !strings.Contains(p.header.Get("Cache-Control"), "immutable") || p.header.Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", address, p.status, p.header)
		}
		name, _, _ := strings.Cut(address, "?")
		if p := b.get(name + "?v=other"); p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s of another version is kept: %v", name, p.header)
		}
	}
	if p := b.get("/console/static/nothing.js"); p.status != http.StatusNotFound {
		t.Errorf("a file that is not there: %d", p.status)
	}
}
