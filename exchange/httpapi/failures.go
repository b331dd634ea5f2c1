package httpapi

import (
	"net/http"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
)

// FailuresList answers GET /v1/failures.
type FailuresList struct {
	At       answer.Time `json:"at"`               // of the counts
	Parties  []string    `json:"parties,omitzero"` // whose documents are counted; absent if everybody's are
	Failures []Failure   `json:"failures"`         // for good
	Retries  []Retry     `json:"retries"`          // still carried again
}

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
	FirstAt  answer.Time    `json:"firstAt"`
	LastAt   answer.Time    `json:"lastAt"`
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
	FirstAt        answer.Time   `json:"firstAt"`
	LastAt         answer.Time   `json:"lastAt"`
	Hours          []int         `json:"hours"` // how many first failed in each of the last hours, the oldest first
	NextTryAt      answer.Time   `json:"nextTryAt"`
	Breaker        BreakerStatus `json:"breaker"`
	Example        string        `json:"example"` // the oldest exchange, or the oldest perishable one
	NextStep       exchange.Text `json:"nextStep"`
}

// listFailures answers GET /v1/failures: what has failed, by its cause. A party sees the
// failures of the documents that it sent or receives.
func (s *Server) listFailures(c *call) error {
	p := parametersOf(c.request)
	q := exchange.FailureQuery{Receiver: p.text("receiver"), Since: p.time("since"), Until: p.time("until"), Now: time.Now().UTC()}
	party := p.text("party")
	if !q.CountBy(p.text("by"), c.now.InForce) {
		p.refuse("by", "receiver, sender or rule", "应为 receiver、sender 或 rule")
	}
	err := p.err()
	if err != nil {
		return err
	}
	if q.Parties, err = c.caller.ScopeFailures(party, c.now.Parties); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), "", party, q.Receiver); err != nil {
		return err
	}
	piles, err := s.failures.List(c.request.Context(), q)
	if err != nil {
		return err
	}
	retries, err := s.failures.Retries(c.request.Context(), q)
	if err != nil {
		return err
	}
	list := FailuresList{At: answer.Time{Time: q.Now}, Parties: q.Parties, Failures: make([]Failure, 0, len(piles)), Retries: make([]Retry, 0, len(retries))}
	for _, r := range retries {
		list.Retries = append(list.Retries, wireRetry(r))
	}
	for _, f := range piles {
		list.Failures = append(list.Failures, wireFailure(f))
	}
	return c.json(http.StatusOK, list)
}

func wireFailure(f operator.Pile) Failure {
	return Failure{
		Code: f.Code, State: f.State, Receiver: f.Receiver, Sender: f.Sender, Rule: f.Rule, Side: f.Side, Count: f.Count, Express: f.Express,
		FirstAt: answer.Time{Time: f.First.UTC()}, LastAt: answer.Time{Time: f.Last.UTC()}, Hours: f.Hours[:], Example: f.Example.String(),
		NextStep: f.Next.ByID(),
	}
}

func wireRetry(r operator.RetryPile) Retry {
	return Retry{
		Code: r.Code, Receiver: r.Receiver, Sender: r.Sender, Rule: r.Rule, Side: r.Side, Count: r.Count, Express: r.Express,
		Waiting: r.Waiting, WaitingExpress: r.WaitingExpress, FirstAt: answer.Time{Time: r.First.UTC()}, LastAt: answer.Time{Time: r.Last.UTC()},
		Hours: r.Hours[:], NextTryAt: answer.Time{Time: r.Failure.Next.UTC()}, Breaker: wireBreaker(r.Breaker), Example: r.Example.String(),
		NextStep: r.Next.ByID(),
	}
}
