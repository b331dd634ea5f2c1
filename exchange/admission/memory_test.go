package admission

import (
	"errors"
	"fmt"
	"testing"

	"beibu/exchange/access"
)

// of returns the principal of a party.
func of(party string) access.Principal { return access.Principal{Name: party, Party: party} }

// crowd has a party bring documents until one is refused, and returns how many
// there are in and the refusal.
func crowd(r *memory, party string) (in int, err error) {
	for {
		if err = r.ticket(of(party)).TakeSlot(); err != nil {
			return in, err
		}
		in++
	}
}

// However much one party brings, there is room for the next.
func TestMemoryIsShared(t *testing.T) {
	r := newMemory(Limits{InFlight: 24}, nil)
	for i, want := range []int{12, 6, 3, 1, 1, 1} {
		party := fmt.Sprintf("party %d", i)
		in, err := crowd(r, party)
		full := i == 5 // the last place
		if in != want || full != errors.Is(err, errBusy) || full == errors.Is(err, errShare) {
			t.Errorf("%s has %d slots (%v), want %d", party, in, err, want)
		}
	}
}

// Two that flood at the same time, one document each in turn, come to a third
// each.
func TestTwoPartiesFlood(t *testing.T) {
	r := newMemory(Limits{InFlight: 30}, nil)
	in := map[string]int{}
	for range 30 {
		for _, party := range []string{"a", "b"} {
			if r.ticket(of(party)).TakeSlot() == nil {
				in[party]++
			}
		}
	}
	if in["a"] != 10 || in["b"] != 10 {
		t.Errorf("slots %v, want 10 each of 30", in)
	}
}

// What is left is free again, and nothing of it is forgotten or kept.
func TestMemoryIsGivenBack(t *testing.T) {
	r := newMemory(Limits{InFlight: 2, Memory: 4 * MemoryFor(1000)}, nil)
	for range 3 {
		a, b := r.ticket(of("a")), r.ticket(of("b"))
		for _, err := range []error{a.Reserve(1000), a.Reserve(500), a.TakeSlot(), b.Reserve(2000), b.TakeSlot()} {
			if err != nil {
				t.Error(err)
			}
		}
		if slots, bytes := r.inUse(); slots != 2 || bytes != MemoryFor(1000)+MemoryFor(2000) {
			t.Errorf("%d slots and %d bytes in use", slots, bytes)
		}
		a.Release()
		b.Release()
	}
	if slots, bytes := r.inUse(); slots != 0 || bytes != 0 || len(r.slots.held) != 0 || len(r.bytes.held) != 0 {
		t.Errorf("%d slots and %d bytes in use of a memory that nobody uses: %v %v", slots, bytes, r.slots.held, r.bytes.held)
	}
}

// What others hold for requests that are over is free for nobody, and is shown.
func TestDetachedMemoryCounts(t *testing.T) {
	left := int64(0)
	r := newMemory(Limits{InFlight: 4, Memory: 4 * MemoryFor(1000)}, func() int64 { return left })
	left = 3 * MemoryFor(1000)
	first, second := r.ticket(of("a")), r.ticket(of("b"))
	if err := first.Reserve(1000); err != nil {
		t.Error(err)
	}
	if err := second.Reserve(1000); !errors.Is(err, errMemory) {
		t.Errorf("beside what is left behind: %v", err)
	}
	if _, bytes := r.inUse(); bytes != 4*MemoryFor(1000) {
		t.Errorf("%d bytes in use", bytes)
	}
	left = 0
	if err := second.Reserve(1000); err != nil {
		t.Error(err)
	}
}

// A party's only document may have all that is free; a second one may not.
func TestLargestDocument(t *testing.T) {
	r := newMemory(Limits{InFlight: 2, Memory: MemoryFor(8<<20) + MemoryFor(16<<10)}, nil)
	only, second := r.ticket(of("a")), r.ticket(of("a"))
	for size := 16 << 10; size <= 8<<20; size *= 2 {
		if err := only.Reserve(size); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
	}
	only.Release()
	if err := errors.Join(only.Reserve(16<<10), second.Reserve(16<<10)); err != nil {
		t.Fatal(err)
	}
	if err := only.Reserve(8 << 20); !errors.Is(err, errShare) {
		t.Errorf("beside a second one: %v", err)
	}
}
