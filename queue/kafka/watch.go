package kafka

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// A progress is how far one partition is dispatched.
type progress struct {
	partition  int
	dispatched atomic.Int64 // the offset that comes next
}

// watch leaves a partition whose dispatch makes no progress while log has more
// records. The group then makes a new generation, with new connections, and
// dispatch continues behind the last published entry, on this node or another.
// Its interval is longer than a broker may take to answer, so that a request that
// succeeds when it is repeated is no stall.
func (d *dispatch) watch(ctx context.Context, p *progress, leave func()) {
	ticker := time.NewTicker(2*d.q.options.Stall + pollTime)
	defer ticker.Stop()
	stalledAt := int64(-1) // the offset at the last tick, if there was more to dispatch
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		at := p.dispatched.Load()
		switch {
		case d.q.owners.next(p.partition) <= at:
			stalledAt = -1
		case at == stalledAt:
			d.q.cluster.restarts.Add(1)
			d.q.cluster.warn(fmt.Errorf("dispatch of %s/%d made no progress from offset %d, rejoining the consumer group", d.q.topics.log, p.partition, at))
			leave()
			return
		default:
			stalledAt = at
		}
	}
}

// next returns the offset up to which a partition is consumed, exclusive.
func (o *owners) next(partition int) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cursors[partition].next
}
