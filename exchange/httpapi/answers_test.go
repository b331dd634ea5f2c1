package httpapi_test

import (
	"bufio"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue"
)

const noSuch = "00000000-0000-8000-8000-000000000000"

// elsewhere are the answers that TestTooMuchAtOnce, TestRequestsEnd and
// TestQuota show, and the one for which the schemas themselves would have to be
// broken.
var elsewhere = map[string]bool{"/v1/checks 503": true, "/v1/checks 500": true, "/v1/documents 429": true}

// TestAnswers shows every status that is documented for every operation, and
// the code of every problem.
func TestAnswers(t *testing.T) {
	w := newWorld(t, httpapi.Limits{Body: 50 * time.Millisecond}, admission.Limits{Document: 64 << 10})
	good := string(carnet(t, "GOOD"))
	accepted := w.submit([]byte(good))
	held := [...]string{w.submit(carnet(t, "HOLD-1")).ExchangeID, w.submit(carnet(t, "HOLD-2")).ExchangeID}
	w.refused("REFUSED")
	plan := read[httpapi.Plan](t, w.do(request{path: "/v1/replays/plans", as: receiver, body: `{}`}), http.StatusOK)
	order := `{"query":{"receiver":"` + receiver + `"},"reason":"mended","digest":"` + plan.Digest + `"}`
	taken := ack(`"outcome":"accepted"`, accepted.ExchangeID)
	w.consigned(accepted.ExchangeID)
	reason := `{"reason":"seen"}`
	shut := "/v1/parties/" + stranger + "/suspension"
	large := `{"reason":"` + strings.Repeat("x", 70<<10) + `"}`
	text := map[string]string{"Content-Type": "text/plain"}
	x := "/v1/exchanges/" + accepted.ExchangeID
	kindSchema := "/v1/kinds/ata-carnet/schema"
	kindFile := read[httpapi.SchemaFiles](t, w.do(request{path: kindSchema, as: port}), http.StatusOK).Files[0].Path
	cases := []struct {
		request
		status int
		code   string
	}{
		{request{path: "/v1/documents", as: port, body: string(carnet(t, "NEW"))}, 202, ""},
		{request{path: "/v1/documents", as: port, body: good}, 200, ""},
		{request{path: "/v1/documents", as: port, body: "<GoodsItemPassport"}, 400, "xml.syntax"},
		{request{path: "/v1/documents", as: port, body: "<!DOCTYPE a><a/>"}, 400, "xml.dtd"},
		{request{path: "/v1/documents", as: port, body: good, header: map[string]string{"Content-Encoding": "gzip"}}, 400, "body"},
		{request{path: "/v1/documents", body: good}, 401, "credentials-missing"},
		{request{path: "/v1/documents", as: "nobody", body: good}, 401, "credentials-unknown"},
		{request{path: "/v1/documents", as: operator, body: good}, 403, "forbidden"},
		{request{path: "/v1/documents", as: stranger, body: good}, 403, "sender-may-not-send"},
		{request{path: "/v1/documents", as: port, body: good + "\n"}, 409, "number-taken"},
		{request{path: "/v1/documents", as: port, body: strings.Repeat("x", 64<<10+1)}, 413, "too-large"},
		{request{path: "/v1/documents", as: port, body: good, header: text}, 415, "media-type"},
		{request{path: "/v1/documents", as: port, body: string(carnet(t, "BAD"))}, 422, "invalid"},
		{request{path: "/v1/documents", as: port, body: strings.ReplaceAll(string(carnet(t, "FAR")), ">TH<", ">FR<")}, 422, "unroutable"},

		{request{path: "/v1/checks", as: port, body: good}, 200, ""},
		{request{path: "/v1/checks", as: port, body: good, header: map[string]string{"Content-Encoding": "gzip"}}, 400, "body"},
		{request{path: "/v1/checks", body: good}, 401, "credentials-missing"},
		{request{path: "/v1/checks", as: port, body: strings.Repeat("x", 64<<10+1)}, 413, "too-large"},
		{request{path: "/v1/checks", as: port, body: good, header: text}, 415, "media-type"},

		{request{path: "/v1/exchanges", as: port}, 200, ""},
		{request{path: "/v1/exchanges?limit=no", as: port}, 400, "parameter"},
		{request{path: "/v1/exchanges"}, 401, "credentials-missing"},
		{request{path: "/v1/exchanges?party=" + stranger, as: port}, 403, "forbidden"},
		{request{path: "/v1/exchanges?kind=ata-carnets", as: operator}, 422, "unknown-kind"},

		{request{path: x, as: port}, 200, ""},
		{request{path: x + "/document", as: port}, 200, ""},
		{request{path: x + "/envelope", as: port}, 200, ""},
		{request{path: x + "/envelope?profile=b-b", as: port}, 200, ""},
		{request{path: x + "/envelope?profile=b-t", as: port}, 404, "no-timestamp"},
		{request{path: x + "/envelope?profile=b-lta", as: port}, 400, "parameter"},
		{request{path: x + "/receipt", as: port}, 200, ""},
		{request{path: "/v1/exchanges/1", as: port}, 404, "not-found"},
		{request{path: "/v1/exchanges/" + strings.ToUpper(accepted.ExchangeID), as: port}, 200, ""},
		{request{path: "/v1/exchanges/" + strings.ReplaceAll(accepted.ExchangeID, "-", ""), as: port}, 404, "not-found"},

		{request{path: "/v1/exchanges/" + held[0] + "/release", as: operator, body: reason}, 200, ""},
		{request{path: "/v1/exchanges/" + held[1] + "/refusal", as: operator, body: reason}, 200, ""},

		{request{path: "/v1/replays/plans", as: receiver, body: `{"receiver":"` + receiver + `"}`}, 200, ""},
		{request{path: "/v1/replays/plans", as: receiver, body: `{"recipient":"x"}`}, 400, "body"},
		{request{path: "/v1/replays/plans", body: `{}`}, 401, "credentials-missing"},
		{request{path: "/v1/replays/plans", as: receiver, body: `{"receiver":"` + port + `"}`}, 403, "forbidden"},
		{request{path: "/v1/replays/plans", as: receiver, body: large}, 413, "too-large"},
		{request{path: "/v1/replays/plans", as: receiver, body: `{}`, header: text}, 415, "media-type"},
		{request{path: "/v1/replays/plans", as: operator, body: `{}`}, 422, "receiver-missing"},

		{request{path: "/v1/replays", as: receiver, body: order}, 200, ""},
		{request{path: "/v1/replays", as: receiver, body: order + "{}"}, 400, "body"},
		{request{path: "/v1/replays", body: order}, 401, "credentials-missing"},
		{request{path: "/v1/replays", as: stranger, body: order}, 403, "forbidden"},
		{request{path: "/v1/replays", as: receiver, body: order}, 409, "plan-changed"},
		{request{path: "/v1/replays", as: receiver, body: large}, 413, "too-large"},
		{request{path: "/v1/replays", as: receiver, body: order, header: text}, 415, "media-type"},
		{request{path: "/v1/replays", as: receiver, body: strings.Replace(order, "mended", "", 1)}, 422, "field-reason"},

		{request{path: "/v1/mailbox", as: receiver}, 200, ""},
		{request{path: "/v1/mailbox?wait=2m", as: receiver}, 400, "parameter"},
		{request{path: "/v1/mailbox"}, 401, "credentials-missing"},
		{request{path: "/v1/mailbox", as: operator}, 403, "forbidden"},

		{request{path: "/v1/mailbox/acks", as: receiver, body: taken}, 200, ""},
		{request{path: "/v1/mailbox/acks", as: receiver, body: `{"acks":1}`}, 400, "body"},
		{request{path: "/v1/mailbox/acks", body: taken}, 401, "credentials-missing"},
		{request{path: "/v1/mailbox/acks", as: operator, body: taken}, 403, "forbidden"},
		{request{path: "/v1/mailbox/acks", as: stranger, body: taken}, 404, "not-found"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: ack(`"outcome":"refused","code":"late"`, accepted.ExchangeID)}, 409, "delivery-settled"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: large}, 413, "too-large"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: taken, header: text}, 415, "media-type"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: `{"acks":[]}`}, 422, "field-acks"},

		{request{path: "/v1/self", as: port}, 200, ""},
		{request{path: "/v1/self", as: operator}, 200, ""},
		{request{path: "/v1/self"}, 401, "credentials-missing"},
		{request{path: "/v1/parties", as: stranger}, 200, ""},
		{request{path: "/v1/parties"}, 401, "credentials-missing"},
		{request{path: shut, as: operator, body: reason}, 200, ""},
		{request{path: shut, as: operator, body: `{"reason":1}`}, 400, "body"},
		{request{path: shut, body: reason}, 401, "credentials-missing"},
		{request{path: shut, as: port, body: reason}, 403, "forbidden"},
		{request{path: "/v1/parties/nobody/suspension", as: operator, body: reason}, 404, "not-found"},
		{request{path: shut, as: operator, body: large}, 413, "too-large"},
		{request{path: shut, as: operator, body: reason, header: text}, 415, "media-type"},
		{request{path: shut, as: operator, body: `{"reason":""}`}, 422, "field-reason"},
		{request{method: "DELETE", path: shut + "?reason=seen", as: operator}, 200, ""},
		{request{method: "DELETE", path: shut + "?cause=seen", as: operator}, 400, "parameter"},
		{request{method: "DELETE", path: shut + "?reason=seen"}, 401, "credentials-missing"},
		{request{method: "DELETE", path: shut + "?reason=seen", as: port}, 403, "forbidden"},
		{request{method: "DELETE", path: "/v1/parties/nobody/suspension?reason=seen", as: operator}, 404, "not-found"},
		{request{method: "DELETE", path: shut + "?reason=seen", as: operator}, 409, "not-suspended"},
		{request{method: "DELETE", path: shut, as: operator}, 422, "field-reason"},
		{request{path: "/v1/audit?subject=party:" + stranger + "&limit=1", as: operator}, 200, ""},
		{request{path: "/v1/audit?subject=ship", as: operator}, 400, "parameter"},
		{request{path: "/v1/audit?subject=exchange:" + noSuch, as: operator}, 400, "parameter"},
		{request{path: "/v1/audit?subject=party:", as: operator}, 400, "parameter"},
		{request{path: "/v1/audit?after=1", as: operator}, 400, "parameter"},
		{request{path: "/v1/audit"}, 401, "credentials-missing"},
		{request{path: "/v1/audit", as: port}, 403, "forbidden"},
		{request{path: "/v1/audit?subject=party:nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/routes", as: operator}, 200, ""},
		{request{path: "/v1/routes"}, 401, "credentials-missing"},
		{request{path: "/v1/routes", as: port}, 403, "forbidden"},
		{request{path: "/v1/rules"}, 200, ""},
		{request{path: "/v1/kinds", as: stranger}, 200, ""},
		{request{path: "/v1/kinds/ata-carnet", as: stranger}, 200, ""},
		{request{path: "/v1/kinds/none", as: port}, 404, "unknown-kind"},
		{request{path: "/v1/kinds/ata-carnet/sample", as: stranger}, 200, ""},
		{request{path: "/v1/kinds/ata-carnet/sample?title=x", as: port}, 400, "parameter"},
		{request{path: "/v1/kinds/none/sample", as: port}, 404, "unknown-kind"},
		{request{path: kindSchema, as: stranger}, 200, ""},
		{request{path: "/v1/kinds/none/schema", as: port}, 404, "unknown-kind"},
		{request{path: kindFile, as: stranger}, 200, ""},
		{request{path: kindSchema + "/none.xsd", as: port}, 404, "not-found"},
		{request{path: "/v1/keys"}, 200, ""},
		{request{path: "/v1/version", as: port}, 200, ""},
		{request{path: "/v1/version"}, 401, "credentials-missing"},
		{request{path: "/v1/openapi.yaml"}, 200, ""},
		{request{path: "/v1/openapi.json"}, 200, ""},
		{request{path: "/v1/problems/number-taken"}, 200, ""},
		{request{path: "/v1/problems/none"}, 404, "not-found"},

		{request{path: "/"}, 404, "not-found"},
		{request{path: "/v1"}, 404, "not-found"},
		{request{path: "/v1//documents", as: port, body: good}, 404, "not-found"},
		{request{path: "/v1/exchanges/../documents", as: port, body: good}, 404, "not-found"},
		{request{path: "/livez"}, 404, "not-found"},
	}
	for _, path := range []string{"/v1/kinds", "/v1/kinds/ata-carnet", "/v1/kinds/ata-carnet/sample", kindSchema, kindFile} {
		cases = append(cases, struct {
			request
			status int
			code   string
		}{request{path: path}, 401, "credentials-missing"})
	}
	for _, tail := range []string{"", "/document", "/envelope", "/receipt"} {
		cases = append(cases, []struct {
			request
			status int
			code   string
		}{
			{request{path: x + tail}, 401, "credentials-missing"},
			{request{path: x + tail, as: stranger}, 404, "not-found"},
		}...)
	}
	for _, tail := range []string{"/release", "/refusal"} {
		cases = append(cases, []struct {
			request
			status int
			code   string
		}{
			{request{path: x + tail, as: operator, body: `{"reason":1}`}, 400, "body"},
			{request{path: x + tail, body: reason}, 401, "credentials-missing"},
			{request{path: x + tail, as: port, body: reason}, 403, "forbidden"},
			{request{path: "/v1/exchanges/" + noSuch + tail, as: operator, body: reason}, 404, "not-found"},
			{request{path: x + tail, as: operator, body: reason}, 409, "not-held"},
			{request{path: x + tail, as: operator, body: large}, 413, "too-large"},
			{request{path: x + tail, as: operator, body: reason, header: text}, 415, "media-type"},
			{request{path: x + tail, as: operator, body: `{"reason":""}`}, 422, "field-reason"},
		}...)
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %d %s", c.path, c.status, c.code), func(t *testing.T) {
			a := w.do(c.request)
			if a.status != c.status {
				t.Fatalf("%d %.500s", a.status, a.body)
			}
			if c.code == "" {
				return
			}
			p := read[answer.Problem](t, a, c.status)
			if p.Code != c.code || p.Status != c.status || p.RequestID != a.header.Get("X-Request-Id") || p.Type != "/v1/problems/"+c.code {
				t.Errorf("%+v", p)
			}
			if page := w.do(request{path: p.Type}); page.status != http.StatusOK || !strings.Contains(string(page.body), "<h1>"+c.code+"</h1>") {
				t.Errorf("page at %s: %d %.500s", p.Type, page.status, page.body)
			}
			if (a.header.Get("WWW-Authenticate") != "") != (c.status == http.StatusUnauthorized) {
				t.Errorf("WWW-Authenticate %q", a.header.Get("WWW-Authenticate"))
			}
		})
	}
	t.Run("slow bodies", func(t *testing.T) { slowBodies(t, w) })
	t.Run("suspended", func(t *testing.T) { suspended(t, w, x) })
	t.Run("failures of ours", func(t *testing.T) { ownFailures(t, w, string(carnet(t, "OURS")), order, x) })
	t.Run("no memory", func(t *testing.T) { noMemory(t, w) })
	for _, o := range w.description.operations() {
		responses, _ := o.body["responses"].(object)
		for status := range responses {
			if elsewhere[o.path+" "+status] {
				continue
			}
			if _, seen := w.answered.Load(o.method + " " + o.path + " " + status); !seen {
				t.Errorf("no case shows %s %s: %s", o.method, o.path, status)
			}
		}
	}
}

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
		if o.method != http.MethodPost {
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
		{path: x, as: port},
		{path: x + "/document", as: port},
		{path: x + "/envelope", as: port},
		{path: x + "/receipt", as: port},
		{path: x + "/release", as: operator, body: `{"reason":"seen"}`},
		{path: x + "/refusal", as: operator, body: `{"reason":"seen"}`},
		{path: "/v1/audit", as: operator},
		{path: "/v1/mailbox", as: receiver},
		{path: "/v1/mailbox/acks", as: receiver, body: `{"acks":[{"exchangeId":"` + noSuch + `","outcome":"accepted"}]}`},
		{path: "/v1/replays/plans", as: receiver, body: `{}`},
		{path: "/v1/replays", as: receiver, body: order},
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

func TestMethods(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	cases := []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodGet, "/v1/documents", 405, "POST"},
		{http.MethodDelete, "/v1/exchanges", 405, "GET, HEAD"},
		{http.MethodPut, "/v1/exchanges/" + noSuch, 405, "GET, HEAD"},
		{"BREW", "/v1/keys", 405, "GET, HEAD"},
		{http.MethodOptions, "/v1/documents", 204, "POST, OPTIONS"},
		{http.MethodOptions, "/v1/mailbox", 204, "GET, HEAD, OPTIONS"},
		{http.MethodOptions, "/nowhere", 404, ""},
		{http.MethodHead, "/v1/keys", 200, ""},
		{http.MethodHead, "/v1/mailbox", 405, "GET"}, // it would lease what nobody reads
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			a := w.do(request{method: c.method, path: c.path, as: receiver})
			if a.status != c.status || a.header.Get("Allow") != c.allow {
				t.Errorf("%d, Allow %q; want %d, %q", a.status, a.header.Get("Allow"), c.status, c.allow)
			}
			if c.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("type %q", a.header.Get("Content-Type"))
			}
			if c.method == http.MethodHead && (len(a.body) > 0 || a.header.Get("Content-Length") == "") {
				t.Errorf("HEAD: %d bytes, %v", len(a.body), a.header)
			}
		})
	}
}

func TestEveryAnswerIsPrivate(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, path := range []string{"/v1/keys", "/v1/exchanges", "/nowhere"} {
		h := w.do(request{path: path}).header
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestPublicKeysAreThose(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	keys := read[httpapi.Keys](t, w.do(request{path: "/v1/keys"}), http.StatusOK)
	if len(keys.Seals) != 1 || !strings.Contains(string(w.keys.SealPEM), strings.Split(keys.Seals[0].Certificate, "\n")[1]) {
		t.Errorf("%+v", keys.Seals)
	}
	if len(keys.Keys) != 1 || keys.Keys[0].ID != w.keys.ReceiptID || len(keys.Keys[0].Public) != ed25519.PublicKeySize {
		t.Errorf("%+v", keys.Keys)
	}
}

func TestRulesAreExported(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	all := read[httpapi.Rules](t, w.do(request{path: "/v1/rules"}), http.StatusOK).Rules
	i := slices.IndexFunc(all, func(r httpapi.Rule) bool { return r.Code == "TEST-2" })
	if len(all) != 3 || i < 0 || all[i].From != "2020-01-01" || all[i].Until != "" || all[i].Severity != "warn" || all[i].Message.ZH != "存疑" {
		t.Errorf("%+v", all)
	}
}
