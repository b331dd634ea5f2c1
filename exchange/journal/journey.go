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
	express    bool
	state      exchange.State
	stored     int64 // the number of the state in the file
	deliveries []exchange.Delivery
	moved      []bool // by delivery: to be written
	steps      []exchange.Event

	// Of an exchange that is new in this batch:
	entry    *queue.Entry
	identity proof.Identity
}

// begin returns the journey of an entry.
func begin(sequence int64, e *queue.Entry) (*journey, error) {
	x, err := exchange.FromEntry(*e)
	if err != nil {
		return nil, err
	}
	return &journey{
		id: x.ID, sequence: sequence, express: x.Express, state: x.State,
		entry: e, identity: x.Identity,
	}, nil
}

// apply applies an event to the exchange and reports whether its state changed. The
// first decision on a held exchange counts: after a refusal nothing is consigned, and
// after a release nothing is refused.
func (j *journey) apply(e exchange.Event) bool {
	moved := false
	switch {
	case j.state == exchange.SubmissionRejection:
	case e.Receiver != "":
		moved = j.deliver(e)
	case e.Name == exchange.SubmissionRejection && j.state == exchange.SubmissionHeld:
		j.state, moved = e.Name, true
	}
	if moved {
		j.steps = append(j.steps, e)
	}
	return moved
}

// deliver moves the delivery that an event is about.
func (j *journey) deliver(e exchange.Event) bool {
	i := slices.IndexFunc(j.deliveries, func(d exchange.Delivery) bool { return d.Receiver == e.Receiver })
	if i < 0 {
		d := exchange.Delivery{Exchange: j.id, Receiver: e.Receiver}
		if !d.Apply(e) {
			return false
		}
		j.deliveries, j.moved = append(j.deliveries, d), append(j.moved, true)
	} else if j.deliveries[i].Apply(e) {
		j.moved[i] = true
	} else {
		return false
	}
	j.state = exchange.Summary(j.deliveries)
	return true
}
