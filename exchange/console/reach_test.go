package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
)

var (
	links = regexp.MustCompile(`<a [^>]*href="(/console/[^"#]*)`)
	posts = regexp.MustCompile(`<form [^>]*method="post" action="([^"]*)"|<button [^>]*formaction="([^"]*)"`)
)

// ours returns the matches of a page, without those that everybody has and that end the
// session or change the language.
func ours(of *regexp.Regexp, p page) []string {
	var all []string
	for _, m := range of.FindAllStringSubmatch(p.html, -1) {
		address := html.UnescapeString(m[len(m)-1] + m[1])
		if of == links {
			address = html.UnescapeString(m[1])
		}
		if !strings.Contains(address, "/sign-") && !strings.HasSuffix(address, "/language") && !strings.Contains(address, "/static/") {
			all = append(all, address)
		}
	}
	return all
}

// walk follows every link from the first page, and calls see with each page.
func (b *browser) walk(see func(path string, p page)) {
	b.t.Helper()
	const most = 400
	seen, queue := map[string]bool{}, []string{"/console/", "/console/self"}
	for len(queue) > 0 && len(seen) < most {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		p := b.get(path)
		see(path, p)
		queue = append(queue, ours(links, p)...)
	}
	if len(seen) >= most {
		b.t.Errorf("more than %d pages", most)
	}
}

// granted returns a credential whose API key is its name.
func (w *world) granted(name, party string, grants map[access.Role]access.Limits) access.Credential {
	w.t.Helper()
	digest := sha256.Sum256([]byte(name))
	one := access.Credential{Name: name, Party: party, KeySHA256: hex.EncodeToString(digest[:])}
	for roles, limits := range grants {
		scope, err := access.NewScope(limits, w.InForce.Parties, []string{"ata-carnet", "sps-certificate"})
		must(w.t, err)
		one.Grants = append(one.Grants, access.Grant{Roles: roles, Scope: scope})
	}
	return one
}

// branded puts parties in force whose private data can be found in pages.
func (w *world) branded() {
	w.t.Helper()
	all := w.current.Load().Parties.All()
	for i := range all {
		all[i].Push.URL = "https://canary." + all[i].ID + ".example/"
		all[i].Deliver.Topic = "canary." + all[i].ID + ".topic"
		all[i].Quota.Documents = 987654
	}
	parties, err := exchange.NewParties(all)
	must(w.t, err)
	now, inForce := *w.current.Load(), *w.current.Load().InForce
	inForce.Parties = parties
	now.InForce = &inForce
	w.current.Store(&now)
}

// Whoever walks through the console by its links is never refused: what a caller may not
// read or do is in no page. And no page shows the private data of a party that the caller
// does not cover as a whole.
func TestNoPageOffersWhatIsRefused(t *testing.T) {
	w := newWorld(t)
	w.swapAccess(append(credentials(),
		w.granted("window", "", map[access.Role]access.Limits{access.StaffRoles: {Parties: []string{receiver}}}),
		w.granted("carnets", "", map[access.Role]access.Limits{access.StaffRoles: {Kinds: []string{"ata-carnet"}}}),
		w.granted("desk", "", map[access.Role]access.Limits{
			access.ObserverRole: {}, access.OperatorRole: {Parties: []string{port}, Kinds: []string{"ata-carnet"}}, access.ApproverRole: {Countries: []string{"VN"}},
		}),
		w.granted("both", stranger, map[access.Role]access.Limits{access.OperatorRole | access.PartyManagerRole: {Parties: []string{receiver}}}))...)
	w.branded()
	x := w.accept("ATA-1")
	w.record(x.ID, exchange.ContentHandover, exchange.Cause{})
	w.record(x.ID, exchange.ConsignmentRejection, exchange.Cause{Code: "stamp-missing", Reason: "no stamp"})
	names := []string{"desk"}
	if !testing.Short() {
		names = append(append(names, "window", "both", "carnets"), everyone...)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			b := w.visit(name)
			b.t = t
			who, _ := w.current.Load().Credentials.Resolve(name, fingerprintOf(name))
			tried := map[string]bool{}
			b.walk(func(path string, p page) {
				if p.status != http.StatusOK && p.status != http.StatusSeeOther {
					t.Errorf("a link leads to %s: %d %.200s", path, p.status, p.text)
				}
				for _, one := range w.current.Load().Parties.All() {
					if !who.CoversParty(access.ReadStatus, one.ID) && strings.Contains(p.html, "canary."+one.ID+".") {
						t.Errorf("%s shows private data of %s", path, one.ID)
					}
				}
				for _, action := range ours(posts, p) {
					if tried[action] {
						continue
					}
					tried[action] = true
					if got := b.post(action, url.Values{}); slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, got.status) {
						t.Errorf("%s offers %s: %d %.200s", path, action, got.status, got.text)
					}
				}
			})
		})
	}
}
