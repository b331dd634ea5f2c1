package kafka_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
)

// addPartition adds one partition to a topic, as an operator might.
func addPartition(t *testing.T, brokers []string, topic string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r, err := kadm.NewClient(client).CreatePartitions(t.Context(), 1, topic)
	if err != nil || r.Error() != nil {
		t.Fatal(err, r.Error())
	}
}

// stopped waits until a queue has stopped for its topics.
func stopped(t *testing.T, q *kafka.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	select {
	case <-q.Done():
	case <-ctx.Done():
		t.Fatal("the queue continues")
	}
	if err := q.Err(); !errors.Is(err, kafka.ErrLayout) || !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("stopped with %v, want %v", err, kafka.ErrLayout)
	}
}

// A queue stops when its topics get partitions while it is at work: nothing is
// accepted any more, and nothing was written to a partition that no node consumes.
func TestStopsWhenPartitionsAreAdded(t *testing.T) {
	stopsAtPartitions(t, cluster(t).ListenAddrs())
}

func TestStopsWhenPartitionsAreAddedOnApache(t *testing.T) {
	stopsAtPartitions(t, kafkatest.Brokers(t))
}

func stopsAtPartitions(t *testing.T, brokers []string) {
	t.Helper()
	for _, name := range []string{"body", "log", "events"} {
		t.Run(name, func(t *testing.T) {
			o := settings(brokers)
			o.Partitions = 2
			q := open(t, o)
			defer closing(t, q)
			stop := dispatching(t, q)
			defer stop()
			has, held := lead(t.Context(), q)
			<-has
			addPartition(t, brokers, o.Prefix+name)
			for i := 0; ; i++ {
				if _, err := q.Admit(t.Context(), rivalAt(0, i)); err != nil {
					break
				}
			}
			stopped(t, q)
			if _, err := q.Admit(t.Context(), rivalAt(1, 0)); !errors.Is(err, queue.ErrUnavailable) {
				t.Errorf("admit: %v, want %v", err, queue.ErrUnavailable)
			}
			if err := <-held; !errors.Is(err, kafka.ErrLayout) {
				t.Errorf("hold: %v, want %v", err, kafka.ErrLayout)
			}
		})
	}
}

// A group hands the partitions out as they are, perhaps before the queue has
// looked. The ones that were added are not served.
func TestGroupsReportPartitionsAdded(t *testing.T) {
	brokers := cluster(t).ListenAddrs()
	for name, work := range map[string]func(*kafka.Queue) error{
		"log": func(q *kafka.Queue) error { return q.Dispatch(t.Context(), consign) },
		"events": func(q *kafka.Queue) error {
			leaders := make(chan struct{}, 2)
			return q.RunAsLeader(t.Context(), "task", func(own context.Context) error {
				leaders <- struct{}{}
				if len(leaders) > 1 {
					t.Error("there are two leaders")
				}
				<-own.Done()
				<-leaders
				return own.Err()
			})
		},
	} {
		o := settings(brokers)
		q := open(t, o)
		admit(t, q, "key")
		addPartition(t, brokers, o.Prefix+name)
		if err := work(q); !errors.Is(err, kafka.ErrLayout) {
			t.Errorf("%s: %v, want %v", name, err, kafka.ErrLayout)
		}
		stopped(t, q)
		closing(t, q)
	}
}
