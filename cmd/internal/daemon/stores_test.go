package daemon

import (
	"context"
	"errors"
	"testing"

	"beibu/queue"
)

var errAway = errors.New("away")

// headed is a queue that can only be asked for its end, as Kafka's is.
type headed struct {
	queue.Queue
	err error
}

func (h headed) Head(context.Context) (int64, error) { return 7, h.err }

// probed is one that can be asked to write, as the embedded store.
type probed struct{ headed }

func (p probed) Probe(context.Context) error { return errAway }

func TestQueueIsAskedAsItCanBe(t *testing.T) {
	for name, c := range map[string]struct {
		store queue.Queue
		want  error
	}{
		"well":         {headed{}, nil},
		"away":         {headed{err: errAway}, errAway},
		"cannot write": {probed{headed{}}, errAway},
	} {
		d := &Daemon{store: c.store}
		if err := d.askQueue(t.Context()); err == nil {
			t.Errorf("%s: asked before it is open", name)
		}
		d.startup.asked()
		if err := d.askQueue(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
