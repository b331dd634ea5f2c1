package demo

import (
	"context"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/queue/kafka/kafkatest"
	"beibu/schemas/paths"
	"beibu/testdata"
)

// The demo runs to its end, on the real daemon.
func TestDemo(t *testing.T) { runs(t, Options{}) }

// It prints the same if the log is Kafka's and claims are in Redis.
func TestDemoOverKafkaAndRedis(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	server := miniredis.RunT(t)
	runs(t, Options{Kafka: strings.Join(cluster.ListenAddrs(), ","), Redis: server.Addr()})
	if left := topics(t, cluster); len(left) > 0 {
		t.Errorf("the demo leaves %v behind", left)
	}
	if len(server.Keys()) != submitted() {
		t.Errorf("%d numbers were claimed, of %d documents", len(server.Keys()), submitted())
	}
}

// topics returns those of the demo.
func topics(t *testing.T, c *kfake.Cluster) (all []string) {
	t.Helper()
	client := &kafkago.Client{Addr: kafkago.TCP(c.ListenAddrs()...)}
	m, err := client.Metadata(t.Context(), &kafkago.MetadataRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range m.Topics {
		if strings.HasPrefix(topic.Name, "demo-") {
			all = append(all, topic.Name)
		}
	}
	return all
}

// TestDemoOverApacheKafka runs against the brokers that BEIBU_KAFKA names and
// the server that BEIBU_REDIS names.
func TestDemoOverApacheKafka(t *testing.T) {
	brokers := kafkatest.Brokers(t)
	runs(t, Options{Kafka: strings.Join(brokers, ","), Redis: os.Getenv("BEIBU_REDIS")})
}

func runs(t *testing.T, o Options) {
	t.Helper()
	var out strings.Builder
	o.Out = &out
	if err := Run(t.Context(), o); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	builtIn, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for kind := range builtIn {
		if !strings.Contains(out.String(), "  202 "+kind) {
			t.Errorf("no %s was submitted", kind)
		}
	}
	for _, text := range []string{"  200 ", "  422 ATA-01", "  409 number-taken", "refused   ata-carnet", "attempt 2", "is answered by window-vn: accepted", "is answered by gx-customs: accepted", "16 envelopes and 16 receipts hold"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("missing: %q", text)
		}
	}
}

// A demo that is kept has something of everything that a person looks for: open, failed
// for two causes, refused, and a run that waits for its approval.
func TestDay(t *testing.T) {
	said := make(chan string, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &lines{until: "Ctrl-C", done: func(all string) { said <- all }}
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, Options{Keep: true, Every: 20 * time.Millisecond, Out: out}) }()
	var all string
	select {
	case all = <-said:
	case err := <-ended:
		t.Fatalf("ended by itself: %v\n%s", err, out.all.String())
	}
	operator := &client.Client{Server: exported(t, all, "BEIBU_SERVER"), Key: key(t, exported(t, all, "BEIBU_KEY_FILE"))}
	failures, err := client.Get[httpapi.FailuresList](ctx, operator, "/v1/failures", nil)
	if err != nil {
		t.Fatal(err)
	}
	causes := make(map[string]int)
	for _, f := range failures.Failures {
		causes[f.Code] += f.Count
	}
	if causes["SCHEMA-2026-12"] != dayRounds || causes["HS-UNKNOWN"] != dayRounds/3 {
		t.Errorf("causes %v", causes)
	}
	runs, err := client.Get[httpapi.RunPage](ctx, operator, "/v1/runs", nil)
	if err != nil || len(runs.Runs) == 0 || runs.Runs[0].Status != replay.AwaitingApproval {
		t.Errorf("%v, runs %+v", err, runs)
	}
	refusals, err := client.Get[httpapi.RefusalPage](ctx, operator, "/v1/refusals", nil)
	if err != nil || len(refusals.Refusals) < len(broken) {
		t.Errorf("%v, %d refusals", err, len(refusals.Refusals))
	}
	open, err := client.Get[httpapi.Page](ctx, operator, "/v1/exchanges", url.Values{"state": {"ContentConsignment"}, "party": {"window-my"}})
	if err != nil || len(open.Exchanges) < dayRounds {
		t.Errorf("%v, %d open", err, len(open.Exchanges))
	}
	leavesMailAlone(t, operator, path.Dir(exported(t, all, "BEIBU_KEY_FILE")))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// leavesMailAlone fails unless the mailbox of the receiver that the person plays is as the
// person leaves it, while the demo continues to send.
func leavesMailAlone(t *testing.T, operator *client.Client, keys string) {
	t.Helper()
	sample, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		t.Fatal(err)
	}
	sender := &client.Client{Server: operator.Server, Key: key(t, path.Join(keys, "beihai-customs.key"))}
	if _, err := sender.Submit(t.Context(), sample.Bytes); err != nil {
		t.Fatal(err)
	}
	newest := func() string {
		page, err := client.Get[httpapi.Page](t.Context(), operator, "/v1/exchanges", url.Values{"limit": {"1"}})
		if err != nil || len(page.Exchanges) == 0 {
			t.Fatal(err)
		}
		return page.Exchanges[0].ExchangeID
	}
	for seen := make(map[string]bool); len(seen) < 2*len(cast) && t.Context().Err() == nil; {
		seen[newest()] = true
	}
	receiver := &client.Client{Server: operator.Server, Key: key(t, path.Join(keys, player+".key"))}
	mail, err := client.Get[httpapi.MailboxPage](t.Context(), receiver, "/v1/mailbox", nil)
	if err != nil || len(mail.Deliveries) != 1 || mail.Deliveries[0].Kind != "ata-carnet" {
		t.Errorf("the mailbox of %s has %+v, %v; want the carnet alone", player, mail.Deliveries, err)
	}
}

// lines keeps what is written, and calls done once it has a text.
type lines struct {
	all   strings.Builder
	until string
	done  func(all string)
}

func (l *lines) Write(p []byte) (int, error) {
	n, err := l.all.Write(p)
	if strings.Contains(string(p), l.until) {
		l.done(l.all.String())
	}
	return n, err
}

// exported returns the value that the demo says to export.
func exported(t *testing.T, said, name string) string {
	t.Helper()
	_, after, ok := strings.Cut(said, name+"=")
	if !ok {
		t.Fatalf("no %s in %s", name, said)
	}
	return strings.Fields(after)[0]
}

// key reads an API key.
func key(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}
