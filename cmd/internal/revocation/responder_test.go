package revocation

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"beibu/signing"
)

// A responder cannot have the daemon ask another host, by any redirect.
func TestNoRedirectIsFollowed(t *testing.T) {
	asked := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer inside.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		responder := httptest.NewServer(http.RedirectHandler(inside.URL, status))
		w := newWorld(t, t.TempDir())
		w.sources.OCSP, w.sources.Responder, w.Transport = true, responder.URL, NewTransport()
		r := w.refresh(t, now)
		if r.Err == nil || !strings.Contains(r.Err.Error(), "authorities.ocsp") || w.standing(t, now) != signing.CodeStatus {
			t.Errorf("%d: %+v", status, r)
		}
		responder.Close()
	}
	if asked != 0 {
		t.Errorf("another host was asked %d times", asked)
	}
}

// What a responder sends is read up to a bound, and for a bounded time, headers
// and body alike.
func TestAnswersAreBounded(t *testing.T) {
	never := make(chan struct{})
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		timeout time.Duration
		says    string
	}{
		"large body": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), largestAnswer+1))
		}, time.Minute, "larger than"},
		"large headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 2*largestHeaders))
		}, time.Minute, "headers exceeded"},
		"no headers": {func(http.ResponseWriter, *http.Request) { <-never }, 50 * time.Millisecond, "deadline exceeded"},
		"no end": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			<-never
		}, 50 * time.Millisecond, "deadline exceeded"},
	} {
		responder := httptest.NewServer(c.answer)
		w := newWorld(t, t.TempDir())
		w.sources.OCSP, w.sources.Responder, w.Transport, w.Timeout = true, responder.URL, NewTransport(), c.timeout
		if r := w.refresh(t, now); r.Err == nil || !strings.Contains(r.Err.Error(), c.says) {
			t.Errorf("%s: %+v", name, r)
		}
		t.Cleanup(responder.Close)
	}
	close(never)
}

// Nobody is asked about a certificate that none of the authorities issued,
// wherever it points: it is a stranger's. Nor is anything asked that is no web
// address.
func TestWhoIsAsked(t *testing.T) {
	w, stranger := newWorld(t, t.TempDir()), newWorld(t, t.TempDir())
	w.sources.OCSP = true
	w.sources.Certificates = []*signing.Certificate{stranger.leaf}
	if r := w.refresh(t, now); r != (Report{}) || w.authority.asked != 0 {
		t.Errorf("a stranger's certificate: %+v, asked %d times", r, w.authority.asked)
	}
	w.sources.Certificates = []*signing.Certificate{w.leaf}
	for _, addresses := range [][]string{{"ldap://ocsp"}, {"file:///etc/passwd", "http:"}, {"://"}} {
		w.again, w.leaf.OCSPServer = nil, addresses
		if r := w.refresh(t, now); r.Err == nil || w.authority.asked != 0 {
			t.Errorf("%v: %+v, asked %d times", addresses, r, w.authority.asked)
		}
	}
	w.again, w.leaf.OCSPServer = nil, []string{"ldap://ocsp", "http://ocsp"}
	if r := w.refresh(t, now); r.Err != nil || w.authority.asked != 1 {
		t.Errorf("a web address after another: %+v, asked %d times", r, w.authority.asked)
	}
}
