package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/cloudevents"
	"beibu/exchange/httpapi"
	"beibu/exchange/rules/rulestest"
	"beibu/exchange/topics"
	"beibu/testdata"
)

// What openapi.yaml promises of a suspension, and how late the log brings a change to a
// follower in this test. A daemon may add what is between the two.
const (
	obeyedWithin = time.Second
	logDelay     = 850 * time.Millisecond
)

// Two daemons on one log. A party that is suspended at one of them is refused by the
// other within a second of the answer to the operator, whatever it is doing: calls of
// the API, a poll of the mailbox that waits, a body that arrives slowly, the topic that
// it writes to and the topic that it reads. What is addressed to it waits. Once it is
// resumed, it is admitted within a second, and all that waited flows. Every
// loop that waits or polls is met at twenty phases of a second, and the connection to
// the log breaks at every moment of a suspension's way.
//
// All of it is in fake time, the connections to Kafka as well.
func TestSuspendedEverywhereWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pass(time.Until(rulestest.Received)) // so that the samples are valid
		b := newBubble(t)
		for phase := range 20 {
			pass(time.Duration(phase) * 50 * time.Millisecond)
			b.cycle(phase)
		}
	})
}

// pass lets time pass in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// A bubble has two daemons on a memoryLog, and a Kafka for the topics of their parties,
// in fake time. One daemon, here, obeys at once. The other, there, does all work at the
// topics, and follows the log with a delay.
type bubble struct {
	t           *testing.T
	network     kfake.VirtualNetwork
	brokers     []string
	kafka       *kgo.Client
	log         *memoryLog
	here, there *Daemon
	cuts        chan struct{} // breaks what there follows the log by
	documents   int
}

func newBubble(t *testing.T) *bubble {
	t.Helper()
	b := &bubble{t: t, log: newMemoryLog(), cuts: make(chan struct{})}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(9092), kfake.ListenFn(b.network.Listen))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	b.brokers = cluster.ListenAddrs()
	if b.kafka, err = kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.Dialer(b.network.DialContext)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.kafka.Close)
	made, err := kadm.NewClient(b.kafka).CreateTopics(t.Context(), 1, 1, nil, "vn", "documents", "replies")
	if err = errors.Join(err, made.Error()); err != nil {
		t.Fatal(err)
	}
	dirs := []string{t.TempDir(), t.TempDir()}
	b.there = b.daemon(dirs[0], logDelay, b.cuts)
	copyKeys(t, dirs[1], dirs[0])
	b.here = b.daemon(dirs[1], 0, nil)
	b.there.serveTopics()
	return b
}

// daemon wires a daemon as New and Start do, but without listeners, and over the log of
// the bubble.
func (b *bubble) daemon(dir string, delay time.Duration, cuts chan struct{}) *Daemon {
	b.t.Helper()
	p := &port{t: b.t, dir: dir, seeds: b.brokers}
	d := &Daemon{config: p.load(map[string]string{
		"window-vn": "deliver: {topic: vn}", "qinzhou-customs": "inbound: {topic: documents, replies: replies}",
	}), log: zap.NewNop(), failed: make(chan error, 1), sourcesChanged: make(chan struct{}, 1), startup: startup{log: zap.NewNop()}}
	d.jobs.fail = d.fail
	b.t.Cleanup(func() {
		if err := d.life.down(context.WithoutCancel(b.t.Context())); err != nil {
			b.t.Error(err)
		}
		select {
		case err := <-d.failed:
			b.t.Error(err)
		default:
		}
	})
	var err error
	must := func(step error) { err = errors.Join(err, step) }
	d.metrics, err = telemetry.NewMetrics()
	must(d.loadShared())
	d.store = &memoryNode{memoryLog: b.log, delay: delay, key: d.sharedReceipt, cuts: cuts}
	must(d.openIndex(b.t.Context()))
	must(d.openLedger(b.t.Context()))
	must(d.openRatings(b.t.Context()))
	d.recorder = &exchange.Recorder{Appender: d.store, Feed: d.store, Fold: d.index}
	must(d.wireExchange(b.t.Context()))
	must(b.connect(d))
	must(d.followQueue(b.t.Context()))
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// connect is openTopics within the bubble.
func (b *bubble) connect(d *Daemon) error {
	transport := &kafkago.Transport{Dial: b.network.DialContext, MetadataTTL: time.Second}
	d.topics = cloudevents.NewWriter(b.brokers, transport, 1<<20)
	d.life.onClose("topics", func(context.Context) error {
		err := d.topics.Close()
		transport.CloseIdleConnections()
		return err
	})
	return d.wireTopics(topics.NewBroker(topics.Connection{Brokers: b.brokers, Transport: transport, Join: b.join}, d.topics))
}

// join is [topics.Connection]'s, as queue/kafka does it.
func (b *bubble) join(ctx context.Context, group, topic string, serve func(context.Context, *kafkago.Generation, kafkago.PartitionAssignment)) error {
	g, err := kafkago.NewConsumerGroup(kafkago.ConsumerGroupConfig{
		ID: group, Brokers: b.brokers, Dialer: &kafkago.Dialer{DialFunc: b.network.DialContext}, Topics: []string{topic}, StartOffset: kafkago.FirstOffset,
	})
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		generation, err := g.Next(ctx)
		if err != nil {
			continue
		}
		for _, a := range generation.Assignments[topic] {
			generation.Start(func(own context.Context) {
				own, cancel := context.WithCancel(own)
				defer cancel()
				defer context.AfterFunc(ctx, cancel)()
				serve(own, generation, a)
			})
		}
	}
	return g.Close()
}

// call asks a daemon as a party or the operator.
func (b *bubble) call(d *Daemon, who, method, path string, body io.Reader) *httptest.ResponseRecorder {
	b.t.Helper()
	key, err := os.ReadFile(filepath.Join(d.config.Data, accessFolder, who+".key"))
	if err != nil {
		b.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, body)
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
	r.Header.Set("Content-Type", "application/json")
	if path == "/v1/documents" {
		r.Header.Set("Content-Type", "application/xml")
	}
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	return w
}

// document returns a carnet with a number of its own.
func (b *bubble) document() []byte {
	b.t.Helper()
	b.documents++
	return testdata.Numbered(carnet(b.t), "CN/4501/26/00183", fmt.Sprintf("CN/BUBBLE/%06d", b.documents))
}

// accept has a daemon accept a document of a party that is not suspended, and returns
// its exchange id.
func (b *bubble) accept() string {
	b.t.Helper()
	w := b.call(b.here, "beihai-customs", http.MethodPost, "/v1/documents", bytes.NewReader(b.document()))
	var a answer.Acceptance
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusAccepted {
		b.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return a.ExchangeID
}

// write writes a document to the topic of qinzhou-customs.
func (b *bubble) write() {
	b.t.Helper()
	if err := b.kafka.ProduceSync(b.t.Context(), &kgo.Record{Topic: "documents", Value: b.document()}).FirstErr(); err != nil {
		b.t.Fatal(err)
	}
}

// messages returns how many messages the topics have: deliveries and replies.
func (b *bubble) messages() (vn, replies int64) {
	b.t.Helper()
	ends, err := kadm.NewClient(b.kafka).ListEndOffsets(b.t.Context(), "vn", "replies")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, topic := range ends {
		for _, o := range topic {
			if o.Topic == "vn" {
				vn += o.Offset
			} else {
				replies += o.Offset
			}
		}
	}
	return vn, replies
}

// suspended are the parties of the test: the first receives by topic, the second sends
// by topic, and the third has a mailbox.
var suspended = []string{"window-vn", "qinzhou-customs", "gx-trade-promotion"}

// cycle suspends and resumes the parties once.
func (b *bubble) cycle(phase int) {
	t := b.t
	t.Helper()
	poll := b.begin(b.there, suspended[2], http.MethodGet, "/v1/mailbox?wait=60s", http.NoBody)
	slow, rest := io.Pipe()
	acks := b.begin(b.there, suspended[2], http.MethodPost, "/v1/mailbox/acks", slow)
	synctest.Wait()
	for _, party := range suspended {
		if w := b.call(b.here, "operator", http.MethodPost, "/v1/parties/"+party+"/suspension", strings.NewReader(`{"reason":"key lost"}`)); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	at := time.Now()
	if phase%2 == 1 {
		pass(logDelay - time.Duration(19-phase)*40*time.Millisecond - time.Millisecond)
		b.cuts <- struct{}{} // the index and the suspensions follow the log
		b.cuts <- struct{}{}
	}
	pass(time.Until(at.Add(obeyedWithin)))
	for _, party := range suspended {
		if w := b.call(b.there, party, http.MethodGet, "/v1/version", http.NoBody); w.Code != http.StatusForbidden {
			t.Errorf("phase %d: %s: %d %s", phase, party, w.Code, w.Body)
		}
	}
	b.refused(phase, "the poll of the mailbox", poll, at)
	if _, err := rest.Write([]byte(`{"acks":[]}`)); err != nil {
		t.Fatal(err)
	}
	if err := rest.Close(); err != nil {
		t.Fatal(err)
	}
	b.refused(phase, "the body that came slowly", acks, at)

	vn, replies := b.messages()
	b.write()
	id := b.accept()
	pass(2 * time.Minute) // longer than any pause
	if vnNow, repliesNow := b.messages(); vnNow != vn || repliesNow != replies {
		t.Errorf("phase %d: while suspended: %d deliveries and %d replies", phase, vnNow-vn, repliesNow-replies)
	}
	b.waiting(phase, id)
	b.resume(phase, vn+2, replies+1)
}

// resume lets the parties in again, and expects so many messages of what waited.
func (b *bubble) resume(phase int, vn, replies int64) {
	b.t.Helper()
	for _, party := range suspended {
		if w := b.call(b.here, "operator", http.MethodDelete, "/v1/parties/"+party+"/suspension?reason=found", http.NoBody); w.Code != http.StatusOK {
			b.t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	pass(obeyedWithin)
	for _, party := range suspended {
		if w := b.call(b.there, party, http.MethodGet, "/v1/version", http.NoBody); w.Code != http.StatusOK {
			b.t.Errorf("phase %d: %s resumed: %d %s", phase, party, w.Code, w.Body)
		}
	}
	pass(time.Minute) // the group of a topic is joined again
	if vnNow, repliesNow := b.messages(); vnNow != vn || repliesNow != replies {
		b.t.Errorf("phase %d: resumed: %d deliveries, want %d; %d replies, want %d", phase, vnNow, vn, repliesNow, replies)
	}
	b.empty(phase, 2)
}

// begin calls a daemon beside the test.
func (b *bubble) begin(d *Daemon, who, method, path string, body io.Reader) <-chan outcome {
	ended := make(chan outcome, 1)
	go func() {
		w := b.call(d, who, method, path, body)
		ended <- outcome{w.Code, w.Body.String(), time.Now()}
	}()
	return ended
}

// An outcome is the end of a call.
type outcome struct {
	status int
	body   string
	at     time.Time
}

// refused fails the test unless a call was refused within the bound.
func (b *bubble) refused(phase int, what string, call <-chan outcome, suspended time.Time) {
	b.t.Helper()
	synctest.Wait()
	select {
	case o := <-call:
		if o.status != http.StatusForbidden || !strings.Contains(o.body, exchange.CodeSuspended) || o.at.Sub(suspended) > obeyedWithin {
			b.t.Errorf("phase %d: %s: %d %s after %s", phase, what, o.status, o.body, o.at.Sub(suspended))
		}
	default:
		b.t.Errorf("phase %d: %s continues", phase, what)
	}
}

// waiting fails the test unless every delivery of an exchange waits.
func (b *bubble) waiting(phase int, id string) {
	b.t.Helper()
	w := b.call(b.here, "operator", http.MethodGet, "/v1/exchanges/"+id, http.NoBody)
	var x httpapi.Exchange
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil || len(x.Deliveries) != 3 {
		b.t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, d := range x.Deliveries {
		if d.State != exchange.ContentConsignment {
			b.t.Errorf("phase %d: the delivery to %s is in state %s", phase, d.Receiver, d.State)
		}
	}
}

// empty has the third party fetch and acknowledge its deliveries, which must be so
// many.
func (b *bubble) empty(phase, want int) {
	b.t.Helper()
	w := b.call(b.there, suspended[2], http.MethodGet, "/v1/mailbox?limit=50", http.NoBody)
	var page httpapi.MailboxPage
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || len(page.Deliveries) != want {
		b.t.Fatalf("phase %d: %d deliveries, want %d: %d %s", phase, len(page.Deliveries), want, w.Code, w.Body)
	}
	var acks httpapi.Acks
	for _, d := range page.Deliveries {
		acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: httpapi.Accepted})
	}
	text, err := json.Marshal(acks)
	if err != nil {
		b.t.Fatal(err)
	}
	if w := b.call(b.there, suspended[2], http.MethodPost, "/v1/mailbox/acks", bytes.NewReader(text)); w.Code != http.StatusOK {
		b.t.Fatalf("phase %d: %d %s", phase, w.Code, w.Body)
	}
}
