package keycloaktest

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"
)

// Browser returns a client that keeps cookies, as a browser does on loopback, where those
// for TLS alone count too. It follows redirects.
func Browser(tb testing.TB) *http.Client {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return &http.Client{Jar: onLoopback{jar}}
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

// SignIn follows an address to Keycloak's form, fills it in, and returns the page to which
// that leads in the end, with its text.
func SignIn(tb testing.TB, browser *http.Client, address, user, password string) (*http.Response, string) {
	tb.Helper()
	_, page := Get(tb, browser, address)
	form := action.FindStringSubmatch(page)
	if form == nil {
		tb.Fatalf("%s leads to no form of Keycloak:\n%s", address, page)
	}
	response, err := browser.PostForm(html.UnescapeString(form[1]), url.Values{"username": {user}, "password": {password}}) //nolint:noctx // a test has its own end
	return read(tb, response, err)
}

// Get returns a page with its text.
func Get(tb testing.TB, browser *http.Client, address string) (*http.Response, string) {
	tb.Helper()
	response, err := browser.Get(address) //nolint:noctx // a test has its own end
	return read(tb, response, err)
}

func read(tb testing.TB, response *http.Response, err error) (*http.Response, string) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return response, string(text)
}
