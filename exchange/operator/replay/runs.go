package replay

import (
	"context"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// Runs requests, approves and directs runs. What it records is in the record before it
// returns; the first of two decisions in the record counts.
type Runs struct {
	Planner  *Planner
	Recorder *exchange.Recorder
	Register Register
}

// An Order asks for a run of a plan.
type Order struct {
	Query  Query
	Digest string // of the plan that the person saw
	Rate   int    // deliveries a second, up to MaxRate; 0 means that of the policy
	Actor  string
	Person string // the subject of Actor at the issuer that signed them in, or ""
	Reason string
	At     time.Time
}

// Request records a run of the plan, if it is still the one that the person saw. It
// fails with an [*exchange.Error] of kind Stale and code "plan-changed" if the plan has
// changed; then nothing was done.
func (r *Runs) Request(ctx context.Context, o Order, s Scope) (Run, error) {
	plan, err := r.Planner.Plan(ctx, o.Query, s)
	if err != nil {
		return Run{}, err
	}
	switch {
	case plan.Digest != o.Digest:
		return Run{}, stale("request run", "plan-changed",
			exchange.Because("the plan is now %d deliveries with digest %s", "计划现为 %d 个交付，摘要 %s", plan.Eligible, plan.Digest))
	case plan.Eligible == 0:
		return Run{}, invalid("plan-empty", exchange.Because("the plan has no delivery that can be sent again", "计划中没有可重新发送的交付"))
	case o.Rate < 0 || o.Rate > MaxRate:
		return Run{}, invalid("field-rate", exchange.Because("the rate is 1 to %d deliveries a second", "速率为每秒 1 至 %d 个交付", MaxRate))
	}
	id := uuid.NewString()
	if err := r.record(ctx, id, plan, o, s); err != nil {
		return Run{}, err
	}
	return r.Register.FindRun(ctx, id)
}

// record makes a run durable: its items, and then the request.
func (r *Runs) record(ctx context.Context, id string, plan Plan, o Order, s Scope) error {
	const atOnce = 20 // events in one piece, of some 30 kB each
	var some []queue.Event
	for part := range partsOf(id, o.At, plan.items) {
		e, err := part.record()
		if err != nil {
			return err
		}
		if some = append(some, e); len(some) == atOnce {
			if err := r.Recorder.Append(ctx, some...); err != nil {
				return err
			}
			some = nil
		}
	}
	e, err := Event{Run: id, Name: RunRequested, At: o.At, content: content{
		Person: o.Person, Cause: exchange.Cause{Reason: o.Reason, Actor: o.Actor}, Request: r.request(plan, o, s),
	}}.record()
	if err != nil {
		return err
	}
	return r.Recorder.Append(ctx, append(some, e)...)
}

// request returns what the record has of a request.
func (r *Runs) request(plan Plan, o Order, s Scope) *Request {
	policy := r.Planner.Policy
	q := &Request{
		Query: plan.Query, Digest: plan.Digest, Items: plan.Eligible, Bytes: plan.Bytes, Receivers: plan.Receivers,
		Steps: stepsOf(plan.Eligible), Rate: policy.Rate, Patience: policy.Patience, Party: s.Party, Approval: plan.Approval,
		Added: plan.Added, Dropped: plan.Dropped,
	}
	if o.Rate > 0 {
		q.Rate = o.Rate
	}
	if len(q.Approval) > 0 {
		q.Expires = queue.Stored(o.At.Add(policy.ApproveIn))
	}
	return q
}

// A Decision is what a person decides about a run.
type Decision struct {
	Run    string
	Digest string // of the plan, for an approval
	Actor  string
	Person string // the subject of Actor at the issuer that signed them in, or ""
	Reason string
	At     time.Time
}

// Approve records that another person approves a run. It fails with an
// [*exchange.Error]: of kind Forbidden and code "own-run" if the person requested the
// run, and of kind Stale if it is for another plan ("plan-changed"), too late
// ("approval-expired"), or the run does not wait for it ("run-status").
func (r *Runs) Approve(ctx context.Context, d Decision) (Run, error) {
	const op = "approve run"
	run, err := r.current(ctx, d.Run)
	if err != nil {
		return Run{}, err
	}
	switch {
	case run.Status != AwaitingApproval:
		return run, wrongStatus(op, run)
	case run.Requested.Is(d.Actor, d.Person):
		return run, &exchange.Error{
			Op: op, Kind: exchange.Forbidden, Code: "own-run",
			Err: exchange.Because("%s requested this run; another person approves it", "本次执行由 %s 提出，须由他人批准", d.Actor),
		}
	case d.Digest != run.Request.Digest:
		return run, stale(op, "plan-changed", exchange.Because("the run is of a plan with digest %s", "本次执行的计划摘要为 %s", run.Request.Digest))
	case !d.At.Before(run.Request.Expires):
		return run, stale(op, "approval-expired", exchange.Because("it could be approved until %s", "批准期限为 %s", run.Request.Expires.Format(time.RFC3339)))
	}
	return r.decide(ctx, op, d, Event{Name: RunApproved, content: content{Digest: d.Digest}}, func(run Run) bool {
		return run.Approved.Actor == d.Actor && run.Approved.At.Equal(queue.Stored(d.At))
	})
}

// Pause has a run start nothing more until it is resumed. It fails with an
// [*exchange.Error] of kind Stale and code "run-status" if the run is not running.
func (r *Runs) Pause(ctx context.Context, d Decision) (Run, error) {
	return r.change(ctx, "pause run", d, RunPaused)
}

// Resume continues a run that was paused or has stopped. It fails as Pause does.
func (r *Runs) Resume(ctx context.Context, d Decision) (Run, error) {
	return r.change(ctx, "resume run", d, RunResumed)
}

// Cancel ends a run. What it has started continues. It fails as Pause does.
func (r *Runs) Cancel(ctx context.Context, d Decision) (Run, error) {
	return r.change(ctx, "cancel run", d, RunCancelled)
}

// change records a decision that changes the status.
func (r *Runs) change(ctx context.Context, op string, d Decision, name exchange.State) (Run, error) {
	run, err := r.current(ctx, d.Run)
	if err != nil {
		return Run{}, err
	}
	e := Event{Name: name}
	if after := run; !after.Apply(e) {
		return run, wrongStatus(op, run)
	}
	return r.decide(ctx, op, d, e, func(run Run) bool { return run.Decided.Actor == d.Actor && run.Decided.At.Equal(queue.Stored(d.At)) })
}

// decide records a decision and returns the run, if the decision was the first.
func (r *Runs) decide(ctx context.Context, op string, d Decision, e Event, counts func(Run) bool) (Run, error) {
	e.Run, e.At, e.Cause, e.Person = d.Run, d.At, exchange.Cause{Reason: d.Reason, Actor: d.Actor}, d.Person
	record, err := e.record()
	if err != nil {
		return Run{}, err
	}
	if err := r.Recorder.Append(ctx, record); err != nil {
		return Run{}, err
	}
	run, err := r.Register.FindRun(ctx, d.Run)
	if err == nil && !counts(run) {
		err = wrongStatus(op, run)
	}
	return run, err
}

// current returns a run as the record has it.
func (r *Runs) current(ctx context.Context, id string) (Run, error) {
	if err := r.Recorder.Wait(ctx); err != nil {
		return Run{}, err
	}
	return r.Register.FindRun(ctx, id)
}

func stale(op, code string, why exchange.Reason) error {
	return &exchange.Error{Op: op, Kind: exchange.Stale, Code: code, Err: why}
}

// wrongStatus is the error of a decision that does not fit the status of a run.
func wrongStatus(op string, run Run) error {
	why := exchange.Because("the run is %s", "本次执行的状态为 %s", run.Status)
	if run.Cause.Actor != "" {
		why = exchange.Because("the run is %s, by %s: %s", "本次执行的状态为 %s，操作人 %s：%s", run.Status, run.Cause.Actor, run.Cause.Reason)
	}
	return stale(op, "run-status", why)
}

// NoSuchRun returns the error for a run that does not exist, or that the caller may not
// see.
func NoSuchRun(id string) error {
	return &exchange.Error{Op: "find run", Kind: exchange.NotFound, Err: exchange.Because("there is no run %q", "没有执行 %q", id)}
}
