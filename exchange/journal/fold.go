package journal

import (
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/exchange/projection"
	"beibu/queue"
)

// A batch is the work of one fold: each exchange that it touches is read once and
// written once.
type batch struct {
	w       *projection.Writer
	touched map[uuid.UUID]*journey // nil if the index does not know it
	order   []*journey             // those to be written
	listed  *projection.Inserter   // into table delivery
	hours   map[int64]span         // of acceptance, refusal and consignment, of what is new
	filing  filing
	entries []entry // those that are new
	active  active
}

// A span is a range of sequences, both ends included.
type span struct{ first, last int64 }

// fold returns what folds changes into the tables.
func fold() func(w *projection.Writer, changes []queue.Change) error {
	seen := &hoursSeen{}
	return func(w *projection.Writer, changes []queue.Change) error { return foldBatch(w, changes, seen) }
}

func foldBatch(w *projection.Writer, changes []queue.Change, seen *hoursSeen) error {
	seen.begin(changes)
	b := &batch{
		w: w, touched: make(map[uuid.UUID]*journey), hours: make(map[int64]span),
		filing: filing{w: w, numbers: make(map[term]int64), slots: make(map[int64][]byte)},
		active: active{seen: seen}, listed: w.Inserter(listDelivery),
	}
	for _, c := range changes {
		if err := b.one(c); err != nil {
			return err
		}
	}
	for _, j := range b.order {
		if err := b.save(j); err != nil {
			return fmt.Errorf("write exchange %s: %w", j.id, err)
		}
	}
	if err := b.listed.Flush(); err != nil {
		return fmt.Errorf("write deliveries: %w", err)
	}
	if err := b.filing.save(); err != nil {
		return fmt.Errorf("write terms: %w", err)
	}
	if err := b.closeRefusals(); err != nil {
		return fmt.Errorf("write refusals: %w", err)
	}
	if err := b.active.save(w); err != nil {
		return fmt.Errorf("write activity: %w", err)
	}
	for hour, s := range b.hours {
		if err := w.Exec(widenHour, hour, s.first, s.last); err != nil {
			return fmt.Errorf("write hour %d: %w", hour, err)
		}
	}
	return nil
}

func (b *batch) one(c queue.Change) error {
	switch {
	case c.Entry != nil:
		return b.entry(c.Sequence, c.Entry)
	case c.Event != nil:
		return b.event(c.Sequence, c.Event)
	}
	return fmt.Errorf("change %d is neither entry nor event", c.Sequence)
}

// entry adds an exchange. One that is known already stays as it is.
func (b *batch) entry(sequence int64, e *queue.Entry) error {
	if b.touched[e.ID] != nil {
		return nil
	}
	x, err := exchange.FromEntry(*e)
	if err != nil {
		return err
	}
	j := begin(sequence, e, &x)
	if j.sender, err = b.filing.number(term{roleSender, j.identity.Sender}); err != nil {
		return err
	}
	if j.rules, err = b.filing.rules(x.Faults); err != nil {
		return err
	}
	if j.kind, err = b.filing.number(term{roleKind, j.identity.Kind}); err != nil {
		return err
	}
	if added, err := j.add(b.w); err != nil || !added {
		return err
	}
	if err := b.filing.exchange(&x, sequence); err != nil {
		return err
	}
	if err := b.share(j); err != nil {
		return fmt.Errorf("find versions of %s: %w", j.id, err)
	}
	b.touched[j.id] = j
	b.order = append(b.order, j)
	if err := b.answers(&x, sequence); err != nil {
		return err
	}
	b.date(sequence, micro(e.At))
	b.active.sign(activityKey{j.identity.Sender, exchange.Sending, hourOf(micro(e.At))})
	b.entries = append(b.entries, entry{sequence, j.identity.Sender, e})
	return nil
}

// date adds to the hours what was accepted, refused or consigned at a time.
func (b *batch) date(sequence, at int64) {
	hour := hourOf(at)
	s, ok := b.hours[hour]
	if !ok {
		s.first = sequence
	}
	s.last = sequence // the record is in order
	b.hours[hour] = s
}

// event moves an exchange to its next state, or adds an event of another subject
// to those of the audit. The record has an entry before its
// events, so an event of an unknown exchange is of one that the record no longer has.
func (b *batch) event(sequence int64, raw *queue.Event) error {
	switch raw.Subject.Kind { //nolint:exhaustive // the others are read first
	case queue.SubjectRefusal:
		return b.refusal(sequence, raw)
	case queue.SubjectVerdict: // its consequences are events of the exchange
		return nil
	}
	e, err := exchange.FromEvent(sequence, *raw)
	if err != nil {
		return err
	}
	if e.Subject.Kind != queue.SubjectExchange {
		return b.subject(e, raw)
	}
	j, err := b.journey(e.Exchange)
	if err != nil || j == nil {
		return err
	}
	deliveries, failed, held := len(j.deliveries), j.failed(e.Receiver), j.state == exchange.SubmissionHeld
	free, err := b.mayHandOver(j, e)
	if err != nil {
		return fmt.Errorf("find what is under lease: %w", err)
	}
	if !free || !j.apply(e) {
		return nil
	}
	if err := b.moveTurn(j, e); err != nil {
		return fmt.Errorf("write turn of delivery to %s: %w", e.Receiver, err)
	}
	if held && j.state != exchange.SubmissionHeld && j.state != exchange.SubmissionRejection {
		if err := b.released(j); err != nil {
			return err
		}
	}
	if d := j.delivery(e.Receiver); failed || d != nil && (d.Attempt > 1 || d.Envelope != 0) && e.Name != exchange.ContentHandover {
		if err := b.replayed(j, d, e); err != nil {
			return fmt.Errorf("write item of run: %w", err)
		}
	}
	if len(j.deliveries) > deliveries {
		if err := b.filing.add(term{roleReceiver, e.Receiver}, j.sequence); err != nil {
			return err
		}
	}
	if e.Cause.Code != "" && e.Receiver != "" {
		if err := b.filing.add(term{roleCause, e.Cause.Code}, j.sequence); err != nil {
			return err
		}
	}
	b.change(j)
	if e.Name == exchange.ContentConsignment {
		b.w.Notify(e.Receiver)
		return b.later(j, e)
	}
	b.active.delivery(e)
	return nil
}

// change has an exchange written.
func (b *batch) change(j *journey) {
	if !j.changed {
		j.changed = true
		b.order = append(b.order, j)
	}
}

// later gives a delivery that was consigned after the acceptance its place in the record.
func (b *batch) later(j *journey, e exchange.Event) error {
	if !j.delivery(e.Receiver).Later(moment(j.accepted)) {
		return nil
	}
	if err := b.w.Exec(addLater, e.Receiver, j.sequence, e.Sequence); err != nil {
		return fmt.Errorf("write place of delivery to %s: %w", e.Receiver, err)
	}
	b.date(e.Sequence, micro(e.At))
	return nil
}

// subject adds an event of another subject than an exchange.
func (b *batch) subject(e exchange.Event, raw *queue.Event) error {
	if e.Subject.Kind == queue.SubjectRun || e.Name == replay.RunApproved {
		if err := b.run(e.Sequence, raw); err != nil {
			return fmt.Errorf("write run %s: %w", e.Subject.ID, err)
		}
	}
	if e.Name == replay.RunItems {
		return nil
	}
	if e.Name == exchange.BreakerOpened || e.Name == exchange.BreakerClosed {
		if moved, err := b.breaker(e); err != nil || !moved {
			return err
		}
	}
	if e.Subject.Kind == queue.SubjectAlert {
		if moved, err := b.alert(e.Sequence, raw); err != nil || !moved {
			return err
		}
	}
	if e.Subject.Kind == queue.SubjectView {
		if moved, err := b.view(raw); err != nil || !moved {
			return err
		}
	}
	b.w.Notify(AlertsChanged)
	return addToAudit(b.w, e)
}

func (b *batch) journey(id uuid.UUID) (*journey, error) {
	if j, ok := b.touched[id]; ok {
		return j, nil
	}
	j, err := load(b.w, id)
	if err != nil {
		return nil, fmt.Errorf("read exchange %s: %w", id, err)
	}
	b.touched[id] = j
	return j, nil
}
