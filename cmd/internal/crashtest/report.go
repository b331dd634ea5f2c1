package crashtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Report is what a run found.
type Report struct {
	mu sync.Mutex

	Seed      uint64
	Accepted  int            // documents answered 202, or 200 after an answer was lost
	Resends   int            // the same document sent again
	Conflicts int            // other contents refused
	Again     map[string]int // answers that ask to send again, by their code
	Unheard   int            // calls without an answer: made again
	Asked     int            // accepted documents that their sender asked for at once
	Repeats   int            // deliveries handed over more than once
	Replayed  int            // deliveries replayed after a refusal
	Kills     int            // of daemons
	Points    map[string]int // kills at each named point
	Missed    []string       // points at which no daemon was killed
	Weather   map[string]int // what was done to brokers, Redis and the network
	Moved     int            // partitions that were given to another leader

	Took     []time.Duration // of the answers to senders that are final
	Away     []time.Duration // of the daemons killed: until they served again
	Answered int             // answers of the other daemons meanwhile that are final
	Denied   []int           // and how many of theirs asked to send again, for each kill

	Attacked time.Duration // while senders sent
	Waiting  int           // records of the log that were not dispatched then
	Drained  time.Duration // until nothing was open any more

	Missing  int      // accepted, and not handed to a receiver
	Altered  int      // handed over with other bytes
	Second   int      // numbers with a second content
	Receipts int      // resends with another receipt
	Unfound  int      // accepted, and unknown to the daemon that was asked for it
	Faults   []string // every breach, the first hundred of them
}

// count adds to one of the numbers.
func (r *Report) count(of *int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*of++
}

func (r *Report) met(in *map[string]int, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if *in == nil {
		*in = make(map[string]int)
	}
	(*in)[name]++
}

// moved notes partitions that have another leader.
func (r *Report) moved(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Moved += n
}

// answered notes how long an answer to a sender took.
func (r *Report) answered(took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Took = append(r.Took, took)
}

// toll notes what a kill cost.
func (r *Report) toll(away time.Duration, answered, denied int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Away = append(r.Away, away)
	r.Answered += answered
	r.Denied = append(r.Denied, denied)
}

// quantile returns the value below which a part of all lies, or zero.
func quantile[T cmp.Ordered](all []T, part float64) (value T) {
	if len(all) == 0 {
		return value
	}
	return slices.Sorted(slices.Values(all))[int(part*float64(len(all)-1))]
}

// total returns the sum of counts.
func total(counts []int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// fault notes a breach, and counts it if it has a number of its own.
func (r *Report) fault(of *int, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if of != nil {
		*of++
	}
	if len(r.Faults) < 100 {
		r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
	}
}

// String is the report as a person reads it.
func (r *Report) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "documents accepted %d, kills %d, repeats %d, missing %d, altered %d, second contents %d, other receipts %d, not found %d\n",
		r.Accepted, r.Kills, r.Repeats, r.Missing, r.Altered, r.Second, r.Receipts, r.Unfound)
	_, _ = fmt.Fprintf(&b, "resends %d, asked for %d, conflicts refused %d, unanswered %d, replayed %d, attacked for %.1f s, not dispatched then %d, drained in %.1f s, seed %d\n",
		r.Resends, r.Asked, r.Conflicts, r.Unheard, r.Replayed, r.Attacked.Seconds(), r.Waiting, r.Drained.Seconds(), r.Seed)
	_, _ = fmt.Fprintf(&b, "answers took %d ms (median), %d ms (99th of 100); a daemon that was killed was away for %d ms (median), %d ms (longest)\n",
		quantile(r.Took, 0.5).Milliseconds(), quantile(r.Took, 0.99).Milliseconds(), quantile(r.Away, 0.5).Milliseconds(), quantile(r.Away, 1).Milliseconds())
	_, _ = fmt.Fprintf(&b, "meanwhile the others answered %d documents and asked %d to come again: for each kill %d (median), %d (most)\n",
		r.Answered, total(r.Denied), quantile(r.Denied, 0.5), quantile(r.Denied, 1))
	list(&b, "asked to come again", r.Again)
	list(&b, "killed at", r.Points)
	list(&b, "weather", r.Weather)
	if r.Moved > 0 {
		_, _ = fmt.Fprintf(&b, "partitions given to another leader: %d\n", r.Moved)
	}
	for _, fault := range r.Faults {
		_, _ = fmt.Fprintln(&b, fault)
	}
	return b.String()
}

// list writes counts on a line of their own.
func list(b *strings.Builder, what string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	_, _ = fmt.Fprintf(b, "%s:", what)
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		_, _ = fmt.Fprintf(b, " %s %d;", name, counts[name])
	}
	_ = b.WriteByte('\n') // never fails
}
