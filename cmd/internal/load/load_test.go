package load

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
)

// ran runs a plan that must succeed, in a bubble.
func ran(ctx context.Context, t *testing.T, p Plan) Report {
	t.Helper()
	r, err := p.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each client of a closed loop sends its next document when the last is answered;
// everything arrives at all receivers.
func TestClosedLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.pause = func(int) time.Duration { return 100 * time.Millisecond }
		p := f.plan()
		p.Resend = 0
		r := ran(t.Context(), t, p)
		if r.Accepted != 400 || r.WarmUp != 1 || r.Delivered != 802 || !r.Sound() || len(f.acks) != 802 {
			t.Errorf("%+v, %d acks", r, len(f.acks))
		}
		if r.Seconds != 10 || r.PerSecond != 40 || r.Accept.P50 < 100 || r.Accept.Max > 101 || r.Journey.Max > 101 {
			t.Errorf("%+v", r)
		}
	})
}

// A load of so many documents ends with the last of them.
func TestCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFake().plan()
		p.For, p.Count, p.Open = 0, 1000, nil
		if r := ran(t.Context(), t, p); r.Accepted != 1000 || r.Delivered != 2002 || !r.Sound() {
			t.Errorf("%+v", r)
		}
	})
}

// stalled is an exchange that answers within a millisecond, but for five seconds
// in which it answers nothing.
func stalled() *fake {
	f, began := newFake(), time.Now()
	f.pause = func(int) time.Duration {
		if at := time.Since(began); at > 10*time.Second && at < 15*time.Second {
			return 15*time.Second - at
		}
		return time.Millisecond
	}
	return f
}

// A stall of five seconds under 100 documents a second is seen by the 500 that were
// due meanwhile, each from when it was due: 1 % of 3,000 waited nearly as long. A
// closed loop of four clients would have seen it four times.
func TestOpenLoopMeasuresFromWhenItWasDue(t *testing.T) {
	for _, clients := range []int{1000, 10} {
		synctest.Test(t, func(t *testing.T) {
			p := stalled().plan()
			p.Clients, p.Rate, p.For = clients, 100, 30*time.Second
			r := ran(t.Context(), t, p)
			if r.Accepted != 3000 || r.Accept.P50 > 1.1 || r.Accept.P99 < 4600 || r.Accept.P99 > 4800 || r.Accept.P999 < 4900 || r.Accept.Max > 5010 {
				t.Errorf("%d places: %+v", clients, r)
			}
			late := r.Behind > 480 && r.BehindMS > 4800
			if late != (clients == 10) || clients == 1000 && r.Behind != 0 {
				t.Errorf("%d places: %d documents behind, by %v ms", clients, r.Behind, r.BehindMS)
			}
		})
	}
}

// What does not come, comes with other bytes or without a seal, or has no content is
// found.
func TestLostAndAltered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		lost := identity(7).ExchangeID(digestOf(7)).String()
		altered := identity(9).ExchangeID(digestOf(9)).String()
		gone := identity(11).ExchangeID(digestOf(11)).String()
		f.deliver = func(id, party string) int {
			if id == lost && party == receiver {
				return 0
			}
			return 1
		}
		forged := identity(13).ExchangeID(digestOf(13)).String()
		f.content = func(id string, b []byte) []byte {
			switch id {
			case altered:
				return append(slices.Clip(b), ' ')
			case forged:
				return []byte("forged")
			case gone:
				return nil
			}
			return b
		}
		p := f.plan()
		p.For, p.Count = 0, 100
		r := ran(t.Context(), t, p)
		if r.Accepted != 100 || r.Lost != 3 || r.Altered != 4 || r.Sound() || r.Delivered != 199 {
			t.Errorf("%+v", r)
		}
		want := map[Finding]bool{
			{What: Lost, ExchangeID: lost, Receiver: receiver}:                                                         true,
			{What: Lost, ExchangeID: gone, Receiver: receiver}:                                                         true,
			{What: Lost, ExchangeID: gone, Receiver: second}:                                                           true,
			{What: Altered, ExchangeID: altered, Receiver: receiver, Reason: "the bytes are not those that were sent"}: true,
			{What: Altered, ExchangeID: altered, Receiver: second, Reason: "the bytes are not those that were sent"}:   true,
			{What: Altered, ExchangeID: forged, Receiver: receiver, Reason: errSeal.Error()}:                           true,
			{What: Altered, ExchangeID: forged, Receiver: second, Reason: errSeal.Error()}:                             true,
		}
		for _, found := range r.Findings {
			if !want[found] {
				t.Errorf("found %+v", found)
			}
			delete(want, found)
		}
		if len(want) > 0 {
			t.Errorf("not found: %v", want)
		}
		for _, ack := range f.acks {
			if refused := ack.Outcome == httpapi.Refused; refused != (ack.ExchangeID == altered || ack.ExchangeID == forged) || ack.ExchangeID == gone {
				t.Errorf("acknowledged as %+v", ack)
			}
		}
	})
}

// A second sending must get the first receipt, and a receipt must be signed by the
// daemon.
func TestReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		p := f.plan()
		p.For, p.Count, p.Resend = 0, 100, 10
		if r := ran(t.Context(), t, p); r.Resent != 10 || !r.Sound() {
			t.Errorf("%+v", r)
		}
		f = newFake()
		f.say = func(n int) (int, any) {
			if n < 2 {
				return 0, nil
			}
			return http.StatusOK, answer.Acceptance{State: exchange.SubmissionAcceptance, Duplicate: true, Receipt: "another"}
		}
		p = f.plan()
		p.For, p.Count, p.Resend, p.Clients = 0, 1, 1, 1
		if r := ran(t.Context(), t, p); r.Resent != 1 || r.Unproven != 1 || r.Sound() {
			t.Errorf("%+v", r)
		}
		p = newFake().plan()
		p.For, p.Count, p.Receipts = 0, 1, &proof.Trust{}
		if r := ran(t.Context(), t, p); r.Unproven != 2 || r.Sound() {
			t.Errorf("%+v", r)
		}
	})
}

// When the context ends, nothing more is submitted, and what was accepted is still
// delivered and counted.
func TestEndedEarly(t *testing.T) {
	for _, rate := range []float64{0, 100} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
			defer cancel()
			p := newFake().plan()
			p.Rate, p.For = rate, time.Hour
			r := ran(ctx, t, p)
			if r.Seconds < 3.4 || r.Seconds > 3.6 || r.Accepted < 300 || r.Delivered != 2*(r.Accepted+1) || !r.Sound() {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A daemon that is busy is asked again, and that takes the time that it takes; one
// that refuses is not, and it is counted by code.
func TestBusyAndRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.say = func(n int) (int, any) {
			switch n {
			case 5:
				return http.StatusServiceUnavailable, answer.Problem{Status: http.StatusServiceUnavailable, Code: "busy", Retryable: true}
			case 9:
				return http.StatusUnprocessableEntity, answer.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid"}
			case 10:
				return http.StatusAccepted, answer.Acceptance{State: exchange.SubmissionHeld}
			case 11:
				return http.StatusOK, answer.Acceptance{State: exchange.SubmissionAcceptance, Duplicate: true}
			}
			return 0, nil
		}
		p := f.plan()
		p.For, p.Count = 0, 100
		r := ran(t.Context(), t, p)
		if r.Accepted != 97 || r.Retried != 1 || r.NotAccepted["invalid"] != 1 || r.NotAccepted["held"] != 1 || r.NotAccepted["accepted-before"] != 1 || r.Accept.Max < 100 || !r.Sound() {
			t.Errorf("%+v", r)
		}
	})
}

// Deliveries of others are neither acknowledged nor counted as delivered.
func TestOthersAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		other := uuid.NewString()
		f.documents[other] = []byte("<other/>")
		f.others = []httpapi.MailboxItem{{ExchangeID: other}, {ExchangeID: "../../up"}}
		p := f.plan()
		p.For, p.Count = 0, 10
		r := ran(t.Context(), t, p)
		if r.Others != 2 || r.Delivered != 22 || len(f.acks) != 22 || !r.Sound() {
			t.Errorf("%+v, %d acks", r, len(f.acks))
		}
	})
}

// A delivery that comes again is acknowledged again, and counted as repeated.
func TestRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.deliver = func(_, party string) int { return len(party) - len(receiver) + 1 } // to the second one five times
		p := f.plan()
		p.For, p.Count = 0, 10
		if r := ran(t.Context(), t, p); r.Delivered != 22 || r.Repeated != 44 || !r.Sound() {
			t.Errorf("%+v", r)
		}
	})
}

// A first document that is refused, and a receiver that may not fetch, end the
// load with what the daemon said.
func TestMistakesEndIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.say = func(int) (int, any) {
			return http.StatusForbidden, answer.Problem{Status: http.StatusForbidden, Code: "sender-may-not-send"}
		}
		_, err := f.plan().Run(t.Context())
		if p := client.ProblemOf(err); p == nil || p.Code != "sender-may-not-send" || f.submitted != 1 {
			t.Errorf("%d submitted: %v", f.submitted, err)
		}
		f = newFake()
		f.forbidden = true
		began := time.Now()
		_, err = f.plan().Run(t.Context())
		if p := client.ProblemOf(err); p == nil || p.Code != "delivered-by-topic" || time.Since(began) > time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// Progress is said once a second, until everything is delivered.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFake().plan()
		var said []string
		p.Progress = func(at Progress) { said = append(said, at.Elapsed.String()) }
		p.For = 3500 * time.Millisecond
		ran(t.Context(), t, p)
		if got := strings.Join(said, " "); got != "1s 2s 3s" {
			t.Errorf("progress at %s", got)
		}
	})
}
