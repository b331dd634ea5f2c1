package couriertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/queue"
)

// An Arrival is what a receiver was given of one delivery.
type Arrival struct {
	Exchange uuid.UUID
	Content  string // all of it: what is beside the envelope, too
}

// A Subject is the carrier that is checked, with its receiver.
type Subject struct {
	Carrier courier.Carrier
	// Arrived waits until there are n arrivals or more and returns all of them, in
	// their order.
	Arrived func(n int) []Arrival
}

// receiver is the party to which the suite carries.
const receiver = "gx-customs"

// Run checks a carrier. Each check opens one, to a receiver that has nothing.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	for name, check := range map[string]func(*testing.T, Subject){
		"same bytes twice":      sameBytes,
		"replay":                replay,
		"own envelope":          ownEnvelope,
		"errors lose nothing":   losesNothing,
		"order":                 order,
		"order of versions":     versions,
		"acknowledged in order": acknowledged,
		"give-up has its cause": givesUp,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// newWorld returns a world whose courier does not wait for long.
func newWorld(t *testing.T) *World {
	w := NewWorld(t)
	w.Courier.Schedule = courier.Schedule{First: time.Millisecond, Most: 4 * time.Millisecond}
	return w
}

// A courier that dies between carrying and recording gives the receiver the same bytes
// again.
func sameBytes(t *testing.T, s Subject) {
	w := newWorld(t)
	w.Accept(time.Now(), 0, 1, false, receiver)
	w.Break(errors.New("no disk"))
	to := courier.Receiver{Party: receiver, Carrier: s.Carrier}
	stop := w.Run(to)
	s.Arrived(1)
	stop()
	if is := w.Delivery(0, receiver); is.State != exchange.ContentConsignment {
		t.Errorf("recorded as %s, although the record failed", is.State)
	}
	w.Break(nil)
	w.Run(to)
	w.Await(0, receiver, exchange.ConsignmentAcceptance)
	all := s.Arrived(2)
	for _, again := range all {
		if again != all[0] {
			t.Errorf("a repeat is another:\n%q\n%q", again, all[0])
		}
	}
}

// A replay of what the receiver refused gives it the same bytes again.
func replay(t *testing.T, s Subject) {
	w := newWorld(t)
	w.Accept(time.Now(), 0, 1, false, receiver)
	w.Run(courier.Receiver{Party: receiver, Carrier: s.Carrier, Acknowledges: true})
	w.Await(0, receiver, exchange.ContentHandover)
	w.Move(0, receiver, exchange.ConsignmentRejection, 1, time.Now())
	w.Move(0, receiver, exchange.ContentConsignment, 2, time.Now())
	w.Await(0, receiver, exchange.ContentHandover)
	if all := s.Arrived(2); len(all) != 2 || all[0] != all[1] {
		t.Errorf("arrived: %q", all)
	}
}

// A receiver to which an exchange was readdressed gets the envelope that was sealed for it.
func ownEnvelope(t *testing.T, s Subject) {
	w := newWorld(t)
	w.Accept(time.Now(), 0, 1, false, "window-vn")
	position, err := w.AddBody(t.Context(), "", []byte("sealed for "+receiver))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Append(t.Context(), queue.Event{
		Subject: queue.ExchangeSubject(IDOf(0)), Receiver: receiver, Name: string(exchange.ContentConsignment), Attempt: 1, At: time.Now(),
		Detail: fmt.Appendf(nil, `{"envelope":%d}`, position),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Run(courier.Receiver{Party: receiver, Carrier: s.Carrier})
	if all := s.Arrived(1); len(all) != 1 || all[0].Exchange != IDOf(0) || !strings.Contains(all[0].Content, "sealed for "+receiver) {
		t.Errorf("arrived: %q", all)
	}
}

// A carrier that fails, before or after the receiver has a batch, loses nothing, and
// nothing arrives before what comes before it.
func losesNothing(t *testing.T, s Subject) {
	w := newWorld(t)
	const documents = 2*courier.BatchCount + 10
	w.Accept(time.Now(), 0, documents, false, receiver)
	rude := &Rude{Carrier: s.Carrier, Fails: []Failure{Before, After, Before, After, Before, After, After}}
	w.Run(courier.Receiver{Party: receiver, Carrier: rude})
	w.Await(documents-1, receiver, exchange.ConsignmentAcceptance)
	next := 0
	seen := make(map[uuid.UUID]Arrival)
	for _, a := range s.Arrived(documents) {
		if before, again := seen[a.Exchange]; again {
			if before != a {
				t.Errorf("a repeat is another:\n%q\n%q", a, before)
			}
			continue
		}
		seen[a.Exchange] = a
		if a.Exchange != IDOf(next) {
			t.Fatalf("%s arrived in the place of number %d", a.Exchange, next)
		}
		next++
	}
	if next != documents {
		t.Errorf("%d of %d arrived", next, documents)
	}
}

// Express deliveries come before all others, and each class in the order of the record.
func order(t *testing.T, s Subject) {
	w := newWorld(t)
	w.Accept(time.Now(), 0, 100, false, receiver)
	w.Accept(time.Now(), 100, 110, true, receiver)
	w.Run(courier.Receiver{Party: receiver, Carrier: s.Carrier})
	for i, a := range s.Arrived(110) {
		if want := (i + 100) % 110; a.Exchange != IDOf(want) {
			t.Fatalf("%s arrived in the place of number %d", a.Exchange, want)
		}
	}
}

// Of one document number one version arrives after the other, in the order of the record,
// whatever fails in between, and other numbers arrive too.
func versions(t *testing.T, s Subject) {
	w := newWorld(t)
	var names []string
	for n := range 2 * courier.BatchCount {
		names = append(names, fmt.Sprintf("v%d", n))
	}
	w.AcceptVersions(7, receiver, names...)
	w.Accept(time.Now(), 1, 2, false, receiver)
	rude := &Rude{Carrier: s.Carrier, Fails: []Failure{Before, None, Before, None, None, Before}}
	w.Run(courier.Receiver{Party: receiver, Carrier: rude})
	all := slices.DeleteFunc(s.Arrived(len(names)+1), func(a Arrival) bool { return a.Exchange == IDOf(1) })
	if len(all) != len(names) {
		t.Fatalf("%d versions arrived, want %d", len(all), len(names))
	}
	for n, a := range all {
		if a.Exchange != Version(7, names[n]).ExchangeID([32]byte{}) {
			t.Fatalf("%s arrived in the place of version %s", a.Exchange, names[n])
		}
	}
}

// A receiver that acknowledges itself gets the next version of a document number once it
// has acknowledged or refused the one before. A replay of an earlier one waits for what is
// out, and comes before what is not.
func acknowledged(t *testing.T, s Subject) {
	w := newWorld(t)
	w.AcceptVersions(7, receiver, "a", "b", "c")
	to := courier.Receiver{Party: receiver, Carrier: s.Carrier, Acknowledges: true}
	a, b, c := Version(7, "a").ExchangeID([32]byte{}), Version(7, "b").ExchangeID([32]byte{}), Version(7, "c").ExchangeID([32]byte{})
	arrived := 0
	for n, step := range []struct {
		id    uuid.UUID // closed or replayed before
		name  exchange.State
		moves int // the attempt
		next  uuid.UUID
	}{
		{next: a},
		{a, exchange.ConsignmentRejection, 1, b},
		{a, exchange.ContentConsignment, 2, uuid.Nil},
		{b, exchange.ConsignmentAcceptance, 1, a},
		{a, exchange.ConsignmentAcceptance, 2, c},
		{c, exchange.ConsignmentAcceptance, 1, uuid.Nil},
	} {
		if step.id != uuid.Nil {
			w.MoveID(step.id, receiver, step.name, step.moves, time.Now())
		}
		if step.next == uuid.Nil {
			continue
		}
		stop := w.Run(to)
		arrived++
		all := s.Arrived(arrived)
		w.AwaitID(step.next, receiver, exchange.ContentHandover)
		stop()
		if last := all[len(all)-1].Exchange; len(all) != arrived || last != step.next {
			t.Fatalf("step %d: %s arrived, want %s", n+1, last, step.next)
		}
	}
}

// What is overdue, or not kept any more, is recorded as failed with the cause, and the
// rest arrives.
func givesUp(t *testing.T, s Subject) {
	w := newWorld(t)
	w.Accept(time.Now().Add(-w.Courier.GiveUp), 0, 1, false, receiver)
	w.Accept(time.Now(), 1, 3, false, receiver)
	x, err := w.Exchange(t.Context(), IDOf(1))
	if err != nil {
		t.Fatal(err)
	}
	w.Drop(x.Body)
	w.Run(courier.Receiver{Party: receiver, Carrier: s.Carrier})
	w.Await(2, receiver, exchange.ConsignmentAcceptance)
	for number, code := range []string{exchange.CodeExpired, exchange.CodeNotKept} {
		if is := w.Delivery(number, receiver); is.State != exchange.ContentHandoverFailure || is.Cause.Code != code || is.Cause.Reason == "" {
			t.Errorf("number %d is %s since %+v, want cause %s", number, is.State, is.Cause, code)
		}
	}
	if all := s.Arrived(1); len(all) != 1 || all[0].Exchange != IDOf(2) {
		t.Errorf("arrived: %v", all)
	}
}

// A Failure is how a rude carrier fails.
type Failure int

// The failures.
const (
	None   Failure = iota
	Before         // nothing arrives
	After          // all arrives, and the courier does not learn it
)

// ErrRude is why a rude carrier fails, unless the test gives another error.
var ErrRude = errors.New("rude")

// A Rude carrier fails as the test says, and otherwise carries by another.
type Rude struct {
	Carrier courier.Carrier

	mu    sync.Mutex
	Fails []Failure // guarded by mu once it is used; those to come
	Err   error     // guarded by mu once it is used; or nil for ErrRude
	Sizes []int     // guarded by mu; of the batches that it was given
}

// Set changes the failures to come and their error.
func (r *Rude) Set(err error, fails ...Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Err, r.Fails = err, fails
}

// Given returns the sizes of the batches that it was given.
func (r *Rude) Given() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.Sizes)
}

// Carry is courier.Carrier's.
func (r *Rude) Carry(ctx context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	r.mu.Lock()
	how, err := None, r.Err
	if len(r.Fails) > 0 {
		how, r.Fails = r.Fails[0], r.Fails[1:]
	}
	r.Sizes = append(r.Sizes, len(parcels))
	r.mu.Unlock()
	if err == nil {
		err = ErrRude
	}
	if how == Before {
		return nil, err
	}
	if outcomes, failed := r.Carrier.Carry(ctx, parcels...); failed != nil || how == None {
		return outcomes, failed
	}
	return nil, err
}

// A Memory is a receiver in memory, with its carrier.
type Memory struct {
	mu    sync.Mutex
	all   []Arrival     // guarded by mu
	grown chan struct{} // guarded by mu; closed at the next arrival
}

// NewMemory returns a receiver that has nothing.
func NewMemory() *Memory { return &Memory{grown: make(chan struct{})} }

// Carry is courier.Carrier's.
func (m *Memory) Carry(_ context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range parcels {
		m.all = append(m.all, Arrival{p.Exchange.ID, string(p.Envelope)})
	}
	close(m.grown)
	m.grown = make(chan struct{})
	return courier.Arrived(len(parcels)), nil
}

// Arrived is what a [Subject] has.
func (m *Memory) Arrived(n int) []Arrival {
	for {
		m.mu.Lock()
		all, grown := slices.Clone(m.all), m.grown
		m.mu.Unlock()
		if len(all) >= n {
			return all
		}
		<-grown
	}
}
