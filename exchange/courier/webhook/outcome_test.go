package webhook_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
	"beibu/exchange/courier/webhook"
)

// parcel returns one as a courier gives it.
func parcel(number int) courier.Parcel {
	id := couriertest.IDOf(number)
	return courier.Parcel{
		Exchange: exchange.Exchange{
			ID: id, Identity: couriertest.Identity(number), Express: true,
			Deliveries: []exchange.Delivery{{Exchange: id, Receiver: customs, Attempt: 2}},
		},
		Envelope: []byte("<Envelope/>"),
	}
}

// carryOne carries one parcel by a carrier.
func carryOne(t *testing.T, c *webhook.Carrier) (courier.Outcome, *courier.Error) {
	t.Helper()
	outcomes, err := c.Carry(t.Context(), parcel(1))
	if len(outcomes) != 1 {
		t.Fatalf("%d outcomes, %v", len(outcomes), err)
	}
	said, ok := errors.AsType[*courier.Error](err)
	if err != nil && !ok {
		t.Fatalf("no courier.Error: %v", err)
	}
	return outcomes[0], said
}

func TestRequest(t *testing.T) {
	r := newReceiver(t, nil, nil)
	if o, err := carryOne(t, r.carrier(nil)); err != nil || o.State != exchange.ContentHandover || o.Attempt.Code != "http-204" {
		t.Fatalf("%+v, %v", o, err)
	}
	got := r.all()[0]
	id := couriertest.IDOf(1).String()
	for name, want := range map[string]string{
		"Content-Type": "application/xml", "Webhook-Id": id + "-2", "User-Agent": "Beibu", "Beibu-Exchange": id, "Beibu-Sender": "qinzhou-customs",
		"Beibu-Kind": "health-permit", "Beibu-Number": "%E2%84%96%201", "Beibu-Version": "2", "Beibu-Attempt": "2", "Beibu-Express": "true",
		"Beibu-Digest": "sha-256=" + strings.Repeat("0", 64), "Accept-Encoding": "",
		"Traceparent": parcel(1).Traceparent().String(),
	} {
		if is := got.header.Get(name); is != want {
			t.Errorf("%s: %q, want %q", name, is, want)
		}
	}
	if got.body != "<Envelope/>" {
		t.Errorf("body %q", got.body)
	}
}

// What an answer means: everything is tried again but what means never.
func TestAnswers(t *testing.T) {
	const refusal = `{"code": "no-such-licence", "reason": "not ours"}`
	const asJSON = "application/json; charset=utf-8"
	for name, test := range map[string]struct {
		status            int
		kind, body, after string
		state             exchange.State
		code              string // of the cause
		alone             bool   // the parcel failed, and not the receiver
		waits             time.Duration
	}{
		"200":                       {status: 200, state: exchange.ContentHandover},
		"299":                       {status: 299, state: exchange.ContentHandover},
		"a redirect":                {status: 307},
		"410":                       {status: 410, state: exchange.ConsignmentRejection, code: exchange.CodePushGone},
		"a business refusal":        {status: 422, kind: asJSON, body: refusal, state: exchange.ConsignmentRejection, code: "no-such-licence"},
		"422 without a refusal":     {status: 422, alone: true},
		"a refusal of another kind": {status: 422, kind: "text/plain", body: refusal, alone: true},
		"a refusal without a code":  {status: 422, kind: asJSON, body: `{"reason": "no"}`, alone: true},
		"a code that is ours":       {status: 422, kind: asJSON, body: `{"code": "expired"}`, alone: true},
		"a refusal with 400":        {status: 400, kind: asJSON, body: refusal, alone: true},
		"a torn refusal":            {status: 422, kind: asJSON, body: refusal + strings.Repeat(" ", 4<<10) + "x", state: exchange.ConsignmentRejection, code: "no-such-licence"},
		"401":                       {status: 401}, "403": {status: 403}, "404": {status: 404}, "413": {status: 413, alone: true},
		"500":                 {status: 500, alone: true},
		"429":                 {status: 429, after: "120", waits: 2 * time.Minute},
		"503":                 {status: 503, after: "3600", waits: time.Hour},
		"a far Retry-After":   {status: 503, after: "99999999999999", waits: 24 * time.Hour},
		"a date that is past": {status: 503, after: "Wed, 21 Oct 2015 07:28:00 GMT"}, "no Retry-After": {status: 503, after: "soon"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, nil, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.Header().Set("Retry-After", test.after)
				w.Header().Set("Location", "https://elsewhere.example/")
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			})
			o, err := carryOne(t, r.carrier(nil))
			if o.State != test.state || o.Cause.Code != test.code || (o.Failure != nil) != test.alone {
				t.Errorf("outcome %+v", o)
			}
			if fails := test.state != exchange.ContentHandover && test.code != "no-such-licence" && !test.alone; (err != nil) != fails {
				t.Errorf("the receiver failed: %v", err)
			}
			if err != nil && err.After != test.waits {
				t.Errorf("waits %s, want %s", err.After, test.waits)
			}
			if len(r.all()) != 1 {
				t.Errorf("%d requests", len(r.all()))
			}
			if strings.Contains(o.Attempt.Reason, "licence") {
				t.Errorf("the attempt quotes the answer: %s", o.Attempt.Reason)
			}
		})
	}
}

// An attempt says what was sent and what came back, and nothing of what the answer says.
func TestAttempt(t *testing.T) {
	for name, test := range map[string]struct{ kind, body, after, want string }{
		"bare":          {want: "POST of 11 bytes: answered 503, after "},
		"with a body":   {kind: "Text/HTML; charset=utf-8", body: "<p>Li Wei", after: "120", want: "POST of 11 bytes: answered 503 text/html of 9 bytes, asking to wait 2m0s, after "},
		"a long body":   {kind: "a/" + strings.Repeat("b", 60), body: strings.Repeat("x", 5000), want: "POST of 11 bytes: answered 503 of 4096 bytes or more, after "},
		"no media type": {kind: "Li Wei", body: "x", want: "POST of 11 bytes: answered 503 of 1 bytes, after "},
	} {
		r := newReceiver(t, nil, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			if test.kind != "" {
				w.Header().Set("Content-Type", test.kind)
			}
			w.Header().Set("Retry-After", test.after)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(test.body))
		})
		o, _ := carryOne(t, r.carrier(nil))
		if rest, ok := strings.CutPrefix(o.Attempt.Reason, test.want); !ok || !strings.HasSuffix(rest, " ms") {
			t.Errorf("%s: %q, want %q", name, o.Attempt.Reason, test.want)
		}
	}
}

// Certificates decide before anything is sent: of the receiver, and ours.
func TestCertificates(t *testing.T) {
	ours, authority := certify(t, "beibu")
	mutual := func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, authority }
	early := func(c *tls.Config) { // within the handshake, so that no write can fail before the alert is read
		mutual(c)
		c.MaxVersion = tls.VersionTLS12
	}
	for name, test := range map[string]struct {
		server func(*tls.Config)
		change func(*webhook.Options)
		code   string // of the cause; empty if it arrives
	}{
		"ours is asked for and there": {mutual, func(o *webhook.Options) { o.TLS.Certificates = []tls.Certificate{ours} }, ""},
		"ours is of nobody": {early, func(o *webhook.Options) {
			other, _ := certify(t, "other")
			o.TLS.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &other, nil }
		}, exchange.CodePushCertificate},
		"theirs is of nobody":       {nil, func(o *webhook.Options) { o.TLS.RootCAs = x509.NewCertPool() }, exchange.CodePushCertificate},
		"theirs has another name":   {nil, func(o *webhook.Options) { o.URL = "https://other.example/" }, exchange.CodePushCertificate},
		"theirs is over":            {nil, func(o *webhook.Options) { o.TLS.Time = func() time.Time { return time.Now().Add(2000 * time.Hour) } }, exchange.CodePushCertificate},
		"by TLS 1.2 without client": {func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, test.server, nil)
			o, err := carryOne(t, r.carrier(test.change))
			if o.Cause.Code != test.code || (err != nil) != (test.code != "") {
				t.Errorf("outcome %+v, %v", o, err)
			}
			if want := map[bool]exchange.State{true: exchange.ContentHandover, false: exchange.ContentHandoverFailure}[test.code == ""]; o.State != want {
				t.Errorf("in state %s, want %s", o.State, want)
			}
		})
	}
}

// A handshake that fails for another reason is tried again.
func TestHandshakeFails(t *testing.T) {
	r := newReceiver(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, nil)
	o, err := carryOne(t, r.carrier(func(o *webhook.Options) { o.TLS.MinVersion = tls.VersionTLS13 }))
	if err == nil || o.State != "" || o.Attempt.Code != "tls" {
		t.Errorf("outcome %+v, %v", o, err)
	}
}

// What the receiver does not take is not sent.
func TestBodyLimit(t *testing.T) {
	r := newReceiver(t, nil, nil)
	o, err := carryOne(t, r.carrier(func(o *webhook.Options) { o.MaxBody = len("<Envelope/>") - 1 }))
	if err != nil || o.State != exchange.ContentHandoverFailure || o.Cause.Code != exchange.CodePushTooLarge || len(r.all()) != 0 {
		t.Errorf("outcome %+v, %v", o, err)
	}
	if o, err := carryOne(t, r.carrier(func(o *webhook.Options) { o.MaxBody = len("<Envelope/>") })); err != nil || o.State != exchange.ContentHandover {
		t.Errorf("outcome %+v, %v", o, err)
	}
}

// What is shown of a request and its answer has no signature, no credential and no header
// that is not listed. The text is there only if it did not arrive.
func TestSaid(t *testing.T) {
	for status, body := range map[int]string{http.StatusServiceUnavailable: "busy", http.StatusNoContent: ""} {
		r := newReceiver(t, nil, func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range map[string]string{
				"Content-Type": "text/plain", "Retry-After": "5", "Server": "gate", "X-Request-Id": "r1", "Set-Cookie": "sid=1", "X-Other": "x",
				"Www-Authenticate": `Bearer realm="inner"`,
			} {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
		o, _ := carryOne(t, r.carrier(func(o *webhook.Options) { o.URL += "/hooks/T0a1b2c3d4e5f6?key=s3cret" }))
		sent, back := strings.Join(o.Said.Sent, "\n"), strings.Join(o.Said.Headers, "\n")
		if !strings.HasSuffix(o.Said.Request, "/hooks/***?***") || !strings.Contains(sent, "Webhook-Id: ") || strings.Contains(sent, "Signature") {
			t.Errorf("%s\n%s", o.Said.Request, sent)
		}
		if strings.Contains(back, "sid") || strings.Contains(back, "X-Other") || strings.Contains(back, "inner") ||
			!strings.Contains(back, "Www-Authenticate: Bearer") || !strings.Contains(back, "X-Request-Id: r1") || !strings.Contains(back, "Date: ") {
			t.Errorf("headers of the answer:\n%s", back)
		}
		if want := strconv.Itoa(status) + " " + http.StatusText(status); o.Said.Status != want || string(o.Said.Body) != body {
			t.Errorf("answer %q %q, want %q", o.Said.Status, o.Said.Body, want)
		}
	}
}
