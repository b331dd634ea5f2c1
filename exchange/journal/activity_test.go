package journal_test

import (
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/proof"
	"beibu/queue"
)

// sideOf returns what an index has of one side of a party.
func sideOf(t *testing.T, from exchange.ActivityLog, party string, side exchange.Side) exchange.Activity {
	t.Helper()
	all, err := from.Activities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Party == party && a.Side == side {
			return a
		}
	}
	return exchange.Activity{}
}

// The index has the last failure of each side of a party, with its cause and the next try,
// and when it last succeeded.
func TestActivity(t *testing.T) {
	r := &record{tb: t}
	first := r.accept(document{Number: "1", Receivers: []string{"window-vn"}})
	r.event(first, "window-vn", exchange.ContentConsignment, 1)
	r.event(first, "window-vn", exchange.ContentHandover, 1)
	taken := r.changes[len(r.changes)-1].Event.At
	second := r.accept(document{Number: "2", Receivers: []string{"window-vn"}})
	accepted := r.changes[len(r.changes)-1].Entry.At
	r.event(second, "window-vn", exchange.ContentConsignment, 1)
	next := began.Add(5 * time.Hour)
	r.changes = append(r.changes, queue.Change{Sequence: r.next(), Event: &queue.Event{
		Subject: queue.ExchangeSubject(second), Receiver: "window-vn", Name: string(exchange.HandoverAttempt), Attempt: 1, At: r.now(),
		Detail: []byte(`{"code":"http-500","next":"` + next.Format(time.RFC3339) + `"}`),
	}})
	failed := r.changes[len(r.changes)-1].Event.At
	r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "qinzhou-customs", Kind: "health-permit"}, Code: "invalid", Way: exchange.WayHTTP})
	j := r.folded()
	if a := sideOf(t, j, "window-vn", exchange.Receiving); !a.Failed.Equal(failed) || a.Cause.Code != "http-500" || !a.Next.Equal(next) || a.Breaker.IsOpen() {
		t.Errorf("the receiver: %+v", a)
	}
	if a := sideOf(t, j, "qinzhou-customs", exchange.Sending); a.Cause.Code != "invalid" || a.Failed.IsZero() {
		t.Errorf("the sender: %+v", a)
	}
	for _, want := range []struct {
		party string
		side  exchange.Side
		at    time.Time
	}{
		{"window-vn", exchange.Receiving, taken},
		{"qinzhou-customs", exchange.Sending, accepted},
		{"window-th", exchange.Receiving, time.Time{}},
		{"window-th", exchange.Sending, time.Time{}},
	} {
		if at, err := j.LastSuccess(t.Context(), want.party, want.side); err != nil || !at.Equal(want.at) {
			t.Errorf("%s, side %d: %s, want %s, %v", want.party, want.side, at, want.at, err)
		}
	}
}
