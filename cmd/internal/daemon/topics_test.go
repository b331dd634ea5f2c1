package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/deploy"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue/kafka/kafkatest"
	"beibu/testdata"
)

// A port is a daemon on Kafka, whose parties have topics, and a client of these.
type port struct {
	*Daemon
	t      *testing.T
	dir    string
	prefix string // of all topics of the test
	seeds  []string
	kafka  *kgo.Client
	said   map[string]string   // more of parties, by id
	edit   func(string) string // changes the map of parties, or nil
	apart  int                 // partitions of each topic of the log; 0 means 1

	settings string // more of the configuration
}

// fakeKafka starts a Kafka in this process.
func fakeKafka(t *testing.T) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// newPort makes the topics, and more of them, and starts a daemon whose parties have
// more said of them, by their ids.
func newPort(t *testing.T, brokers []string, said map[string]string, more ...string) *port {
	t.Helper()
	return newPortWith(t, "", brokers, said, more...)
}

// newPortWith is newPort with more settings.
func newPortWith(t *testing.T, settings string, brokers []string, said map[string]string, more ...string) *port {
	t.Helper()
	p := &port{t: t, settings: settings, dir: t.TempDir(), prefix: "t-" + uuid.NewString() + ".", seeds: brokers, said: said}
	p.begin(more...)
	return p
}

// begin makes the topics, and the daemon.
func (p *port) begin(more ...string) {
	t := p.t
	t.Helper()
	var err error
	if p.kafka, err = kgo.NewClient(kgo.SeedBrokers(p.seeds...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kafka.Close)
	names := append([]string{"documents", "replies", "vn", "trade"}, more...)
	for i := range names {
		names[i] = p.prefix + names[i]
	}
	made, err := kadm.NewClient(p.kafka).CreateTopics(t.Context(), 1, 1, nil, names...)
	if err != nil || made.Error() != nil {
		t.Fatal(err, made.Error())
	}
	if p.Daemon, err = New(t.Context(), p.load(p.said), zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	serve(t, p.Daemon)
}

// load reads the built-in map with more said of parties.
func (p *port) load(said map[string]string) *config.Loaded {
	p.t.Helper()
	text := string(deploy.Parties)
	for id, more := range said {
		line := "  - id: " + id + "\n"
		if !strings.Contains(text, line) {
			p.t.Fatalf("no party %s", id)
		}
		text = strings.Replace(text, line, line+"    "+strings.ReplaceAll(more, "$", p.prefix)+"\n", 1)
	}
	if p.edit != nil {
		text = p.edit(text)
	}
	file := filepath.Join(p.dir, "parties.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	brokers, err := json.Marshal(p.seeds)
	if err != nil {
		p.t.Fatal(err)
	}
	l, err := config.Parse("test", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+p.dir+"\nparties: "+file+
		"\nkafka: {brokers: "+string(brokers)+", partitions: "+strconv.Itoa(max(p.apart, 1))+", replication: 1, topicPrefix: "+p.prefix+"docs.}\n"+p.settings))
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}

// read returns the first n messages of a topic.
func (p *port) read(topic string, n int) []*kgo.Record {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute) // so that what does not come does not hang
	defer cancel()
	reader, err := kgo.NewClient(kgo.SeedBrokers(p.seeds...), kgo.ConsumeTopics(p.prefix+topic), kgo.FetchMaxWait(100*time.Millisecond))
	if err != nil {
		p.t.Fatal(err)
	}
	defer reader.Close()
	var all []*kgo.Record
	for len(all) < n {
		fetched := reader.PollFetches(ctx)
		if ctx.Err() != nil {
			p.t.Fatalf("%d messages on %s, want %d", len(all), topic, n)
		}
		all = append(all, fetched.Records()...)
	}
	return all
}

// waitForState waits until a delivery has a state.
func (p *port) waitForState(id, receiver string, state exchange.State) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for {
		head, err := p.store.Head(ctx)
		if err == nil {
			err = p.index.Wait(ctx, head) // so that the index shows all before head+1 is waited for
		}
		if err != nil {
			p.t.Fatal(err)
		}
		x, err := p.index.Exchange(ctx, uuid.MustParse(id))
		if slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Receiver == receiver && d.State == state }) {
			return
		}
		if waiting := p.index.Wait(ctx, head+1); waiting != nil {
			p.t.Fatalf("%s to %s does not come to %s: %+v, %v", id, receiver, state, x.Deliveries, err)
		}
	}
}

// atWork fails the test unless exactly these jobs are being done.
func (p *port) atWork(want ...string) {
	p.t.Helper()
	p.jobs.mu.Lock()
	defer p.jobs.mu.Unlock()
	if got := slices.Sorted(maps.Keys(p.jobs.running)); !slices.Equal(got, want) {
		p.t.Errorf("at work are %v, want %v", got, want)
	}
}

// A document that a party writes to its topic comes out of the topics of its
// receivers, and the party has its receipt.
func TestFromTopicToTopic(t *testing.T) {
	c := fakeKafka(t)
	p := fromTopicToTopic(t, c.ListenAddrs())
	for _, election := range []string{"expiry", "deliver.window-vn", "deliver.gx-trade-promotion"} {
		if _, err := c.WaitGroupStable(t.Context(), p.prefix+"docs.duty."+election, 1); err != nil {
			t.Errorf("%s: %v", election, err)
		}
	}
}

// TestFromTopicToTopicOfApache runs against the brokers that BEIBU_KAFKA names.
func TestFromTopicToTopicOfApache(t *testing.T) {
	fromTopicToTopic(t, kafkatest.Brokers(t))
}

func fromTopicToTopic(t *testing.T, brokers []string) *port {
	t.Helper()
	p := newPort(t, brokers, map[string]string{
		"qinzhou-customs":    "inbound: {topic: $documents, replies: $replies}",
		"window-vn":          "deliver: {topic: $vn}",
		"gx-trade-promotion": "deliver: {topic: $trade, acknowledge: receiver}",
	})
	for _, document := range [][]byte{carnet(t), carnet(t), []byte("<broken")} {
		if err := p.kafka.ProduceSync(t.Context(), &kgo.Record{Topic: p.prefix + "documents", Value: document}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	replies := p.read("replies", 3)
	var first, again answer.Acceptance
	var broken answer.Problem
	for i, into := range []any{&first, &again, &broken} {
		if err := json.Unmarshal(replies[i].Value, into); err != nil {
			t.Fatal(err)
		}
	}
	if first.Receipt == "" || first.Duplicate || !again.Duplicate || again.Receipt != first.Receipt || broken.Status != http.StatusBadRequest {
		t.Errorf("replied %+v, %+v, %+v", first, again, broken)
	}
	text := private(t, p.Daemon, "/metrics")
	for _, outcome := range []string{"accepted", "duplicate", "refused"} {
		if !strings.Contains(text, `beibu_topic_documents_total{outcome="`+outcome+`",party="qinzhou-customs"} 1`) {
			t.Errorf("no document counted as %s:\n%s", outcome, text)
		}
	}
	operator := as(t, p.Daemon, p.dir, "operator")
	envelope, err := operator.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+first.ExchangeID+"/envelope?reason=test", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{"vn", "trade"} {
		if carried := p.read(topic, 1)[0]; !bytes.Equal(carried.Value, envelope.Body) {
			t.Errorf("%s got another envelope: %s", topic, carried.Value)
		}
	}
	p.waitForState(first.ExchangeID, "window-vn", exchange.ConsignmentAcceptance)
	p.waitForState(first.ExchangeID, "gx-trade-promotion", exchange.ContentHandover)
	x, err := client.Get[httpapi.Exchange](t.Context(), operator, "/v1/exchanges/"+first.ExchangeID, nil)
	if err != nil || x.Sender != "qinzhou-customs" {
		t.Errorf("accepted from %s, %v", x.Sender, err)
	}
	return p
}

// A reload gives a party a topic, and takes it away; what is addressed to a
// suspended party waits.
func TestReloadTopics(t *testing.T) {
	p := newPort(t, fakeKafka(t).ListenAddrs(), nil)
	reload := func(said map[string]string) {
		t.Helper()
		if err := p.Reload(p.load(said)); err != nil {
			t.Fatal(err)
		}
	}
	sender := as(t, p.Daemon, p.dir, "qinzhou-customs")
	accepted, err := sender.Submit(t.Context(), carnet(t))
	if err != nil {
		t.Fatal(err)
	}
	reload(map[string]string{"window-vn": "deliver: {topic: $vn}\n    suspended: true", "gx-trade-promotion": "deliver: {topic: $trade}"})
	p.atWork("deliver.gx-trade-promotion")
	p.waitForState(accepted.ExchangeID, "gx-trade-promotion", exchange.ConsignmentAcceptance)
	p.waitForState(accepted.ExchangeID, "window-vn", exchange.ContentConsignment)
	reload(map[string]string{"window-vn": "deliver: {topic: $vn}"})
	p.waitForState(accepted.ExchangeID, "window-vn", exchange.ConsignmentAcceptance)
	if a, b := p.read("vn", 1), p.read("trade", 1); !bytes.Equal(a[0].Value, b[0].Value) {
		t.Error("one exchange has two envelopes")
	}
	second, err := sender.Submit(t.Context(), testdata.Numbered(carnet(t), "CN/4501/26/00183", "CN/4501/26/00184"))
	if err != nil {
		t.Fatal(err)
	}
	p.waitForState(second.ExchangeID, "window-vn", exchange.ConsignmentAcceptance)
	page, err := client.Get[httpapi.MailboxPage](t.Context(), as(t, p.Daemon, p.dir, "gx-trade-promotion"), "/v1/mailbox", nil)
	if err != nil || len(page.Deliveries) != 1 || page.Deliveries[0].ExchangeID != second.ExchangeID {
		t.Errorf("the mailbox holds %+v, %v", page, err)
	}
}

// A party has one quota, however its documents come: what is too much waits in
// its topic, and comes in when it may.
func TestOneQuotaForTopicsAndHTTP(t *testing.T) {
	inbound := "inbound: {topic: $documents, replies: $replies}"
	p := newPort(t, fakeKafka(t).ListenAddrs(), map[string]string{"qinzhou-customs": inbound + "\n    quota: {documents: 2, window: 24h}"})
	for _, document := range [][]byte{carnet(t), []byte("<broken"), carnet(t)} {
		if err := p.kafka.ProduceSync(t.Context(), &kgo.Record{Topic: p.prefix + "documents", Value: document}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	p.read("replies", 2)
	_, err := as(t, p.Daemon, p.dir, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if problem := client.ProblemOf(err); problem == nil || problem.Code != "quota-exceeded" {
		t.Errorf("over HTTP: %v", err)
	}
	if err := p.Reload(p.load(map[string]string{"qinzhou-customs": inbound})); err != nil {
		t.Fatal(err)
	}
	var last answer.Acceptance
	if err := json.Unmarshal(p.read("replies", 3)[2].Value, &last); err != nil || !last.Duplicate {
		t.Errorf("replied %+v, %v", last, err)
	}
}
