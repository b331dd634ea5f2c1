package kafka_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
	"beibu/queue/queuetest"
)

// cluster starts a Kafka in this process whose inside the test can reach.
func cluster(t *testing.T, options ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func closing(t *testing.T, q *kafka.Queue) {
	t.Helper()
	if err := q.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func admit(t *testing.T, q *kafka.Queue, key string) queue.Entry {
	t.Helper()
	e, err := q.Admit(t.Context(), queue.Submission{Key: key, ID: [16]byte([]byte(key + "0123456789abcdef")), Body: []byte("body of " + key)})
	if err != nil {
		t.Fatalf("admit %q: %v", key, err)
	}
	return e
}

func TestOpenRefusesAnotherNumberOfPartitions(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	o.Partitions = 2
	closing(t, open(t, o))
	o.Partitions = 3
	if _, err := kafka.Open(t.Context(), o); !errors.Is(err, kafka.ErrLayout) {
		t.Errorf("error %v, want %v", err, kafka.ErrLayout)
	}
	o.Partitions = 2
	closing(t, open(t, o))
}

func TestOpenRefusesPartitionsAdded(t *testing.T) {
	for _, name := range []string{"body", "log", "events"} {
		c := cluster(t)
		o := settings(c.ListenAddrs())
		closing(t, open(t, o))
		addPartition(t, c.ListenAddrs(), o.Prefix+name)
		if _, err := kafka.Open(t.Context(), o); !errors.Is(err, kafka.ErrLayout) {
			t.Errorf("%s: error %v, want %v", name, err, kafka.ErrLayout)
		}
	}
}

func TestOpenRefusesSettingsThatLose(t *testing.T) {
	good := map[string]string{
		"cleanup.policy": "delete", "retention.ms": "-1", "max.message.bytes": "20000000", "min.insync.replicas": "1",
	}
	tests := map[string]struct{ topic, name, value string }{
		"compaction":        {"log", "cleanup.policy", "compact"},
		"small bodies":      {"body", "max.message.bytes", "1000000"},
		"small events":      {"events", "max.message.bytes", "1000000"},
		"short log":         {"log", "retention.ms", "1000"},
		"short bodies":      {"body", "retention.ms", "604800000"},
		"short events":      {"events", "retention.ms", "604800000"},
		"short settings":    {"settings", "retention.ms", "604800000"},
		"little log":        {"log", "retention.bytes", "1000000000"},
		"unclean elections": {"body", "unclean.leader.election.enable", "true"},
		"short kept":        {"kept", "retention.ms", "1000"},
		"long kept":         {"kept", "retention.ms", "604800000"},
		"endless kept":      {"kept", "retention.ms", "-1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := cluster(t)
			o := settings(c.ListenAddrs())
			values := maps.Clone(good)
			values[test.name] = test.value
			if err := c.CreateTopic(o.Prefix+test.topic, 1, values); err != nil {
				t.Fatal(err)
			}
			if _, err := kafka.Open(t.Context(), o); !errors.Is(err, kafka.ErrLayout) {
				t.Errorf("error %v, want %v", err, kafka.ErrLayout)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		c := cluster(t)
		o := settings(c.ListenAddrs())
		if err := c.CreateTopic(o.Prefix+"body", 1, good); err != nil {
			t.Fatal(err)
		}
		closing(t, open(t, o))
	})
	t.Run("log shorter than bodies", func(t *testing.T) {
		c := cluster(t)
		o := settings(c.ListenAddrs())
		o.Retention = time.Hour
		values := maps.Clone(good)
		values["retention.ms"] = "7200000"
		if err := c.CreateTopic(o.Prefix+"body", 1, values); err != nil {
			t.Fatal(err)
		}
		if _, err := kafka.Open(t.Context(), o); !errors.Is(err, kafka.ErrLayout) {
			t.Errorf("error %v, want %v", err, kafka.ErrLayout)
		}
	})
	t.Run("few replicas", func(t *testing.T) {
		c := cluster(t, kfake.NumBrokers(3))
		o := settings(c.ListenAddrs())
		o.Replication = 3
		if err := c.CreateTopic(o.Prefix+"body", 1, good); err != nil {
			t.Fatal(err)
		}
		if _, err := kafka.Open(t.Context(), o); !errors.Is(err, kafka.ErrLayout) {
			t.Errorf("error %v, want %v", err, kafka.ErrLayout)
		}
	})
}

// Whoever writes access lists for the brokers receives these names.
func TestNames(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	stop := dispatching(t, q)
	defer stop()
	admit(t, q, "key")
	record(t, q, 2)
	ctx, cancel := context.WithCancel(t.Context())
	err := q.RunAsLeader(ctx, "sweep", func(context.Context) error {
		cancel()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(o.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	topics, err := kadm.NewClient(client).ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	groups, err := kadm.NewClient(client).ListGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []struct{ got, want []string }{
		{topics.Names(), []string{"body", "events", "kept", "log", "settings"}},
		{groups.Groups(), []string{"dispatch", "duty.sweep"}},
	} {
		for i, name := range list.want {
			list.want[i] = o.Prefix + name
		}
		if diff := cmp.Diff(list.got, list.want); diff != "" {
			t.Error(diff)
		}
	}
}

// Nodes that start together create the topics once, with the same settings.
func TestOpenTogether(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	o.Partitions = 4
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			q, err := kafka.Open(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			if err := q.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestOpenRefusesBadOptions(t *testing.T) {
	for name, spoil := range map[string]func(*kafka.Options){
		"no brokers":        func(o *kafka.Options) { o.Brokers = nil },
		"no prefix":         func(o *kafka.Options) { o.Prefix = "" },
		"no partitions":     func(o *kafka.Options) { o.Partitions = 0 },
		"no replication":    func(o *kafka.Options) { o.Replication = 0 },
		"replication":       func(o *kafka.Options) { o.Replication = 17 },
		"no bodies":         func(o *kafka.Options) { o.MaxBody = 0 },
		"nothing kept":      func(o *kafka.Options) { o.Unanswered = 0 },
		"no session":        func(o *kafka.Options) { o.Session = 0 },
		"mechanism":         func(o *kafka.Options) { o.Mechanism, o.User = "MAGIC", "u" },
		"a password to all": func(o *kafka.Options) { o.Mechanism, o.User, o.Password = "PLAIN", "u", "p" },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // with options that it takes, it would wait for brokers
		o := settings([]string{"127.0.0.1:1"})
		spoil(&o)
		if q, err := kafka.Open(ctx, o); err == nil || q != nil || errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenWaitsForTheClusterAsLongAsItMay(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := settings([]string{"127.0.0.1:1"}) // nobody listens there
	go cancel()
	if _, err := kafka.Open(ctx, o); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("error %v, want %v", err, queue.ErrUnavailable)
	}
}

func TestConnectionsAreTheirOwners(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	server.Close()
	certificate := server.TLS.Certificates[0]
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	trust := &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
	c := cluster(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}),
		kfake.EnableSASL(),
		kfake.Superuser("SCRAM-SHA-512", "five-twelve", "secret"),
		kfake.Superuser("SCRAM-SHA-256", "two-five-six", "secret"),
		kfake.Superuser("PLAIN", "plain", "secret"))
	for mechanism, user := range map[string]string{"SCRAM-SHA-512": "five-twelve", "SCRAM-SHA-256": "two-five-six", "PLAIN": "plain"} {
		o := settings(c.ListenAddrs())
		o.TLS, o.Mechanism, o.User, o.Password = trust, mechanism, user, "secret"
		q := open(t, o)
		admit(t, q, "key")
		ctx, cancel := context.WithCancel(t.Context())
		err := q.Dispatch(ctx, func(context.Context, []queue.Entry) ([]queue.Event, error) {
			cancel() // the group has let us in too
			return nil, nil
		})
		if err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
		closing(t, q)
	}
}

// The first node records the shared settings, and a node with another value is
// refused and leaves nothing on record.
func TestOpenRefusesAnotherSharedSetting(t *testing.T) {
	refuseMismatch(t, cluster(t).ListenAddrs())
}

func TestOpenRefusesAnotherSharedSettingOnApache(t *testing.T) {
	refuseMismatch(t, kafkatest.Brokers(t))
}

func refuseMismatch(t *testing.T, brokers []string) {
	t.Helper()
	o := settings(brokers)
	queuetest.SharedSettings(t, func(shared map[string]string) (queue.Queue, error) {
		o.Shared = shared
		return kafka.Open(t.Context(), o)
	})
}

// Of nodes that open a new log together, each with another setting, one starts.
func TestOneOfManySettingsIsRecorded(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	var opened sync.Map // of the nodes that stay
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			o := o
			o.Shared = map[string]string{"key": fmt.Sprint(n)}
			q, err := kafka.Open(t.Context(), o)
			if differs, ok := errors.AsType[*queue.SettingMismatchError](err); ok {
				opened.Store(differs.Recorded, true)
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			opened.Store(fmt.Sprint(n), true)
			closing(t, q)
		})
	}
	wg.Wait()
	if n := len(maps.Collect(opened.Range)); n != 1 {
		t.Errorf("%d keys are on record", n)
	}
}

// A settings topic that has lost its beginning says nothing that can be relied
// on.
func TestOpenRefusesSettingsThatAreGone(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.Shared = map[string]string{"key": "one"}
	closing(t, open(t, o))
	if err := c.DeleteRecords(o.Prefix+"settings", 0, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := kafka.Open(t.Context(), o); !errors.Is(err, kafka.ErrLayout) {
		t.Errorf("error %v, want %v", err, kafka.ErrLayout)
	}
}
