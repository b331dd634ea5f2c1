package kafka_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/exchange"
	"beibu/exchange/cloudevents"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
	"beibu/exchange/courier/kafka"
	"beibu/exchange/exchangetest"
	queue "beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
)

const (
	customs  = "gx-customs"
	commerce = "gx-commerce"
)

// accepted is when every document was accepted.
var accepted = time.Date(2026, 9, 17, 8, 30, 0, 123456000, time.UTC)

// A desk is where a test uses Kafka: through the package's writer, and through another
// client.
type desk struct {
	*kafkatest.Desk
	writer *cloudevents.Writer
}

func newDesk(t *testing.T, brokers []string) *desk {
	t.Helper()
	connection, err := queue.Connect(queue.Options{
		Brokers: brokers, Prefix: "docs.", Partitions: 1, Replication: 1, Session: 6 * time.Second, MaxBody: 1 << 20, Unanswered: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{kafkatest.NewDesk(t, brokers), cloudevents.NewWriter(connection.Brokers, connection.Transport, 1<<20)}
	t.Cleanup(func() {
		if err := d.writer.Close(); err != nil {
			t.Error(err)
		}
		connection.Transport.CloseIdleConnections()
	})
	return d
}

// A world's deliveries take as long as they need: it is older than its documents.
type world struct{ *couriertest.World }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{couriertest.NewWorld(t)}
	w.Courier.GiveUp = 100 * 365 * 24 * time.Hour
	return w
}

func (w *world) accept(from, to int, receivers ...string) {
	w.T.Helper()
	w.Accept(accepted, from, to, false, receivers...)
}

// carry carries to the topic of a receiver beside the test.
func carry(d *desk, w *world, receiver, topic string) {
	w.Run(courier.Receiver{Party: receiver, Carrier: kafka.NewTopic(d.writer, topic)})
}

func TestContract(t *testing.T) {
	d := newDesk(t, kafkatest.Cluster(t).ListenAddrs())
	couriertest.Run(t, func(*testing.T) couriertest.Subject {
		topic := d.Topic(1)
		return couriertest.Subject{Carrier: kafka.NewTopic(d.writer, topic), Arrived: func(n int) []couriertest.Arrival {
			var all []couriertest.Arrival
			for _, r := range d.Read(topic, n) {
				headers := kafkatest.HeadersOf(t, r)
				all = append(all, couriertest.Arrival{
					Exchange: uuid.MustParse(headers["ce_id"]), Content: fmt.Sprintf("%q %v %q", r.Key, headers, r.Value),
				})
			}
			return all
		}}
	})
}

// numbers returns which documents messages carry, and checks that each is the
// document's envelope.
func numbers(t *testing.T, all []*kgo.Record, most int) []int {
	t.Helper()
	known := make(map[string]int)
	for n := range most {
		known[couriertest.Identity(n).Key()] = n
	}
	var out []int
	for _, r := range all {
		n, ok := known[string(r.Key)]
		if !ok || string(r.Value) != string(exchangetest.EnvelopeOf(couriertest.IDOf(n))) {
			t.Errorf("%s is %s", r.Key, r.Value)
		}
		out = append(out, n)
	}
	return out
}

// Everything about a message follows from the exchange.
func TestEnvelopeOnTopic(t *testing.T) { envelopeOnTopic(t, kafkatest.Cluster(t).ListenAddrs()) }

func TestEnvelopeOnTopicOfApache(t *testing.T) { envelopeOnTopic(t, kafkatest.Brokers(t)) }

func envelopeOnTopic(t *testing.T, brokers []string) {
	t.Helper()
	d, w := newDesk(t, brokers), newWorld(t)
	topic := d.Topic(3)
	w.accept(1, 2, customs, commerce)
	carry(d, w, customs, topic)
	r := d.Read(topic, 1)[0]
	numbers(t, []*kgo.Record{r}, 2)
	want := map[string]string{
		"content-type": "application/xml", "ce_specversion": "1.0", "ce_id": "d08ef254-af8a-8b23-be23-7f0f41660ec2", "ce_source": "urn:beibu:exchange",
		"ce_type": "beibu.exchange.envelope.1", "ce_subject": "qinzhou-customs/health-permit/%E2%84%96%201/2", "ce_time": "2026-09-17T08:30:00.123456Z",
		"traceparent": "00-d08ef254af8a8b23be237f0f41660ec2-af3ad5cf5c5cba1d-01",
	}
	if diff := cmp.Diff(want, kafkatest.HeadersOf(t, r)); diff != "" {
		t.Error(diff)
	}
	w.Await(1, customs, exchange.ConsignmentAcceptance)
	if state := w.Delivery(1, commerce).State; state != exchange.ContentConsignment {
		t.Errorf("the other receiver's delivery is in state %s", state)
	}
	w.accept(2, 3, customs) // the courier is woken
	w.Await(2, customs, exchange.ConsignmentAcceptance)
	numbers(t, d.Read(topic, 2), 3)
}

// What the brokers refuse, or take without saying so, is written again: the
// same bytes, and nothing before what comes before it.
func TestWrittenAgain(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	topic := d.Topic(1)
	w.accept(0, 100, customs)
	faults := c.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.NotEnoughReplicas},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.NotEnoughReplicasAfterAppend},
	)
	carry(d, w, customs, topic)
	if err := faults.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	w.Await(99, customs, exchange.ConsignmentAcceptance)
	w.Counts("gx-customs: failed, refused false", "gx-customs: failed, refused false",
		"gx-customs: 64 delivered, 0 given up", "gx-customs: 36 delivered, 0 given up")
	all := d.Read(topic, 164)
	first := make(map[string]*kgo.Record)
	for i, n := range numbers(t, all, 100) {
		if before, again := first[string(all[i].Key)]; again {
			kafkatest.Same(t, all[i], before)
		} else if first[string(all[i].Key)] = all[i]; n != len(first)-1 {
			t.Errorf("message %d carries %d, before what comes before it", i, n)
		}
	}
	if len(first) != 100 {
		t.Errorf("%d documents on the topic", len(first))
	}
}

// What the brokers refuse until somebody acts is counted apart, and is carried when
// somebody has.
func TestRefusedByTheBrokers(t *testing.T) {
	for name, refusal := range map[string]*kerr.Error{"no leave": kerr.TopicAuthorizationFailed, "too large": kerr.MessageTooLarge} {
		t.Run(name, func(t *testing.T) {
			c := kafkatest.Cluster(t)
			d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
			topic := d.Topic(1)
			w.accept(0, 1, customs)
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: refusal})
			carry(d, w, customs, topic)
			w.Counts("gx-customs: failed, refused true", "gx-customs: 1 delivered, 0 given up")
			w.Await(0, customs, exchange.ConsignmentAcceptance)
			x, err := w.Exchange(t.Context(), couriertest.IDOf(0))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(x.Events, func(e exchange.Event) bool { return e.Name == exchange.HandoverAttempt })
			if i < 0 || x.Events[i].Cause.Code != "topic-refused" || x.Events[i].Dialogue.Request != "produce to topic "+topic {
				t.Errorf("the timeline shows no attempt: %+v", x.Events)
			}
		})
	}
}

// A topic that refuses, or that never answers, stops its own receiver alone.
func TestSlowTopicStopsItsOwnReceiver(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	refusing, silent, good := d.Topic(1), d.Topic(1), d.Topic(1)
	faults := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: refusing, Err: kerr.NotEnoughReplicas, Count: -1})
	asked, speak := make(chan struct{}, 100), make(chan struct{})
	c.ControlKey(int16(kmsg.Produce), func(request kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if request.(*kmsg.ProduceRequest).Topics[0].Topic == silent {
			asked <- struct{}{}
			c.SleepControl(func() { <-speak })
		}
		return nil, nil, false
	})
	w.accept(0, 1, customs, commerce, "gx-ocean")
	carry(d, w, commerce, refusing)
	carry(d, w, "gx-ocean", silent)
	<-asked
	if err := faults.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	carry(d, w, customs, good)
	w.accept(1, 200, customs)
	w.Await(199, customs, exchange.ConsignmentAcceptance)
	for _, receiver := range []string{commerce, "gx-ocean"} {
		if state := w.Delivery(0, receiver).State; state != exchange.ContentConsignment {
			t.Errorf("the delivery to %s is in state %s", receiver, state)
		}
	}
	faults.Remove()
	close(speak)
	w.Await(0, commerce, exchange.ConsignmentAcceptance)
	w.Await(0, "gx-ocean", exchange.ConsignmentAcceptance)
}

// What was fetched from the mailbox and never acknowledged, before there was a
// topic, is carried too.
func TestHandedOverBefore(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	topic := d.Topic(1)
	w.accept(0, 1, customs)
	w.Move(0, customs, exchange.ContentHandover, 1, accepted)
	carry(d, w, customs, topic)
	w.Await(0, customs, exchange.ConsignmentAcceptance)
	numbers(t, d.Read(topic, 1), 1)
}

// A topic that is not there yet is waited for, and not made by asking for it.
func TestTopicNotThere(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	w.accept(0, 1, customs)
	carry(d, w, customs, "late")
	for range 2 {
		if said := <-w.Warned; said != "deliveries failed, retrying" {
			t.Errorf("logged %q", said)
		}
	}
	if c.TopicInfo("late") != nil {
		t.Error("the topic was made")
	}
	d.Create("late", 1)
	w.Await(0, customs, exchange.ConsignmentAcceptance)
}

// All versions of a document number are in one partition, in their order, though each has
// a key of its own.
func TestVersionsInOnePartition(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	topic := d.Topic(6)
	const numbers, versions = 8, 5
	for n := range numbers {
		w.AcceptVersions(n, customs, "0", "1", "2", "3", "4")
	}
	carry(d, w, customs, topic)
	next, partition := make(map[string]int), make(map[string]int32)
	used := make(map[int32]bool)
	for _, r := range d.Read(topic, numbers*versions) {
		at := strings.LastIndex(string(r.Key), "/")
		number, version := string(r.Key[:at]), string(r.Key[at+1:])
		if in, known := partition[number]; known && in != r.Partition {
			t.Errorf("version %s of %s is in partition %d, and those before are in %d", version, number, r.Partition, in)
		}
		if version != strconv.Itoa(next[number]) {
			t.Errorf("version %s of %s came when %d was due", version, number, next[number])
		}
		partition[number], used[r.Partition] = r.Partition, true
		next[number]++
	}
	if len(partition) != numbers || len(used) < 2 {
		t.Errorf("%d numbers in %d partitions", len(partition), len(used))
	}
}
