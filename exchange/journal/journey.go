package journal

import (
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/proof"
	"beibu/queue"
)

// A journey is what one batch does to one exchange.
type journey struct {
	id         uuid.UUID
	sequence   int64 // of its entry
	accepted   int64 // when, in microseconds
	sender     int64 // number of the term
	rules      int64 // number of the term, or 0
	express    bool
	state      exchange.State
	deliveries []exchange.Delivery
	listed     []exchange.State // by delivery: the state under which table delivery has it, or "" if it has no row
	moved      []bool           // by delivery: its row in table delivery is to be written
	latest     []exchange.LatestAnswer
	steps      []byte   // the newest of the timeline, packed
	full       [][]byte // those before them that are new in this batch, packed, for table timeline
	changed    bool     // to be written
	versions   bool     // another exchange is of the same sender, kind and number
	number     string   // of the document, if it has versions and was asked for

	// Of an exchange that is new in this batch:
	entry    *queue.Entry
	identity proof.Identity
	kind     int64 // number of the term; also of one that has versions, once it was asked for
}

// stepsBytes bounds the steps in the row of an exchange. Those of a document to a dozen
// receivers fit; a delivery that is handed over again every minute fills rows of table
// timeline, so that no row is written again and again that grows without end.
const stepsBytes = 1024

// begin returns the journey of an exchange that an entry adds.
func begin(sequence int64, e *queue.Entry, x *exchange.Exchange) *journey {
	n := len(x.Receivers) // most are consigned in the same batch
	return &journey{
		id: x.ID, sequence: sequence, accepted: micro(e.At), express: x.Express, state: x.State,
		deliveries: make([]exchange.Delivery, 0, n), listed: make([]exchange.State, 0, n), moved: make([]bool, 0, n),
		changed: true, entry: e, identity: x.Identity,
	}
}

// apply applies an event to the exchange and reports whether its state changed. The
// first decision on an exchange that is held, or awaits a verdict, counts: after a refusal
// nothing is consigned, and after a release nothing is refused.
func (j *journey) apply(e exchange.Event) bool {
	place := 0
	switch {
	case j.state == exchange.SubmissionRejection && (e.Receiver == "" || e.Name == exchange.ContentConsignment):
		return false // its receivers may still fetch and acknowledge what was consigned before
	case e.Receiver != "":
		if place = j.deliver(e); place == 0 {
			return false
		}
	case e.Name == exchange.SubmissionRejection && (j.state == exchange.SubmissionHeld || e.Verdict != nil && (j.state == exchange.SubmissionAcceptance || e.Verdict.Asked)):
		j.state = e.Name
	case e.Name == exchange.SubmissionHeld && e.Verdict != nil && j.state == exchange.SubmissionAcceptance:
		j.state = e.Name
	case e.Name == exchange.SubmissionAcceptance && e.Verdict != nil && e.Verdict.SameAs != uuid.Nil && len(j.steps) == 0: // linked
	default:
		return false
	}
	before := len(j.steps)
	j.steps = packStep(j.steps, j.sequence, j.accepted, place, e)
	if before > 0 && len(j.steps) > stepsBytes {
		step := slices.Clone(j.steps[before:])
		j.full, j.steps = append(j.full, j.steps[:before]), step
	}
	return true
}

// place returns the index of the delivery to a receiver, or -1.
func (j *journey) place(receiver string) int {
	for i := range j.deliveries {
		if j.deliveries[i].Receiver == receiver {
			return i
		}
	}
	return -1
}

// delivery returns the delivery to a receiver, or nil.
func (j *journey) delivery(receiver string) *exchange.Delivery {
	if i := j.place(receiver); i >= 0 {
		return &j.deliveries[i]
	}
	return nil
}

// failed reports whether the delivery to a receiver has failed.
func (j *journey) failed(receiver string) bool {
	d := j.delivery(receiver)
	return d != nil && d.State.Failed()
}

// deliver moves the delivery that an event is about, and returns its place among the
// deliveries, from 1, or 0 if the event moves nothing.
func (j *journey) deliver(e exchange.Event) int {
	i := j.place(e.Receiver)
	if e.Name == exchange.HandoverAttempt { // a step of the timeline, which changes no state
		if i >= 0 && j.deliveries[i].Apply(e) {
			j.moved[i] = true
		}
		return i + 1
	}
	if i < 0 {
		i = len(j.deliveries)
		j.deliveries = append(j.deliveries, exchange.Delivery{Exchange: j.id, Receiver: e.Receiver})
		if !j.deliveries[i].Apply(e) {
			j.deliveries = j.deliveries[:i]
			return 0
		}
		j.listed, j.moved = append(j.listed, ""), append(j.moved, true)
	} else if !j.deliveries[i].Apply(e) {
		return 0
	}
	j.moved[i] = true
	if j.state != exchange.SubmissionRejection {
		j.state = exchange.Summary(j.deliveries)
	}
	return i + 1
}
