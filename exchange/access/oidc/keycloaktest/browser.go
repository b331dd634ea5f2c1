package keycloaktest

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// A Browser is a client that keeps cookies and follows redirects.
type Browser struct {
	tb     testing.TB
	client *http.Client
}

// A Page is where a browser has arrived.
type Page struct {
	URL    *url.URL
	Status int
	Text   string
}

// NewBrowser returns a browser without cookies. Over loopback it sends cookies that are for
// TLS alone too, as browsers do.
func NewBrowser(tb testing.TB) *Browser {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return &Browser{tb, &http.Client{Jar: onLoopback{jar}}}
}

type onLoopback struct{ *cookiejar.Jar }

// SetCookies is http.CookieJar's.
func (j onLoopback) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		c.Secure = false
	}
	j.Jar.SetCookies(u, cookies)
}

// action is that of Keycloak's form.
var action = regexp.MustCompile(`<form id="kc-form-login"[^>]* action="([^"]+)"`)

// SignIn follows an address to Keycloak's form, and returns the page to which it leads when
// it is filled in.
func (b *Browser) SignIn(address, user, password string) Page {
	b.tb.Helper()
	page := b.Get(address)
	form := action.FindStringSubmatch(page.Text)
	if form == nil {
		b.tb.Fatalf("%s leads to no form of Keycloak:\n%s", address, page.Text)
	}
	return b.Post(html.UnescapeString(form[1]), url.Values{"username": {user}, "password": {password}})
}

// Get returns the page to which an address leads.
func (b *Browser) Get(address string) Page {
	b.tb.Helper()
	return b.do(http.MethodGet, address, nil)
}

// Post returns the page to which a form leads.
func (b *Browser) Post(address string, form url.Values) Page {
	b.tb.Helper()
	return b.do(http.MethodPost, address, form)
}

func (b *Browser) do(method, address string, form url.Values) Page {
	b.tb.Helper()
	request, err := http.NewRequestWithContext(b.tb.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.tb.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.tb.Fatal(err)
	}
	return Page{response.Request.URL, response.StatusCode, string(text)}
}
