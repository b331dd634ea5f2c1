package crashtest

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"
)

// A digest is SHA-256 of bytes.
type digest = [sha256.Size]byte

// books are what senders were promised and what receivers got.
type books struct {
	mu        sync.Mutex
	accepted  map[string]promise   // by exchange id; guarded by mu
	owners    map[string]string    // number to the exchange that has it; guarded by mu
	got       map[handed]digest    // of the documents handed over; guarded by mu
	envelopes map[string]digest    // by exchange id; guarded by mu
	acked     map[handed]time.Time // when the acknowledgement had been answered; guarded by mu

	tolerance atomic.Bool // nobody refuses or forgets any more
}

// A promise is one document as its sender knows it.
type promise struct {
	number    string
	content   digest
	receipt   string
	receivers []string
}

// handed is an exchange at a receiver.
type handed struct{ exchange, receiver string }

func newBooks() *books {
	return &books{
		accepted: make(map[string]promise), owners: make(map[string]string), got: make(map[handed]digest),
		envelopes: make(map[string]digest), acked: make(map[handed]time.Time),
	}
}

// tolerant has nobody refuse or forget any more.
func (b *books) tolerant() { b.tolerance.Store(true) }

// promised notes an acceptance, or holds it against the earlier one.
func (b *books) promised(r *Report, id string, p promise) {
	b.mu.Lock()
	defer b.mu.Unlock()
	earlier, known := b.accepted[id]
	switch {
	case !known:
		b.accepted[id] = p
		r.count(&r.Accepted)
	case earlier.receipt != p.receipt:
		r.fault(&r.Receipts, "%s: a resend got another receipt", p.number)
	}
	b.owns(r, p.number, id)
}

// owns notes that an exchange has a number. It is called under the lock.
func (b *books) owns(r *Report, number, id string) {
	if other, taken := b.owners[number]; taken && other != id {
		r.fault(&r.Second, "%s has two contents: exchanges %s and %s", number, other, id)
		return
	}
	b.owners[number] = id
}

// hand notes what a receiver was handed by a call that began at a time.
func (b *books) hand(r *Report, h handed, number string, document, envelope digest, began time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if before, again := b.got[h]; again {
		r.count(&r.Repeats)
		if before != document {
			r.fault(&r.Altered, "%s got other bytes of %s the second time", h.receiver, h.exchange)
		}
	}
	if before, known := b.envelopes[h.exchange]; known && before != envelope {
		r.fault(&r.Altered, "%s got another envelope of %s", h.receiver, h.exchange)
	}
	if at, done := b.acked[h]; done && at.Before(began) {
		r.fault(nil, "%s was handed %s after its acknowledgement", h.receiver, h.exchange)
	}
	b.got[h], b.envelopes[h.exchange] = document, envelope
	b.owns(r, number, h.exchange)
}

// acknowledged notes that an acknowledgement was answered.
func (b *books) acknowledged(h handed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acked[h] = time.Now()
}

// check holds what the senders were promised against what the receivers got.
func (b *books) check(r *Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, p := range b.accepted {
		for _, receiver := range p.receivers {
			switch got, came := b.got[handed{id, receiver}]; {
			case !came:
				r.fault(&r.Missing, "%s never reached %s", p.number, receiver)
			case got != p.content:
				r.fault(&r.Altered, "%s reached %s with other bytes", p.number, receiver)
			}
		}
	}
	if len(b.accepted) == 0 {
		r.fault(nil, "nothing was accepted")
	}
}
