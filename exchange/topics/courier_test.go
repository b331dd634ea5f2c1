package topics_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/topics"
	"beibu/queue/kafka/kafkatest"
)

const (
	customs  = "gx-customs"
	commerce = "gx-commerce"
)

// carry carries for a receiver beside the test.
func carry(d *desk, w *world, receiver string, to exchange.Outlet) (stop func()) {
	d.t.Helper()
	c := &topics.Courier{
		Broker: d.broker, Journal: w, Bodies: w, Changed: w.Changed, Tally: w, Log: w.Log,
		Recorder: &exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal},
	}
	return background(d.t, func(ctx context.Context) error { return c.Carry(ctx, receiver, to) })
}

// Carried is topics.Tally's.
func (w *world) Carried(receiver string, delivered, givenUp int) {
	w.counted <- fmt.Sprintf("%s: %d delivered, %d given up", receiver, delivered, givenUp)
}

// Failed is topics.Tally's.
func (w *world) Failed(receiver string, refused bool) {
	w.counted <- fmt.Sprintf("%s: failed, refused %t", receiver, refused)
}

// counts fails the test unless these are counted next, not minding rounds with
// nothing in them.
func (w *world) counts(want ...string) {
	w.t.Helper()
	for _, want := range want {
		got := <-w.counted
		for strings.HasSuffix(got, ": 0 delivered, 0 given up") {
			got = <-w.counted
		}
		if got != want {
			w.t.Errorf("counted %q, want %q", got, want)
		}
	}
}

// numbers returns which documents messages carry, and checks that each is the
// document's envelope.
func numbers(t *testing.T, all []*kgo.Record, most int) []int {
	t.Helper()
	known := make(map[string]int)
	for n := range most {
		known[identity(n).Key()] = n
	}
	var out []int
	for _, r := range all {
		n, ok := known[string(r.Key)]
		if !ok || string(r.Value) != string(exchangetest.EnvelopeOf(idOf(n))) {
			t.Errorf("%s is %s", r.Key, r.Value)
		}
		out = append(out, n)
	}
	return out
}

// Everything about a message follows from the exchange.
func TestEnvelopeOnTopic(t *testing.T) { envelopeOnTopic(t, cluster(t).ListenAddrs()) }

func TestEnvelopeOnTopicOfApache(t *testing.T) { envelopeOnTopic(t, kafkatest.Brokers(t)) }

func envelopeOnTopic(t *testing.T, brokers []string) {
	t.Helper()
	d, w := newDesk(t, brokers), newWorld(t)
	topic := d.topic(3)
	w.accept(1, 2, false, customs, commerce)
	carry(d, w, customs, exchange.Outlet{Topic: topic})
	r := d.read(topic, 1)[0]
	numbers(t, []*kgo.Record{r}, 2)
	want := map[string]string{
		"content-type": "application/xml", "ce_specversion": "1.0", "ce_id": "d08ef254-af8a-8b23-be23-7f0f41660ec2", "ce_source": "urn:beibu:exchange",
		"ce_type": "beibu.exchange.envelope.1", "ce_subject": "qinzhou-customs/health-permit/%E2%84%96%201/2", "ce_time": "2026-09-17T08:30:00.123456Z",
		"traceparent": "00-d08ef254af8a8b23be237f0f41660ec2-c366788d6b52456a-01",
	}
	if diff := cmp.Diff(want, headersOf(t, r)); diff != "" {
		t.Error(diff)
	}
	w.await(1, customs, exchange.ConsignmentAcceptance)
	if state := w.delivery(1, commerce).State; state != exchange.ContentConsignment {
		t.Errorf("the other receiver's delivery stands at %s", state)
	}
	w.accept(2, 3, false, customs) // the courier is woken
	w.await(2, customs, exchange.ConsignmentAcceptance)
	numbers(t, d.read(topic, 2), 3)
}

// Where the receiver acknowledges by itself, a delivery that is on the topic
// waits for that and is not written again.
func TestReceiverAcknowledges(t *testing.T) {
	c := cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	topic := d.topic(1)
	w.accept(0, 2, false, customs)
	stop := carry(d, w, customs, exchange.Outlet{Topic: topic, Acknowledge: exchange.ByReceiver})
	w.await(1, customs, exchange.ContentHandover)
	stop()
	carry(d, w, customs, exchange.Outlet{Topic: topic, Acknowledge: exchange.ByReceiver})
	w.accept(2, 3, false, customs)
	w.await(2, customs, exchange.ContentHandover)
	if diff := cmp.Diff([]int{0, 1, 2}, numbers(t, d.read(topic, 3), 3)); diff != "" {
		t.Error(diff)
	}
	w.tell(0, customs, exchange.ConsignmentRejection, 1)
	w.tell(0, customs, exchange.ContentConsignment, 2) // a replay
	w.await(0, customs, exchange.ContentHandover)
	all := d.read(topic, 4)
	same(t, all[3], all[0])
}

// same fails the test unless two messages are the same to the byte.
func same(t *testing.T, a, b *kgo.Record) {
	t.Helper()
	if !bytes.Equal(a.Key, b.Key) || !bytes.Equal(a.Value, b.Value) || !cmp.Equal(headersOf(t, a), headersOf(t, b)) {
		t.Errorf("a repeat is another message:\n%s %s %v\n%s %s %v", a.Key, a.Value, a.Headers, b.Key, b.Value, b.Headers)
	}
}

// Express deliveries come before all that waits, and each class in its order.
func TestExpressFirst(t *testing.T) {
	d, w := newDesk(t, cluster(t).ListenAddrs()), newWorld(t)
	topic := d.topic(1)
	w.accept(0, 100, false, customs)
	w.accept(100, 110, true, customs)
	carry(d, w, customs, exchange.Outlet{Topic: topic})
	got := numbers(t, d.read(topic, 110), 110)
	for i, n := range got {
		if want := (i + 100) % 110; n != want {
			t.Fatalf("message %d carries %d, want %d", i, n, want)
		}
	}
}

// What the brokers refuse, or take without saying so, is written again: the
// same bytes, and nothing before what comes before it.
func TestWrittenAgain(t *testing.T) {
	c := cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	topic := d.topic(1)
	w.accept(0, 100, false, customs)
	faults := c.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.NotEnoughReplicas},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.NotEnoughReplicasAfterAppend},
	)
	carry(d, w, customs, exchange.Outlet{Topic: topic})
	if err := faults.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	w.await(99, customs, exchange.ConsignmentAcceptance)
	w.counts("gx-customs: failed, refused false", "gx-customs: failed, refused false",
		"gx-customs: 64 delivered, 0 given up", "gx-customs: 36 delivered, 0 given up")
	all := d.read(topic, 164)
	first := make(map[string]*kgo.Record)
	for i, n := range numbers(t, all, 100) {
		if before, again := first[string(all[i].Key)]; again {
			same(t, all[i], before)
		} else if first[string(all[i].Key)] = all[i]; n != len(first)-1 {
			t.Errorf("message %d carries %d, before what comes before it", i, n)
		}
	}
	if len(first) != 100 {
		t.Errorf("%d documents on the topic", len(first))
	}
}

// What the brokers do not take until somebody acts is told apart from what time
// mends, and is carried when somebody has.
func TestRefusedByTheBrokers(t *testing.T) {
	for name, refusal := range map[string]*kerr.Error{"no leave": kerr.TopicAuthorizationFailed, "too large": kerr.MessageTooLarge} {
		t.Run(name, func(t *testing.T) {
			c := cluster(t)
			d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
			topic := d.topic(1)
			w.accept(0, 1, false, customs)
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: refusal})
			carry(d, w, customs, exchange.Outlet{Topic: topic})
			w.counts("gx-customs: failed, refused true", "gx-customs: 1 delivered, 0 given up")
		})
	}
}

// A node that dies between the topic and the record writes again.
func TestWrittenAndNotRecorded(t *testing.T) {
	d, w := newDesk(t, cluster(t).ListenAddrs()), newWorld(t)
	topic := d.topic(1)
	w.accept(0, 1, false, customs)
	w.Break(errors.New("no disk"))
	stop := carry(d, w, customs, exchange.Outlet{Topic: topic})
	d.read(topic, 1)
	if state := w.delivery(0, customs).State; state != exchange.ContentConsignment {
		t.Errorf("the delivery stands at %s", state)
	}
	stop()
	w.Break(nil)
	carry(d, w, customs, exchange.Outlet{Topic: topic})
	w.await(0, customs, exchange.ConsignmentAcceptance)
	all := d.read(topic, 2)
	same(t, all[1], all[0])
}

// A topic that refuses, or that never answers, stops its own receiver alone.
func TestSlowTopicStopsItsOwnReceiver(t *testing.T) {
	c := cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	refusing, silent, good := d.topic(1), d.topic(1), d.topic(1)
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
	w.accept(0, 1, false, customs, commerce, "gx-ocean")
	carry(d, w, commerce, exchange.Outlet{Topic: refusing})
	carry(d, w, "gx-ocean", exchange.Outlet{Topic: silent})
	<-asked
	if err := faults.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	carry(d, w, customs, exchange.Outlet{Topic: good})
	w.accept(1, 200, false, customs)
	w.await(199, customs, exchange.ConsignmentAcceptance)
	for _, receiver := range []string{commerce, "gx-ocean"} {
		if state := w.delivery(0, receiver).State; state != exchange.ContentConsignment {
			t.Errorf("the delivery to %s stands at %s", receiver, state)
		}
	}
	faults.Remove()
	close(speak)
	w.await(0, commerce, exchange.ConsignmentAcceptance)
	w.await(0, "gx-ocean", exchange.ConsignmentAcceptance)
}

// A delivery whose envelope is not kept any more is given up with a cause, and
// holds up nothing.
func TestEnvelopeNotKept(t *testing.T) {
	d, w := newDesk(t, cluster(t).ListenAddrs()), newWorld(t)
	topic := d.topic(1)
	w.accept(0, 3, false, customs)
	w.Drop(1)
	carry(d, w, customs, exchange.Outlet{Topic: topic})
	w.await(2, customs, exchange.ConsignmentAcceptance)
	if is := w.delivery(0, customs); is.State != exchange.ContentHandoverFailure || is.Cause.Code != "not-kept" {
		t.Errorf("given up as %+v", is)
	}
	w.counts("gx-customs: 2 delivered, 1 given up")
	if diff := cmp.Diff([]int{1, 2}, numbers(t, d.read(topic, 2), 3)); diff != "" {
		t.Error(diff)
	}
}

// What was fetched from the mailbox and never acknowledged, before there was a
// topic, is carried too.
func TestHandedOverBefore(t *testing.T) {
	d, w := newDesk(t, cluster(t).ListenAddrs()), newWorld(t)
	topic := d.topic(1)
	w.accept(0, 1, false, customs)
	w.tell(0, customs, exchange.ContentHandover, 1)
	carry(d, w, customs, exchange.Outlet{Topic: topic})
	w.await(0, customs, exchange.ConsignmentAcceptance)
	numbers(t, d.read(topic, 1), 1)
}

// A topic that is not there yet is waited for, and not made by asking for it.
func TestTopicNotThere(t *testing.T) {
	c := cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	w.accept(0, 1, false, customs)
	carry(d, w, customs, exchange.Outlet{Topic: "late"})
	for range 2 {
		if told := <-w.warned; told != "deliveries to topic failed, retrying" {
			t.Errorf("logged %q", told)
		}
	}
	if c.TopicInfo("late") != nil {
		t.Error("the topic was made")
	}
	d.create("late", 1)
	w.await(0, customs, exchange.ConsignmentAcceptance)
}
