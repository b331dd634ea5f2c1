package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// Journal is an [exchange.ActivityLog].
var _ exchange.ActivityLog = (*Journal)(nil)

// AlertsChanged is the name that [projection.Projection.Changed] takes for alerts, and for
// what they are about and changes in one step, such as a circuit breaker: no party has it
// as its id.
const AlertsChanged = ":alerts"

// activityHours is for how many hours before its newest the activity of a side is kept.
const activityHours = 14*24 + 1

// The statements of the fold of activities. Only failures, and what is the first in an
// hour, write rows, so that all others cost nothing.
const (
	addHour = `INSERT INTO activity_hour (party, side, hour, active, failed) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET active = max(active, excluded.active), failed = failed + excluded.failed`
	dropHours  = `DELETE FROM activity_hour WHERE party = ? AND side = ? AND hour < ?`
	addFailure = `INSERT INTO activity (party, side, failed, cause, next, opened) VALUES (?, ?, ?, ?, ?, 0)
			ON CONFLICT DO UPDATE SET failed = excluded.failed, cause = excluded.cause, next = excluded.next`
	openBreaker = `UPDATE activity SET opened = ?, opening = ? WHERE party = ? AND side = ? AND opened = 0`
	findBreaker = `SELECT opened, opening FROM activity WHERE party = ? AND side = ?`
	shutBreaker = `UPDATE activity SET opened = 0, opening = NULL WHERE party = ? AND side = ?`
	hoursOfSide = `SELECT hour, active, failed FROM activity_hour WHERE party = ? AND side = ? AND hour >= ? ORDER BY hour`
	activities  = `SELECT party, side, failed, cause, next, opened, opening FROM activity`
)

// An activityKey names an hour of one side of a party.
type activityKey struct {
	party string
	side  exchange.Side
	hour  int64
}

// hoursSeen are hours that table activity_hour has, so that they are not written again.
// Whatever is missing here is only written once more.
type hoursSeen struct {
	last int64 // sequence of the last change folded
	keys map[activityKey]struct{}
}

// maxHoursSeen bounds hoursSeen.
const maxHoursSeen = 4096

// begin forgets everything if the changes do not come behind those before: they were
// undone, or are of another record.
func (s *hoursSeen) begin(changes []queue.Change) {
	if s.keys == nil || changes[0].Sequence <= s.last || len(s.keys) > maxHoursSeen {
		s.keys = make(map[activityKey]struct{})
	}
	s.last = changes[len(changes)-1].Sequence
}

// A failure is what failed at a time.
type failure struct {
	at    time.Time
	cause exchange.Cause
	next  time.Time
}

// active is what a batch adds to the activity of parties.
type active struct {
	seen     *hoursSeen
	hours    []activityKey       // that are new
	counts   map[activityKey]int // of what failed
	failures map[activityKey]failure
}

// sign notes that a party did something in an hour.
func (a *active) sign(key activityKey) {
	if _, known := a.seen.keys[key]; known {
		return
	}
	a.seen.keys[key] = struct{}{}
	a.hours = append(a.hours, key)
}

// fail notes failures in an hour, and the last of them if it is known by itself.
func (a *active) fail(key activityKey, n int, last failure) {
	if a.counts == nil {
		a.counts, a.failures = make(map[activityKey]int), make(map[activityKey]failure)
	}
	a.counts[key] += n
	if key.hour = 0; !last.at.IsZero() {
		a.failures[key] = last
	}
}

// delivery notes a step of a delivery.
func (a *active) delivery(e exchange.Event) {
	key := activityKey{e.Receiver, exchange.Receiving, hourOf(micro(e.At))}
	switch e.Name { //nolint:exhaustive // others are of no receiver
	case exchange.ContentHandover, exchange.ConsignmentAcceptance:
		a.sign(key)
	case exchange.ConsignmentRejection:
		a.sign(key)
		a.fail(key, 1, failure{e.At, e.Cause, time.Time{}})
	case exchange.ContentHandoverFailure:
		a.fail(key, 1, failure{e.At, e.Cause, time.Time{}})
	case exchange.HandoverAttempt:
		if !e.Next.IsZero() {
			a.fail(key, 0, failure{e.At, e.Cause, e.Next})
		}
	}
}

// save writes what the batch adds.
func (a *active) save(w *projection.Writer) error {
	for _, k := range a.hours {
		if err := w.Exec(dropHours, k.party, int64(k.side), k.hour-activityHours); err != nil {
			return err
		}
		if err := w.Exec(addHour, k.party, int64(k.side), k.hour, 1, 0); err != nil {
			return err
		}
	}
	for k, n := range a.counts {
		if n == 0 {
			continue
		}
		if err := w.Exec(addHour, k.party, int64(k.side), k.hour, 0, int64(n)); err != nil {
			return err
		}
	}
	for k, f := range a.failures {
		if err := addFailed(w, k, f); err != nil {
			return err
		}
	}
	return nil
}

// addFailed writes the last failure of a side.
func addFailed(w *projection.Writer, k activityKey, f failure) error {
	cause, err := encode(f.cause)
	if err != nil {
		return err
	}
	return w.Exec(addFailure, k.party, int64(k.side), micro(f.at), cause, orZero(f.next))
}

// orZero returns a time as it is kept, and 0 if there is none.
func orZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micro(t)
}

// orNone returns what orZero was given.
func orNone(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return moment(n)
}

// breaker moves the circuit breaker of a receiver, and reports whether it was in the other
// position.
func (b *batch) breaker(e exchange.Event) (moved bool, err error) {
	party, side := e.Subject.ID, int64(exchange.Receiving)
	was := false
	err = b.w.Query(findBreaker, func(row sqlitefile.Row) error {
		was = row.Int(0) != 0
		return nil
	}, party, side)
	opens := e.Name == exchange.BreakerOpened
	if err != nil || was == opens {
		return false, err
	}
	if !opens {
		return true, b.w.Exec(shutBreaker, party, side)
	}
	key := activityKey{party: party, side: exchange.Receiving}
	delete(b.active.failures, key) // an attempt before, with the same cause
	if err := addFailed(b.w, key, failure{e.At, e.Cause, e.Next}); err != nil {
		return false, err
	}
	cause, err := encode(e.Cause)
	if err != nil {
		return false, err
	}
	return true, b.w.Exec(openBreaker, micro(e.At), cause, party, side)
}

// CircuitBreaker returns the circuit breaker of a receiver.
func (j *Journal) CircuitBreaker(ctx context.Context, receiver string) (b exchange.Breaker, err error) {
	err = j.Query(ctx, findBreaker, func(row sqlitefile.Row) error {
		b.Opened = orNone(row.Int(0))
		return decode(row.Blob(1), &b.Cause)
	}, receiver, int64(exchange.Receiving))
	if err != nil {
		return exchange.Breaker{}, fmt.Errorf("read circuit breaker of %s: %w", receiver, err)
	}
	return b, nil
}

// Activities is exchange.ActivityLog's.
func (j *Journal) Activities(ctx context.Context) ([]exchange.Activity, error) {
	var all []exchange.Activity
	err := j.Query(ctx, activities, func(row sqlitefile.Row) error {
		a := exchange.Activity{
			Party: row.Text(0), Side: exchange.Side(row.Int(1)), Failed: moment(row.Int(2)), Next: orNone(row.Int(4)), //nolint:gosec // it was one
			Breaker: exchange.Breaker{Opened: orNone(row.Int(5))},
		}
		err := cmp.Or(decode(row.Blob(3), &a.Cause), decode(row.Blob(6), &a.Breaker.Cause))
		all = append(all, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list activities: %w", err)
	}
	return all, nil
}

// ActivityHours is exchange.ActivityLog's.
func (j *Journal) ActivityHours(ctx context.Context, party string, side exchange.Side, from time.Time) ([]exchange.ActivityHour, error) {
	first := int64(0)
	if !from.IsZero() {
		first = hourOf(micro(from))
	}
	var all []exchange.ActivityHour
	err := j.Query(ctx, hoursOfSide, func(row sqlitefile.Row) error {
		all = append(all, exchange.ActivityHour{
			Hour: time.Unix(row.Int(0)*int64(time.Hour/time.Second), 0).UTC(), Active: row.Int(1) != 0, Failed: int(row.Int(2)),
		})
		return nil
	}, party, int64(side), first)
	if err != nil {
		return nil, fmt.Errorf("list activity of %s: %w", party, err)
	}
	return all, nil
}

// lastTaken is how many of the newest exchanges [Journal.LastSuccess] reads.
const lastTaken = 50

const oldestOpen = `SELECT min(entry) FROM delivery WHERE state = ? AND receiver = ? AND express = ?`

// LastSuccess is exchange.ActivityLog's.
func (j *Journal) LastSuccess(ctx context.Context, party string, side exchange.Side) (last time.Time, err error) {
	if side == exchange.Sending {
		page, _, err := j.Exchanges(ctx, exchange.Query{Sender: party, Limit: 1})
		if err != nil || len(page) == 0 {
			return time.Time{}, err
		}
		return page[0].AcceptedAt, nil
	}
	befores := []int64{0}
	for _, state := range []exchange.State{exchange.ContentConsignment, exchange.ContentHandover} {
		for _, express := range []int64{0, 1} {
			err := j.Query(ctx, oldestOpen, func(row sqlitefile.Row) error {
				befores = append(befores, row.Int(0))
				return nil
			}, number(state), party, express)
			if err != nil {
				return time.Time{}, fmt.Errorf("find open deliveries to %s: %w", party, err)
			}
		}
	}
	slices.Sort(befores)
	for _, before := range slices.Compact(befores) {
		page, _, err := j.Exchanges(ctx, exchange.Query{Party: party, Before: before, Limit: lastTaken})
		if err != nil {
			return time.Time{}, err
		}
		for _, x := range page {
			last = taken(x, party, last)
		}
	}
	return last, nil
}

// taken returns when a receiver took a delivery, if that is after last.
func taken(x exchange.Exchange, receiver string, last time.Time) time.Time {
	for _, d := range x.Deliveries {
		if d.Receiver == receiver && (d.State == exchange.ContentHandover || d.State == exchange.ConsignmentAcceptance) && d.ChangedAt.After(last) {
			return d.ChangedAt
		}
	}
	return last
}
