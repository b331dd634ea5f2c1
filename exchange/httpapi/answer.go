package httpapi

import (
	"context"
	"encoding/json"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// An Answer is what a sender is told of a document, as POST /v1/documents
// would tell it.
type Answer struct {
	Status    int
	Media     string
	Body      []byte        // an Acceptance or a Problem
	Exchange  string        // its id, where the document was accepted
	Duplicate bool          // it was accepted before
	Code      string        // of the problem, where it was not
	Wait      time.Duration // above 0: nothing was promised, and the same may be accepted after so long
	NoRoom    bool          // with Wait: what the party, or all, may have under way is used up
	Err       error         // why it was not accepted, for the log of what is ours to mend
}

// Submit does with a document that came by another way what POST /v1/documents
// does: the same checks, limits, counts and answers, but for the quota, which is
// for Turn. The way it came has to say truly which party the sender is. requestID
// names the attempt in a problem.
func (s *Server) Submit(ctx context.Context, party, requestID string, document []byte) Answer {
	ctx, cancel := context.WithTimeout(ctx, s.limits.Request)
	defer cancel()
	accepted, err := s.admit(ctx, s.current.Load(), party, document)
	if err != nil {
		s.metrics.countRefused(codeOf(err))
		return refused(err, requestID)
	}
	s.metrics.countAccepted(accepted)
	said := answer.AcceptanceOf(accepted)
	body, err := json.Marshal(said)
	if err != nil { // a time beyond the year 9999, and no more
		return refused(err, requestID)
	}
	return Answer{
		Status: said.Status(), Media: answer.MediaAcceptance, Body: body,
		Exchange: accepted.Exchange.ID.String(), Duplicate: accepted.Duplicate,
	}
}

// admit is what the routing and the reading of a body do for HTTP, and then
// the same.
func (s *Server) admit(ctx context.Context, now *exchange.InForce, party string, document []byte) (exchange.Acceptance, error) {
	if s.shut.Includes(now, party) {
		return exchange.Acceptance{}, errSuspended
	}
	if len(document) > s.limits.Document {
		return exchange.Acceptance{}, overLimit(s.limits.Document)
	}
	s.metrics.sizes.Observe(float64(len(document)))
	v := s.room.enter(party)
	defer v.leave()
	if err := v.hold(len(document)); err != nil {
		return exchange.Acceptance{}, err
	}
	return s.accept(ctx, now, v, exchange.Document{Bytes: document, Sender: party, Received: time.Now()})
}

// refused is the answer that a failure is.
func refused(err error, requestID string) Answer {
	p, retryAfter := answer.ProblemOf(err, requestID)
	return Answer{
		Status: p.Status, Media: answer.MediaProblem, Body: p.Encode(), Code: p.Code,
		Wait: retryAfter, NoRoom: exchange.KindOf(err) == exchange.Overloaded, Err: err,
	}
}
