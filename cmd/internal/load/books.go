package load

import (
	"crypto/sha256"
	"math/bits"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/google/uuid"

	"beibu/exchange/answer"
)

// maxReceivers is how many receivers a run can have: each is a bit of a set.
const maxReceivers = 64

// A set is a set of receivers.
type set uint64

func (s set) size() int { return bits.OnesCount64(uint64(s)) }

// An entry is a document that was sent.
type entry struct {
	digest    [sha256.Size]byte
	due       time.Time
	last      time.Time // of its acknowledgements
	receivers set       // that it must be delivered to, once it is accepted
	delivered set       // that have it
	acked     set
	accepted  bool
	measured  bool
}

// books are what was sent, and what became of it.
type books struct {
	moved chan struct{} // something was delivered or acknowledged

	mu      sync.Mutex // guards everything below
	entries map[uuid.UUID]*entry
	names   []string        // of the receivers, by bit
	others  map[string]bool // deliveries that are not of this run, by receiver and id
	missing int             // deliveries of what was accepted that are not acknowledged yet
	answers *hdrhistogram.Histogram
	journey *hdrhistogram.Histogram
	counts  Report
}

// The histograms are in microseconds, with three significant digits, up to an hour.
const (
	longest = int64(time.Hour / time.Microsecond)
	digits  = 3
)

func newBooks() *books {
	return &books{
		moved: make(chan struct{}, 1), entries: make(map[uuid.UUID]*entry), others: make(map[string]bool),
		answers: hdrhistogram.New(1, longest, digits), journey: hdrhistogram.New(1, longest, digits),
		counts: Report{NotAccepted: map[string]int{}, Findings: []Finding{}},
	}
}

// record records a time, which is not negative and at most the longest.
func record(h *hdrhistogram.Histogram, took time.Duration) {
	_ = h.RecordValue(min(took.Microseconds(), longest)) // it fails beyond the longest alone
}

// of returns the set of one receiver, or none if there are too many. mu is held.
func (b *books) of(name string) set {
	for i, known := range b.names {
		if known == name {
			return 1 << i
		}
	}
	if len(b.names) == maxReceivers {
		return 0
	}
	b.names = append(b.names, name)
	return 1 << (len(b.names) - 1)
}

// open enters a document before it is sent: a receiver may have it before its
// sender has the answer.
func (b *books) open(d document, due time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries[d.id] = &entry{digest: d.digest, due: due}
}

// accept enters that a document was accepted, and how long it took.
func (b *books) accept(d document, said answer.Acceptance, took time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[d.id]
	e.accepted, e.measured = true, took != unmeasured
	for _, name := range said.Receivers {
		e.receivers |= b.of(name)
	}
	b.missing += (e.receivers &^ e.acked).size()
	if !e.measured {
		b.counts.WarmUp++
		return
	}
	b.counts.Accepted++
	record(b.answers, took)
	b.arrive(e)
}

// arrive measures the journey of a document that all its receivers acknowledged. mu
// is held.
func (b *books) arrive(e *entry) {
	if e.accepted && e.measured && e.receivers&^e.acked == 0 {
		record(b.journey, e.last.Sub(e.due))
	}
}

// refuse counts a document that was not accepted.
func (b *books) refuse(code string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.NotAccepted[code]++
}

// digest returns the digest of a document that was sent, by its exchange.
func (b *books) digest(id uuid.UUID) ([sha256.Size]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.entries[id]; e != nil {
		return e.digest, true
	}
	return [sha256.Size]byte{}, false
}

// deliver enters that a receiver got a document, and why it is not the one that was
// sent, or "".
func (b *books) deliver(id uuid.UUID, name, altered string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, receiver := b.entries[id], b.of(name)
	if altered != "" {
		b.counts.Altered++
		b.note(Finding{What: Altered, ExchangeID: id.String(), Receiver: name, Reason: altered})
	}
	if e.delivered&receiver != 0 {
		b.counts.Repeated++
		return
	}
	e.delivered |= receiver
	b.counts.Delivered++
}

// acknowledge enters that the acknowledgements of a receiver are durable.
func (b *books) acknowledge(ids []uuid.UUID, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, receiver := time.Now(), b.of(name)
	for _, id := range ids {
		e := b.entries[id]
		if e.acked&receiver != 0 {
			continue
		}
		e.acked, e.last = e.acked|receiver, now
		if e.accepted && e.receivers&receiver != 0 {
			b.missing--
		}
		b.arrive(e)
	}
	select {
	case b.moved <- struct{}{}:
	default: // who waits is awake
	}
}

// foreign counts a delivery that is not of this run, once.
func (b *books) foreign(receiver, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.others[receiver+" "+id] = true
}

// complete reports whether everything accepted is delivered and acknowledged.
func (b *books) complete() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.missing == 0
}
