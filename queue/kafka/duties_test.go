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

// hold holds a duty until the queue or ctx ends, and says when it has it.
func hold(ctx context.Context, q *kafka.Queue) (entered chan struct{}, held chan error) {
	entered, held = make(chan struct{}, 100), make(chan error, 1)
	go func() {
		held <- q.Hold(ctx, "duty", func(own context.Context) error {
			entered <- struct{}{}
			<-own.Done()
			return own.Err()
		})
	}()
	return entered, held
}

// The duty of a node that goes is another node's.
func TestDutyGoesToAnotherNode(t *testing.T) { dutyGoes(t, cluster(t).ListenAddrs()) }

func TestDutyGoesToAnotherNodeOnApache(t *testing.T) { dutyGoes(t, kafkatest.Brokers(t)) }

func dutyGoes(t *testing.T, brokers []string) {
	t.Helper()
	o := settings(brokers)
	first, second := open(t, o), open(t, o)
	defer closing(t, second)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	has, held := hold(ctx, first)
	<-has
	comes, last := hold(ctx, second)
	closing(t, first)
	if err := <-held; !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("hold: %v, want %v", err, queue.ErrUnavailable)
	}
	<-comes
	cancel()
	if err := <-last; err != nil {
		t.Errorf("hold: %v", err)
	}
}

// A member that the brokers do not know any more has lost the duty, and comes
// back for it.
func TestDutyLostAndFound(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	has, held := hold(ctx, q)
	<-has
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: o.Prefix + "duty.duty", Err: kerr.UnknownMemberID})
	<-has
	cancel()
	if err := <-held; err != nil {
		t.Errorf("hold: %v", err)
	}
}
