package mailbox_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/exchangetest"
	"beibu/exchange/proof"
	"beibu/queue"
)

// A world is a record, the index folded from it, and a mailbox over both.
type world struct {
	tb testing.TB
	*exchangetest.Record
	mailbox *mailbox.Mailbox
	read    atomic.Int64 // deliveries read from the index
	between func()       // called once, after the next reading
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{tb: tb, Record: exchangetest.NewRecord(tb)}
	w.mailbox = w.another()
	return w
}

// patience is how often a delivery is handed over before it is failing.
const patience = 3

// another returns a mailbox that knows nothing of the leases of the first, as
// after a crash or on another machine.
func (w *world) another() *mailbox.Mailbox {
	return mailbox.New(w, &exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal}, w.Changed, patience)
}

// Deliveries counts what is read.
func (w *world) Deliveries(ctx context.Context, q exchange.DeliveryQuery) ([]exchange.Exchange, error) {
	return w.counted(w.Record.Deliveries(ctx, q))
}

// DeliveriesOf counts what is read.
func (w *world) DeliveriesOf(ctx context.Context, receiver string, ids []uuid.UUID) ([]exchange.Delivery, error) {
	found, err := w.Record.DeliveriesOf(ctx, receiver, ids)
	w.count(len(found))
	return found, err
}

// DeliveriesByLease counts what is read.
func (w *world) DeliveriesByLease(ctx context.Context, q exchange.LeaseQuery) ([]exchange.Exchange, error) {
	return w.counted(w.Record.DeliveriesByLease(ctx, q))
}

// FailingDeliveries counts what is read.
func (w *world) FailingDeliveries(ctx context.Context, q exchange.FailingQuery) ([]exchange.Exchange, error) {
	return w.counted(w.Record.FailingDeliveries(ctx, q))
}

func (w *world) counted(found []exchange.Exchange, err error) ([]exchange.Exchange, error) {
	w.count(len(found))
	return found, err
}

func (w *world) count(found int) {
	w.read.Add(int64(found))
	if between := w.between; between != nil {
		w.between = nil
		between()
	}
}

// numbered returns the id of the document with a number.
func numbered(number int) uuid.UUID {
	return proof.Identity{Sender: "qinzhou", Kind: "health-permit", Number: fmt.Sprint(number)}.ExchangeID([32]byte{})
}

// accept takes in documents for the receivers and consigns them.
func (w *world) accept(from, to int, express bool, receivers ...string) {
	w.tb.Helper()
	var changes []queue.Change
	for n := from; n < to; n++ {
		head, err := json.Marshal(map[string]any{
			"sender": "qinzhou", "kind": "health-permit", "number": fmt.Sprint(n), "receivers": receivers, "express": express,
		})
		if err != nil {
			w.tb.Fatal(err)
		}
		changes = append(changes, queue.Change{Entry: &queue.Entry{ID: numbered(n), At: time.Now(), Head: head, Digest: sha256.Sum256(head)}})
		for _, r := range receivers {
			changes = append(changes, queue.Change{Event: &queue.Event{
				Subject: queue.ExchangeSubject(numbered(n)), Receiver: r, Name: string(exchange.ContentConsignment), Attempt: 1, At: time.Now(),
			}})
		}
	}
	if err := w.Publish(context.Background(), changes...); err != nil {
		w.tb.Fatal(err)
	}
}

// publish publishes an event of a delivery to window-vn.
func (w *world) publish(number int, name exchange.State, attempt int) {
	w.tb.Helper()
	err := w.Publish(context.Background(), queue.Change{Event: &queue.Event{
		Subject: queue.ExchangeSubject(numbered(number)), Receiver: "window-vn", Name: string(name), Attempt: attempt, At: time.Now(),
	}})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// fetch returns the numbers of what window-vn gets.
func (w *world) fetch(o exchange.Fetch) []string {
	w.tb.Helper()
	return w.fetchFrom(w.mailbox, o)
}

func (w *world) fetchFrom(m *mailbox.Mailbox, o exchange.Fetch) []string {
	w.tb.Helper()
	items, err := m.Fetch(context.Background(), "window-vn", o)
	if err != nil {
		w.tb.Fatal(err)
	}
	numbers := []string{}
	for _, item := range items {
		numbers = append(numbers, item.Exchange.Identity.Number)
	}
	return numbers
}

// acknowledge returns the outcomes of acknowledgements by window-vn.
func (w *world) acknowledge(acks ...exchange.Ack) []exchange.AckResult {
	w.tb.Helper()
	results, err := w.mailbox.Acknowledge(context.Background(), "window-vn", acks)
	if err != nil {
		w.tb.Fatal(err)
	}
	return results
}

func accepted(number int) exchange.Ack {
	return exchange.Ack{Exchange: numbered(number), Accepted: true}
}

func refused(number int) exchange.Ack {
	return exchange.Ack{Exchange: numbered(number), Code: "no", Reason: "not for us"}
}

// after waits for a time on the clock of the bubble.
func after(d time.Duration) { <-time.After(d) }
