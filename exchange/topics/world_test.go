package topics_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/exchange/cloudevents"
	"beibu/exchange/topics"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
)

// A desk is where a test uses Kafka: through the package's own broker, and through
// another client.
type desk struct {
	*kafkatest.Desk
	broker *topics.Broker
}

func newDesk(t *testing.T, brokers []string) *desk {
	t.Helper()
	connection, err := kafka.Connect(kafka.Options{
		Brokers: brokers, Prefix: "docs.", Partitions: 1, Replication: 1, Session: 6 * time.Second, MaxBody: 1 << 20, Unanswered: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	writer := cloudevents.NewWriter(connection.Brokers, connection.Transport, 1<<20)
	t.Cleanup(func() {
		if err := writer.Close(); err != nil {
			t.Error(err)
		}
		connection.Transport.CloseIdleConnections()
	})
	return &desk{Desk: kafkatest.NewDesk(t, brokers), broker: topics.NewBroker(topics.Connection{
		Brokers: connection.Brokers, Transport: connection.Transport, Join: connection.Join,
	}, writer)}
}

// A world has the warnings of an inbox.
type world struct {
	t      *testing.T
	Log    *zap.Logger
	warned chan string // every warning; as many as a test may have
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, warned: make(chan string, 1000)}
	core, _ := observer.New(zap.WarnLevel)
	w.Log = zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
		w.warned <- e.Message
		return nil
	}))
	return w
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
