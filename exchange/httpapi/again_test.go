package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// again returns what was consigned to a party, in pages of two.
func (w *world) again(as, query string) (all []httpapi.AgainItem) {
	w.t.Helper()
	for cursor := ""; ; {
		page := read[httpapi.AgainPage](w.t, w.do(request{path: "/v1/mailbox/again?limit=2&" + query + cursor, as: as}), http.StatusOK)
		all = append(all, page.Deliveries...)
		if page.Next == "" {
			return all
		}
		cursor = "&cursor=" + page.Next
	}
}

func said(items []httpapi.AgainItem) (all []string) {
	for _, d := range items {
		all = append(all, fmt.Sprintf("%s %s %d %t", d.DocumentNumber, d.State, d.Handovers, d.Waiting))
	}
	return all
}

// Two consumers of a party are in the middle of their work when a third reads all of it
// again: it sees everything as it is, and changes nothing for them. What was held has the
// place of its release, and what was readdressed that of the readdressing.
func TestReadAgain(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	held := w.submit(carnet(t, "HOLD-1"))
	first, second, third := w.submit(carnet(t, "A")), w.submit(carnet(t, "B")), w.submit(carnet(t, "C"))
	w.consigned(third.ExchangeID)
	w.reject(first.ExchangeID, exchange.Cause{Code: "unreadable"})
	one := w.fetch(receiver, "limit=1&lease=1h")
	if len(one) != 1 || one[0].ExchangeID != second.ExchangeID {
		t.Fatalf("%+v", one)
	}
	read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + held.ExchangeID + "/release", as: operator, body: `{"reason":"seen"}`}), http.StatusOK)
	w.consigned(held.ExchangeID)
	want := []string{"A ConsignmentRejection 0 false", "B ContentHandover 1 true", "C ContentConsignment 0 true", "HOLD-1 ContentConsignment 0 true"}
	for range 2 {
		items := w.again(receiver, "")
		if diff := cmp.Diff(want, said(items)); diff != "" {
			t.Errorf("-want +again:\n%s", diff)
		}
		for _, d := range items {
			if got := w.do(request{path: d.Envelope, as: receiver}); !d.Again || !d.LeasedUntil.IsZero() || d.Attempt != 1 || d.ConsignedAt.IsZero() || got.status != http.StatusOK {
				t.Errorf("%d, %+v", got.status, d)
			}
		}
	}
	other := w.fetch(receiver, "lease=1h")
	if len(other) != 2 || other[0].ExchangeID != held.ExchangeID || other[1].ExchangeID != third.ExchangeID || other[0].Handovers != 1 {
		t.Errorf("the other consumer gets %+v", other)
	}
	acked := ack(`"outcome":"accepted"`, second.ExchangeID)
	read[httpapi.AckResults](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: acked}), http.StatusOK)
	if got := said(w.again(receiver, "")); got[1] != "B ConsignmentAcceptance 1 false" {
		t.Errorf("after its acknowledgement: %v", got)
	}

	x, err := w.index.Exchange(t.Context(), uuid.MustParse(first.ExchangeID))
	if err != nil {
		t.Fatal(err)
	}
	if got := w.again(stranger, ""); len(got) != 0 {
		t.Errorf("a stranger reads %+v", got)
	}
	moved := time.Now()
	err = w.recorder.Record(t.Context(), exchange.Event{
		Exchange: x.ID, Receiver: stranger, Name: exchange.ContentConsignment, Attempt: 1, At: moved, Envelope: x.Body, Cause: exchange.Cause{Code: exchange.CodeReaddressed},
	})
	if err != nil {
		t.Fatal(err)
	}
	since := "since=" + url.QueryEscape(moved.Add(-time.Millisecond).Format(time.RFC3339Nano))
	if got := fmt.Sprint(said(w.again(stranger, since))); got != "[A ContentConsignment 0 true]" {
		t.Errorf("readdressed: %s", got)
	}
	if got := said(w.again(receiver, since)); len(got) != 0 {
		t.Errorf("since the readdressing to another: %v", got)
	}
	for as := range map[string]bool{operator: true, "": true} {
		if got := w.do(request{path: "/v1/mailbox/again", as: as}); got.status != http.StatusForbidden && got.status != http.StatusUnauthorized {
			t.Errorf("%q: %d", as, got.status)
		}
	}
}

// A cursor is good for the party that it was given to, in this list, and for good. Any
// other is refused in both languages.
func TestCursorsOfAgain(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	var last string
	for _, number := range []string{"A", "B", "C"} {
		last = w.submit(carnet(t, number)).ExchangeID
	}
	w.consigned(last)
	ask := func(as, cursor string) result {
		return w.do(request{path: "/v1/mailbox/again?limit=1&cursor=" + cursor, as: as})
	}
	first := read[httpapi.AgainPage](t, ask(receiver, ""), http.StatusOK)
	for range 2 { // and what happens does not change it
		page := read[httpapi.AgainPage](t, ask(receiver, first.Next), http.StatusOK)
		if len(page.Deliveries) != 1 || page.Deliveries[0].DocumentNumber != "B" {
			t.Errorf("%+v", page)
		}
		w.fetch(receiver, "")
	}
	list := read[httpapi.Page](t, w.do(request{path: "/v1/exchanges?limit=1", as: receiver}), http.StatusOK)
	beyond := httpapi.WritePlace(1<<40, receiver)
	for name, c := range map[string]struct{ as, cursor string }{
		"of another party": {stranger, first.Next}, "of another list": {receiver, list.Next}, "changed": {receiver, "A" + first.Next[1:]},
		"cut": {receiver, first.Next[:len(first.Next)-1]}, "none": {receiver, "x"}, "behind the record": {receiver, beyond}, "below it": {receiver, httpapi.WritePlace(-1, receiver)},
	} {
		p := read[answer.Problem](t, ask(c.as, c.cursor), http.StatusUnprocessableEntity)
		if p.Code != "unknown-cursor" || !strings.Contains(p.ZH.Detail, "游标") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
