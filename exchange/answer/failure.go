package answer

import (
	"time"

	"beibu/exchange"
	"beibu/exchange/operator"
)

// Failure is what has failed for good for one cause at one receiver.
type Failure struct {
	Code     string         `json:"code,omitempty"` // of the cause; absent if it was handed over too often
	State    exchange.State `json:"state"`
	Receiver string         `json:"receiver"`
	Sender   string         `json:"sender,omitempty"` // of the documents, if senders are counted apart
	Rule     string         `json:"rule,omitempty"`   // if rules are counted apart; absent if there is none
	Side     operator.Side  `json:"side"`             // who has to act
	Count    int            `json:"count"`            // deliveries
	Express  int            `json:"express"`          // of these, perishable
	FirstAt  Time           `json:"firstAt"`
	LastAt   Time           `json:"lastAt"`
	Hours    []int          `json:"hours"`   // how many in each of the last hours, the oldest first
	Example  string         `json:"example"` // the oldest exchange, or the oldest perishable one
	NextStep exchange.Text  `json:"nextStep"`
}

// Retry is what could not be carried to one receiver for one cause, and is carried again.
type Retry struct {
	Code           string        `json:"code"` // of the cause of the last attempt
	Receiver       string        `json:"receiver"`
	Sender         string        `json:"sender,omitempty"` // of the documents, if senders are counted apart
	Rule           string        `json:"rule,omitempty"`   // if rules are counted apart; absent if there is none
	Side           operator.Side `json:"side"`             // who has to act
	Count          int           `json:"count"`            // deliveries of which an attempt failed
	Express        int           `json:"express"`          // of these, perishable
	Waiting        int           `json:"waiting"`          // deliveries to the receiver that wait, these included
	WaitingExpress int           `json:"waitingExpress"`   // of these, perishable
	FirstAt        Time          `json:"firstAt"`
	LastAt         Time          `json:"lastAt"`
	Hours          []int         `json:"hours"` // how many first failed in each of the last hours, the oldest first
	NextTryAt      Time          `json:"nextTryAt"`
	Breaker        Breaker       `json:"breaker"`
	Example        string        `json:"example"` // the oldest exchange, or the oldest perishable one
	NextStep       exchange.Text `json:"nextStep"`
}

// Breaker is the circuit breaker of a receiver to which deliveries are carried.
type Breaker struct {
	Open     bool            `json:"open"`
	OpenedAt *Time           `json:"openedAt,omitempty"`
	Cause    *exchange.Cause `json:"cause,omitempty"`
}

// FailureOf returns a pile of what failed for good as answers show it.
func FailureOf(p operator.Pile) Failure {
	return Failure{
		Code: p.Code, State: p.State, Receiver: p.Receiver, Sender: p.Sender, Rule: p.Rule, Side: p.Side, Count: p.Count, Express: p.Express,
		FirstAt: TimeOf(p.First), LastAt: TimeOf(p.Last), Hours: p.Hours[:], Example: p.Example.String(), NextStep: p.Next.ByID(),
	}
}

// RetryOf returns a pile of what is carried again as answers show it.
func RetryOf(p operator.RetryPile) Retry {
	return Retry{
		Code: p.Code, Receiver: p.Receiver, Sender: p.Sender, Rule: p.Rule, Side: p.Side, Count: p.Count, Express: p.Express,
		Waiting: p.Waiting, WaitingExpress: p.WaitingExpress, FirstAt: TimeOf(p.First), LastAt: TimeOf(p.Last), Hours: p.Hours[:],
		NextTryAt: TimeOf(p.Failure.Next), Breaker: BreakerOf(p.Breaker), Example: p.Example.String(), NextStep: p.Next.ByID(),
	}
}

// BreakerOf returns a circuit breaker as answers show it.
func BreakerOf(b exchange.Breaker) Breaker {
	return Breaker{Open: b.IsOpen(), OpenedAt: TimeOrNone(b.Opened), Cause: OrNil(b.Cause)}
}

// TimeOrNone returns a time, or nil for the zero time.
func TimeOrNone(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return new(TimeOf(t))
}
