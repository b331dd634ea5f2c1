package exchange

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEveryStateHasItsRow(t *testing.T) {
	for _, state := range States() {
		switch state { //nolint:exhaustive // States returns no events of parties
		case SubmissionAcceptance, SubmissionHeld, SubmissionRejection:
			if _, ok := transitions[state]; ok {
				t.Errorf("%s is of an exchange, but is in the table of deliveries", state)
			}
		case ContentConsignment, ContentHandover, ConsignmentAcceptance, ConsignmentRejection, ContentHandoverFailure:
			if _, ok := transitions[state]; !ok {
				t.Errorf("%s has no row", state)
			}
		}
	}
}

func TestDeliveryLife(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		events  []Event
		state   State
		attempt int
		moves   int
	}{
		"acknowledged":                {events: steps(ContentConsignment, 1, ContentHandover, 1, ConsignmentAcceptance, 1), state: ConsignmentAcceptance, attempt: 1, moves: 3},
		"published twice":             {events: steps(ContentConsignment, 1, ContentConsignment, 1, ConsignmentAcceptance, 1, ConsignmentAcceptance, 1), state: ConsignmentAcceptance, attempt: 1, moves: 2},
		"refused and replayed":        {events: steps(ContentConsignment, 1, ConsignmentRejection, 1, ContentConsignment, 2), state: ContentConsignment, attempt: 2, moves: 3},
		"refusal of an overtaken try": {events: steps(ContentConsignment, 1, ConsignmentRejection, 1, ContentConsignment, 2, ConsignmentRejection, 1), state: ContentConsignment, attempt: 2, moves: 3},
		"late acknowledgement counts": {events: steps(ContentConsignment, 1, ContentHandoverFailure, 1, ContentConsignment, 2, ConsignmentAcceptance, 1), state: ConsignmentAcceptance, attempt: 2, moves: 4},
		"never sent again":            {events: steps(ContentConsignment, 1, ConsignmentAcceptance, 1, ContentConsignment, 2), state: ConsignmentAcceptance, attempt: 1, moves: 2},
		"replay skips no attempt":     {events: steps(ContentConsignment, 1, ConsignmentRejection, 1, ContentConsignment, 3), state: ConsignmentRejection, attempt: 1, moves: 2},
		"nothing before consignment":  {events: steps(ConsignmentAcceptance, 1), state: "", attempt: 0, moves: 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var d Delivery
			moves := 0
			for i, e := range test.events {
				e.At = at.Add(time.Duration(i) * time.Minute)
				if d.Apply(e) {
					moves++
				}
			}
			if d.State != test.state || d.Attempt != test.attempt || moves != test.moves {
				t.Errorf("got %s, attempt %d after %d moves; want %s, %d, %d", d.State, d.Attempt, moves, test.state, test.attempt, test.moves)
			}
		})
	}
}

func steps(pairs ...any) []Event {
	var events []Event
	for i := 0; i < len(pairs); i += 2 {
		events = append(events, Event{Name: pairs[i].(State), Attempt: pairs[i+1].(int)})
	}
	return events
}

// An acknowledged delivery stays so whatever comes, and an attempt is never
// skipped or taken back.
func TestDeliveryProperties(t *testing.T) {
	names := rapid.SampledFrom([]State{ContentConsignment, ContentHandover, ConsignmentAcceptance, ConsignmentRejection, ContentHandoverFailure})
	rapid.Check(t, func(t *rapid.T) {
		var d Delivery
		for range rapid.IntRange(0, 40).Draw(t, "events") {
			before := d
			d.Apply(Event{Name: names.Draw(t, "name"), Attempt: rapid.IntRange(0, 5).Draw(t, "attempt")})
			if before.State == ConsignmentAcceptance && d.State != ConsignmentAcceptance {
				t.Fatalf("an acknowledged delivery became %s", d.State)
			}
			if d.Attempt != before.Attempt && d.Attempt != before.Attempt+1 {
				t.Fatalf("attempt %d followed %d", d.Attempt, before.Attempt)
			}
		}
	})
}

func TestSummary(t *testing.T) {
	tests := map[string]struct {
		states []State
		want   State
	}{
		"none":         {nil, SubmissionAcceptance},
		"all done":     {[]State{ConsignmentAcceptance, ConsignmentAcceptance}, ConsignmentAcceptance},
		"one open":     {[]State{ConsignmentAcceptance, ContentHandover}, ContentHandover},
		"one refused":  {[]State{ConsignmentAcceptance, ConsignmentRejection, ContentConsignment}, ConsignmentRejection},
		"one given up": {[]State{ContentHandoverFailure, ConsignmentRejection}, ContentHandoverFailure},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var all []Delivery
			for _, s := range test.states {
				all = append(all, Delivery{State: s})
			}
			if got := Summary(all); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// What state a delivery is in does not hang on any clock: the same events, dated
// by clocks that differ and jump, lead to the same state and attempt, also if
// leases are among them.
func TestClocksDecideNothing(t *testing.T) {
	all := States()
	rapid.Check(t, func(t *rapid.T) {
		var right, wrong Delivery
		for i := range rapid.IntRange(1, 40).Draw(t, "events") {
			at := time.Date(2026, 11, 20, 8, i, 0, 0, time.UTC)
			e := Event{Name: rapid.SampledFrom(all).Draw(t, "name"), Attempt: rapid.IntRange(1, 3).Draw(t, "attempt"), At: at}
			skewed := e
			skewed.At = at.Add(time.Duration(rapid.IntRange(-61, 61).Draw(t, "skew")) * time.Minute)
			if e.Name == ContentHandover {
				holder := rapid.SampledFrom([]string{"", "one", "other"}).Draw(t, "holder")
				e.Lease = Lease{Holder: holder, Until: at.Add(5 * time.Minute)}
				skewed.Lease = Lease{Holder: holder, Until: skewed.At.Add(5 * time.Minute)}
			}
			right.Apply(e)
			wrong.Apply(skewed)
			if right.State != wrong.State || right.Attempt != wrong.Attempt {
				t.Fatalf("after %d events: %s at attempt %d by clocks that are right, and %s at %d", i+1, right.State, right.Attempt, wrong.State, wrong.Attempt)
			}
		}
	})
}

// Hand-overs are counted for each attempt, and one that is recorded twice once.
func TestHandovers(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var d Delivery
	step := func(name State, attempt int, after time.Duration, holder string, want int) {
		t.Helper()
		e := Event{Name: name, Attempt: attempt, At: at.Add(after), Lease: Lease{Holder: holder, Until: at.Add(after + time.Second)}}
		d.Apply(e)
		if d.Handovers != want || d.Failing(2) != (name == ContentHandover && want >= 2) {
			t.Errorf("%s after %s: %d hand-overs, want %d; failing: %t", name, after, d.Handovers, want, d.Failing(2))
		}
	}
	step(ContentConsignment, 1, 0, "", 0)
	step(ContentHandover, 1, time.Minute, "a", 1)
	step(ContentHandover, 1, time.Minute, "a", 1)                  // recorded twice
	step(ContentHandover, 1, time.Minute+time.Millisecond, "b", 1) // under the lease of another
	step(ContentHandover, 1, 2*time.Minute, "b", 2)
	step(ContentHandover, 1, 3*time.Minute, "b", 3)
	step(ConsignmentRejection, 1, 4*time.Minute, "", 3)
	step(ContentConsignment, 2, 5*time.Minute, "", 0)
	step(ContentHandover, 2, 6*time.Minute, "c", 1)
	step(ConsignmentAcceptance, 2, 7*time.Minute, "", 1)
}
