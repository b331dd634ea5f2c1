package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/exchange/proof"
	"beibu/queue"
)

// index knows the exchanges that the test says.
type index map[uuid.UUID]exchange.Exchange

func (i index) Exchange(_ context.Context, id uuid.UUID) (exchange.Exchange, error) {
	x, ok := i[id]
	if !ok {
		return exchange.Exchange{}, errors.New("there is no such exchange")
	}
	return x, nil
}

const entryHead = `{"sender":"qinzhou-customs","kind":"ata-carnet","number":"CN/4501/26/00183","size":7402,"receivers":["window-vn"]}`

var (
	accepted  = time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	entryOne  = queue.Entry{ID: uuid.UUID{1}, At: accepted, Head: []byte(entryHead)}
	consigned = exchange.Event{Exchange: uuid.UUID{1}, Receiver: "window-vn", Name: exchange.ContentConsignment, Attempt: 1, At: accepted}
)

// folded is an index that shows everything at once.
type folded struct{}

func (folded) Wait(context.Context, int64) error { return nil }

// recorder records into a store, and is measured and logged as the daemon's.
func recorder(m *telemetry.Metrics, to queue.Appender, log *telemetry.Deliveries) *exchange.Recorder {
	return &exchange.Recorder{Appender: m.Appender(to), Fold: folded{}, Observer: m.Observer(log)}
}

// lines renders what was logged, one a line.
func lines(all *observer.ObservedLogs) []string {
	var out []string
	for _, line := range all.TakeAll() {
		m := line.ContextMap()
		out = append(out, fmt.Sprintf("%s %v %v %v from %v, %v bytes, after %v", line.Message, m["state"], m["attempt"], m["kind"], m["sender"], m["size"], m["seconds"]))
	}
	return out
}

// An attempt is logged from its consignment on, each line with what there is
// to know of its exchange.
func TestDeliveriesAreLoggedWide(t *testing.T) {
	core, log := observer.New(zap.InfoLevel)
	m, wide := newMetrics(t), telemetry.NewDeliveries(zap.New(core), index{})
	from := &store{batches: [][]queue.Entry{{entryOne}}}
	if err := (&exchange.Dispatch{Log: m.Dispatcher(from), Observer: m.Observer(wide)}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	taken := consigned
	taken.Name, taken.At = exchange.ConsignmentAcceptance, accepted.Add(90*time.Second)
	if err := recorder(m, &store{}, wide).Record(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"delivery ContentConsignment 1 ata-carnet from qinzhou-customs, 7402 bytes, after 0s",
		"delivery ConsignmentAcceptance 1 ata-carnet from qinzhou-customs, 7402 bytes, after 1m30s",
	}
	for _, line := range log.All() {
		if strings.Contains(fmt.Sprint(line.ContextMap()), "00183") {
			t.Errorf("the document's number is in the log: %v", line.ContextMap())
		}
	}
	if diff := cmp.Diff(want, lines(log)); diff != "" {
		t.Error(diff)
	}
}

// What this process did not dispatch of late, and what is tried again, is
// looked up; what cannot be found is left out.
func TestDeliveriesAskTheIndex(t *testing.T) {
	core, log := observer.New(zap.InfoLevel)
	known := index{{1}: {
		Identity: proof.Identity{Sender: "dongxing-customs", Kind: "sps-certificate"}, Size: 5,
		Deliveries: []exchange.Delivery{
			{Receiver: "gx-customs", Attempt: 2, ConsignedAt: accepted.Add(-time.Hour)},
			{Receiver: "window-vn", Attempt: 2, ConsignedAt: accepted},
		},
	}}
	steps := recorder(newMetrics(t), &store{}, telemetry.NewDeliveries(zap.New(core), known))
	second := exchange.Event{Exchange: uuid.UUID{1}, Receiver: "window-vn", Name: exchange.ConsignmentRejection, Attempt: 2, At: accepted.Add(time.Minute)}
	stranger := exchange.Event{Exchange: uuid.UUID{2}, Receiver: "window-vn", Name: exchange.ContentHandover, Attempt: 1, At: accepted}
	party := exchange.Event{Subject: queue.Subject{Kind: queue.SubjectParty, ID: "window-vn"}, Name: "PartySuspended", At: accepted} // no step of a delivery
	if err := steps.Record(t.Context(), second, party, stranger); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"delivery ConsignmentRejection 2 sps-certificate from dongxing-customs, 5 bytes, after 1m0s",
		"delivery ContentHandover 1 <nil> from <nil>, <nil> bytes, after <nil>",
	}
	if diff := cmp.Diff(want, lines(log)); diff != "" {
		t.Error(diff)
	}
}

// If nobody wants the lines, nothing is looked up for them.
func TestQuietDeliveriesCostNothing(t *testing.T) {
	core, _ := observer.New(zapcore.ErrorLevel)
	asked := telemetry.NewDeliveries(zap.New(core), nil) // an index that panics when it is asked
	if err := recorder(newMetrics(t), &store{}, asked).Record(t.Context(), consigned); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkDeliveryLines logs an attempt of a fresh exchange: its consignment,
// its hand-over and its acknowledgement.
func BenchmarkDeliveryLines(b *testing.B) {
	m, err := telemetry.NewMetrics()
	if err != nil {
		b.Fatal(err)
	}
	log, err := telemetry.NewLog(io.Discard, "info", "json")
	if err != nil {
		b.Fatal(err)
	}
	wide := telemetry.NewDeliveries(log, index{})
	steps := recorder(m, &store{}, wide)
	handed, taken := consigned, consigned
	handed.Name, taken.Name = exchange.ContentHandover, exchange.ConsignmentAcceptance
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		id := uuid.UUID{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
		entry := entryOne
		entry.ID, handed.Exchange, taken.Exchange = id, id, id
		from := &store{batches: [][]queue.Entry{{entry}}}
		err := (&exchange.Dispatch{Log: m.Dispatcher(from), Observer: m.Observer(wide)}).Run(b.Context())
		if err = errors.Join(err, steps.Record(b.Context(), handed, taken)); err != nil {
			b.Fatal(err)
		}
	}
}
