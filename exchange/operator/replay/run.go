package replay

import (
	"slices"
	"time"

	"beibu/exchange"
)

// A Status says how far a run is.
type Status string

// The statuses.
const (
	AwaitingApproval Status = "awaiting-approval" // another person has to approve it
	Running          Status = "running"           // the leader executes it
	Paused           Status = "paused"            // a person paused it
	Stopped          Status = "stopped"           // it stopped by itself: Cause says why
	Cancelled        Status = "cancelled"         // a person ended it; what was started continues
	Lapsed           Status = "lapsed"            // nobody approved it in time
	Finished         Status = "finished"          // every item has its outcome
)

// Statuses returns all statuses.
func Statuses() []Status {
	return []Status{AwaitingApproval, Running, Paused, Stopped, Cancelled, Lapsed, Finished}
}

// ParseStatus returns the status with a name, and false if there is none.
func ParseStatus(name string) (Status, bool) {
	return Status(name), slices.Contains(Statuses(), Status(name))
}

// Active reports whether a run is not over.
func (s Status) Active() bool {
	return slices.Contains([]Status{AwaitingApproval, Running, Paused, Stopped}, s)
}

// The codes of the cause of a run that stopped by itself.
const (
	CodeFailedAgain = "failed-again" // an item failed again for the same cause, or failed at a receiver that is new
	CodeNoAnswer    = "no-answer"    // the receivers of a step did not answer in time

	CodeRoutesChanged = "routes-changed" // the routes in force do not lead to the receivers of the plan any more
)

// A Request is what a run was requested with. It is in the record and never changes.
type Request struct {
	Query     Query         `json:"query"`
	Digest    string        `json:"digest"` // of the plan
	Items     int           `json:"items"`
	Bytes     int64         `json:"bytes"`
	Receivers []Share       `json:"receivers"`
	Steps     []int         `json:"steps"` // the number of the last item of each
	Rate      int           `json:"rate"`  // deliveries a second
	Patience  time.Duration `json:"patience"`
	Party     string        `json:"party,omitempty"`    // of the requester, if it is no operator
	Approval  []string      `json:"approval,omitempty"` // why another person has to approve it
	Added     []Moved       `json:"added,omitempty"`    // as in a plan as routed now
	Dropped   []Moved       `json:"dropped,omitempty"`  // the same
	Expires   time.Time     `json:"expires,omitzero"`   // when nobody can approve it any more
}

// A Run is one execution of a plan, as the record says.
type Run struct {
	ID        string         `json:"id"`
	Sequence  int64          `json:"sequence"` // the key of its items in the index, and its cursor in lists
	Request   Request        `json:"request"`
	Requested By             `json:"requested"`
	Approved  By             `json:"approved,omitzero"`
	Status    Status         `json:"status"`
	Step      int            `json:"step"`               // that may be started, from 1; 0 before the first
	Cause     exchange.Cause `json:"cause,omitzero"`     // of Paused, Stopped or Cancelled
	Decided   By             `json:"decided,omitzero"`   // the last pause, resumption or cancellation
	ChangedAt time.Time      `json:"changedAt"`          // when it came to Status or Step
	Tolerated int            `json:"tolerated,omitzero"` // items that had failed again when a person had it continue
	Counts    Counts         `json:"-"`                  // the index counts them
}

// By says who did something, when, and why.
type By struct {
	Actor  string    `json:"actor"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
	Person string    `json:"person,omitempty"` // as in an event
}

// Is reports whether it is the same person by name, or whatever name the issuer of
// identities gives them now.
func (b By) Is(actor, person string) bool {
	return b.Actor == actor || b.Person != "" && b.Person == person
}

// Counts are the items of a run by their state.
type Counts struct {
	Waiting, Started, Acknowledged, Refused, Expired, Superseded int
	Again                                                        int // of those that were refused or expired: for the same cause as before, or at a receiver that is new
}

// Open returns how many items have no outcome yet.
func (c Counts) Open() int { return c.Waiting + c.Started }

// Bound returns the number of the last item that may be started.
func (r *Run) Bound() int {
	if r.Step == 0 {
		return 0
	}
	return r.Request.Steps[r.Step-1]
}

// isLastStep reports whether all items may be started.
func (r *Run) isLastStep() bool { return r.Step == len(r.Request.Steps) }

// stepsOf returns the steps of a run of n items: 1, 5, 50 and the rest.
func stepsOf(n int) []int {
	var all []int
	last := 0
	for _, size := range []int{1, 5, 50} {
		if last+size >= n {
			break
		}
		last += size
		all = append(all, last)
	}
	return append(all, n)
}

// Begin returns the run that an event requests, or false if it requests none.
func Begin(e Event) (Run, bool) {
	if e.Name != RunRequested || e.Request == nil || len(e.Request.Steps) == 0 {
		return Run{}, false
	}
	r := Run{
		ID: e.Run, Request: *e.Request, Requested: By{e.Actor, e.Reason, e.At, e.Person}, Status: Running, ChangedAt: e.At,
	}
	if len(r.Request.Approval) > 0 {
		r.Status = AwaitingApproval
	}
	return r, true
}

// Apply applies an event to the run and reports whether it changed. An event that cannot
// follow changes nothing, so that of two that were recorded at once the first counts.
func (r *Run) Apply(e Event) bool {
	next, ok := r.follow(e)
	if !ok {
		return false
	}
	r.Status, r.ChangedAt = next, e.At
	r.Cause = exchange.Cause{}
	if next == Paused || next == Stopped || next == Cancelled {
		r.Cause = e.Cause
	}
	if e.Name == RunPaused || e.Name == RunResumed || e.Name == RunCancelled {
		r.Decided = By{e.Actor, e.Reason, e.At, e.Person}
	}
	return true
}

// follow returns the status that an event leads to, and false if it cannot follow.
func (r *Run) follow(e Event) (Status, bool) {
	switch e.Name { //nolint:exhaustive // the states of exchanges are no events of runs
	case RunApproved:
		if !r.approvable(e) {
			return "", false
		}
		r.Approved = By{e.Actor, e.Reason, e.At, e.Person}
		return Running, true
	case RunLapsed:
		return Lapsed, r.Status == AwaitingApproval
	case RunStep:
		if r.Status != Running || e.Step != r.Step+1 || e.Step > len(r.Request.Steps) {
			return "", false
		}
		r.Step = e.Step
		return Running, true
	case RunPaused:
		return Paused, r.Status == Running
	case RunStopped:
		return Stopped, r.Status == Running
	case RunResumed:
		if r.Status != Paused && r.Status != Stopped {
			return "", false
		}
		if r.Status == Stopped { // the person has seen why
			r.Tolerated = r.Counts.Again
		}
		return Running, true
	case RunCancelled:
		return Cancelled, r.Status.Active()
	case RunFinished:
		return Finished, r.Status.Active() && r.Status != AwaitingApproval && r.Counts.Open() == 0
	}
	return "", false
}

// approvable reports whether an event approves the run: it is by another person than
// the one who requested it, in time, and for this plan.
func (r *Run) approvable(e Event) bool {
	return r.Status == AwaitingApproval && !r.Requested.Is(e.Actor, e.Person) && e.Digest == r.Request.Digest && e.At.Before(r.Request.Expires)
}
