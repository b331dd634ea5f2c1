package kafka

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// A pace is how far one partition is dispatched.
type pace struct {
	partition  int
	dispatched atomic.Int64 // the offset that comes next
}

// watch leaves a partition whose dispatch stands still while log has more. The
// group makes a new generation then, with new connections, and dispatch goes on
// from where the record ends, on this node or another. It looks less often than
// a broker is given time to answer, so that what is overcome by asking once more
// is no stall.
func (d *dispatch) watch(ctx context.Context, p *pace, leave func()) {
	ticker := time.NewTicker(2*d.q.options.Stall + pollTime)
	defer ticker.Stop()
	stood := int64(-1) // where it stood at the last look, with more to do
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		at := p.dispatched.Load()
		switch {
		case d.q.owners.next(p.partition) <= at:
			stood = -1
		case at == stood:
			d.q.cluster.restarts.Add(1)
			d.q.cluster.tell(fmt.Errorf("dispatch of %s/%d made no progress from offset %d, rejoining the consumer group", d.q.topics.log, p.partition, at))
			leave()
			return
		default:
			stood = at
		}
	}
}

// next returns the offset up to which a partition has been heard, exclusive.
func (o *owners) next(partition int) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.marks[partition].next
}
