package journal_test

import (
	"slices"
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

// hoursOf returns the hours of one side of a party, with how much failed in each.
func hoursOf(t *testing.T, j exchange.ActivityLog, party string, side exchange.Side) map[time.Time]exchange.ActivityHour {
	t.Helper()
	all, err := j.ActivityHours(t.Context(), party, side, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	byHour := make(map[time.Time]exchange.ActivityHour)
	for _, h := range all {
		byHour[h.Hour] = h
	}
	return byHour
}

// The index has the hours in which a party was active or failed, also of a batch that was
// undone and is folded again, and drops those of long ago.
func TestActivityHours(t *testing.T) {
	r := &record{tb: t}
	id := r.accept(document{Number: "1", Receivers: []string{"window-vn"}})
	r.event(id, "window-vn", exchange.ContentConsignment, 1)
	r.event(id, "window-vn", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no"})
	r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "qinzhou-customs", Kind: "health-permit"}, Code: "invalid", Way: exchange.WayHTTP})
	j := open(t)
	changes := r.take()
	undone := append(slices.Clip(changes), queue.Change{Sequence: r.next()}) // neither entry nor event
	if err := j.Fold(t.Context(), undone); err == nil {
		t.Fatal("the batch is folded")
	}
	if err := j.Fold(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	hour := began.Truncate(time.Hour)
	want := exchange.ActivityHour{Hour: hour, Active: true, Failed: 1}
	for party, side := range map[string]exchange.Side{"window-vn": exchange.Receiving, "qinzhou-customs": exchange.Sending} {
		if got := hoursOf(t, j, party, side); len(got) != 1 || got[hour] != want {
			t.Errorf("%s: %+v", party, got)
		}
	}
	for i, days := range []time.Duration{14, 15} {
		r.skew = days * 24 * time.Hour
		r.accept(document{Number: string(rune('a' + i))})
		if err := j.Fold(t.Context(), r.take()); err != nil {
			t.Fatal(err)
		}
		got := hoursOf(t, j, "qinzhou-customs", exchange.Sending)
		if _, kept := got[hour]; len(got) != 2 || kept != (days == 14) {
			t.Errorf("after %d days: %+v", days, got)
		}
	}
}
