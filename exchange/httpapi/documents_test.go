package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/queue"
	"beibu/signing"
)

func TestAcceptedDocument(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "CN/4501/26/WARN1")
	got := w.do(request{path: "/v1/documents", as: port, body: string(document)})
	a := read[answer.Acceptance](t, got, http.StatusAccepted)
	digest := sha256.Sum256(document)
	if a.DigestSHA256 != hex.EncodeToString(digest[:]) || a.Kind != "ata-carnet" || a.DocumentNumber != "CN/4501/26/WARN1" ||
		a.State != exchange.SubmissionAcceptance || a.Duplicate || len(a.Receivers) == 0 {
		t.Errorf("%+v", a)
	}
	if got.header.Get("Location") != "/v1/exchanges/"+a.ExchangeID {
		t.Errorf("Location %q", got.header.Get("Location"))
	}
	if len(a.Faults) != 1 || a.Faults[0].Code != "TEST-2" || a.Faults[0].Severity != "warn" || a.Faults[0].Message.ZH != "存疑" {
		t.Errorf("faults %+v", a.Faults)
	}
	public, _ := w.keys.Receipt.Public().(ed25519.PublicKey)
	receipt, err := proof.OpenReceipt(a.Receipt, public)
	if err != nil || receipt.ExchangeID != a.ExchangeID || receipt.DigestSHA256 != a.DigestSHA256 || receipt.Sender != port {
		t.Errorf("receipt %+v: %v", receipt, err)
	}
	// Whoever was answered 202 finds the exchange at once.
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + a.ExchangeID, as: port}), http.StatusOK)
	if x.ExchangeID != a.ExchangeID || x.DigestSHA256 != a.DigestSHA256 || x.Size != len(document) || x.LogPosition != receipt.Position {
		t.Errorf("%+v", x)
	}
}

func TestDuplicateGetsTheFirstReceipt(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "CN/4501/26/1")
	first := w.submit(document)
	again := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: port, body: string(document)}), http.StatusOK)
	if again.Receipt != first.Receipt || again.ExchangeID != first.ExchangeID || !again.Duplicate {
		t.Errorf("first %+v, again %+v", first, again)
	}
	kept := w.do(request{path: "/v1/exchanges/" + first.ExchangeID + "/receipt", as: port})
	if kept.status != http.StatusOK || string(kept.body) != first.Receipt || kept.header.Get("Content-Type") != "application/jose" {
		t.Errorf("%d %s", kept.status, kept.body)
	}
}

func TestConflictNamesTheEarlierExchange(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	first := w.submit(carnet(t, "CN/4501/26/2"))
	other := append(carnet(t, "CN/4501/26/2"), '\n')
	p := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: string(other)}), http.StatusConflict)
	if p.Code != "number-taken" || p.Retryable || p.Earlier == nil || p.Earlier.ExchangeID != first.ExchangeID ||
		p.Earlier.DigestSHA256 != first.DigestSHA256 || !p.Earlier.AcceptedAt.Equal(first.AcceptedAt.Time) {
		t.Errorf("%+v, earlier %+v", p, p.Earlier)
	}
}

func TestPackedDocumentIsTheSameDocument(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "CN/4501/26/3")
	first := w.submit(document)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(document); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	again := w.do(request{
		path: "/v1/documents", as: port, body: packed.String(),
		header: map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/xml"},
	})
	if a := read[answer.Acceptance](t, again, http.StatusOK); a.Receipt != first.Receipt {
		t.Errorf("%+v", a)
	}
}

// What the sender sent comes back byte for byte, out of an envelope whose seal
// was verified.
func TestDocumentAndEnvelope(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "CN/4501/26/4")
	a := w.submit(document)
	got := w.do(request{path: "/v1/exchanges/" + a.ExchangeID + "/document", as: port})
	if got.status != http.StatusOK || !bytes.Equal(got.body, document) || !strings.HasPrefix(got.header.Get("Repr-Digest"), "sha-256=:") {
		t.Errorf("%d, %d bytes of %d, %v", got.status, len(got.body), len(document), got.header)
	}
	sealed := w.do(request{path: "/v1/exchanges/" + a.ExchangeID + "/envelope", as: port})
	trust := signing.NewTrust(signing.Signer{Name: "x", Certificate: w.keys.Seal.Certificate})
	opened, err := signing.OpenEnvelope(sealed.body, trust)
	if err != nil || opened.Header.ExchangeID != a.ExchangeID || !bytes.Equal(opened.Document, document) {
		t.Errorf("%v: %+v", err, opened)
	}
}

// Nothing that the store has lost or altered is passed for the document.
func TestAlteredEnvelopeIsNotShown(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(carnet(t, "CN/4501/26/5"))
	b := w.submit(carnet(t, "CN/4501/26/6"))
	w.awaitIndex()
	other, err := w.index.Exchange(t.Context(), uuid.MustParse(b.ExchangeID))
	if err != nil {
		t.Fatal(err)
	}
	w.index.misplace(a.ExchangeID, other.Body)
	p := read[answer.Problem](t, w.do(request{path: "/v1/exchanges/" + a.ExchangeID + "/document", as: port}), http.StatusInternalServerError)
	if p.Code != "internal" || p.Detail != "" {
		t.Errorf("%+v", p)
	}
	w.index.misplace(a.ExchangeID, 1<<40)
	p = read[answer.Problem](t, w.do(request{path: "/v1/exchanges/" + a.ExchangeID + "/envelope", as: port}), http.StatusNotFound)
	if p.Code != "content-gone" {
		t.Errorf("%+v", p)
	}
}

func TestChecksKeepNothing(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	cases := []struct {
		name, body, kind string
		valid            bool
		fault            string
	}{
		{"good", string(carnet(t, "CN/4501/26/7")), "ata-carnet", true, ""},
		{"warned of", string(carnet(t, "CN/4501/26/WARN7")), "ata-carnet", true, "TEST-2"},
		{"invalid", string(carnet(t, "CN/4501/26/BAD7")), "ata-carnet", false, "TEST-3"},
		{"not XML", "<a>", "", false, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := read[httpapi.Check](t, w.do(request{path: "/v1/checks", as: receiver, body: c.body}), http.StatusOK)
			if got.Valid != c.valid || got.Kind != c.kind || c.valid && c.fault == "" && len(got.Faults) > 0 {
				t.Errorf("%+v", got)
			}
			if c.fault != "" && (len(got.Faults) != 1 || got.Faults[0].Code != c.fault) {
				t.Errorf("faults %+v, want %s", got.Faults, c.fault)
			}
		})
	}
	if head, err := w.store.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("the record has %d changes (%v)", head, err)
	}
}

// Nothing is promised by a refusal, and the same document is accepted once the
// reason is gone.
func TestUnavailableThenAccepted(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "CN/4501/26/8")
	for _, err := range []error{
		fmt.Errorf("commit: %w: disk full at /secret", queue.ErrUnavailable), context.DeadlineExceeded,
	} {
		w.failAdmits(err)
		got := w.do(request{path: "/v1/documents", as: port, body: string(document)})
		p := read[answer.Problem](t, got, http.StatusServiceUnavailable)
		if got.header.Get("Retry-After") == "" || !p.Retryable || strings.Contains(string(got.body), "secret") {
			t.Errorf("%v %s", got.header, got.body)
		}
	}
	w.failAdmits(errors.New("disk image is malformed at /secret"))
	got := w.do(request{path: "/v1/documents", as: port, body: string(document)})
	if p := read[answer.Problem](t, got, http.StatusInternalServerError); p.Code != "internal" || strings.Contains(string(got.body), "secret") {
		t.Errorf("%s", got.body)
	}
	w.failAdmits(nil)
	w.submit(document)
}

// One more document than may be worked on at once is refused, to be sent again.
func TestTooMuchAtOnce(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{InFlight: 1})
	entered, leave := make(chan struct{}), make(chan struct{})
	w.stall(entered, leave)
	var first result
	var wait sync.WaitGroup
	wait.Go(func() {
		first = w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "CN/4501/26/9"))})
	})
	<-entered
	for _, path := range []string{"/v1/documents", "/v1/checks"} {
		got := w.do(request{path: path, as: port, body: string(carnet(t, "CN/4501/26/10"))})
		if p := read[answer.Problem](t, got, http.StatusServiceUnavailable); p.Code != "busy" || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	close(leave)
	wait.Wait()
	if first.status != http.StatusAccepted {
		t.Errorf("the first: %d %s", first.status, first.body)
	}
}

func TestDocumentsAreCounted(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.submit(carnet(t, "CN/4501/26/11"))
	w.submit(carnet(t, "CN/4501/26/HOLD11"))
	w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "CN/4501/26/11"))})
	w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "CN/4501/26/BAD11"))})
	w.do(request{path: "/v1/documents", as: port, body: "<a/>", header: map[string]string{"Content-Type": "text/plain"}})
	err := testutil.GatherAndCompare(w.registry, strings.NewReader(`
# HELP beibu_documents_accepted_total Documents accepted, by kind and by outcome: new, held for a person, or duplicate of one accepted before.
# TYPE beibu_documents_accepted_total counter
beibu_documents_accepted_total{kind="ata-carnet",outcome="duplicate"} 1
beibu_documents_accepted_total{kind="ata-carnet",outcome="held"} 1
beibu_documents_accepted_total{kind="ata-carnet",outcome="new"} 1
# HELP beibu_documents_refused_total Documents refused, by code.
# TYPE beibu_documents_refused_total counter
beibu_documents_refused_total{code="invalid"} 1
beibu_documents_refused_total{code="media-type"} 1
# HELP beibu_http_requests_total Requests answered.
# TYPE beibu_http_requests_total counter
beibu_http_requests_total{method="GET",route="/v1/openapi.json",status="200",surface="api"} 1
beibu_http_requests_total{method="POST",route="/v1/documents",status="200",surface="api"} 1
beibu_http_requests_total{method="POST",route="/v1/documents",status="202",surface="api"} 2
beibu_http_requests_total{method="POST",route="/v1/documents",status="415",surface="api"} 1
beibu_http_requests_total{method="POST",route="/v1/documents",status="422",surface="api"} 1
`), "beibu_documents_accepted_total", "beibu_documents_refused_total", "beibu_http_requests_total")
	if err != nil {
		t.Error(err)
	}
}
