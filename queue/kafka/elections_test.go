package kafka_test

import (
	"context"
	"errors"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
)

// lead runs as leader until the queue or ctx ends, and sends on entered when it is
// elected.
func lead(ctx context.Context, q *kafka.Queue) (entered chan struct{}, led chan error) {
	entered, led = make(chan struct{}, 100), make(chan error, 1)
	go func() {
		led <- q.RunAsLeader(ctx, "task", func(own context.Context) error {
			entered <- struct{}{}
			<-own.Done()
			return own.Err()
		})
	}()
	return entered, led
}

// When the leader stops, another node becomes the leader.
func TestAnotherNodeBecomesLeader(t *testing.T) { leaderChanges(t, cluster(t).ListenAddrs()) }

func TestAnotherNodeBecomesLeaderOnApache(t *testing.T) { leaderChanges(t, kafkatest.Brokers(t)) }

func leaderChanges(t *testing.T, brokers []string) {
	t.Helper()
	o := settings(brokers)
	first, second := open(t, o), open(t, o)
	defer closing(t, second)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	has, led := lead(ctx, first)
	<-has
	comes, last := lead(ctx, second)
	closing(t, first)
	if err := <-led; !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("run as leader: %v, want %v", err, queue.ErrUnavailable)
	}
	<-comes
	cancel()
	if err := <-last; err != nil {
		t.Errorf("run as leader: %v", err)
	}
}

// A member that the brokers do not know any more is no leader, and joins the
// election again.
func TestLeaderIsElectedAgain(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	has, led := lead(ctx, q)
	<-has
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: o.Prefix + "duty.task", Err: kerr.UnknownMemberID})
	<-has
	cancel()
	if err := <-led; err != nil {
		t.Errorf("run as leader: %v", err)
	}
}
