package admission

import (
	"encoding/base64"
	"sync"

	"beibu/exchange"
	"beibu/exchange/access"
)

// memory bounds how many documents are worked on at once, and how many bytes all
// calls hold. It has no queue: a sender that is asked to send again is better off
// than one that waits for an unknown time, and holds memory while it does.
//
// It shares both fairly by one rule: with a second document in progress, a party may
// take more only if as much stays free as it then holds. So one party alone gets
// half of the memory at most, two that flood it a third each, and the next party
// always finds as much free as the greediest of them holds. A party's only document
// may have all that is free, since the largest must fit somewhere.
type memory struct {
	detached func() int64 // bytes that are held for calls that are over
	mu       sync.Mutex
	slots    budget // documents that are worked on; guarded by mu
	bytes    budget // of all calls: documents, their sealed forms, and answers; guarded by mu
}

// newMemory returns memory of which nothing is reserved.
func newMemory(l Limits, detached func() int64) *memory {
	if detached == nil {
		detached = func() int64 { return 0 }
	}
	return &memory{
		detached: detached,
		slots:    budget{total: int64(l.InFlight), full: errBusy, held: make(map[string]int64)},
		bytes:    budget{total: l.Memory, full: errMemory, held: make(map[string]int64)},
	}
}

// What is refused because something is used up. Nothing was done then.
var (
	errBusy   = &exchange.Error{Op: "admit document", Kind: exchange.Overloaded, Code: "busy"}
	errMemory = &exchange.Error{Op: "admit call", Kind: exchange.Overloaded, Code: "memory-full"}
	errShare  = &exchange.Error{Op: "admit call", Kind: exchange.Overloaded, Code: "share-used"}
)

// A budget is a resource of which there is a limited amount.
type budget struct {
	total int64
	used  int64
	full  error            // returned if it is used up
	held  map[string]int64 // by each party that holds some
}

// take gives a party more, for a call that holds own of what the party holds.
// What is held by others is free for nobody.
func (b *budget) take(party string, own, more, others int64) error {
	free, holds := b.total-b.used-others-more, b.held[party]+more
	only := b.held[party] == own
	switch {
	case free < 0:
		return b.full
	case holds > free && !only:
		return errShare
	}
	b.used += more
	b.held[party] = holds
	return nil
}

// giveBack takes back what a party held.
func (b *budget) giveBack(party string, n int64) {
	b.used -= n
	if b.held[party] -= n; b.held[party] == 0 {
		delete(b.held, party)
	}
}

// inUse returns how many documents are worked on, and how many bytes are held.
func (m *memory) inUse() (slots, bytes int64) {
	others := m.detached()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.slots.used, m.bytes.used + others
}

// anonymous is the name under which all callers without credentials share the
// memory. No party has it.
const anonymous = "?"

// ticket returns a ticket that holds nothing yet.
func (m *memory) ticket(who access.Principal) *Ticket {
	party := who.Party
	if who.IsAnonymous() {
		party = anonymous
	}
	return &Ticket{memory: m, principal: who, party: party}
}

// A Ticket is what one call holds, from its admission until its answer is written.
// It belongs to one goroutine. A nil ticket has no bounds. What its methods return
// is an [exchange.Error] of kind Overloaded.
type Ticket struct {
	memory       *memory
	principal    access.Principal
	party        string // that the memory is counted for
	slots, bytes int64  // that it holds
	standing     Standing
}

// Reserve makes sure of the memory for a document of so many bytes, before they
// are read.
func (t *Ticket) Reserve(document int) error {
	if t == nil {
		return nil
	}
	return t.reserve(MemoryFor(document) - t.bytes)
}

// ReserveAnswer makes sure of the memory for an answer of so many bytes of JSON,
// and for what it was made of. A short one needs none beyond what its call holds.
func (t *Ticket) ReserveAnswer(length int) error {
	if length <= shortCall/2 {
		return nil
	}
	return t.reserve(2 * int64(length))
}

// listedBytes is about what an item of a list takes while the answer is made.
const listedBytes = 1 << 10

// ReserveList makes sure of the memory for a list of so many items; 0 means
// [exchange.DefaultPage].
func (t *Ticket) ReserveList(items int) error {
	if items == 0 {
		items = exchange.DefaultPage
	}
	return t.reserve(int64(items) * listedBytes)
}

// Keep gives back all but what an answer of so many bytes takes.
func (t *Ticket) Keep(length int) {
	if t == nil {
		return
	}
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	if less := t.bytes - shortCall - int64(length); less > 0 {
		t.memory.bytes.giveBack(t.party, less)
		t.bytes -= less
	}
}

// reserve takes more bytes, if there are any to take.
func (t *Ticket) reserve(more int64) error {
	if t == nil || more <= 0 {
		return nil
	}
	others := t.memory.detached()
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	if err := t.memory.bytes.take(t.party, t.bytes, more, others); err != nil {
		return err
	}
	t.bytes += more
	return nil
}

// TakeSlot takes a slot to work on a document.
func (t *Ticket) TakeSlot() error {
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	if err := t.memory.slots.take(t.party, t.slots, 1, 0); err != nil {
		return err
	}
	t.slots++
	return nil
}

// Release gives back all that the ticket holds.
func (t *Ticket) Release() {
	if t == nil {
		return
	}
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	t.memory.slots.giveBack(t.party, t.slots)
	t.memory.bytes.giveBack(t.party, t.bytes)
	t.slots, t.bytes = 0, 0
}

// shortCall is about what a call takes that has no document: its connection, its
// header, and an answer of a few thousand bytes.
const shortCall = 16 << 10

// overhead is about what a document takes in addition to its own bytes: its
// connection, what unpacks it, the header and the seals of its envelope.
const overhead = 64 << 10

// MemoryFor returns the bytes that a document of so many takes while it is worked
// on: itself, its sealed form, which has it in base64, and the overhead. What
// checking it takes for a moment is not in it.
func MemoryFor(document int) int64 {
	return int64(document) + int64(base64.StdEncoding.EncodedLen(document)) + overhead
}
