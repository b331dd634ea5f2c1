package httpapi

import (
	"encoding/base64"
	"sync"
)

// A room bounds what requests take at once: how many documents are worked on, and
// how many bytes all requests hold. It has no line to wait in: a
// sender that is told to come again is better off than one that waits for an
// unknown time, and holds memory while it does.
//
// It shares both fairly by one rule: with a second document in hand, a party may
// take more only where as much stays free as it then holds. So one party alone
// has half of the room at most, two that flood it a third each, and who comes
// next always finds as much free as the greediest of them holds. A party's only
// document may have all that is free, since the largest must fit somewhere.
type room struct {
	beside func() int64 // bytes that others hold for requests that are over
	mu     sync.Mutex
	places measure // of documents that are worked on
	bytes  measure // of all requests: documents, their sealed forms, and answers
}

// newRoom returns an empty room, in which others hold so many bytes, if there is
// beside.
func newRoom(l Limits, beside func() int64) *room {
	if beside == nil {
		beside = func() int64 { return 0 }
	}
	return &room{
		beside: beside,
		places: measure{all: int64(l.InFlight), full: errBusy, held: make(map[string]int64)},
		bytes:  measure{all: l.Memory, full: errMemory, held: make(map[string]int64)},
	}
}

// A measure is something that there is only so much of.
type measure struct {
	all  int64
	used int64
	full error            // what is said where it is used up
	held map[string]int64 // by each party that holds some
}

// take gives a party more, for a request that has own of what it holds. What
// others hold is free for nobody.
func (m *measure) take(party string, own, more, others int64) error {
	free, holds := m.all-m.used-others-more, m.held[party]+more
	only := m.held[party] == own
	switch {
	case free < 0:
		return m.full
	case holds > free && !only:
		return errShare
	}
	m.used += more
	m.held[party] = holds
	return nil
}

// giveBack takes back what a party held.
func (m *measure) giveBack(party string, n int64) {
	m.used -= n
	if m.held[party] -= n; m.held[party] == 0 {
		delete(m.held, party)
	}
}

// inUse returns how many documents are worked on, and how many bytes are held.
func (r *room) inUse() (places, bytes int64) {
	others := r.beside()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.places.used, r.bytes.used + others
}

// enter lets a request of a party in, which holds nothing yet.
func (r *room) enter(party string) *visit { return &visit{room: r, party: party} }

// A visit is one request in the room, from its header until its answer is
// written. It belongs to one goroutine. Without a room, nil, it is not bounded
// here.
type visit struct {
	room          *room
	party         string
	places, bytes int64 // that it holds
}

// hold makes sure of the memory for a document of so many bytes, before they
// are there. It fails with an *exchange.Error of kind Overloaded.
func (v *visit) hold(document int) error {
	if v == nil {
		return nil
	}
	return v.take(Memory(document) - v.bytes)
}

// begin takes the memory of a request that has no body and a short answer.
func (v *visit) begin() error { return v.take(shortRequest - v.bytes) }

// answer makes sure of the memory for an answer of so many bytes of JSON, and for
// what it was made of. A short one needs none beside what its request holds. It
// fails with an *exchange.Error of kind Overloaded.
func (v *visit) answer(length int) error {
	if length <= shortRequest/2 {
		return nil
	}
	return v.take(2 * int64(length))
}

// listed is about what one item of a list takes while the answer is made.
const listed = 1 << 10

// list makes sure of the memory for a list of so many items; 0 means as many
// as are listed if nothing is said. It fails with an *exchange.Error of kind Overloaded.
func (v *visit) list(items int) error {
	if items == 0 {
		items = 50
	}
	return v.take(int64(items) * listed)
}

// keep gives back all but what an answer of so many bytes takes.
func (v *visit) keep(length int) {
	if v == nil {
		return
	}
	v.room.mu.Lock()
	defer v.room.mu.Unlock()
	if less := v.bytes - shortRequest - int64(length); less > 0 {
		v.room.bytes.giveBack(v.party, less)
		v.bytes -= less
	}
}

// take takes more bytes, if there are any to take.
func (v *visit) take(more int64) error {
	if v == nil || more <= 0 {
		return nil
	}
	others := v.room.beside()
	v.room.mu.Lock()
	defer v.room.mu.Unlock()
	if err := v.room.bytes.take(v.party, v.bytes, more, others); err != nil {
		return err
	}
	v.bytes += more
	return nil
}

// work takes a place to work on the document. It fails with an *exchange.Error of kind Overloaded.
func (v *visit) work() error {
	v.room.mu.Lock()
	defer v.room.mu.Unlock()
	if err := v.room.places.take(v.party, v.places, 1, 0); err != nil {
		return err
	}
	v.places++
	return nil
}

// leave gives back all that the visit holds.
func (v *visit) leave() {
	if v == nil {
		return
	}
	v.room.mu.Lock()
	defer v.room.mu.Unlock()
	v.room.places.giveBack(v.party, v.places)
	v.room.bytes.giveBack(v.party, v.bytes)
	v.places, v.bytes = 0, 0
}

// shortRequest is about what a request takes that has no body: its connection, its
// header, and an answer of a few thousand bytes.
const shortRequest = 16 << 10

// beside is about what a document takes beside its own bytes: its connection,
// what unpacks it, the header and the seals of its envelope.
const beside = 64 << 10

// Memory returns the bytes that a document of so many takes while it is worked
// on: itself, its sealed form, which has it in base64, and what is beside. What
// checking it takes for a moment is not in it.
func Memory(document int) int64 {
	return int64(document) + int64(base64.StdEncoding.EncodedLen(document)) + beside
}
