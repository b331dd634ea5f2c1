// Package admission holds the controls that every way in passes before
// [exchange.Intake.Accept]: the rights of the caller, the suspension of its party,
// its quota, the memory and the number of documents that are worked on at once, and
// the time that a document may take. [Control.Admit] and [Control.Accept] are the
// one path for all of them. The package knows no protocol.
//
// It promises:
//
//   - A suspended party can do nothing, by whichever way it comes, from the next
//     call on.
//   - No call holds more memory than the limit on a document allows, and all calls
//     together no more than the limit on memory.
//   - No party takes all slots or all memory: a share is left for others.
//   - A party with a quota gets no more than that from this daemon, by all ways in
//     together.
//   - A document that is refused is in the record before its sender is answered, or
//     counted there within a minute; a flood of them costs no more than its limit.
//   - The bytes of a refused document are kept for as long as the policy of its sender
//     says, and of one sender no more than the limit; what is not kept, the refusal says.
package admission

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/required"
	"beibu/queue"
)

// Limits bound what all ways in together take. All are required.
type Limits struct {
	Document int           // bytes of the largest document, unpacked
	Request  time.Duration // the longest that a call may take
	InFlight int           // documents worked on at once
	Memory   int64         // bytes that calls may hold at once, see [MemoryFor]; never less than one document takes
	Refusals int           // of one party that are recorded one by one within a minute; the others are counted
	Kept     int64         // bytes of refused documents of one party that are kept at once
}

// Options are the parts of a [Control]. All but Suspended, Detached and Tracer are
// required.
type Options struct {
	Current   *access.Current // holds the configuration in force
	Intake    *exchange.Intake
	Suspended *exchange.Suspensions // those of Intake; or nil
	Record    queue.Appender        // of refusals
	Keeper    queue.Keeper          // of their bytes
	Ledger    exchange.KeptLedger   // of what Keeper has of each party
	Limits    Limits
	Detached  func() int64 // bytes that the queue holds for calls that are over, which count in Limits.Memory; or nil
	Metrics   prometheus.Registerer
	Tracer    Tracer // or nil
}

// A Tracer records what becomes of submissions.
type Tracer interface {
	// Submission begins the span of a document that came from a party by a way. The
	// context that it returns has the trace of what comes next (see package trace). The
	// caller calls end once.
	Submission(ctx context.Context, way exchange.Way, party string) (_ context.Context, end func(exchange.Acceptance, error))
}

// A Control admits calls. It is safe for concurrent use.
type Control struct {
	current   *access.Current
	intake    *exchange.Intake
	suspended *exchange.Suspensions
	limits    Limits
	memory    *memory
	quotas    quotas
	metrics   *metrics
	refusals  *refusals
	tracer    Tracer // or nil
}

// check returns an error if a required part is missing.
func (o Options) check() error {
	return required.Check("admission control", []struct {
		Name  string
		Given bool
	}{
		{"Current", o.Current != nil},
		{"Intake", o.Intake != nil},
		{"Record", o.Record != nil},
		{"Keeper", o.Keeper != nil},
		{"Ledger", o.Ledger != nil},
		{"Metrics", o.Metrics != nil},
		{"Limits.Document", o.Limits.Document > 0},
		{"Limits.Request", o.Limits.Request > 0},
		{"Limits.InFlight", o.Limits.InFlight > 0},
		{"Limits.Memory", o.Limits.Memory > 0},
		{"Limits.Refusals", o.Limits.Refusals > 0},
		{"Limits.Kept", o.Limits.Kept > 0},
	})
}

// New returns a control. It returns an error if a part is missing or if its
// metrics are registered already.
func New(o Options) (*Control, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &Control{current: o.Current, intake: o.Intake, suspended: o.Suspended, limits: o.Limits, tracer: o.Tracer}
	c.limits.Memory = max(c.limits.Memory, MemoryFor(c.limits.Document+1)) // one byte more shows that there is more
	c.memory = newMemory(c.limits, o.Detached)
	var err error
	if c.metrics, err = newMetrics(o.Metrics, c.memory); err != nil {
		return nil, fmt.Errorf("make admission control: %w", err)
	}
	c.refusals = newRefusals(o, c.metrics)
	return c, nil
}

// Limits returns the limits in use.
func (c *Control) Limits() Limits { return c.limits }

// InUse returns how many documents are worked on, and how many bytes calls hold.
func (c *Control) InUse() (slots, bytes int64) { return c.memory.inUse() }

// errSuspended refuses everything from a suspended party.
var errSuspended = &exchange.Error{Op: "admit call", Kind: exchange.Forbidden, Code: exchange.CodeSuspended}

// CheckParty returns an [exchange.Error] of kind Forbidden if a party is suspended.
func (c *Control) CheckParty(now *exchange.InForce, party string) error {
	if c.suspended.Includes(now, party) {
		return errSuspended
	}
	return nil
}

// Admit lets a call in: its principal may do the action, the party is not
// suspended, and there is memory for a short call, which the ticket then holds. It
// returns an [exchange.Error] of kind Forbidden or Overloaded. The ticket is never
// nil, since a refusal takes memory too; the caller releases it once the answer is
// written.
func (c *Control) Admit(now *exchange.InForce, who access.Principal, action access.Action) (*Ticket, error) {
	t := c.memory.ticket(who)
	if err := who.May(action); err != nil {
		return t, err
	}
	if err := c.CheckParty(now, who.Party); err != nil {
		return t, err
	}
	return t, t.reserve(shortCall - t.bytes)
}

// Accept takes in a document of an admitted call, which came by a way in, by the
// configuration now. It takes one document off the party's quota, reads the document,
// which read holds memory of the ticket for, takes a slot, and hands the document to
// [exchange.Intake.Accept]. A document that is refused is recorded. It returns an
// [exchange.Error] of kind OverQuota or Overloaded, or the error of read or of the
// intake.
func (c *Control) Accept(ctx context.Context, now *exchange.InForce, t *Ticket, way exchange.Way, read func() ([]byte, error)) (exchange.Acceptance, error) {
	err := c.spend(now, t)
	if err != nil {
		c.metrics.count(exchange.Acceptance{}, err)
		return exchange.Acceptance{}, err
	}
	accepted, err := c.accept(ctx, now, t, way, read)
	c.metrics.count(accepted, err)
	return accepted, err
}

// accept is Accept after the quota.
func (c *Control) accept(ctx context.Context, now *exchange.InForce, t *Ticket, way exchange.Way, read func() ([]byte, error)) (exchange.Acceptance, error) {
	if c.tracer == nil {
		return c.takeIn(ctx, now, t, way, read)
	}
	ctx, end := c.tracer.Submission(ctx, way, t.principal.Party)
	accepted, err := c.takeIn(ctx, now, t, way, read)
	end(accepted, err)
	return accepted, err
}

// takeIn reads a document, takes it in, and records it if it is refused.
func (c *Control) takeIn(ctx context.Context, now *exchange.InForce, t *Ticket, way exchange.Way, read func() ([]byte, error)) (exchange.Acceptance, error) {
	at := time.Now()
	document, err := read()
	if err == nil {
		err = c.Work(t, document)
	}
	var accepted exchange.Acceptance
	if err == nil {
		at = time.Now()
		accepted, err = c.intake.Accept(ctx, now, exchange.Document{Bytes: document, Sender: t.principal.Party, Received: at})
	}
	if err != nil {
		what := refused{principal: t.principal, way: way, at: at, document: document}
		if party, known := now.Parties.Get(t.principal.Party); known {
			what.policy = party.Refusals
		}
		c.refusals.record(ctx, what, err)
	}
	return accepted, err
}

// Work takes a slot to work on a document that was read. It returns an
// [exchange.Error] of kind Overloaded.
func (c *Control) Work(t *Ticket, document []byte) error {
	c.metrics.sizes.Observe(float64(len(document)))
	return t.TakeSlot()
}

// Submit takes in a document of a way in that has read it as a whole, after
// [Control.Wait] has taken it off the party's quota, and returns what the sender
// receives. The way in vouches for the party. requestID names the attempt in a problem.
func (c *Control) Submit(ctx context.Context, way exchange.Way, party, requestID string, document []byte) answer.Reply {
	return c.submit(ctx, way, party, requestID, func(t *Ticket) ([]byte, error) {
		if len(document) > c.limits.Document {
			return document, OverLimit(c.limits.Document)
		}
		return document, t.Reserve(len(document))
	})
}

// An Unread is a document that a way in has not read yet.
type Unread struct {
	Size int64                  // bytes that read returns at most
	Read func() ([]byte, error) // called once there is memory for it, and not if it is too large
}

// SubmitUnread is Submit for a document that is read only if it may be. An error of
// Read is the outcome.
func (c *Control) SubmitUnread(ctx context.Context, way exchange.Way, party, requestID string, document Unread) answer.Reply {
	return c.submit(ctx, way, party, requestID, func(t *Ticket) ([]byte, error) {
		if document.Size > int64(c.limits.Document) {
			return nil, OverLimit(c.limits.Document)
		}
		if err := t.Reserve(int(document.Size)); err != nil {
			return nil, err
		}
		return document.Read()
	})
}

// submit takes in a document after the quota, and counts what comes of it.
func (c *Control) submit(ctx context.Context, way exchange.Way, party, requestID string, read func(*Ticket) ([]byte, error)) answer.Reply {
	ctx, cancel := context.WithTimeout(ctx, c.limits.Request)
	defer cancel()
	accepted, err := c.admitted(ctx, c.current.Load().InForce, access.Principal{Name: party, Party: party}, way, read)
	c.metrics.count(accepted, err)
	return answer.ReplyOf(accepted, err, requestID)
}

// admitted is [Control.Admit] and the part of [Control.Accept] after the quota.
func (c *Control) admitted(ctx context.Context, now *exchange.InForce, who access.Principal, way exchange.Way, read func(*Ticket) ([]byte, error)) (exchange.Acceptance, error) {
	t, err := c.Admit(now, who, access.SubmitDocument)
	defer t.Release()
	if err != nil {
		return exchange.Acceptance{}, err
	}
	return c.accept(ctx, now, t, way, func() ([]byte, error) { return read(t) })
}

// OverLimit returns the [exchange.Error] of a document of more than limit bytes.
func OverLimit(limit int) error {
	return &exchange.Error{
		Op: "read document", Kind: exchange.TooLarge, Err: exchange.Because("at most %d bytes, unpacked", "解压后最多 %d 字节", limit),
	}
}
