package crashtest

import (
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
	Repeats   int            // deliveries handed over more than once
	Replayed  int            // deliveries begun again after a refusal
	Kills     int            // of daemons
	Points    map[string]int // kills at each named point
	Weather   map[string]int // what was done to brokers, Redis and the network

	Attacked time.Duration // while senders sent
	Drained  time.Duration // until nothing was open any more

	Missing  int      // accepted, and not handed to a receiver
	Altered  int      // handed over with other bytes
	Second   int      // numbers with a second content
	Receipts int      // resends with another receipt
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

// fault notes a breach, and counts it where it has a number of its own.
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
	_, _ = fmt.Fprintf(&b, "documents accepted %d, kills %d, repeats %d, missing %d, altered %d, second contents %d, other receipts %d\n",
		r.Accepted, r.Kills, r.Repeats, r.Missing, r.Altered, r.Second, r.Receipts)
	_, _ = fmt.Fprintf(&b, "resends %d, conflicts refused %d, unanswered %d, replayed %d, attacked for %.1f s, drained in %.1f s, seed %d\n",
		r.Resends, r.Conflicts, r.Unheard, r.Replayed, r.Attacked.Seconds(), r.Drained.Seconds(), r.Seed)
	list(&b, "told to come again", r.Again)
	list(&b, "killed at", r.Points)
	list(&b, "weather", r.Weather)
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
