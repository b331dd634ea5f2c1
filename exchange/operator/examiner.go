// Package operator holds the use cases of those who run the exchange. Each interface, such
// as the API, translates its own words into theirs.
package operator

import (
	"context"
	"time"

	"beibu/exchange"
)

// An Examiner examines documents that were refused again, by what is in force now, so that
// a sender learns that it can send again.
type Examiner struct {
	Refusals exchange.RefusalLog
	Intake   *exchange.Intake
}

// An Outcome is what a refused document would come to now.
type Outcome string

// The outcomes.
const (
	WouldAccept   Outcome = "accepted"
	WouldHold     Outcome = "held"      // for a person to decide
	WasAccepted   Outcome = "duplicate" // the same bytes were accepted before
	WouldRefuse   Outcome = "refused"
	NotExaminable Outcome = "not-kept" // its bytes are not kept, or not any more
)

// Outcomes returns all outcomes, those first that a sender can act on.
func Outcomes() []Outcome {
	return []Outcome{WouldAccept, WouldHold, WasAccepted, WouldRefuse, NotExaminable}
}

// OutcomeOf returns what a prospect comes to.
func OutcomeOf(p exchange.Prospect) Outcome {
	switch {
	case p.Refusal != nil:
		return WouldRefuse
	case p.Before != nil:
		return WasAccepted
	case p.Held:
		return WouldHold
	}
	return WouldAccept
}

// An Examination is what was found.
type Examination struct {
	exchange.Prospect

	Digest  [32]byte
	Refusal *exchange.Refusal // the newest of these bytes that the record has of the sender, or nil
}

// Examine returns what would become of a document if its sender submitted it now, and
// keeps nothing. A sender that is not named is the one of the newest refusal of the same
// bytes. It fails with an [exchange.Error] of kind NotFound if there is none.
func (e *Examiner) Examine(ctx context.Context, now *exchange.InForce, sender string, document []byte) (Examination, error) {
	doc := exchange.Document{Bytes: document, Sender: sender, Received: time.Now()}
	out := Examination{Digest: doc.Digest()}
	found, _, err := e.Refusals.Refusals(ctx, exchange.RefusalQuery{Digest: out.Digest, Sender: sender, Limit: 1})
	switch {
	case err != nil:
		return Examination{}, err
	case len(found) > 0:
		out.Refusal, doc.Sender = &found[0], found[0].Identity.Sender
	case sender == "":
		return Examination{}, &exchange.Error{
			Op: "examine document", Kind: exchange.NotFound, Code: "not-refused",
			Err: exchange.Because("no refusal of these bytes is recorded: name their sender", "没有该内容的退单记录，请指明发送方"),
		}
	}
	out.Prospect, err = e.Intake.Examine(ctx, now, doc)
	return out, err
}
