package admission

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/queue"
)

// refusals record the documents that are refused. Of one party, a number within a minute
// is recorded one by one; the others, and those that repeat one of these, are counted in
// memory of a fixed size, and the counts are recorded once a minute ([Control.Run]).
type refusals struct {
	log   queue.Appender
	most  int // of one party that are recorded one by one within a minute
	total *prometheus.CounterVec
	bytes *keeping

	mu      sync.Mutex
	windows map[string]*window // by party; guarded by mu

	unrecorded []exchange.Refusal // counts; Run alone uses them
}

const (
	refusalWindow = time.Minute
	// recordTime is the longest that a refusal waits for the log. Its sender is answered
	// then all the same.
	recordTime = time.Second
	// maxUnrecorded is how many counts are kept while the log is away.
	maxUnrecorded = 1000
)

// What the record has of a refusal, as the metric names it.
const (
	asSingle  = "single"
	asRepeat  = "repeat"
	asCounted = "counted"
	asLost    = "lost"
)

// A window is what a party was refused since the minute began.
type window struct {
	singles int // recorded one by one, or tried
	repeats map[refusalKey]*exchange.RefusalRepeat
	count   exchange.RefusalCount
}

// A refusalKey is the same for refusals of the same bytes for the same reasons.
type refusalKey struct {
	digest [sha256.Size]byte
	codes  string
}

func newRefusals(o Options, m *metrics) *refusals {
	return &refusals{
		log: o.Record, most: o.Limits.Refusals, total: m.refusals, bytes: newKeeping(o, m.kept), windows: make(map[string]*window),
	}
}

// refused is a document of which the control has found that it is not accepted.
type refused struct {
	principal access.Principal
	way       exchange.Way
	at        time.Time
	document  []byte // nil if it was not read to the end
	policy    exchange.RefusalPolicy
}

// record records that a document was refused with an error, if the error is a verdict on
// the document, and before that keeps its bytes if it is recorded one by one and the policy
// of its sender says so. It returns once that is durable, and after keepTime and recordTime
// at the latest.
func (r *refusals) record(ctx context.Context, what refused, why error) {
	failure, ok := errors.AsType[*exchange.Error](why)
	if !ok || !failure.OfDocument() {
		return
	}
	one := refusalOf(what, failure)
	how := r.note(one)
	if how == asSingle {
		recorded := r.bytes.keep(ctx, what, &one)
		sequence, err := r.append(ctx, one)
		if err != nil {
			how = r.uncertain(one)
		}
		recorded(sequence)
	}
	r.total.WithLabelValues(how).Inc()
}

func refusalOf(what refused, failure *exchange.Error) exchange.Refusal {
	p, _ := answer.ProblemOf(failure, "")
	one := exchange.Refusal{
		ID: uuid.New(), At: queue.Stored(what.at), Way: what.way, Credential: what.principal.Name, Code: p.Code,
	}
	if what.document != nil {
		one.Digest, one.Size = sha256.Sum256(what.document), len(what.document)
	}
	one.Blame(failure)
	one.Identity.Sender = what.principal.Party
	return one
}

// note counts a refusal in the window of its party, and returns what the record has of
// it: asSingle if the caller is to record it.
func (r *refusals) note(one exchange.Refusal) (how string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w, key := r.window(one.Identity.Sender), keyOf(one)
	if first, again := w.repeats[key]; again {
		first.Times++
		first.Last = one.At
		return asRepeat
	}
	if w.singles == r.most {
		w.count.Add(one, 1)
		return asCounted
	}
	w.singles++
	if one.Digest != [sha256.Size]byte{} { // what was not read may be another document each time
		w.repeats[key] = &exchange.RefusalRepeat{ID: one.ID, Last: one.At}
	}
	return asSingle
}

func keyOf(one exchange.Refusal) refusalKey {
	return refusalKey{one.Digest, strings.Join(one.AllCodes(), " ")}
}

// window returns the window of a party. The caller holds mu.
func (r *refusals) window(party string) *window {
	w := r.windows[party]
	if w == nil {
		w = &window{repeats: make(map[refusalKey]*exchange.RefusalRepeat)}
		r.windows[party] = w
	}
	return w
}

// uncertain counts a single refusal, and what repeats it, since the log did not confirm
// it in time. The record may have it twice then.
func (r *refusals) uncertain(one exchange.Refusal) (how string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.window(one.Identity.Sender) // that of the next minute, if this one has ended meanwhile
	times := 1
	if first, ok := w.repeats[keyOf(one)]; ok && first.ID == one.ID {
		times += first.Times
		delete(w.repeats, keyOf(one))
	}
	w.count.Add(one, times)
	return asCounted
}

// append makes a refusal durable, and returns a sequence at or after its own. It takes no
// longer than recordTime, and is not cut short when the sender goes away.
func (r *refusals) append(ctx context.Context, one exchange.Refusal) (sequence int64, err error) {
	e, err := one.Event()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	return r.log.Append(ctx, e)
}

// Run records, at the end of each minute and when ctx ends, how many refusals were not
// recorded one by one. It returns when ctx has ended.
func (c *Control) Run(ctx context.Context) error {
	tick := time.NewTicker(refusalWindow)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.refusals.recordCounts(ctx)
		case <-ctx.Done():
			c.refusals.recordCounts(ctx)
			return nil
		}
	}
}

// recordCounts ends the windows and records their counts. Those that the log does not
// take are recorded the next time.
func (r *refusals) recordCounts(ctx context.Context) {
	r.unrecorded = append(r.unrecorded, r.end()...)
	for len(r.unrecorded) > 0 {
		if _, err := r.append(ctx, r.unrecorded[0]); err != nil {
			break
		}
		r.unrecorded = r.unrecorded[1:]
	}
	for len(r.unrecorded) > maxUnrecorded {
		count := r.unrecorded[0].Count
		lost := count.Documents
		for _, repeat := range count.Repeats {
			lost += repeat.Times
		}
		r.total.WithLabelValues(asLost).Add(float64(lost))
		r.unrecorded = r.unrecorded[1:]
	}
}

// end ends the windows of all parties and returns their counts, by party.
func (r *refusals) end() []exchange.Refusal {
	r.mu.Lock()
	ended := r.windows
	r.windows = make(map[string]*window)
	r.mu.Unlock()
	var counts []exchange.Refusal
	for party, w := range ended {
		for _, repeat := range w.repeats {
			if repeat.Times > 0 {
				w.count.Repeats = append(w.count.Repeats, *repeat)
			}
		}
		if w.count.Documents == 0 && len(w.count.Repeats) == 0 {
			continue
		}
		slices.SortFunc(w.count.Repeats, func(a, b exchange.RefusalRepeat) int { return a.Last.Compare(b.Last) })
		one := exchange.Refusal{ID: uuid.New(), At: w.count.Last, Count: &w.count}
		if w.count.Documents == 0 {
			one.At = w.count.Repeats[len(w.count.Repeats)-1].Last
		}
		one.Identity.Sender = party
		counts = append(counts, one)
	}
	slices.SortFunc(counts, func(a, b exchange.Refusal) int { return strings.Compare(a.Identity.Sender, b.Identity.Sender) })
	return counts
}
