// Package couriertest checks that a carrier keeps what package courier promises.
package couriertest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/exchangetest"
	"beibu/exchange/proof"
	"beibu/queue"
)

// BreakAfter is how many failures in a row open a circuit breaker of a [World].
const BreakAfter = 5

// A World is a record, the index folded from it, and what a courier says. It is the
// courier's meter.
type World struct {
	*exchangetest.Record
	T       *testing.T
	Courier *courier.Courier // whose fields a test may change before it runs
	Warned  chan string      // every message of the log from Info up; as many as a test may have
	counted chan string
}

// NewWorld returns a world in which nothing was accepted.
func NewWorld(t *testing.T) *World {
	t.Helper()
	w := &World{Record: exchangetest.NewRecord(t), T: t, Warned: make(chan string, 1000), counted: make(chan string, 1000)}
	core, _ := observer.New(zap.InfoLevel)
	w.Courier = &courier.Courier{
		Journal: w, Bodies: w, Recorder: &exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal}, Changed: w.Changed,
		Schedule: courier.DefaultSchedule, GiveUp: 7 * 24 * time.Hour, BreakAfter: BreakAfter, Breakers: w, Meter: w,
		Log: zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
			w.Warned <- e.Message
			return nil
		})),
	}
	return w
}

// Run carries beside the test until stop.
func (w *World) Run(to courier.Receiver) (stop func()) {
	w.T.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.T.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Courier.Run(ctx, to) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				w.T.Error(err)
			}
		})
	}
	w.T.Cleanup(stop)
	return stop
}

// Carried is courier.Meter's.
func (w *World) Carried(receiver string, delivered, givenUp int) {
	w.counted <- fmt.Sprintf("%s: %d delivered, %d given up", receiver, delivered, givenUp)
}

// Failed is courier.Meter's.
func (w *World) Failed(receiver string, refused bool) {
	w.counted <- fmt.Sprintf("%s: failed, refused %t", receiver, refused)
}

// Breaker is courier.Meter's.
func (w *World) Breaker(receiver string, open bool) {
	w.counted <- fmt.Sprintf("%s: breaker open %t", receiver, open)
}

// Counts fails the test unless these are counted next. A breaker that is closed is not
// counted.
func (w *World) Counts(want ...string) {
	w.T.Helper()
	for _, want := range want {
		got := <-w.counted
		for strings.HasSuffix(got, ": breaker open false") {
			got = <-w.counted
		}
		if got != want {
			w.T.Errorf("counted %q, want %q", got, want)
		}
	}
}

// Identity is that of the document with a number.
func Identity(number int) proof.Identity {
	return proof.Identity{Sender: "qinzhou-customs", Kind: "health-permit", Number: fmt.Sprintf("№ %d", number), Version: "2"}
}

// IDOf returns the exchange id of the document with a number.
func IDOf(number int) uuid.UUID { return Identity(number).ExchangeID([sha256.Size]byte{}) }

// Accept accepts documents for receivers at a time, and consigns them.
func (w *World) Accept(at time.Time, from, to int, express bool, receivers ...string) {
	w.T.Helper()
	var changes []queue.Change
	for n := from; n < to; n++ {
		changes = append(changes, accepted(w.T, Identity(n), at, express, receivers...)...)
	}
	if err := w.Publish(w.T.Context(), changes...); err != nil {
		w.T.Fatal(err)
	}
}

// Version returns the identity of a version of the document with a number, which has a
// version 2 that Accept accepts.
func Version(number int, version string) proof.Identity {
	i := Identity(number)
	i.Version = version
	return i
}

// AcceptVersions accepts versions of the document with a number, and consigns them to a
// receiver.
func (w *World) AcceptVersions(number int, receiver string, versions ...string) {
	w.T.Helper()
	var changes []queue.Change
	for _, v := range versions {
		changes = append(changes, accepted(w.T, Version(number, v), time.Now(), false, receiver)...)
	}
	if err := w.Publish(w.T.Context(), changes...); err != nil {
		w.T.Fatal(err)
	}
}

// accepted returns the entry of a document and the events that consign it.
func accepted(t *testing.T, i proof.Identity, at time.Time, express bool, receivers ...string) []queue.Change {
	t.Helper()
	head, err := json.Marshal(map[string]any{
		"sender": i.Sender, "kind": i.Kind, "number": i.Number, "version": i.Version, "receivers": receivers, "express": express,
	})
	if err != nil {
		t.Fatal(err)
	}
	id := i.ExchangeID([sha256.Size]byte{})
	changes := []queue.Change{{Entry: &queue.Entry{ID: id, Key: i.Key(), At: at, Head: head}}}
	for _, r := range receivers {
		changes = append(changes, queue.Change{Event: &queue.Event{
			Subject: queue.ExchangeSubject(id), Receiver: r, Name: string(exchange.ContentConsignment), Attempt: 1, At: at,
		}})
	}
	return changes
}

// Move records an event of a delivery.
func (w *World) Move(number int, receiver string, name exchange.State, attempt int, at time.Time) {
	w.T.Helper()
	w.MoveID(IDOf(number), receiver, name, attempt, at)
}

// MoveID records an event of the delivery of an exchange.
func (w *World) MoveID(id uuid.UUID, receiver string, name exchange.State, attempt int, at time.Time) {
	w.T.Helper()
	_, err := w.Append(w.T.Context(), queue.Event{
		Subject: queue.ExchangeSubject(id), Receiver: receiver, Name: string(name), Attempt: attempt, At: at,
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Delivery returns a delivery as the index shows it.
func (w *World) Delivery(number int, receiver string) exchange.Delivery {
	w.T.Helper()
	return w.deliveryOf(IDOf(number), receiver)
}

func (w *World) deliveryOf(id uuid.UUID, receiver string) exchange.Delivery {
	w.T.Helper()
	x, err := w.Exchange(w.T.Context(), id)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, d := range x.Deliveries {
		if d.Receiver == receiver {
			return d
		}
	}
	w.T.Fatalf("no delivery of %s to %s", id, receiver)
	return exchange.Delivery{}
}

// Await waits until a delivery is in a state.
func (w *World) Await(number int, receiver string, state exchange.State) {
	w.T.Helper()
	w.AwaitID(IDOf(number), receiver, state)
}

// AwaitID waits until the delivery of an exchange is in a state.
func (w *World) AwaitID(id uuid.UUID, receiver string, state exchange.State) {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), time.Minute) // so that a test fails and does not hang
	defer cancel()
	for {
		head, err := w.Head(ctx) // before the read, so that nothing is missed after it
		if err != nil {
			w.T.Fatal(err)
		}
		is := w.deliveryOf(id, receiver).State
		if is == state {
			return
		}
		if err := w.Wait(ctx, head+1); err != nil {
			w.T.Fatalf("delivery of %s to %s is in state %s, want %s: %v", id, receiver, is, state, err)
		}
	}
}
