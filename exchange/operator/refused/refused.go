// Package refused holds the use cases of refused documents whose bytes are kept: they are
// read, and examined again by what is in force now, one or many. That is a dry run: nothing
// is submitted, and nothing recorded but who of the staff did it, before it is done.
package refused

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
	"beibu/queue"
)

// Documents are the refused documents whose bytes are kept.
type Documents struct {
	Refusals exchange.RefusalLog
	Keeper   queue.Keeper
	Intake   *exchange.Intake
	Recorder *exchange.Recorder // of who examined them
}

// An Examined refusal is what became of a refused document when its kept bytes were
// examined again. It has nothing of the document but what a [exchange.Refusal] has.
type Examined struct {
	Refusal   exchange.Refusal
	Outcome   operator.Outcome
	Now       exchange.Refusal // how it would be refused now: codes, places, the exchange that has the number
	Before    *exchange.Exchange
	Receivers []string       // to whom it would go
	Why       *exchange.Text // it cannot be examined, or nil
}

// Documents returns how many documents the refusal is about.
func (e Examined) Documents() int {
	if e.Refusal.Count != nil {
		return e.Refusal.Count.Documents
	}
	return 1
}

// Exchange returns the exchange as which the bytes were accepted before, or that has the
// number of the document, or nil.
func (e Examined) Exchange() *uuid.UUID {
	switch {
	case e.Before != nil:
		return &e.Before.ID
	case e.Now.Earlier != uuid.Nil:
		return &e.Now.Earlier
	}
	return nil
}

// The bounds of one page of examinations. A page is shorter if the documents are large,
// and has a cursor then.
const (
	MaxExamined      = 100
	DefaultExamined  = 20
	maxExaminedBytes = 32 << 20
)

// An ExaminedPage is a page of refusals that were examined, newest first.
type ExaminedPage struct {
	Examined []Examined
	Counts   map[operator.Outcome]int // documents of the page, by outcome; repeats are not counted
	Next     int64                    // the cursor of the next page, or 0
}

// Bytes returns the bytes of a refused document, if they are kept; see
// [exchange.KeptDocument].
func (d *Documents) Bytes(ctx context.Context, r exchange.Refusal) ([]byte, error) {
	return exchange.KeptDocument(ctx, d.Keeper, r, time.Now())
}

// A Call is one by which a caller has refused documents examined.
type Call struct {
	Who    access.Principal // may examine what it names
	Now    *exchange.InForce
	Memory func(size int) error // makes sure of the memory for a document before it is read
}

// Examine examines a refused document by its kept bytes. Nothing is kept or submitted, and
// nothing recorded but that somebody of the staff did it.
func (d *Documents) Examine(ctx context.Context, c Call, r exchange.Refusal) (Examined, error) {
	if !c.Who.IsSenderOf(r) {
		if err := d.audit(ctx, c.Who, "refusal "+r.ID.String()); err != nil {
			return Examined{}, err
		}
	}
	return d.again(ctx, c, r)
}

// ExaminePage examines the refusals of a page of a list, in its order, one after another. The
// query has passed [access.Principal.ScopeSender]. filter says what was asked for, for
// the audit.
func (d *Documents) ExaminePage(ctx context.Context, c Call, q exchange.RefusalQuery, filter string) (ExaminedPage, error) {
	if q.Limit == 0 {
		q.Limit = DefaultExamined
	}
	q.Limit = min(q.Limit, MaxExamined)
	found, next, err := c.Who.Refusals(ctx, access.ExamineRefusal, d.Refusals, q)
	if err != nil {
		return ExaminedPage{}, err
	}
	if len(found) > 0 && !c.Who.OnlyForParty(access.ExamineRefusal) {
		if err := d.audit(ctx, c.Who, "refusals "+cmp.Or(filter, "all")); err != nil {
			return ExaminedPage{}, err
		}
	}
	page := ExaminedPage{Counts: make(map[operator.Outcome]int), Next: next}
	bytes := 0
	for i, r := range found {
		if r.IsKept(time.Now()) {
			bytes += r.Size
		}
		if i > 0 && bytes > maxExaminedBytes {
			page.Next = found[i-1].Sequence
			break
		}
		one, err := d.again(ctx, c, r)
		if err != nil {
			return ExaminedPage{}, err
		}
		page.Examined = append(page.Examined, one)
		page.Counts[one.Outcome] += one.Documents()
	}
	return page, nil
}

// again examines a refused document.
func (d *Documents) again(ctx context.Context, c Call, r exchange.Refusal) (Examined, error) {
	out := Examined{Refusal: r, Outcome: operator.NotExaminable}
	if r.IsKept(time.Now()) {
		if err := c.Memory(r.Size); err != nil {
			return out, err
		}
	}
	document, err := d.Bytes(ctx, r)
	if failure, ok := errors.AsType[*exchange.Error](err); ok && failure.Code == exchange.CodeBytesNotKept {
		why := failure.Text()
		out.Why = &why
		return out, nil
	}
	if err != nil {
		return out, err
	}
	p, err := d.Intake.Examine(ctx, c.Now, exchange.Document{Bytes: document, Sender: r.Identity.Sender, Received: time.Now()})
	if err != nil {
		return out, fmt.Errorf("examine refusal %s: %w", r.ID, err)
	}
	out.Outcome, out.Before, out.Receivers = operator.OutcomeOf(p), p.Before, p.Receivers
	if p.Refusal != nil {
		problem, _ := answer.ProblemOf(p.Refusal, "")
		out.Now.Code = problem.Code
		out.Now.Blame(p.Refusal)
	}
	return out, nil
}

// maxFilter bounds what the audit has of a filter.
const maxFilter = 500

// audit records that somebody of the staff examines refused documents, before it is done.
func (d *Documents) audit(ctx context.Context, who access.Principal, what string) error {
	if len(what) > maxFilter {
		what = what[:maxFilter]
	}
	return d.Recorder.Record(ctx, exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: who.Name}, Name: exchange.RefusalsExamined, At: queue.Stored(time.Now()),
		Cause: exchange.Cause{Code: "refusals-examined", Actor: who.Name, Reason: what},
	})
}
