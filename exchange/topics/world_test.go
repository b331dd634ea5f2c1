package topics_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/proof"
	"beibu/exchange/topics"
	"beibu/queue"
	"beibu/queue/kafka"
)

// cluster starts a Kafka in this process.
func cluster(t *testing.T) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A desk is where a test speaks to Kafka: through the package's own broker, and
// through another client that sees what the package has done.
type desk struct {
	t      *testing.T
	seeds  []string
	broker *topics.Broker
	other  *kgo.Client
}

func newDesk(t *testing.T, brokers []string) *desk {
	t.Helper()
	connection, err := kafka.Connect(kafka.Options{Brokers: brokers, Session: 6 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, seeds: brokers, broker: topics.NewBroker(topics.Connection{
		Brokers: connection.Brokers, Transport: connection.Transport, Join: connection.Join,
	}, 1<<20)}
	if d.other, err = kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.other.Close()
		if err := d.broker.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// topic makes a topic with a name of its own.
func (d *desk) topic(partitions int32) string {
	d.t.Helper()
	name := "t-" + uuid.NewString()
	d.create(name, partitions)
	return name
}

func (d *desk) create(name string, partitions int32) {
	d.t.Helper()
	if _, err := kadm.NewClient(d.other).CreateTopic(d.t.Context(), partitions, 1, nil, name); err != nil {
		d.t.Fatal(err)
	}
}

// read returns the first n messages of a topic, those of a partition in order.
func (d *desk) read(topic string, n int) []*kgo.Record {
	d.t.Helper()
	return d.until(topic, func(all []*kgo.Record) bool { return len(all) >= n })
}

// until reads a topic from its beginning until there is enough.
func (d *desk) until(topic string, enough func([]*kgo.Record) bool) []*kgo.Record {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute) // so that what does not come does not hang
	defer cancel()
	reader, err := kgo.NewClient(kgo.SeedBrokers(d.seeds...), kgo.ConsumeTopics(topic), kgo.FetchMaxWait(100*time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		d.t.Fatal(err)
	}
	defer reader.Close()
	var all []*kgo.Record
	for !enough(all) {
		fetched := reader.PollFetches(ctx)
		if ctx.Err() != nil {
			d.t.Fatalf("only %d messages on %s", len(all), topic)
		}
		all = append(all, fetched.Records()...)
	}
	return all
}

// write puts messages on a topic, one after the other.
func (d *desk) write(records ...*kgo.Record) {
	d.t.Helper()
	for _, r := range records {
		if err := d.other.ProduceSync(d.t.Context(), r).FirstErr(); err != nil {
			d.t.Fatal(err)
		}
	}
}

// headersOf returns the headers of a message, each of which is there once.
func headersOf(t *testing.T, r *kgo.Record) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, h := range r.Headers {
		if _, twice := all[h.Key]; twice {
			t.Errorf("header %s twice", h.Key)
		}
		all[h.Key] = string(h.Value)
	}
	return all
}

// A world is a record, the index folded from it, and what couriers tell.
type world struct {
	*exchangetest.Record
	t       *testing.T
	Log     *zap.Logger
	warned  chan string // every warning; as many as a test may have
	counted chan string // by couriers; as many as a test may have
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Record: exchangetest.NewRecord(t), t: t, warned: make(chan string, 1000), counted: make(chan string, 1000)}
	core, _ := observer.New(zap.WarnLevel)
	w.Log = zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
		w.warned <- e.Message
		return nil
	}))
	return w
}

// accepted is when every document was accepted.
var accepted = time.Date(2026, 9, 17, 8, 30, 0, 123456000, time.UTC)

// identity is that of the document with a number.
func identity(number int) proof.Identity {
	return proof.Identity{Sender: "qinzhou-customs", Kind: "health-permit", Number: fmt.Sprintf("№ %d", number), Version: "2"}
}

func idOf(number int) uuid.UUID { return identity(number).ExchangeID([sha256.Size]byte{}) }

// accept takes in documents for receivers and consigns them.
func (w *world) accept(from, to int, express bool, receivers ...string) {
	w.t.Helper()
	var changes []queue.Change
	for n := from; n < to; n++ {
		i := identity(n)
		head, err := json.Marshal(map[string]any{
			"sender": i.Sender, "kind": i.Kind, "number": i.Number, "version": i.Version, "receivers": receivers, "express": express,
		})
		if err != nil {
			w.t.Fatal(err)
		}
		changes = append(changes, queue.Change{Entry: &queue.Entry{ID: idOf(n), Key: i.Key(), At: accepted, Head: head}})
		for _, r := range receivers {
			changes = append(changes, queue.Change{Event: &queue.Event{
				Subject: queue.ExchangeSubject(idOf(n)), Receiver: r, Name: string(exchange.ContentConsignment), Attempt: 1, At: accepted,
			}})
		}
	}
	if err := w.Publish(w.t.Context(), changes...); err != nil {
		w.t.Fatal(err)
	}
}

// tell records an event of a delivery.
func (w *world) tell(number int, receiver string, name exchange.State, attempt int) {
	w.t.Helper()
	_, err := w.Append(w.t.Context(), queue.Event{Subject: queue.ExchangeSubject(idOf(number)), Receiver: receiver, Name: string(name), Attempt: attempt, At: accepted})
	if err != nil {
		w.t.Fatal(err)
	}
}

// delivery returns how a delivery stands.
func (w *world) delivery(number int, receiver string) exchange.Delivery {
	w.t.Helper()
	x, err := w.Exchange(w.t.Context(), idOf(number))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range x.Deliveries {
		if d.Receiver == receiver {
			return d
		}
	}
	w.t.Fatalf("no delivery of %d to %s", number, receiver)
	return exchange.Delivery{}
}

// await waits until a delivery stands in a state.
func (w *world) await(number int, receiver string, state exchange.State) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute) // so that what does not come does not hang
	defer cancel()
	for {
		head, err := w.Head(ctx) // before the look, so that nothing is missed after it
		if err != nil {
			w.t.Fatal(err)
		}
		is := w.delivery(number, receiver).State
		if is == state {
			return
		}
		if err := w.Wait(ctx, head+1); err != nil {
			w.t.Fatalf("delivery of %d to %s stands at %s, want %s: %v", number, receiver, is, state, err)
		}
	}
}

// background runs work beside the test until stop.
func background(t *testing.T, work func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- work(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}
