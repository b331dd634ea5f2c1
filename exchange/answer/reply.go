package answer

import (
	"encoding/json"
	"time"

	"beibu/exchange"
)

// A Reply is an [Acceptance] or a [Problem] in writing, for ways in that send it on
// as it is.
type Reply struct {
	Status     int
	Media      string
	Body       []byte        // JSON
	Exchange   string        // its id, if the document was accepted
	Duplicate  bool          // it was accepted before
	Code       string        // of the problem, if it was not accepted
	RetryAfter time.Duration // above 0: nothing was promised, and the same may be accepted after so long
	Overloaded bool          // with RetryAfter: too much is in progress, of the party or of all
	Err        error         // why it was not accepted, for the log of what is ours to correct
}

// ReplyOf returns the reply to a document that was accepted, or refused with an
// error. requestID names the attempt in a problem.
func ReplyOf(accepted exchange.Acceptance, err error, requestID string) Reply {
	if err == nil {
		a := AcceptanceOf(accepted)
		body, failed := json.Marshal(a)
		if failed == nil {
			return Reply{Status: a.Status(), Media: MediaAcceptance, Body: body, Exchange: a.ExchangeID, Duplicate: a.Duplicate}
		}
		err = failed // a time beyond the year 9999, and no more
	}
	p, retryAfter := ProblemOf(err, requestID)
	return Reply{
		Status: p.Status, Media: MediaProblem, Body: p.Encode(), Code: p.Code,
		RetryAfter: retryAfter, Overloaded: exchange.KindOf(err) == exchange.Overloaded, Err: err,
	}
}
