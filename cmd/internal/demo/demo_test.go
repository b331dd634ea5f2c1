package demo

import (
	"os"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue/kafka/kafkatest"
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
	if len(server.Keys()) != len(cast) {
		t.Errorf("%d numbers were claimed, of %d documents", len(server.Keys()), len(cast))
	}
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
	for _, c := range cast {
		if !strings.Contains(out.String(), "  202 "+c.kind) {
			t.Errorf("no %s was submitted", c.kind)
		}
	}
	for _, text := range []string{"  200 ", "  422 ATA-01", "  409 number-taken", "refused   ata-carnet", "attempt 2", "14 envelopes and 14 receipts hold"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("missing: %q", text)
		}
	}
}
