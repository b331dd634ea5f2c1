package exchange

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/rules"
	"beibu/queue"
)

// Hold decides exchanges that a rule held for a person to decide.
type Hold struct {
	Journal  Journal
	Recorder *Recorder
}

// Held is the reason for which an exchange is held. It is kept in the head of the log
// entry, so that every node can show it at any time.
type Held struct {
	Faults  Faults `json:"faults,omitempty"`  // those that hold the document, in document order, within the bounds of a head
	Omitted int    `json:"omitted,omitempty"` // the number of further faults that hold it
}

// Withheld returns h for those who may not read personal data.
func (h Held) Withheld() Held {
	h.Faults = slices.Clone(h.Faults)
	for i, f := range h.Faults {
		if f.Personal {
			h.Faults[i] = f.Withheld()
		}
	}
	return h
}

// The bounds of the faults in a head. A queue accepts heads of at most 64 KiB.
const (
	heldBytes = 32 << 10 // of JSON
	heldText  = 500      // characters of each text of a fault
)

// heldBy returns the faults that hold a document, within the bounds.
func heldBy(faults Faults) (held Held) {
	var all Faults
	for _, f := range faults {
		if f.Severity == rules.Hold.String() {
			all = append(all, f)
		}
	}
	held.Faults, held.Omitted = all.Bounded()
	return held
}

// Bounded returns the first faults, as far as a head or an event has room for them, each
// text shortened, and how many more there are.
func (f Faults) Bounded() (first Faults, omitted int) {
	size := 0
	for _, fault := range f {
		fault = fault.clip(heldText)
		text, err := json.Marshal(fault)
		if size += len(text) + 1; err != nil || size > heldBytes || omitted > 0 {
			omitted++
			continue
		}
		first = append(first, fault)
	}
	return first, omitted
}

// A Verdict is a person's decision on a held exchange.
type Verdict struct {
	Exchange uuid.UUID
	Release  bool // or refuse
	Actor    string
	Reason   string
	At       time.Time
}

// events returns the events by which a verdict decides a held exchange.
func (v Verdict) events(x Exchange) []Event {
	cause := Cause{Reason: v.Reason, Actor: v.Actor}
	decided := Event{Subject: VerdictSubject(x.ID), Name: HeldReleased, At: queue.Stored(v.At), Cause: cause}
	events := consign(nil, x.ID, x.First(), queue.Stored(v.At))
	if !v.Release {
		decided.Name, events = HeldRefused, []Event{{Exchange: x.ID, Name: SubmissionRejection, At: queue.Stored(v.At)}}
	}
	for i := range events {
		events[i].Cause = cause
	}
	if !x.Effects.IsZero() { // what it draws is drawn now, as far as there is something left, or never; so are deadlines set
		events = append(events, decided)
	}
	return events
}

// The names of the events about a verdict that a person made the way free for, or made
// void.
const (
	HeldReleased = "HeldReleased"
	HeldRefused  = "HeldRefused"
)

// VerdictSubject returns the subject of events about the verdict on an exchange.
func VerdictSubject(id uuid.UUID) queue.Subject {
	return queue.Subject{Kind: queue.SubjectVerdict, ID: id.String()}
}

// Decide releases a held exchange to its receivers, or refuses it. If several nodes
// record verdicts at once, the first one in the record counts, and the others fail. It
// fails with an [*Error] of kind NotFound, or of kind Stale with code "not-held" if the
// exchange is not held. If another verdict was first, Earlier is the exchange with that
// verdict in its timeline.
func (h *Hold) Decide(ctx context.Context, v Verdict) error {
	x, err := h.Journal.Exchange(ctx, v.Exchange)
	if err != nil {
		return err
	}
	if x.State != SubmissionHeld {
		return notHeld(x)
	}
	events := v.events(x)
	if err := h.Recorder.Record(ctx, events...); err != nil {
		return err
	}
	x, err = h.Journal.Exchange(ctx, v.Exchange)
	if err != nil {
		return err
	}
	first, ok := x.Decision()
	ours := events[0]
	if !ok || first.Name != ours.Name || first.Cause != ours.Cause || !first.At.Equal(ours.At) {
		return notHeld(x)
	}
	return nil
}

// Decision returns the event by which a person released or refused an exchange that
// was held, or false if it was never held, or still is. It needs the timeline.
func (x Exchange) Decision() (Event, bool) {
	at := slices.IndexFunc(x.Events, func(e Event) bool { return e.Name == SubmissionHeld })
	if at < 0 || at+1 == len(x.Events) {
		return Event{}, false
	}
	return x.Events[at+1], true
}

// notHeld returns the error for an exchange that is not held, with the earlier decision.
func notHeld(x Exchange) error {
	why := Because("this exchange was never held", "该交换从未待审")
	if d, ok := x.Decision(); ok {
		at := d.At.Format(time.RFC3339)
		if d.Name == ContentConsignment {
			why = Because("%s has released it already, on %s: %s", "%s 已于 %s 放行：%s", d.Cause.Actor, at, d.Cause.Reason)
		} else {
			why = Because("%s has refused it already, on %s: %s", "%s 已于 %s 退单：%s", d.Cause.Actor, at, d.Cause.Reason)
		}
	}
	return &Error{Op: "decide held exchange", Kind: Stale, Code: "not-held", Earlier: &x, Err: why}
}
