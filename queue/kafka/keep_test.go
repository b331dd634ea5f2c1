package kafka_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
	"beibu/queue/kafka"
)

// What a node keeps, every node can read, and no node once the brokers have removed it.
func TestKeptOnEveryNode(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	a, b := open(t, o), open(t, o)
	defer closing(t, a)
	defer closing(t, b)
	position, err := a.Keep(t.Context(), []byte("content"), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if content, err := b.Kept(t.Context(), position); err != nil || string(content) != "content" {
		t.Errorf("the other node reads %q, %v", content, err)
	}
	if err := c.DeleteRecords(o.Prefix+"kept", 0, 1); err != nil {
		t.Fatal(err)
	}
	for _, q := range []*kafka.Queue{a, b} {
		if _, err := q.Kept(t.Context(), position); !errors.Is(err, queue.ErrNotFound) {
			t.Errorf("removed: error %v, want %v", err, queue.ErrNotFound)
		}
	}
}

// The topic is created so that the brokers remove what is over: its retention is the
// longest that anything is kept, and a file of it is closed after an hour.
func TestKeptTopic(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	closing(t, open(t, o))
	client, err := kgo.NewClient(kgo.SeedBrokers(o.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	all, err := kadm.NewClient(client).DescribeTopicConfigs(t.Context(), o.Prefix+"kept")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"retention.ms": "86400000", "segment.ms": "3600000", "cleanup.policy": "delete"}
	for _, one := range all[0].Configs {
		if value, ok := want[one.Key]; ok && one.MaybeValue() == value {
			delete(want, one.Key)
		}
	}
	if len(want) > 0 {
		t.Errorf("the topic does not have %v", want)
	}
}

// Nothing is kept for longer than the topic keeps it. Without the option there is no
// topic, and nothing is kept at all.
func TestKeptForTooLong(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	none := o
	none.Prefix, none.Kept = "none.", 0
	for name, test := range map[string]struct {
		options kafka.Options
		d       time.Duration
		size    int
	}{
		"longer than the topic": {o, o.Kept + time.Minute, 1},
		"larger than a body":    {o, time.Hour, o.MaxBody + 1},
		"without a topic":       {none, time.Hour, 1},
	} {
		q := open(t, test.options)
		if _, err := q.Keep(t.Context(), make([]byte, test.size), time.Now().Add(test.d)); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: error %v, want %v", name, err, queue.ErrInvalid)
		}
		if test.options.Kept == 0 {
			if _, err := q.Kept(t.Context(), 1); !errors.Is(err, queue.ErrNotFound) {
				t.Errorf("%s: reads, error %v", name, err)
			}
		}
		closing(t, q)
	}
	if slices := c.TopicInfo("none.kept"); slices != nil {
		t.Error("the topic was created all the same")
	}
}

// While the topic kept does not answer, what waits for it is bounded by itself, and
// documents are accepted as before.
func TestKeptHoldsUpNobody(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.MaxBody = 1 << 20
	q := open(t, o)
	stop := stall(c, o.Prefix+"kept")
	content := make([]byte, o.MaxBody/2)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	const callers = 20
	for range callers {
		go func() {
			_, err := q.Keep(ctx, content, time.Now().Add(time.Hour))
			failed <- err
		}()
	}
	e := admit(t, q, "key")
	if _, err := q.Body(t.Context(), e.Body); err != nil {
		t.Error(err)
	}
	cancel()
	for range callers {
		if err := <-failed; !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("kept with error %v, want %v", err, queue.ErrUnavailable)
		}
	}
	if left := q.Unanswered(); left > 4*int64(o.MaxBody) {
		t.Errorf("%d bytes wait", left)
	}
	stop()
	closing(t, q)
}

// stall lets no request to append to a topic be answered, until the returned function is
// called.
func stall(c *kfake.Cluster, topic string) (stop func()) {
	ended := make(chan struct{})
	c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		request, ok := r.(*kmsg.ProduceRequest)
		if !ok || len(request.Topics) == 0 || !strings.HasSuffix(request.Topics[0].Topic, topic) {
			return nil, nil, false
		}
		select {
		case <-ended:
			return nil, nil, false
		default:
		}
		c.SleepControl(func() { <-ended })
		return nil, nil, false
	})
	return func() { close(ended) }
}
