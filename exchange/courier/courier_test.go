package courier_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
)

const customs = "gx-customs"

func TestContract(t *testing.T) {
	couriertest.Run(t, func(*testing.T) couriertest.Subject {
		m := couriertest.NewMemory()
		return couriertest.Subject{Carrier: m, Arrived: m.Arrived}
	})
}

// inBubble gives a test a world and a rude carrier, with a clock of its own. The
// courier is stopped when the test is through.
func inBubble(t *testing.T, do func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, to courier.Receiver)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, m := couriertest.NewWorld(t), couriertest.NewMemory()
		rude := &couriertest.Rude{Carrier: m}
		do(t, w, rude, m, courier.Receiver{Party: customs, Carrier: rude})
	})
}

func failing(n int) []couriertest.Failure {
	return slices.Repeat([]couriertest.Failure{couriertest.Before}, n)
}

// pass lets time pass in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// After several failures in a row one delivery at a time is tried, until one arrives;
// then the rest follows at once.
func TestCircuitBreaker(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, to courier.Receiver) {
		w.Accept(time.Now(), 0, 10, false, customs)
		rude.Set(nil, failing(couriertest.BreakAfter+3)...)
		stop := w.Run(to)
		m.Arrived(10)
		synctest.Wait()
		want := append(slices.Repeat([]int{10}, couriertest.BreakAfter), 1, 1, 1, 1, 9)
		if diff := cmp.Diff(want, rude.Given()); diff != "" {
			t.Errorf("batches, -want +got:\n%s", diff)
		}
		for range couriertest.BreakAfter - 1 {
			w.Counts("gx-customs: failed, refused false")
		}
		w.Counts("gx-customs: failed, refused false", "gx-customs: breaker open true")
		for range 3 {
			w.Counts("gx-customs: failed, refused false")
		}
		w.Counts("gx-customs: 1 delivered, 0 given up", "gx-customs: 9 delivered, 0 given up")
		for range couriertest.BreakAfter - 1 {
			if said := <-w.Warned; said != "deliveries failed, retrying" {
				t.Errorf("logged %q", said)
			}
		}
		for _, want := range []string{
			"receiver failed several times in a row: circuit breaker open, trying one delivery at a time",
			"receiver takes deliveries again: circuit breaker closed",
		} {
			if said := <-w.Warned; said != want {
				t.Errorf("logged %q, want %q", said, want)
			}
		}
		stop()
	})
}

// A dead receiver costs two tries of one delivery a minute, or four with the jitter.
func TestDeadReceiverCostsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, _ *couriertest.Memory, to courier.Receiver) {
		w.Accept(time.Now(), 0, 100, false, customs)
		rude.Set(nil, failing(1_000_000)...)
		stop := w.Run(to)
		pass(time.Minute)
		before := len(rude.Given())
		pass(time.Hour)
		tries := rude.Given()[before:]
		if len(tries) > 240 || slices.Max(tries) != 1 {
			t.Errorf("%d tries in an hour, of up to %d deliveries", len(tries), slices.Max(tries))
		}
		stop()
	})
}

// A receiver that says when to come back is not asked before, whatever comes
// meanwhile; what is overdue then is given up all the same.
func TestRetryAfter(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, to courier.Receiver) {
		w.Courier.GiveUp = 30 * time.Minute
		w.Accept(time.Now().Add(-20*time.Minute), 0, 1, false, customs)
		rude.Set(&courier.Error{Err: errors.New("busy"), After: time.Hour}, couriertest.Before)
		stop := w.Run(to)
		synctest.Wait()
		pass(9 * time.Minute)
		w.Accept(time.Now().Add(40*time.Minute), 1, 2, false, customs) // by a clock that is ahead
		pass(2 * time.Minute)
		if is := w.Delivery(0, customs); is.State != exchange.ContentHandoverFailure || is.Cause.Code != exchange.CodeExpired {
			t.Errorf("when its time is over it is %s since %+v", is.State, is.Cause)
		}
		pass(48 * time.Minute)
		if tries := rude.Given(); len(tries) != 1 {
			t.Errorf("tried %d times within the hour", len(tries))
		}
		pass(time.Minute)
		if all := m.Arrived(1); len(all) != 1 || all[0].Exchange != couriertest.IDOf(1) {
			t.Errorf("after the hour arrived: %v", all)
		}
		stop()
	})
}

// Only failures of the receiver open the circuit breaker: while the record fails, a
// batch is carried whole.
func TestRecordFails(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, _ *couriertest.Memory, to courier.Receiver) {
		w.Accept(time.Now(), 0, 3, false, customs)
		w.Break(errors.New("no disk"))
		stop := w.Run(to)
		pass(time.Minute)
		tries := rude.Given()
		if slices.Min(tries) != 3 || len(tries) < couriertest.BreakAfter || len(tries) > 20 {
			t.Errorf("batches %v", tries)
		}
		w.Break(nil)
		pass(time.Minute)
		w.Await(2, customs, exchange.ConsignmentAcceptance)
		stop()
	})
}

// What is addressed to a receiver waits while nobody carries to it, as while it is
// suspended, and flows once somebody does.
func TestRunAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, to courier.Receiver) {
		w.Accept(time.Now(), 0, 2, false, customs)
		stop := w.Run(to)
		m.Arrived(2)
		stop()
		w.Accept(time.Now(), 2, 3, false, customs)
		pass(time.Hour)
		if tries := rude.Given(); len(tries) != 1 {
			t.Errorf("tried %d times, want once before the end of Run", len(tries))
		}
		stop = w.Run(to)
		m.Arrived(3)
		stop()
	})
}

// A receiver that acknowledges by itself has one version of a number at a time, however
// long that takes. The time of the next to be acknowledged begins with its turn.
func TestOneVersionIsOut(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, _ *couriertest.Rude, m *couriertest.Memory, to courier.Receiver) {
		to.Acknowledges = true
		w.Courier.GiveUp = time.Hour
		w.AcceptVersions(7, customs, "a", "b")
		a, b := couriertest.Version(7, "a").ExchangeID([32]byte{}), couriertest.Version(7, "b").ExchangeID([32]byte{})
		arrived := func(want ...uuid.UUID) {
			t.Helper()
			pass(30 * time.Minute)
			var got []uuid.UUID
			for _, one := range m.Arrived(0) {
				got = append(got, one.Exchange)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("-want +arrived:\n%s", diff)
			}
		}
		stop := w.Run(to)
		arrived(a)
		arrived(a)
		arrived(a)
		w.MoveID(a, customs, exchange.ConsignmentRejection, 1, time.Now())
		arrived(a, b)
		w.MoveID(a, customs, exchange.ContentConsignment, 2, time.Now())
		arrived(a, b)
		w.MoveID(b, customs, exchange.ConsignmentAcceptance, 1, time.Now())
		arrived(a, b, a)
		stop()
	})
}

// However many versions of one number wait for one that fails, other numbers continue.
func TestVersionsHoldUpNoOther(t *testing.T) {
	inBubble(t, func(_ *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, _ courier.Receiver) {
		var names []string
		for n := range 3 * courier.BatchCount {
			names = append(names, strconv.Itoa(n))
		}
		w.AcceptVersions(7, customs, names...)
		stop := w.Run(courier.Receiver{Party: customs, Acknowledges: true, Carrier: rude})
		m.Arrived(1) // and is never acknowledged
		w.Accept(time.Now(), 0, 2, false, customs)
		m.Arrived(3)
		stop()
	})
}

// A receiver that acknowledges by itself has a delivery handed over once.
func TestReceiverAcknowledges(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, _ *couriertest.Memory, to courier.Receiver) {
		to.Acknowledges = true
		w.Accept(time.Now(), 0, 1, false, customs)
		stop := w.Run(to)
		pass(time.Hour)
		if is := w.Delivery(0, customs).State; is != exchange.ContentHandover || len(rude.Given()) != 1 {
			t.Errorf("in state %s after %d batches", is, len(rude.Given()))
		}
		stop()
	})
}
