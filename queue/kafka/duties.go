package kafka

import (
	"context"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// Hold calls do while a duty is this call's; see queue.Duties. The callers of
// one duty are a consumer group over events, whose single partition is the
// duty: the brokers see to it that one member has it, and give it to another
// when that one is gone. Nothing is read and nothing is committed.
func (q *Queue) Hold(ctx context.Context, duty string, do func(context.Context) error) error {
	if err := queue.CheckDuty(duty); err != nil {
		return err
	}
	caller := ctx
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return ended(caller, err)
	}
	defer done()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	h := &holding{q: q, do: do, stop: stop, turn: make(chan struct{}, 1)}
	if err := q.cluster.join(ctx, q.options.duty(duty), q.topics.events, false, h.serve); err != nil {
		return ended(caller, err)
	}
	h.turn <- struct{}{} // so that do is not running any more
	if h.through {
		return h.err
	}
	return ended(caller, context.Cause(ctx))
}

// A holding is one call of Hold.
type holding struct {
	q       *Queue
	do      func(context.Context) error
	stop    context.CancelCauseFunc // ends the call
	turn    chan struct{}           // taken by the assignment that is served
	through bool                    // do has returned by itself; guarded by turn
	err     error                   // what it returned; guarded by turn
}

// serve does the duty for as long as the partition is ours. The turn is there
// since a group does not wait for what it starts when an assignment ends at
// the same moment.
func (h *holding) serve(ctx context.Context, _ *kafkago.Generation, a kafkago.PartitionAssignment) {
	if !h.q.ours(h.q.topics.events, a) { // a second partition would be the duty once more
		return
	}
	h.turn <- struct{}{}
	defer func() { <-h.turn }()
	if ctx.Err() != nil {
		return
	}
	if err := h.do(ctx); ctx.Err() == nil {
		h.through, h.err = true, err
		h.stop(nil)
	}
}
