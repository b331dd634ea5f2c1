package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// The sizes of a list of deliveries.
const (
	defaultDeliveries = 100
	maxDeliveries     = 10_000
)

// Deliveries returns deliveries that fit and are not acknowledged, express first and
// then oldest first by the record, together with their exchanges, which carry that one
// delivery. It costs a step for each delivery passed.
func (j *Journal) Deliveries(ctx context.Context, q exchange.DeliveryQuery) ([]exchange.Exchange, error) {
	wanted := q.States
	if len(wanted) == 0 {
		wanted = states
	}
	limit := within(q.Limit, defaultDeliveries, maxDeliveries)
	classes := []bool{true, false}
	if q.Backlog {
		classes = classes[1:]
	}
	var all []exchange.Exchange
	for i, express := range classes {
		if len(all) == limit {
			break
		}
		walk := q
		walk.Limit = limit - len(all)
		if i > 0 {
			walk.After = 0 // the cursor is among the express ones
		}
		found, err := j.class(ctx, walk, express, wanted)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// class returns the deliveries of one express class: a walk for each state, and for those
// that wait for another, merged.
func (j *Journal) class(ctx context.Context, q exchange.DeliveryQuery, express bool, wanted []exchange.State) ([]exchange.Exchange, error) {
	var all []exchange.Exchange
	for _, state := range slices.Compact(slices.Sorted(slices.Values(wanted))) {
		for _, behind := range []bool{false, true} {
			if behind && (q.InTurn || !state.Open()) {
				break
			}
			found, err := j.found(ctx, due(q, express, state, behind))
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	slices.SortFunc(all, func(a, b exchange.Exchange) int {
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), cmp.Compare(a.Deliveries[0].Receiver, b.Deliveries[0].Receiver))
	})
	return all[:min(len(all), q.Limit)], nil
}

// due returns the query for deliveries of one express class in one state that wait for
// another, or do not.
func due(q exchange.DeliveryQuery, express bool, state exchange.State, behind bool) *sentence {
	s := &sentence{}
	s.add(dueColumns+` FROM delivery d`+withExchange+` WHERE d.state = +? AND d.behind = +? AND d.express = +? AND d.entry > +?`,
		number(state), truth(behind), truth(express), q.After)
	if q.Receiver != "" {
		s.add(` AND d.receiver = +?`, q.Receiver)
	}
	if q.HandoversBelow > 0 {
		s.add(` AND d.handovers < +?`, q.HandoversBelow)
	}
	if !q.Since.IsZero() {
		s.add(` AND d.changed >= +?`, ceiling(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(` AND d.changed < +?`, ceiling(q.Until))
	}
	if q.Kind != "" {
		s.add(` AND x.kind = (`+findTerm+`)`, roleKind, q.Kind)
	}
	if q.Sender != "" {
		s.add(` AND x.sender = (`+findTerm+`)`, roleSender, q.Sender)
	}
	if q.Number != "" {
		s.add(` AND x.number = +?`, q.Number)
	}
	if q.Cause != "" {
		s.add(` AND d.cause = +?`, q.Cause)
	}
	unless(s, q.Unless)
	s.add(` ORDER BY d.entry, d.receiver LIMIT ?`, q.Limit)
	return s
}

// DeliveriesOf returns the deliveries of exchanges to one receiver, whatever their
// state, in the order of ids. It does not read the exchanges: a mailbox asks for the
// same deliveries at each of their steps.
func (j *Journal) DeliveriesOf(ctx context.Context, receiver string, ids []uuid.UUID) ([]exchange.Delivery, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	all := make([]exchange.Delivery, 0, len(ids))
	err = j.Query(ctx, deliveriesOf, func(row sqlitefile.Row) error {
		var id uuid.UUID
		if err := row.Fixed(0, id[:]); err != nil {
			return err
		}
		found, err := unpackDeliveries(row.Blob(2), row.Int(1), id, receiver)
		all = append(all, found...)
		return err
	}, string(list))
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

const deliveriesOf = `SELECT x.id, j.at, j.deliveries FROM json_each(?) n CROSS JOIN exchange x ON x.id = unhex(n.value, '-')` + withJourney + ` ORDER BY n.key`

// DeliveriesByLease returns what is handed over to one receiver by the ends of its
// leases.
func (j *Journal) DeliveriesByLease(ctx context.Context, q exchange.LeaseQuery) ([]exchange.Exchange, error) {
	return j.found(ctx, leases(q))
}

func leases(q exchange.LeaseQuery) *sentence {
	s := &sentence{}
	s.add(dueColumns+` FROM delivery d INDEXED BY delivery_leased`+withExchange+` WHERE d.`+handed()+` AND d.receiver = +? AND d.behind = 0`, q.Receiver)
	if q.HandoversBelow > 0 {
		s.add(` AND d.handovers < +?`, q.HandoversBelow)
	}
	unless(s, exchange.Out{LeasedAt: q.At})
	s.add(` ORDER BY d.leased LIMIT ?`, within(q.Limit, defaultDeliveries, maxDeliveries))
	return s
}

// FailingDeliveries returns what was handed over to one receiver too often and is
// under no lease.
func (j *Journal) FailingDeliveries(ctx context.Context, q exchange.FailingQuery) ([]exchange.Exchange, error) {
	return j.found(ctx, failing(q))
}

func failing(q exchange.FailingQuery) *sentence {
	s := &sentence{}
	s.add(dueColumns+` FROM delivery d INDEXED BY delivery_again`+withExchange+` WHERE `+again()+` AND d.receiver = +? AND d.handovers >= +?
		AND d.behind = 0 AND (d.leased <= +? OR d.leased > +?)`, q.Receiver, q.Handovers, micro(q.FreeAt), micro(exchange.LastEnd(q.FreeAt)))
	unless(s, exchange.Out{LeasedAt: q.FreeAt})
	s.add(` ORDER BY d.handovers, d.entry LIMIT ?`, within(q.Limit, defaultDeliveries, maxDeliveries))
	return s
}

// dueColumns selects what found reads: an exchange, and the receiver whose delivery is
// meant. withExchange joins the exchange of a row of table delivery.
const (
	dueColumns   = `SELECT ` + columns + `, d.receiver, d.changed`
	withExchange = ` CROSS JOIN exchange x ON x.sequence = d.entry` + withJourney
)

// found returns the deliveries that a query finds. An exchange without a delivery to
// the receiver is left out.
func (j *Journal) found(ctx context.Context, s *sentence) ([]exchange.Exchange, error) {
	var all []exchange.Exchange
	err := j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		x, _, err := scan(row, row.Text(10))
		if len(x.Deliveries) > 0 {
			x.Deliveries[0].DueSince = moment(row.Int(11))
			all = append(all, x)
		}
		return err
	}, s.args...)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

// Counts is exchange.ActivityLog's. It reads the row of each open delivery.
func (j *Journal) Counts(ctx context.Context, handovers int) ([]exchange.Backlog, error) {
	text := fmt.Sprintf(`SELECT receiver, count(*), min(consigned), min(consigned) FILTER (WHERE state = %[1]d),
		count(*) FILTER (WHERE state = %[2]d AND handovers >= ?), sum(behind) FROM delivery
		WHERE state IN (%[1]d, %[2]d) GROUP BY receiver ORDER BY receiver`,
		number(exchange.ContentConsignment), number(exchange.ContentHandover))
	var all []exchange.Backlog
	err := j.Query(ctx, text, func(row sqlitefile.Row) error {
		b := exchange.Backlog{Receiver: row.Text(0), Open: int(row.Int(1)), Oldest: moment(row.Int(2)), Failing: int(row.Int(4)), HeldBack: int(row.Int(5))}
		if !row.Null(3) {
			b.Waiting = moment(row.Int(3))
		}
		all = append(all, b)
		return nil
	}, handovers)
	if err != nil {
		return nil, fmt.Errorf("count open deliveries: %w", err)
	}
	return all, nil
}
