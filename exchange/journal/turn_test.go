package journal_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/journal"
)

// sameNumber reports whether two exchanges are versions of one document number.
func sameNumber(a, b exchange.Exchange) bool {
	return a.Identity.Sender == b.Identity.Sender && a.Identity.Kind == b.Identity.Kind && a.Identity.Number == b.Identity.Number
}

// deliveryTo returns the delivery of an exchange to a receiver, or nil.
func deliveryTo(x exchange.Exchange, receiver string) *exchange.Delivery {
	for i := range x.Deliveries {
		if x.Deliveries[i].Receiver == receiver {
			return &x.Deliveries[i]
		}
	}
	return nil
}

// others returns the open deliveries to a receiver of the other versions of an exchange.
func others(all map[uuid.UUID]exchange.Exchange, x exchange.Exchange, receiver string) (open []exchange.Exchange) {
	for _, o := range all {
		if d := deliveryTo(o, receiver); o.ID != x.ID && sameNumber(x, o) && d != nil && d.State.Open() {
			open = append(open, o)
		}
	}
	return open
}

// outOfTurn reports whether an event hands over a delivery while another of its number is
// under lease.
func outOfTurn(all map[uuid.UUID]exchange.Exchange, e exchange.Event) bool {
	return e.Name == exchange.ContentHandover && e.Lease.Holder != "" &&
		slices.ContainsFunc(others(all, all[e.Exchange], e.Receiver), func(o exchange.Exchange) bool {
			d := deliveryTo(o, e.Receiver)
			return d.State == exchange.ContentHandover && d.Lease.Holds(e.At)
		})
}

// firstOf returns the exchange of the first open delivery of a number to a receiver.
func firstOf(all map[uuid.UUID]exchange.Exchange, x exchange.Exchange, receiver string) uuid.UUID {
	var open []exchange.Exchange
	for _, o := range all {
		if d := deliveryTo(o, receiver); sameNumber(x, o) && d != nil && d.State.Open() {
			open = append(open, o)
		}
	}
	if len(open) == 0 {
		return uuid.Nil
	}
	return slices.MinFunc(open, func(a, b exchange.Exchange) int { return cmp.Compare(a.Sequence, b.Sequence) }).ID
}

// A right is that of one exchange to the turn at one receiver.
type right struct {
	id       uuid.UUID
	receiver string
}

// passTurn notes that an event gave the turn to another delivery than its own.
func passTurn(all map[uuid.UUID]exchange.Exchange, freed map[right]time.Time, x exchange.Exchange, e exchange.Event, before uuid.UUID) {
	if first := firstOf(all, x, e.Receiver); first != before && first != x.ID {
		freed[right{first, e.Receiver}] = e.At
	}
	if d := deliveryTo(x, e.Receiver); d == nil || !d.State.Open() {
		delete(freed, right{x.ID, e.Receiver})
	}
}

// compareTurns compares whose turn it is.
func compareTurns(t *rapid.T, j *journal.Journal, all map[uuid.UUID]exchange.Exchange, due map[right]time.Time) {
	now := began.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "now")) * time.Minute)
	for _, receiver := range []string{"window-vn", "promotion"} {
		for _, q := range []exchange.DeliveryQuery{
			{},
			{InTurn: true},
			{InTurn: true, Unless: exchange.Out{LeasedAt: now}},
			{InTurn: true, Unless: exchange.Out{HandedOver: true}},
		} {
			q.Receiver, q.States = receiver, []exchange.State{exchange.ContentConsignment, exchange.ContentHandover}
			found, err := j.Deliveries(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			got, want := []string{}, []string{}
			for _, x := range found {
				got = append(got, fmt.Sprint(x.Sequence, " due since ", x.Deliveries[0].DueSince))
			}
			for _, x := range all {
				d := deliveryTo(x, receiver)
				if d == nil || !d.State.Open() || q.InTurn && (firstOf(all, x, receiver) != x.ID || inTheWay(all, x, receiver, q.Unless)) {
					continue
				}
				since := d.ChangedAt
				if came := due[right{x.ID, receiver}]; came.After(since) {
					since = came
				}
				want = append(want, fmt.Sprint(x.Sequence, " due since ", since))
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("%+v, -model +index:\n%s", q, diff)
			}
		}
	}
}

// inTheWay reports whether another version is out.
func inTheWay(all map[uuid.UUID]exchange.Exchange, x exchange.Exchange, receiver string, out exchange.Out) bool {
	return out != exchange.Out{} && slices.ContainsFunc(others(all, x, receiver), func(o exchange.Exchange) bool {
		d := deliveryTo(o, receiver)
		return d.State == exchange.ContentHandover && (out.HandedOver || d.Lease.Holds(out.LeasedAt))
	})
}

// Thousands of versions of one number that wait cost no more than one, neither those who
// list what is due nor the fold.
func TestManyVersionsDelayNobody(t *testing.T) {
	const versions = 3000
	r := &record{tb: t}
	for n := range versions {
		r.consign(r.accept(document{Number: "same", Version: strconv.Itoa(n), Receivers: []string{"window-vn"}}), "window-vn")
	}
	other := r.accept(document{Number: "other", Receivers: []string{"window-vn"}})
	r.consign(other, "window-vn")
	j := r.folded()
	q := exchange.DeliveryQuery{Receiver: "window-vn", States: []exchange.State{exchange.ContentConsignment}, InTurn: true, Limit: 2}
	found, err := j.Deliveries(t.Context(), q)
	if err != nil || len(found) != 2 || found[0].Identity.Version != "0" || found[1].ID != other {
		t.Fatalf("%v, %v", found, err)
	}
}

// compareHeld compares what waits for its turn with the model, and why.
func compareHeld(t *rapid.T, j *journal.Journal, all map[uuid.UUID]exchange.Exchange) {
	for _, receiver := range []string{"window-vn", "promotion"} {
		some, count, err := j.HeldBack(context.Background(), receiver)
		if err != nil || len(some) != count {
			t.Fatalf("%d of %d, %v", len(some), count, err)
		}
		var got, want []string
		waiting := 0
		for _, h := range some {
			waiting += h.Waiting
			d := h.Next.Deliveries[0]
			got = append(got, fmt.Sprint(h.Next.Sequence, d.State, h.Waiting, h.Since, h.IsOut, h.Out.Until))
		}
		for _, x := range byAge(all) {
			behind := others(all, x, receiver)
			if firstOf(all, x, receiver) != x.ID || len(behind) == 0 {
				continue
			}
			d := deliveryTo(x, receiver)
			since, out, until := time.Time{}, false, time.Time{}
			endless := false
			for _, o := range behind {
				od := deliveryTo(o, receiver)
				if since.IsZero() || od.ConsignedAt.Before(since) {
					since = od.ConsignedAt
				}
				if od.State == exchange.ContentHandover {
					out, endless = true, endless || od.Lease.Until.IsZero()
					if od.Lease.Until.After(until) {
						until = od.Lease.Until
					}
				}
			}
			if since.Before(d.ConsignedAt) {
				since = d.ConsignedAt
			}
			if endless {
				until = time.Time{}
			}
			want = append(want, fmt.Sprint(x.Sequence, d.State, len(behind), since, out, until))
		}
		slices.Reverse(want)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("held back at %s, -model +index:\n%s", receiver, diff)
		}
		counts, err := j.Counts(context.Background(), 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range counts {
			if c.Receiver == receiver && c.HeldBack != waiting {
				t.Fatalf("%d are counted as held back at %s, and %d are", c.HeldBack, receiver, waiting)
			}
		}
	}
}

// The reason for which deliveries wait is the state of the next one.
func TestWhyDeliveriesWait(t *testing.T) {
	now := began
	lease := exchange.Lease{Holder: "one", Until: now.Add(time.Minute)}
	over := exchange.Lease{Holder: "one", Until: now.Add(-time.Minute)}
	for name, test := range map[string]struct {
		next  exchange.Delivery
		isOut bool
		out   exchange.Lease
		want  exchange.Wait
		until time.Time
	}{
		"not fetched":           {next: exchange.Delivery{State: exchange.ContentConsignment}, want: exchange.WaitHandover},
		"leased":                {next: exchange.Delivery{State: exchange.ContentHandover, Lease: lease, Handovers: 9}, want: exchange.WaitLease, until: lease.Until},
		"failing":               {next: exchange.Delivery{State: exchange.ContentHandover, Lease: over, Handovers: 5}, want: exchange.WaitFailing},
		"lease over":            {next: exchange.Delivery{State: exchange.ContentHandover, Lease: over, Handovers: 4}, want: exchange.WaitAcknowledge},
		"tried again":           {next: exchange.Delivery{State: exchange.ContentConsignment, Retry: exchange.Retry{Tries: 1, Next: now}}, want: exchange.WaitRetry, until: now},
		"later under lease":     {next: exchange.Delivery{State: exchange.ContentConsignment}, isOut: true, out: lease, want: exchange.WaitLater, until: lease.Until},
		"later, lease over":     {next: exchange.Delivery{State: exchange.ContentConsignment}, isOut: true, out: over, want: exchange.WaitHandover},
		"later, not closed yet": {next: exchange.Delivery{State: exchange.ContentConsignment}, isOut: true, want: exchange.WaitLater},
	} {
		h := exchange.HeldNumber{Next: exchange.Exchange{Deliveries: []exchange.Delivery{test.next}}, IsOut: test.isOut, Out: test.out}
		why, until := h.Why(5, now)
		if text := why.Text(); why != test.want || !until.Equal(test.until) || text.EN == "" || text.ZH == "" {
			t.Errorf("%s: %s until %s, %+v; want %s until %s", name, why, until, text, test.want, test.until)
		}
	}
}
