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
	committed  int64        // the one that the group has; used by commit alone
}

// commitTime is the time between two commits. A commit for every batch would cost
// the brokers as much as the batch. If a node dies before it commits, the next one
// finds in events what is dispatched.
const commitTime = time.Second

// commit calls commit with how far a partition is dispatched, at most once every commitTime, and
// once more when its dispatch has ended. If that fails, it leaves the partition: the
// group makes a new generation.
func (p *progress) commit(commit func(next int64) error, ended <-chan struct{}, leave func()) {
	ticker := time.NewTicker(commitTime)
	defer ticker.Stop()
	for last := false; !last; {
		select {
		case <-ticker.C:
		case <-ended:
			last = true
		}
		next := p.dispatched.Load()
		if next <= p.committed {
			continue
		}
		if commit(next) != nil {
			leave()
			return
		}
		p.committed = next
	}
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
