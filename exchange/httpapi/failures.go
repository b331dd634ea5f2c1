package httpapi

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
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
type Failure = answer.Failure

// Retry is what could not be carried to one receiver for one cause, and is carried again.
type Retry = answer.Retry

// listFailures answers GET /v1/failures: what has failed, by its cause, as a list or as a
// file. A party sees the failures of the documents that it sent or receives.
func (s *Server) listFailures(c *call) error {
	q, asked, err := s.failureQuery(c)
	if err != nil {
		return err
	}
	if as, isFile := formOf(c.request); isFile {
		return sendFile(s, c, asked, as, s.failureSheet(q))
	}
	failed, retried, err := s.failures.All(c.request.Context(), q)
	if err != nil {
		return err
	}
	list := FailuresList{At: answer.TimeOf(q.Now), Parties: q.Parties, Failures: make([]Failure, 0, len(failed)), Retries: make([]Retry, 0, len(retried))}
	for _, one := range failed {
		list.Failures = append(list.Failures, answer.FailureOf(one))
	}
	for _, one := range retried {
		list.Retries = append(list.Retries, answer.RetryOf(one))
	}
	return c.json(http.StatusOK, list)
}

// failureQuery reads the filters of the failures. It returns the parameters, too.
func (s *Server) failureQuery(c *call) (exchange.FailureQuery, url.Values, error) {
	p := parametersOf(c.request)
	asked := maps.Clone(p.values)
	q := exchange.FailureQuery{Receiver: p.text("receiver"), Since: p.time("since"), Until: p.time("until"), Now: time.Now().UTC()}
	party := p.text("party")
	if !q.CountBy(p.text("by"), c.now.InForce) {
		p.refuse("by", exchange.CountByText.EN, exchange.CountByText.ZH)
	}
	err := p.err()
	if err != nil {
		return q, nil, err
	}
	if q.Parties, err = c.caller.ScopeFailures(party, c.now.Parties); err != nil {
		return q, nil, err
	}
	return q, asked, s.filters(c).Check(c.request.Context(), "", party, q.Receiver)
}

// failureSheet is the list of what failed.
func (s *Server) failureSheet(q exchange.FailureQuery) export.Sheet[export.FailedCause] {
	return export.Failures(q.Parties, func(ctx context.Context) ([]operator.Pile, []operator.RetryPile, error) {
		return s.failures.All(ctx, q)
	})
}
