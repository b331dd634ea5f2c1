package topics_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/topics"
	"beibu/exchange/trace"
	"beibu/queue/kafka/kafkatest"
)

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// A door answers every document with itself, and notes what it was shown.
type door struct {
	mu    sync.Mutex
	shown []string      // guarded by mu
	trace []string      // guarded by mu; the parent of each
	away  int           // how many times more nothing is promised; guarded by mu
	full  bool          // nothing is promised since there is no room
	turns chan struct{} // each is one; nil if any number is allowed
}

// Submit is topics.Admission's.
func (d *door) Submit(ctx context.Context, _ exchange.Way, party, requestID string, document []byte) answer.Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown = append(d.shown, string(document))
	d.trace = append(d.trace, trace.From(ctx).String())
	if d.away > 0 {
		d.away--
		return answer.Reply{Status: http.StatusServiceUnavailable, Code: "unavailable", RetryAfter: time.Hour, Overloaded: d.full, Err: errors.New("away")}
	}
	body := fmt.Appendf(nil, "%s %s: %s", party, requestID, document)
	if strings.HasPrefix(string(document), "bad") || len(document) == 0 {
		return answer.Reply{Status: http.StatusBadRequest, Media: "application/problem+json", Body: body, Code: "malformed", Err: errors.New("bad")}
	}
	return answer.Reply{Status: http.StatusAccepted, Media: "application/json", Body: body, Exchange: "exchange of " + string(document)}
}

func (d *door) seen() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.shown)
}

// receive receives what a party writes beside the test.
func receive(d *desk, w *world, at topics.Admission, from exchange.Inlet) (stop func()) {
	d.T.Helper()
	in := &topics.Inbox{Broker: d.broker, Admission: at, Group: "t-inbound.", Log: w.Log}
	return background(d.T, func(ctx context.Context) error { return in.Receive(ctx, from.Topic, from) })
}

// document is a message with a document to take in.
func document(topic, text string, headers ...string) *kgo.Record {
	r := &kgo.Record{Topic: topic, Key: []byte("key of " + text), Value: []byte(text)}
	for i := 0; i < len(headers); i += 2 {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: headers[i], Value: []byte(headers[i+1])})
	}
	return r
}

func texts(from, to int) (all []string) {
	for n := from; n < to; n++ {
		all = append(all, fmt.Sprintf("document %d", n))
	}
	return all
}

// documents returns which documents replies are about.
func documents(replies []*kgo.Record) (all []string) {
	for _, r := range replies {
		_, text, _ := strings.Cut(string(r.Value), ": ")
		all = append(all, text)
	}
	return all
}

// A document is answered as the door says, with its key and with what leads
// back to it.
func TestReply(t *testing.T) { reply(t, kafkatest.Cluster(t).ListenAddrs()) }

func TestReplyOfApache(t *testing.T) { reply(t, kafkatest.Brokers(t)) }

func reply(t *testing.T, brokers []string) {
	t.Helper()
	d, w := newDesk(t, brokers), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	d.Write(
		document(from.Topic, "good", "ce_id", "their id", "correlationid", "c1", "ce_correlationid", "c2", "traceparent", "00-1-2-01", "secret", "s"),
		document(from.Topic, "bad", "ce_id", strings.Repeat("i", 257), "traceparent", traceparent),
		&kgo.Record{Topic: from.Topic, Key: []byte("key"), Value: nil},
	)
	entrance := &door{}
	receive(d, w, entrance, from)
	replies := d.Read(from.Replies, 3)
	if want := []string{trace.Parent{}.String(), traceparent, trace.Parent{}.String()}; !slices.Equal(entrance.trace, want) {
		t.Errorf("in the traces %v, want %v", entrance.trace, want)
	}
	at := from.Topic + "-0-"
	want := []map[string]string{{
		"content-type": "application/json", "ce_specversion": "1.0", "ce_id": at + "0", "ce_source": "urn:beibu:exchange",
		"ce_type": "beibu.exchange.answer.1", "ce_subject": "exchange of good", "ce_causationid": "their id", "correlationid": "c1", "ce_correlationid": "c2",
		"traceparent": "00-1-2-01", "status": "202", "request-topic": from.Topic, "request-partition": "0", "request-offset": "0",
	}, {
		"content-type": "application/problem+json", "ce_specversion": "1.0", "ce_id": at + "1", "ce_source": "urn:beibu:exchange",
		"ce_type": "beibu.exchange.answer.1", "status": "400", "traceparent": traceparent, "request-topic": from.Topic, "request-partition": "0", "request-offset": "1",
	}}
	for i, headers := range want {
		if diff := cmp.Diff(headers, kafkatest.HeadersOf(t, replies[i])); diff != "" {
			t.Error(diff)
		}
	}
	for i, text := range []string{"good", "bad", ""} {
		wantKey := "key of " + text
		if text == "" {
			wantKey = "key"
		}
		if value := fmt.Sprintf("%s %s%d: %s", from.Topic, at, i, text); string(replies[i].Value) != value || string(replies[i].Key) != wantKey {
			t.Errorf("reply %s: %s, want %s", replies[i].Key, replies[i].Value, value)
		}
	}
}

// A document that was replied to is done: the next consumer begins after it.
func TestContinuesAfterReplies(t *testing.T) { continues(t, kafkatest.Cluster(t).ListenAddrs()) }

func TestContinuesOnApache(t *testing.T) { continues(t, kafkatest.Brokers(t)) }

func continues(t *testing.T, brokers []string) {
	t.Helper()
	d, w := newDesk(t, brokers), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	first, second := &door{}, &door{}
	stop := receive(d, w, first, from)
	for _, text := range texts(0, 20) {
		d.Write(document(from.Topic, text))
	}
	d.Read(from.Replies, 20)
	d.committed(from, 20)
	stop()
	receive(d, w, second, from)
	for _, text := range texts(20, 25) {
		d.Write(document(from.Topic, text))
	}
	if diff := cmp.Diff(texts(0, 25), documents(d.Read(from.Replies, 25))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(texts(20, 25), second.seen()); diff != "" {
		t.Error(diff)
	}
}

// committed waits until the party's group has committed an offset of
// partition 0.
func (d *desk) committed(from exchange.Inlet, offset int64) {
	d.T.Helper()
	ctx, cancel := context.WithTimeout(d.T.Context(), time.Minute)
	defer cancel()
	for {
		all, err := kadm.NewClient(d.Client).FetchOffsets(ctx, "t-inbound."+from.Topic)
		if at, ok := all.Lookup(from.Topic, 0); ok && err == nil && at.At == offset {
			return
		}
		if ctx.Err() != nil {
			d.T.Fatalf("committed %v, %v; want %d", all, err, offset)
		}
	}
}

// What is not promised is not replied to, and what is behind it waits.
func TestNotPromisedIsTriedAgain(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	at := &door{away: 2}
	d.Write(document(from.Topic, "document 0"), document(from.Topic, "document 1"))
	receive(d, w, at, from)
	replies := d.Read(from.Replies, 2)
	if diff := cmp.Diff(texts(0, 2), documents(replies)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"document 0", "document 0", "document 0", "document 1"}, at.seen()); diff != "" {
		t.Error(diff)
	}
}

// A party whose share is used up waits, which is no trouble to warn of.
func TestNoRoomIsNoWarning(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	d.Write(document(from.Topic, "document 0"))
	receive(d, w, &door{away: 2, full: true}, from)
	if diff := cmp.Diff(texts(0, 1), documents(d.Read(from.Replies, 1))); diff != "" {
		t.Error(diff)
	}
	if len(w.warned) > 0 {
		t.Errorf("warned: %s", <-w.warned)
	}
}

// While nothing is promised, nothing is committed: another takes it in.
func TestNotPromisedIsNotCommitted(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	d.Write(document(from.Topic, "document 0"))
	stop := receive(d, w, &door{away: 1 << 30}, from)
	<-w.warned
	stop()
	receive(d, w, &door{}, from)
	if diff := cmp.Diff(texts(0, 1), documents(d.Read(from.Replies, 1))); diff != "" {
		t.Error(diff)
	}
}

// A reply that cannot be written is written again; the document is not shown to
// the door again for that, and what is behind it waits.
func TestReplyIsWrittenAgain(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: from.Replies, Err: kerr.NotEnoughReplicas, Count: 2})
	at := &door{}
	d.Write(document(from.Topic, "document 0"), document(from.Topic, "document 1"))
	receive(d, w, at, from)
	if diff := cmp.Diff(texts(0, 2), documents(d.Read(from.Replies, 2))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(texts(0, 2), at.seen()); diff != "" {
		t.Error(diff)
	}
}

// Without a reply there is no commit: another takes the document in again.
func TestNoReplyNoCommit(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	fault := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: from.Replies, Err: kerr.NotEnoughReplicas, Count: -1})
	d.Write(document(from.Topic, "document 0"))
	stop := receive(d, w, &door{}, from)
	<-w.warned
	stop()
	fault.Remove()
	again := &door{}
	receive(d, w, again, from)
	d.Read(from.Replies, 1)
	if diff := cmp.Diff(texts(0, 1), again.seen()); diff != "" {
		t.Error(diff)
	}
}

// A member that has lost its partition does not commit; the document is taken
// in and replied to once more, under the same name.
func TestCommitRefused(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.IllegalGeneration})
	d.Write(document(from.Topic, "document 0"), document(from.Topic, "document 1"))
	receive(d, w, &door{}, from)
	replies := d.Read(from.Replies, 3)
	if diff := cmp.Diff([]string{"document 0", "document 0", "document 1"}, documents(replies)); diff != "" {
		t.Error(diff)
	}
	kafkatest.Same(t, replies[1], replies[0])
	d.committed(from, 2)
}

// Several nodes share the partitions of a party; one goes, and nothing is
// missing.
func TestNodesShareAParty(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(4), Replies: d.Topic(1)}
	first, second := &door{}, &door{}
	stop := receive(d, w, first, from)
	receive(d, w, second, from)
	for _, text := range texts(0, 50) {
		d.Write(document(from.Topic, text))
	}
	d.Read(from.Replies, 50)
	stop()
	for _, text := range texts(50, 100) {
		d.Write(document(from.Topic, text))
	}
	d.Until(from.Replies, func(replies []*kgo.Record) bool { // some come twice
		return len(slices.Compact(slices.Sorted(slices.Values(documents(replies))))) == 100
	})
}

// A party's topic may be made late, and may have dropped what was never read.
func TestTopicThatIsLateAndBeginsLate(t *testing.T) {
	c := kafkatest.Cluster(t)
	d, w := newDesk(t, c.ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: "t-late", Replies: d.Topic(1)}
	at := &door{}
	stop := receive(d, w, at, from)
	if logged := <-w.warned; logged != "topic cannot be read" {
		t.Errorf("logged %q", logged)
	}
	d.Create(from.Topic, 1)
	d.Write(document(from.Topic, "document 0"))
	d.Read(from.Replies, 1)
	d.committed(from, 1)
	stop()
	for _, text := range texts(1, 5) {
		d.Write(document(from.Topic, text))
	}
	if err := c.DeleteRecords(from.Topic, 0, 3); err != nil {
		t.Fatal(err)
	}
	receive(d, w, at, from)
	if diff := cmp.Diff([]string{"document 0", "document 3", "document 4"}, documents(d.Read(from.Replies, 3))); diff != "" {
		t.Error(diff)
	}
}

// The control records of transactions in a topic are no documents.
func TestControlRecords(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	writer, err := kgo.NewClient(kgo.SeedBrokers(d.Seeds...), kgo.TransactionalID("party"))
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	for _, text := range texts(0, 3) { // a control record follows each
		if err := writer.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := writer.ProduceSync(t.Context(), document(from.Topic, text)).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := writer.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
	}
	at := &door{}
	receive(d, w, at, from)
	d.committed(from, 5)
	if diff := cmp.Diff(texts(0, 3), at.seen()); diff != "" {
		t.Error(diff)
	}
	d.Write(document(from.Topic, "document 3")) // behind the last mark
	if diff := cmp.Diff(texts(0, 4), documents(d.Read(from.Replies, 4))); diff != "" {
		t.Error(diff)
	}
}
