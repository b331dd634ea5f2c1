package journal

import (
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// The statements of the fold. Why +? and not ? is said at sentence.
const (
	findJourney = `SELECT j.entry, j.at, j.express, j.state, j.deliveries, j.steps, j.sender, j.rules, j.answers, j.versions
			FROM exchange x INDEXED BY exchange_id CROSS JOIN journey j NOT INDEXED ON j.entry = x.sequence WHERE x.id = +?`
	addExchange = `INSERT INTO exchange (sequence, position, id, sender, kind, number, digest, body, head)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
	addJourney     = `INSERT INTO journey (entry, sender, rules, at, express, state, versions, deliveries, answers, steps) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	moveJourney    = `UPDATE journey SET state = ?, versions = ?, deliveries = ?, answers = ?, steps = ? WHERE entry = ?`
	addAnswer      = `INSERT OR IGNORE INTO answer (answered, entry) VALUES (?, ?)`
	addSteps       = `INSERT INTO timeline (entry, sequence, steps) VALUES (?, ?, ?)`
	addLater       = `INSERT OR REPLACE INTO later (receiver, entry, sequence) VALUES (?, ?, ?)`
	delistDelivery = `DELETE FROM delivery WHERE state = +? AND receiver = +? AND behind = +? AND express = +? AND entry = +?`
	addEvent       = `INSERT INTO event (sequence, kind, subject, name, at, cause) VALUES (?, ?, ?, ?, ?, ?)`
	widenHour      = `INSERT INTO hour (hour, first, last) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)`
)

// listDelivery adds rows of table delivery, in the place of those that are there.
var listDelivery = projection.NewRows(`INSERT OR REPLACE INTO delivery (state, receiver, behind, express, entry, sender, rules, consigned, changed,
			leased, handovers, cause, failure, since, tried, next)`, 16)

// load reads what the fold needs of an exchange, or returns nil if the index does
// not have it.
func load(w *projection.Writer, id uuid.UUID) (*journey, error) {
	var found *journey
	err := w.Query(findJourney, func(row sqlitefile.Row) (err error) {
		found = &journey{
			id: id, sequence: row.Int(0), accepted: row.Int(1), express: row.Int(2) != 0, state: stateOf(row.Int(3)), steps: row.Blob(5),
			sender: row.Int(6), rules: row.Int(7), versions: row.Int(9) != 0,
		}
		if found.latest, err = unpackLatest(row.Blob(8), found.sequence, found.accepted); err != nil {
			return err
		}
		found.deliveries, err = unpackDeliveries(row.Blob(4), found.accepted, id, "")
		return err
	}, id[:])
	if err != nil || found == nil {
		return nil, err
	}
	found.moved = make([]bool, len(found.deliveries))
	for _, d := range found.deliveries {
		found.listed = append(found.listed, listedAs(d))
	}
	return found, nil
}

// listedAs returns the state under which table delivery has a delivery, or "" if it has
// no row, since it is acknowledged.
func listedAs(d exchange.Delivery) exchange.State {
	if d.State == exchange.ConsignmentAcceptance {
		return ""
	}
	return d.State
}

// save writes what the fold changed of an exchange, but for the rows of its deliveries
// that are to be listed.
func (b *batch) save(j *journey) error {
	w := b.w
	deliveries := packDeliveries(make([]byte, 0, 64*len(j.deliveries)), j.accepted, j.deliveries)
	latest := packLatest(nil, j.sequence, j.accepted, j.latest)
	if j.entry != nil {
		if err := start(w, j, deliveries, latest); err != nil {
			return err
		}
	} else if err := w.Exec(moveJourney, number(j.state), truth(j.versions), deliveries, present(latest), present(j.steps), j.sequence); err != nil {
		return err
	}
	for _, steps := range j.full {
		if err := w.Exec(addSteps, j.sequence, firstStep(steps, j.sequence), steps); err != nil {
			return err
		}
	}
	for i := range j.deliveries {
		if !j.moved[i] {
			continue
		}
		if err := b.relist(j, &j.deliveries[i], j.listed[i]); err != nil {
			return err
		}
	}
	return nil
}

// add writes what an entry says, unless the index has it already, and reports whether it
// is new.
func (j *journey) add(w *projection.Writer) (bool, error) {
	e := j.entry
	err := w.Exec(addExchange, j.sequence, e.Position, e.ID[:], j.sender, j.kind, j.identity.Number, e.Digest[:], e.Body, present(e.Head))
	return w.Changes() > 0, err
}

// start writes what has become of an exchange that is new.
func start(w *projection.Writer, j *journey, deliveries, latest []byte) error {
	return w.Exec(addJourney, j.sequence, j.sender, j.rules, j.accepted, truth(j.express), number(j.state), truth(j.versions), deliveries, present(latest), present(j.steps))
}

// relist lists a delivery in table delivery, which had it under a state, or had no row if
// that is "".
func (b *batch) relist(j *journey, d *exchange.Delivery, before exchange.State) error {
	now := listedAs(*d)
	if before != "" && (before != now || j.versions) {
		if err := b.delist(j, d, before); err != nil {
			return err
		}
	}
	if now == "" {
		return nil
	}
	behind, freed, err := b.standing(j, d)
	if err != nil {
		return err
	}
	r := &d.Retry
	return b.listed.Add(number(now), d.Receiver, truth(behind), truth(j.express), j.sequence, j.sender, j.rules, micro(d.ConsignedAt), max(micro(d.ChangedAt), freed),
		until(d.Lease), int64(d.Handovers), d.Cause.Code, r.Code, orZero(r.First), orZero(r.Last), orZero(r.Next))
}

// delist removes the row of a delivery. One that never had to wait for another has no
// second place.
func (b *batch) delist(j *journey, d *exchange.Delivery, state exchange.State) error {
	for _, behind := range []bool{false, true} {
		if behind && !j.versions {
			break
		}
		if err := b.w.Exec(delistDelivery, number(state), d.Receiver, truth(behind), truth(j.express), j.sequence); err != nil {
			return err
		}
	}
	return nil
}
