package kafka

import (
	"context"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// RunAsLeader calls lead while this call is the leader; see [queue.Elections].
// The callers of one election are a consumer group over the events topic. The
// member that the brokers assign its only partition to is the leader; the
// brokers assign it to another member when that one is gone. No member reads or
// commits anything.
func (q *Queue) RunAsLeader(ctx context.Context, election string, lead func(context.Context) error) error {
	if err := queue.CheckElection(election); err != nil {
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
	c := &candidate{q: q, lead: lead, stop: stop, leading: make(chan struct{}, 1)}
	if err := q.cluster.join(ctx, q.options.election(election), q.topics.events, false, c.serve); err != nil {
		return ended(caller, err)
	}
	c.leading <- struct{}{} // so that lead has returned
	if c.returned {
		return c.err
	}
	return ended(caller, context.Cause(ctx))
}

// A candidate is one call of RunAsLeader.
type candidate struct {
	q        *Queue
	lead     func(context.Context) error
	stop     context.CancelCauseFunc // ends the call
	leading  chan struct{}           // holds one token while an assignment is served
	returned bool                    // lead has returned by itself; guarded by leading
	err      error                   // what it returned; guarded by leading
}

// serve calls lead for as long as the partition is assigned to this member. It
// takes the token of leading, because a group does not wait for what it starts
// when an assignment ends at the same moment.
func (c *candidate) serve(ctx context.Context, _ *kafkago.Generation, a kafkago.PartitionAssignment) {
	if !c.q.ours(c.q.topics.events, a) { // a second partition would be a second leader
		return
	}
	c.leading <- struct{}{}
	defer func() { <-c.leading }()
	if ctx.Err() != nil {
		return
	}
	if err := c.lead(ctx); ctx.Err() == nil {
		c.returned, c.err = true, err
		c.stop(nil)
	}
}
