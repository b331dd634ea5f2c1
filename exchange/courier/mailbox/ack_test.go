package mailbox_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
)

func TestAcknowledge(t *testing.T) {
	recorded, repeated := exchange.Recorded, exchange.Repeated
	tests := map[string]struct {
		steps []exchange.Ack // one call each, or all in one
		want  []exchange.Outcome
		state exchange.State
		fails exchange.Kind // of the last step; Internal for none
	}{
		"accepted":                  {steps: []exchange.Ack{accepted(1)}, want: []exchange.Outcome{recorded}, state: exchange.ConsignmentAcceptance},
		"accepted again":            {steps: []exchange.Ack{accepted(1), accepted(1)}, want: []exchange.Outcome{recorded, repeated}, state: exchange.ConsignmentAcceptance},
		"refused":                   {steps: []exchange.Ack{refused(1)}, want: []exchange.Outcome{recorded}, state: exchange.ConsignmentRejection},
		"refused again":             {steps: []exchange.Ack{refused(1), refused(1)}, want: []exchange.Outcome{recorded, repeated}, state: exchange.ConsignmentRejection},
		"refused, then accepted":    {steps: []exchange.Ack{refused(1), accepted(1)}, want: []exchange.Outcome{recorded, recorded}, state: exchange.ConsignmentAcceptance},
		"accepted, then refused":    {steps: []exchange.Ack{accepted(1), refused(1)}, want: []exchange.Outcome{recorded}, state: exchange.ConsignmentAcceptance, fails: exchange.Stale},
		"of another receiver":       {steps: []exchange.Ack{accepted(1), accepted(2)}, want: []exchange.Outcome{recorded}, state: exchange.ConsignmentAcceptance, fails: exchange.NotFound},
		"of no exchange there is":   {steps: []exchange.Ack{accepted(1), accepted(3)}, want: []exchange.Outcome{recorded}, state: exchange.ConsignmentAcceptance, fails: exchange.NotFound},
		"of what was never fetched": {steps: []exchange.Ack{accepted(4)}, want: []exchange.Outcome{recorded}, state: exchange.ConsignmentAcceptance},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := lettered(t)
			for i, step := range test.steps {
				got, err := w.mailbox.Acknowledge(t.Context(), "window-vn", []exchange.Ack{step})
				if i == len(test.want) {
					if exchange.KindOf(err) != test.fails {
						t.Errorf("failed with %v, want %s", err, test.fails)
					}
				} else if err != nil || got[0].Outcome != test.want[i] || got[0].Exchange != step.Exchange {
					t.Errorf("step %d: %+v, %v; want %s", i+1, got, err, test.want[i])
				}
			}
			w.onlyMoves(test.steps[0].Exchange, test.state, test.want)
		})
		t.Run(name+", in one call", func(t *testing.T) {
			w := lettered(t)
			got, err := w.mailbox.Acknowledge(t.Context(), "window-vn", test.steps)
			if test.fails != exchange.Internal { // and nothing was recorded
				if exchange.KindOf(err) != test.fails {
					t.Errorf("failed with %v, want %s", err, test.fails)
				}
				w.onlyMoves(test.steps[0].Exchange, exchange.ContentHandover, nil)
				same(t, "still under lease", w.fetch(exchange.Fetch{}), "4")
				return
			}
			for i := range got {
				if err != nil || got[i].Outcome != test.want[i] {
					t.Errorf("%+v, %v; want %v", got, err, test.want)
				}
			}
			w.onlyMoves(test.steps[0].Exchange, test.state, test.want)
		})
	}
}

// lettered returns a world in which window-vn has fetched document 1, has 4
// waiting, and does not have 2.
func lettered(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.accept(1, 2, false, "window-vn")
	w.accept(2, 3, false, "promotion")
	w.accept(4, 5, false, "window-vn")
	same(t, "first", w.fetch(exchange.Fetch{Limit: 1}), "1")
	return w
}

// onlyMoves fails unless an exchange is in a state, and each acknowledgement
// that was recorded, and no other, is a step of its timeline.
func (w *world) onlyMoves(id uuid.UUID, state exchange.State, outcomes []exchange.Outcome) {
	w.tb.Helper()
	x, err := w.Exchange(w.tb.Context(), id)
	if err != nil || x.State != state {
		w.tb.Errorf("in state %s, %v; want %s", x.State, err, state)
	}
	steps := 0
	for _, e := range x.Events {
		if e.Name == exchange.ConsignmentAcceptance || e.Name == exchange.ConsignmentRejection {
			steps++
		}
	}
	for _, o := range outcomes {
		if o == exchange.Recorded {
			steps--
		}
	}
	if steps != 0 {
		w.tb.Errorf("%d steps more than were recorded", steps)
	}
}

// The cause of a refusal is kept.
func TestCauseIsKept(t *testing.T) {
	w := newWorld(t)
	w.accept(1, 2, false, "window-vn")
	w.acknowledge(refused(1))
	x, err := w.Exchange(t.Context(), numbered(1))
	if want := (exchange.Cause{Code: "no", Reason: "not for us"}); err != nil || x.Deliveries[0].Cause != want {
		t.Errorf("got %+v, %v", x.Deliveries, err)
	}
}

func TestAckLimits(t *testing.T) {
	w := newWorld(t)
	w.accept(1, 4, false, "window-vn")
	long := func(n int) string { return strings.Repeat("x", n) }
	tests := map[string]struct {
		acks []exchange.Ack
		fine bool
	}{
		"at the limits": {[]exchange.Ack{{Exchange: numbered(2), Code: long(64), Reason: long(1000)}}, true},
		"no reason":     {[]exchange.Ack{{Exchange: numbered(3), Code: "x"}}, true},
		"none":          {nil, true},
		"no code":       {[]exchange.Ack{{Exchange: numbered(1), Reason: "x"}}, false},
		"long code":     {[]exchange.Ack{{Exchange: numbered(1), Code: long(65), Reason: "x"}}, false},
		"long reason":   {[]exchange.Ack{{Exchange: numbered(1), Code: "x", Reason: long(1001)}}, false},
		"one of them":   {[]exchange.Ack{accepted(1), {Exchange: numbered(1)}}, false},
		"too many":      {make([]exchange.Ack, exchange.MaxAcks+1), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.mailbox.Acknowledge(t.Context(), "window-vn", test.acks)
			if (err == nil) != test.fine || err != nil && exchange.KindOf(err) != exchange.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
	if x, err := w.Exchange(t.Context(), numbered(1)); err != nil || x.State != exchange.ContentConsignment {
		t.Errorf("something was recorded: %s, %v", x.State, err)
	}
}

// If another call acknowledges a delivery first, the result of the later one is Overtaken.
func TestAckOvertaken(t *testing.T) {
	w := newWorld(t)
	w.accept(1, 2, false, "window-vn")
	other := w.another()
	w.Before(func() {
		if _, err := other.Acknowledge(t.Context(), "window-vn", []exchange.Ack{accepted(1)}); err != nil {
			t.Error(err)
		}
	})
	got := w.acknowledge(refused(1))
	if got[0].Outcome != exchange.Overtaken || got[0].State != exchange.ConsignmentAcceptance {
		t.Errorf("got %+v", got[0])
	}
}

// An acknowledgement ends the lease: what is replayed is given at once.
func TestAckEndsLease(t *testing.T) {
	w := newWorld(t)
	w.accept(1, 3, false, "window-vn")
	w.fetch(exchange.Fetch{Lease: time.Hour})
	w.acknowledge(accepted(1), refused(2))
	same(t, "nothing open", w.fetch(exchange.Fetch{}))
	w.publish(2, exchange.ContentConsignment, 2)
	same(t, "replayed", w.fetch(exchange.Fetch{}), "2")
}

// Whatever the receiver does, it never gets what is under lease or what it
// took, and in the end it gets everything else.
func TestMailboxProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var failure any // of the property, carried out of the bubble
		synctest.Test(t, func(t *testing.T) {
			defer func() { failure = recover() }()
			m := &receiver{w: newWorld(t), rt: rt, until: make(map[string]time.Time), taken: make(map[string]bool)}
			rt.Repeat(map[string]func(*rapid.T){
				"accept":      m.accept,
				"fetch":       m.fetch,
				"acknowledge": m.acknowledge,
				"wait":        func(rt *rapid.T) { after(time.Duration(rapid.IntRange(1, 40).Draw(rt, "seconds")) * time.Second) },
			})
			m.drain()
		})
		if failure != nil {
			panic(failure)
		}
	})
}

// drain takes everything that is left.
func (m *receiver) drain() {
	after(time.Hour)
	for len(m.taken) < m.documents {
		before := len(m.taken)
		for _, number := range m.w.fetch(exchange.Fetch{}) {
			m.take(number)
		}
		if len(m.taken) == before {
			m.rt.Fatalf("%d of %d never came", m.documents-before, m.documents)
		}
	}
}

// A receiver is the model: what it holds and until when, and what it took.
type receiver struct {
	w         *world
	rt        *rapid.T
	documents int
	until     map[string]time.Time
	taken     map[string]bool
}

func (m *receiver) accept(rt *rapid.T) {
	n := rapid.IntRange(1, 5).Draw(rt, "documents")
	m.w.accept(m.documents, m.documents+n, rapid.Bool().Draw(rt, "express"), "window-vn")
	m.documents += n
}

func (m *receiver) fetch(rt *rapid.T) {
	lease := time.Duration(rapid.IntRange(1, 60).Draw(rt, "lease")) * time.Second
	now := time.Now()
	for _, number := range m.w.fetch(exchange.Fetch{Limit: rapid.IntRange(1, 6).Draw(rt, "limit"), Lease: lease}) {
		if m.taken[number] {
			rt.Fatalf("%s was given after it was taken", number)
		}
		if now.Before(m.until[number]) {
			rt.Fatalf("%s was given under a lease until %s, at %s", number, m.until[number], now)
		}
		m.until[number] = now.Add(lease)
	}
}

// some draws the number of a document, or "" if there are none.
func (m *receiver) some(rt *rapid.T) (number string) {
	if m.documents == 0 {
		rt.Skip("no documents yet")
	}
	return fmt.Sprint(rapid.IntRange(0, m.documents-1).Draw(rt, "number"))
}

func (m *receiver) acknowledge(rt *rapid.T) { m.take(m.some(rt)) }

func (m *receiver) take(number string) {
	var n int
	if _, err := fmt.Sscan(number, &n); err != nil {
		m.rt.Fatal(err)
	}
	want := exchange.Recorded
	if m.taken[number] {
		want = exchange.Repeated
	}
	if got := m.w.acknowledge(accepted(n))[0].Outcome; got != want {
		m.rt.Fatalf("%s is %s, want %s", number, got, want)
	}
	m.taken[number] = true
}

// Codes of refusals are words that programs match and tables show.
func TestCodesOfRefusals(t *testing.T) {
	for code, good := range map[string]bool{
		"E-17": true, "not_wanted.2": true, "a": true, strings.Repeat("x", 64): true,
		"": false, " ": false, "A\nB": false, "A B": false, "错误": false, "é": false, "a\u200b": false, "a/b": false,
		strings.Repeat("x", 65): false, "expired": false, "not-kept": false, "replay": false,
	} {
		why := exchange.Ack{Code: code}.Check()
		if (why == nil) != good || why != nil && (why.EN == "" || why.ZH == "") {
			t.Errorf("%q: %+v", code, why)
		}
	}
}
