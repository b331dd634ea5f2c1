package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/projection/projectiontest"
)

// What is packed is read as it was, and a part of it, or a changed byte, does no harm.
func TestPacked(t *testing.T) {
	id := uuid.New()
	micro := began.UnixMicro()
	want := []exchange.Delivery{
		{Exchange: id, Receiver: "window-vn", Attempt: 1, State: exchange.ContentConsignment, ConsignedAt: began, ChangedAt: began},
		{
			Exchange: id, Receiver: "a\x00b\xff", Attempt: 70_000, State: exchange.ContentHandover, ConsignedAt: began.Add(-time.Hour), ChangedAt: began.AddDate(200, 0, 0),
			Lease: exchange.Lease{Holder: "node 1", Until: began.Add(time.Minute)}, Handovers: 300,
		},
		{
			Exchange: id, Receiver: "", Attempt: -1, State: exchange.ConsignmentRejection, ConsignedAt: began, ChangedAt: began,
			Cause: exchange.Cause{Code: "no", Reason: "单证不符", Actor: "clerk"},
		},
		{Exchange: id, Receiver: "new", Attempt: 1, State: exchange.ContentConsignment, ConsignedAt: began, ChangedAt: began, Envelope: -7},
		{
			Exchange: id, Receiver: "newer", Attempt: 2, State: exchange.ContentHandover, ConsignedAt: began, ChangedAt: began, Envelope: 1 << 62,
			Lease: exchange.Lease{Holder: "node 2", Until: began}, Cause: exchange.Cause{Code: "readdressed"},
		},
	}
	packed := journal.PackDeliveries(micro, want)
	got, err := journal.Unpack(packed, micro, id)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	for n := range packed {
		if got, err := journal.Unpack(packed[:n], micro, id); err == nil && len(got) == len(want) {
			t.Errorf("%d bytes of %d are enough", n, len(packed))
		}
		for _, b := range []byte{0, 0x7f, 0xff} {
			broken := append([]byte{}, packed...)
			broken[n] = b
			_, _ = journal.Unpack(broken, micro, id)
			_ = journal.UnpackSteps(broken, &exchange.Exchange{Deliveries: want})
		}
	}
}

// The timeline of a delivery that is handed over very often is complete, and so are
// its rows, whatever the batches.
func TestLongTimeline(t *testing.T) {
	const handovers = 500
	r := &record{tb: t}
	id := r.accept(document{Number: "1", Receivers: []string{"window-vn", "promotion"}})
	r.event(id, "window-vn", exchange.ContentConsignment, 1)
	r.event(id, "promotion", exchange.ContentConsignment, 1)
	for i := range handovers {
		r.handOver(id, "window-vn", 1, exchange.Lease{Holder: fmt.Sprint(i), Until: r.now().Add(time.Second)})
	}
	r.event(id, "promotion", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no", Reason: "not ours"})
	j, whole := open(t), r.folded()
	for at := 0; at < len(r.changes); at += 7 {
		if err := j.Fold(t.Context(), r.changes[at:min(at+7, len(r.changes))]); err != nil {
			t.Fatal(err)
		}
	}
	rows := projectiontest.Rows(t, j.Projection)
	if diff := cmp.Diff(projectiontest.Rows(t, whole.Projection), rows); diff != "" {
		t.Errorf("rows, -whole +in batches:\n%s", diff)
	}
	if len(rows["timeline"]) < 4 {
		t.Errorf("%d rows for the older steps: those of the exchange grow without end", len(rows["timeline"]))
	}
	x := show(t, j, id)
	if len(x.Events) != len(r.changes) || x.Deliveries[0].Handovers != handovers {
		t.Fatalf("%d steps of %d, %d hand-overs of %d", len(x.Events), len(r.changes), x.Deliveries[0].Handovers, handovers)
	}
	for i, e := range x.Events {
		if e.Sequence != int64(i+1) || i > 2 && i < len(x.Events)-1 && (e.Name != exchange.ContentHandover || e.Receiver != "window-vn" || !e.At.Equal(r.changes[i].Event.At)) {
			t.Fatalf("step %d: %+v", i, e)
		}
	}
	if last := x.Events[len(x.Events)-1]; last.Receiver != "promotion" || last.Cause.Reason != "not ours" {
		t.Errorf("the last step is %+v", last)
	}
}
