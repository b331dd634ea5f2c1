package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue"
)

// A document that comes by another way is answered as over HTTP: the same
// status and the same bytes, but for the name of the request.
func TestSubmitAnswersAsHTTPDoes(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{Document: 64 << 10})
	changed := bytes.Replace(carnet(t, "CN-1"), []byte("</"), []byte(" </"), 1)
	for name, document := range map[string][]byte{
		"accepted": carnet(t, "CN-1"), "another content": changed, "breaks a rule": carnet(t, "BAD"),
		"no XML": []byte("carnet"), "empty": nil, "too large": make([]byte, 64<<10+1),
	} {
		first := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", document)
		over := w.do(request{method: http.MethodPost, path: "/v1/documents", as: port, body: string(document), header: map[string]string{
			"X-Request-Id": "request-1", "Content-Type": "application/xml",
		}})
		again := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", document)
		from := w.admission.SubmitUnread(t.Context(), exchange.WayFolder, port, "request-1", unread(document))
		if from.Status != again.Status || from.Media != again.Media || !bytes.Equal(from.Body, again.Body) {
			t.Errorf("%s from a folder: %+v\n%s", name, from, from.Body)
		}
		if again.Status != over.status || again.Media != over.header.Get("Content-Type") || !bytes.Equal(again.Body, over.body) || again.RetryAfter != 0 {
			t.Errorf("%s: %+v\n%s\nover HTTP %d %s", name, again, again.Body, over.status, over.body)
		}
		if accepted := first.Exchange != ""; accepted != (first.Code == "") || accepted != (first.Err == nil) || accepted && first.Status != http.StatusAccepted {
			t.Errorf("%s: %+v", name, first)
		}
	}
}

// A resend gets the first receipt by either way, though its route was removed
// since, and judges nothing again.
func TestResendAfterAChange(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "CN-1 WARN")
	first := w.submit(document)
	w.change(func(now *exchange.InForce) { now.Routes = w.noRoutes() })
	over := read[answer.Acceptance](t, w.do(request{method: http.MethodPost, path: "/v1/documents", as: port, body: string(document)}), http.StatusOK)
	if over.Receipt != first.Receipt || !over.Duplicate || len(first.Faults) == 0 || len(over.Faults) != 0 {
		t.Errorf("over HTTP %+v, first %+v", over, first)
	}
	a := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", document)
	if a.Status != http.StatusOK || !a.Duplicate || a.Exchange != first.ExchangeID || !bytes.Contains(a.Body, []byte(first.Receipt)) {
		t.Errorf("by another way %+v", a)
	}
	if p := read[answer.Problem](t, w.do(request{method: http.MethodPost, path: "/v1/documents", as: port, body: string(carnet(t, "CN-2"))}), http.StatusUnprocessableEntity); p.Code != "unroutable" {
		t.Errorf("a new document: %+v", p)
	}
}

// A reply distinguishes what was not promised from what was refused.
func TestSubmitSaysWhetherToComeAgain(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{InFlight: 1})
	w.failAdmits(queue.ErrUnavailable)
	if a := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", carnet(t, "CN-1")); a.Status != http.StatusServiceUnavailable || a.RetryAfter == 0 || a.Overloaded {
		t.Errorf("the log is away: %+v", a)
	}
	w.failAdmits(errors.New("broken"))
	if a := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", carnet(t, "CN-1")); a.Status != http.StatusInternalServerError || a.RetryAfter != 0 {
		t.Errorf("broken: %+v", a)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	w.stall(entered, leave)
	answered := make(chan answer.Reply)
	go func() {
		answered <- w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", carnet(t, "CN-1"))
	}()
	<-entered
	if a := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-2", carnet(t, "CN-2")); a.Code != "busy" || a.RetryAfter == 0 || !a.Overloaded {
		t.Errorf("busy: %+v", a)
	}
	close(leave)
	if a := <-answered; a.Status != http.StatusAccepted {
		t.Errorf("let on: %+v", a)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	w.admit.Store(nil)
	if a := w.admission.Submit(ended, exchange.WayTopic, port, "request-3", carnet(t, "CN-3")); a.RetryAfter == 0 {
		t.Errorf("cut short: %+v", a)
	}
}

func TestSubmitBySuspended(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.suspend(port)
	a := w.admission.Submit(t.Context(), exchange.WayTopic, port, "request-1", nil)
	over := w.do(request{method: http.MethodPost, path: "/v1/documents", as: port, header: map[string]string{"X-Request-Id": "request-1"}})
	if a.Status != http.StatusForbidden || !bytes.Equal(a.Body, over.body) {
		t.Errorf("answered %+v, over HTTP %s", a, over.body)
	}
}

// A party to which deliveries are pushed has no mailbox beside it.
func TestMailboxOfAPartyWithAnAddress(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.changeParties(func(p *exchange.Party) {
		if p.ID == receiver {
			p.Push = exchange.Push{URL: "https://push.example/"}
		}
	})
	if p := read[answer.Problem](t, w.do(request{path: "/v1/mailbox", as: receiver}), http.StatusForbidden); p.Code != "delivered-by-push" {
		t.Errorf("answered %+v", p)
	}
}

// A party whose deliveries are written to a folder has no mailbox beside it; one that only
// sends by a folder has.
func TestMailboxOfAPartyWithAFolder(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	give := func(f exchange.Folder) {
		w.changeParties(func(p *exchange.Party) {
			if p.ID == receiver {
				p.Folder = f
			}
		})
	}
	give(exchange.Folder{Place: "/srv/a", Sends: true})
	w.fetch(receiver, "")
	give(exchange.Folder{Place: "/srv/a", Receives: true})
	if p := read[answer.Problem](t, w.do(request{path: "/v1/mailbox", as: receiver}), http.StatusForbidden); p.Code != "delivered-by-folder" {
		t.Errorf("answered %+v", p)
	}
}

// A document that is too large is not read, and an error of reading is the outcome.
func TestSubmitUnread(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{Document: 1000})
	asked := false
	read := func() ([]byte, error) {
		asked = true
		return nil, &exchange.Error{Op: "read document", Kind: exchange.Unavailable}
	}
	if r := w.admission.SubmitUnread(t.Context(), exchange.WayFolder, port, "request-1", admission.Unread{Size: 1001, Read: read}); r.Code != "too-large" || asked {
		t.Errorf("%s, read %t", r.Code, asked)
	}
	if r := w.admission.SubmitUnread(t.Context(), exchange.WayFolder, port, "request-1", admission.Unread{Size: 1000, Read: read}); r.Code != "unavailable" || r.RetryAfter == 0 || !asked {
		t.Errorf("%s, read %t", r.Code, asked)
	}
	w.suspend(port)
	asked = false
	if r := w.admission.SubmitUnread(t.Context(), exchange.WayFolder, port, "request-1", admission.Unread{Read: read}); r.Code != exchange.CodeSuspended || asked {
		t.Errorf("%s, read %t", r.Code, asked)
	}
}

// A party with a topic has no mailbox beside it, and acknowledges all the same.
func TestMailboxOfAPartyWithATopic(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	id := w.submit(carnet(t, "CN-1")).ExchangeID
	if mail := w.fetch(receiver, "wait=30s"); len(mail) != 1 { // which is when the receiver has it
		t.Fatalf("%d deliveries", len(mail))
	}
	w.changeParties(func(p *exchange.Party) {
		if p.ID == receiver {
			p.Deliver = exchange.Outlet{Topic: "deliveries"}
		}
	})
	if p := read[answer.Problem](t, w.do(request{path: "/v1/mailbox", as: receiver}), http.StatusForbidden); p.Code != "delivered-by-topic" {
		t.Errorf("answered %+v", p)
	}
	acks, err := json.Marshal(httpapi.Acks{Acks: []httpapi.Ack{{ExchangeID: id, Outcome: httpapi.Accepted}}})
	if err != nil {
		t.Fatal(err)
	}
	read[httpapi.AckResults](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: string(acks)}), http.StatusOK)
	w.fetch(stranger, "")
}
