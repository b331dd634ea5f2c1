package exchange

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A FailureLog counts what has failed by its cause.
type FailureLog interface {
	// Failures returns what fits, one Failure for each cause at each receiver, or also for
	// each sender and rule, in no promised order. It counts all of them, however many there
	// are.
	Failures(ctx context.Context, q FailureQuery) ([]Failure, error)
	// Retries returns what could not be carried and is carried again, one Failure for
	// each cause at each receiver, or also for each sender and rule, in no promised order.
	Retries(ctx context.Context, q FailureQuery) ([]Failure, error)
}

// A FailureQuery narrows what is counted. Zero fields do not narrow.
type FailureQuery struct {
	Parties   []string  // of which one is sender or receiver of the document; nil is all, and an empty list none
	Receiver  string    // of the delivery
	Since     time.Time // failed at or after; what is carried again: failed last
	Until     time.Time // failed before; what is carried again: failed first
	Handovers int       // a delivery that was handed over so often or more, and never acknowledged, has failed, too; 0 counts none
	BySender  bool      // the documents of each sender are counted apart
	ByRule    bool      // the documents of each rule are counted apart; one with several rules counts in each
	Rules     []string  // codes of rules: a refusal by the receiver with one of them, or with one that a document ever had, is of that rule, too
	Now       time.Time // the end of the last of Failure.Hours
}

// The values by which deliveries are counted apart, beside their cause.
const (
	CountByReceiver = "receiver" // and by nothing else
	CountBySender   = "sender"   // of the document, at each receiver
	CountByRule     = "rule"     // of the document, or of the refusal, at each receiver
)

// CountByText says what ReadCountBy takes.
var CountByText = Text{
	EN: "receiver alone, or sender, rule, or both with a comma between",
	ZH: "应为 receiver（单独使用）、sender、rule，或以逗号分隔的 sender,rule",
}

// ReadCountBy reads by what deliveries are counted apart: CountByReceiver alone, or one or
// both of the other values, in any order, with commas between. Everything is counted by
// receiver, so this value contradicts the others. An empty text is CountByReceiver. It
// reports whether the text is one of these.
func ReadCountBy(text string) (bySender, byRule, known bool) {
	if text == "" || text == CountByReceiver {
		return false, false, true
	}
	for value := range strings.SplitSeq(text, ",") {
		switch {
		case value == CountBySender && !bySender:
			bySender = true
		case value == CountByRule && !byRule:
			byRule = true
		default:
			return false, false, false
		}
	}
	return bySender, byRule, true
}

// CountBy has deliveries counted apart as ReadCountBy reads it, and reports whether the text
// is known. The rules are those in force.
func (q *FailureQuery) CountBy(text string, now *InForce) (known bool) {
	if q.BySender, q.ByRule, known = ReadCountBy(text); q.ByRule {
		q.Rules = now.Checks.RuleCodes()
	}
	return known
}

// CountedBy returns what CountBy reads, in the one form that lists and files show.
func (q FailureQuery) CountedBy() string {
	switch {
	case q.BySender && q.ByRule:
		return CountBySender + "," + CountByRule
	case q.BySender:
		return CountBySender
	case q.ByRule:
		return CountByRule
	}
	return ""
}

// TrendHours is how many hours the trend of a [Failure] has.
const TrendHours = 8

// A Failure is all deliveries to one receiver that are in one state for one cause, or
// whose last try failed for one cause.
type Failure struct {
	State    State  // ConsignmentRejection, ContentHandoverFailure, or ContentHandover if it was handed over too often; ContentConsignment if it is carried again
	Code     string // of the cause; "" in state ContentHandover, which has none
	Receiver string
	Sender   string // if senders are counted apart
	Rule     string // the code, if rules are counted apart; "" are the documents with none
	Count    int
	Express  int             // of these, perishable
	First    time.Time       // when the first of them came to the state, or first failed
	Last     time.Time       // when the last of them did, or failed last
	Hours    [TrendHours]int // how many came to the state, or first failed, in each of the last hours, the oldest first
	Example  uuid.UUID       // the oldest exchange of them, or the oldest perishable one

	// Of what is carried again:
	Next           time.Time // when the first of them is
	Waiting        int       // deliveries to the receiver, or of the sender to it, that wait, these included
	WaitingExpress int       // of these, perishable
}
