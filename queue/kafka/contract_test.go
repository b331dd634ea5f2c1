package kafka_test

import (
	"context"
	"flag"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
	"beibu/queue/queuetest"
)

// TestMain lets the model run fewer times: each run makes topics and joins
// groups.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("rapid.checks").Value.String() == "100" {
		_ = flag.Set("rapid.checks", "15") // the flag is there, and this is a number
	}
	m.Run()
}

// fake starts a Kafka in this process.
func fake(t *testing.T, options ...kfake.Opt) []string {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{
		kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()
}

// settings are those of a queue of its own on shared brokers.
func settings(brokers []string) kafka.Options {
	return kafka.Options{
		Brokers: brokers, Prefix: "t-" + uuid.NewString() + ".", Partitions: 1, Replication: 1, Session: 6 * time.Second,
		MaxBody: 16 << 20, Unanswered: 256 << 20, Kept: 24 * time.Hour,
	}
}

func open(tb testing.TB, o kafka.Options) *kafka.Queue {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	q, err := kafka.Open(ctx, o)
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	return q
}

// contract runs the contract with one partition, because some of its promises are
// about the order of the whole log. A queue that is opened again loads its snapshot.
func contract(t *testing.T, brokers []string) {
	t.Helper()
	queuetest.Run(t, func(tb testing.TB) queuetest.Opener {
		tb.Helper()
		o := settings(brokers)
		o.Snapshot, o.SnapshotEvery = filepath.Join(tb.TempDir(), "log.snapshot"), 2
		o.Warn = func(err error) { tb.Errorf("warned of %v", err) }
		return func(tb testing.TB) queue.Queue {
			tb.Helper()
			return open(tb, o)
		}
	})
}

func TestContractOnFake(t *testing.T) { contract(t, fake(t)) }

// TestContractOnApache runs against the brokers that BEIBU_KAFKA names.
func TestContractOnApache(t *testing.T) { contract(t, kafkatest.Brokers(t)) }
