package exchange

import (
	"context"
	"slices"
	"sync"
)

// A check only computes. So no more documents are checked at once than there are
// processors; otherwise each would be delayed by all the others at every later step
// too. The next document is chosen by these rules:
//
//   - A small document does not wait for large ones: it waits only while as many
//     small ones are checked as there are processors.
//   - Submissions come before checks that keep nothing. A check starts after
//     submissionsAhead submissions at the latest, so that it always has a turn.
//   - Of those, the party with the fewest bytes checked is next, so that a party that
//     sends much delays its own documents and not those of others.
const (
	smallDocument    = 256 << 10 // bytes: some milliseconds
	submissionsAhead = 8         // that come before a check that waits
	leastCost        = 4 << 10   // bytes that the shortest document counts for
)

// A job is one document to be checked.
type job struct {
	party string
	size  int
	check bool // nothing is kept of it
}

func (j job) small() bool { return j.size <= smallDocument }

// turns decides when jobs start. It is made by newTurns, and safe for concurrent use.
type turns struct {
	processors int

	mu      sync.Mutex
	all     int              // under way
	small   int              // of them
	waiting []*waiter        // in the order in which they came
	had     map[string]int64 // by party: the position, in bytes, at which its next job begins, if that is after now
	now     int64            // the position, in bytes, at which the last started job began
	ahead   int              // submissions since the last check, while checks wait
}

type waiter struct {
	job
	started chan struct{} // closed when its turn begins
}

func newTurns(processors int) *turns {
	return &turns{processors: processors, had: make(map[string]int64)}
}

// take waits for a turn, which done ends. It fails only with the error of ctx, if that
// ends first.
func (t *turns) take(ctx context.Context, j job) (done func(), err error) {
	t.mu.Lock()
	if len(t.waiting) == 0 && t.fits(j) {
		t.begin(j)
		t.mu.Unlock()
		return func() { t.end(j) }, nil
	}
	w := &waiter{job: j, started: make(chan struct{})}
	t.waiting = append(t.waiting, w)
	t.letIn()
	t.mu.Unlock()
	select {
	case <-w.started:
		return func() { t.end(j) }, nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	at := slices.Index(t.waiting, w)
	if at >= 0 {
		t.waiting = slices.Delete(t.waiting, at, at+1)
	}
	t.mu.Unlock()
	if at < 0 { // its turn began at the same time
		t.end(j)
	}
	return nil, ctx.Err()
}

func (t *turns) end(j job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all--
	if j.small() {
		t.small--
	}
	t.letIn()
}

// letIn starts every job that may start.
func (t *turns) letIn() {
	for {
		at := t.next()
		if at < 0 {
			return
		}
		w := t.waiting[at]
		t.waiting = slices.Delete(t.waiting, at, at+1)
		t.begin(w.job)
		close(w.started)
	}
}

// fits reports whether one more job may be under way.
func (t *turns) fits(j job) bool {
	if j.small() {
		return t.small < t.processors
	}
	return t.all < t.processors
}

// begin counts a job that starts.
func (t *turns) begin(j job) {
	t.all++
	if j.small() {
		t.small++
	}
	t.now = t.start(j.party)
	t.had[j.party] = t.now + int64(max(j.size, leastCost))
	for party, had := range t.had { // those with a recent turn
		if had <= t.now {
			delete(t.had, party)
		}
	}
	switch {
	case j.check:
		t.ahead = 0
	case slices.ContainsFunc(t.waiting, func(w *waiter) bool { return w.check }):
		t.ahead++
	}
}

// start returns the position at which a party's next job begins. A party that has sent
// nothing for a while gains no advance from that.
func (t *turns) start(party string) int64 { return max(t.had[party], t.now) }

// next returns which of the jobs that wait and fit is to begin, or -1.
func (t *turns) next() int {
	best := -1
	for i, w := range t.waiting {
		if t.fits(w.job) && (best < 0 || t.before(w.job, t.waiting[best].job)) {
			best = i
		}
	}
	return best
}

// before reports whether a job is to begin before one that came earlier.
func (t *turns) before(j, earlier job) bool {
	if j.check != earlier.check {
		return j.check == (t.ahead >= submissionsAhead)
	}
	return t.start(j.party) < t.start(earlier.party)
}
