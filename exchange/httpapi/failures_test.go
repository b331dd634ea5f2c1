package httpapi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue"
)

// noMemory asks everything while what others hold leaves no memory.
func noMemory(t *testing.T, w *world) {
	t.Helper()
	w.left.Store(1 << 40)
	defer w.left.Store(0)
	for _, o := range w.description.operations() {
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(o.path, noSuch)
		a := w.do(request{method: o.method, path: path, as: port})
		if a.status == http.StatusForbidden {
			a = w.do(request{method: o.method, path: path, as: operator})
		}
		if p := read[answer.Problem](t, a, http.StatusServiceUnavailable); p.Code != "memory-full" || !p.Retryable {
			t.Errorf("%s %s: %+v", o.method, path, p)
		}
	}
}

// slowBodies sends half a body to everything that takes one.
func slowBodies(t *testing.T, w *world) {
	t.Helper()
	for _, o := range w.description.operations() {
		if o.method != http.MethodPost || w.description.get(o.body, "requestBody") == nil {
			continue
		}
		path := strings.ReplaceAll(o.path, "{id}", noSuch)
		as, media := operator, "application/json"
		if w.description.get(o.body, "requestBody", "content", "application/xml") != nil {
			as, media = port, "application/xml"
		}
		if strings.HasPrefix(path, "/v1/mailbox") {
			as = receiver
		}
		if path == "/v1/ratings" || path == "/v1/ratings/grade" {
			as = port
		}
		a := halfABody(t, w, request{path: path, as: as, header: map[string]string{"Content-Type": media}})
		w.holdAnswer(http.MethodPost, request{path: path}, a)
		if a.status != http.StatusRequestTimeout || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// halfABody announces a body, sends a part of it, and waits for the answer.
func halfABody(t *testing.T, w *world, r request) result {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, conn)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: beibu\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n<a>",
		r.path, r.as, r.header["Content-Type"])
	if err != nil {
		t.Fatal(err)
	}
	in, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, in.Body)
	body, err := io.ReadAll(in.Body)
	if err != nil {
		t.Fatal(err)
	}
	return result{in.StatusCode, in.Header, body}
}

// ownFailures breaks the index, the store and the seal, and asks everything.
func ownFailures(t *testing.T, w *world, good, order, x string) {
	t.Helper()
	asked := []request{
		{path: "/v1/documents", as: port, body: good},
		{path: "/v1/exchanges", as: port},
		{path: "/v1/lanes/X1", as: port},
		{path: "/v1/balances/import-licence/1", as: port},
		{path: "/v1/balances/import-licence/1/statement", as: port},
		{path: "/v1/joint-approvals", as: port},
		{path: "/v1/deadlines", as: port},
		{path: x, as: port},
		{path: x + "/document", as: port},
		{path: x + "/envelope", as: port},
		{path: x + "/reading", as: port},
		{path: x + "/receipt", as: port},
		{path: x + "/release", as: operator, body: `{"reason":"seen"}`},
		{path: x + "/refusal", as: operator, body: `{"reason":"seen"}`},
		{path: "/v1/failures", as: operator},
		{path: "/v1/views", as: operator},
		{path: "/v1/views", as: operator, body: `{"name":"a","list":"runs","filter":"status=paused"}`},
		{path: "/v1/views/x", as: operator},
		{method: http.MethodDelete, path: "/v1/views/x", as: operator},
		{path: "/v1/views/x/name", as: operator, body: `{"name":"a"}`},
		{path: "/v1/status", as: operator},
		{path: "/v1/alerts", as: operator},
		{path: "/v1/audit", as: operator},
		{path: "/v1/refusals", as: port},
		{path: "/v1/refusals/" + noSuch, as: port},
		{path: "/v1/refusals/examine", as: port, body: good},
		{path: "/v1/refusals/" + noSuch + "/reading", as: port},
		{path: "/v1/refusals/" + noSuch + "/document", as: port},
		{method: http.MethodPost, path: "/v1/refusals/" + noSuch + "/examine", as: port},
		{method: http.MethodPost, path: "/v1/refusals/examine-kept", as: port},
		{path: "/v1/mailbox", as: receiver},
		{path: "/v1/mailbox/again", as: receiver},
		{path: "/v1/mailbox/acks", as: receiver, body: `{"acks":[{"exchangeId":"` + noSuch + `","outcome":"accepted"}]}`},
		{path: "/v1/replays/plans", as: receiver, body: `{}`},
		{path: "/v1/runs", as: receiver, body: order},
		{path: "/v1/runs", as: receiver},
		{path: "/v1/runs/x", as: operator},
		{path: "/v1/runs/x/items", as: operator},
		{path: "/v1/runs/x/approve", as: operator, body: `{"reason":"seen","digest":"` + noDigest + `"}`},
		{path: "/v1/runs/x/pause", as: operator, body: `{"reason":"seen"}`},
		{path: "/v1/runs/x/resume", as: operator, body: `{"reason":"seen"}`},
		{path: "/v1/runs/x/cancel", as: operator, body: `{"reason":"seen"}`},
	}
	for _, failure := range []struct {
		err    error
		status int
	}{
		{errors.New("disk image is malformed at /secret"), 500},
		{&exchange.Error{Op: "read index", Kind: exchange.Unavailable, Err: fmt.Errorf("/secret: %w", queue.ErrUnavailable)}, 503},
	} {
		w.failAdmits(failure.err)
		w.index.fail(failure.err)
		w.mailbox.fail(failure.err)
		for _, r := range asked {
			a := w.do(r)
			if a.status != failure.status || strings.Contains(string(a.body), "secret") {
				t.Errorf("%s: %d %s", r.path, a.status, a.body)
			}
		}
	}
	w.failAdmits(nil)
	w.index.fail(nil)
	w.mailbox.fail(nil)
	unkeptSuspensions(t, w)
}

// unkeptSuspensions tests that a suspension which cannot be recorded is none.
func unkeptSuspensions(t *testing.T, w *world) {
	t.Helper()
	shut := "/v1/parties/" + stranger + "/suspension"
	w.do(request{path: shut, as: operator, body: `{"reason":"seen"}`})
	full := errors.New("disk full at /secret")
	w.unkept.Store(&full)
	for _, r := range []request{
		{path: "/v1/parties/" + port + "/suspension", as: operator, body: `{"reason":"seen"}`},
		{method: http.MethodDelete, path: shut + "?reason=seen", as: operator},
	} {
		if a := w.do(r); a.status != http.StatusServiceUnavailable || strings.Contains(string(a.body), "secret") {
			t.Errorf("%s: %d %s", r.path, a.status, a.body)
		}
	}
	for as, want := range map[string]int{port: http.StatusOK, stranger: http.StatusForbidden} {
		if a := w.do(request{path: "/v1/version", as: as}); a.status != want {
			t.Errorf("%s: %d, want %d", as, a.status, want)
		}
	}
	w.unkept.Store(nil)
	w.do(request{method: http.MethodDelete, path: shut + "?reason=seen", as: operator})
}

// A document that is worked on for longer than a request may take is promised
// nothing.
func TestRequestsEnd(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{Request: 50 * time.Millisecond})
	w.stallUntilDone()
	a := w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "SLOW"))})
	if p := read[answer.Problem](t, a, http.StatusServiceUnavailable); !p.Retryable {
		t.Errorf("%+v", p)
	}
}
