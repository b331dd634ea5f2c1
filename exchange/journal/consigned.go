package journal

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// The statements that find what was consigned to a receiver, oldest first. Most deliveries
// have the place of their entry, which is filed under the receiver. Those in table later
// are filed as well, but their place is the one that the table gives them.
const (
	filedFrom      = `SELECT slot, entries FROM filed WHERE slot BETWEEN ? AND ? ORDER BY slot LIMIT ?`
	laterBetween   = `SELECT entry FROM later WHERE receiver = ? AND entry BETWEEN ? AND ?`
	laterAfter     = `SELECT sequence, entry FROM later INDEXED BY later_sequence WHERE receiver = ? AND sequence > ? ORDER BY sequence LIMIT ?`
	namedConsigned = `SELECT ` + columns + ` FROM json_each(?) n CROSS JOIN exchange x ON x.sequence = n.value` + withJourney + ` ORDER BY n.key`
)

// filedAhead is how many blocks of a receiver are read at once.
const filedAhead = 8

// A spot is the place of a delivery in the record.
type spot struct{ sequence, entry int64 }

// Consigned is exchange.Journal's. Its cursor is the place of the last delivery of the
// page.
func (j *Journal) Consigned(ctx context.Context, q exchange.ConsignedQuery) (page []exchange.Exchange, next int64, err error) {
	q.Limit = within(q.Limit, exchange.DefaultPage, exchange.MaxPage)
	page, next, err = j.consigned(ctx, q)
	if err != nil {
		return nil, 0, fmt.Errorf("list what was consigned: %w", err)
	}
	return page, next, nil
}

func (j *Journal) consigned(ctx context.Context, q exchange.ConsignedQuery) (page []exchange.Exchange, next int64, err error) {
	first, _, some, err := j.bounds(ctx, q.Since, time.Time{}, 0)
	if err != nil || !some {
		return nil, 0, err
	}
	for after := max(q.After, first-1); ; {
		spots, err := j.spots(ctx, q.Receiver, after, q.Limit+1) // one more shows whether there is a next page
		if err != nil {
			return nil, 0, err
		}
		found, err := j.at(ctx, q, spots)
		if err != nil {
			return nil, 0, err
		}
		for _, s := range spots {
			x, fits := found[s]
			switch {
			case !fits:
			case len(page) == q.Limit:
				return page, next, nil
			default:
				page, next = append(page, x), s.sequence
			}
		}
		if len(spots) <= q.Limit {
			return page, 0, nil
		}
		after = spots[q.Limit].sequence
	}
}

// spots returns the first so many places of deliveries to a receiver that are behind one.
// A delivery that is replayed between the two reads is found at both of its places.
func (j *Journal) spots(ctx context.Context, receiver string, after int64, most int) ([]spot, error) {
	all, err := j.onAcceptance(ctx, receiver, after, most)
	if err != nil {
		return nil, err
	}
	err = j.Query(ctx, laterAfter, func(row sqlitefile.Row) error {
		all = append(all, spot{row.Int(0), row.Int(1)})
		return nil
	}, receiver, after, most)
	slices.SortFunc(all, func(a, b spot) int { return cmp.Compare(a.sequence, b.sequence) })
	return all[:min(len(all), most)], err
}

// onAcceptance returns the first so many entries behind one that were consigned to a
// receiver on acceptance.
func (j *Journal) onAcceptance(ctx context.Context, receiver string, after int64, most int) (all []spot, err error) {
	var term int64
	err = j.Query(ctx, findTerm, func(row sqlitefile.Row) error {
		term = row.Int(0)
		return nil
	}, roleReceiver, receiver)
	if err != nil || term == 0 {
		return nil, err
	}
	block, ended := blockOf(after+1), false
	for !ended && len(all) < most {
		var filed []int64
		rows := 0
		err := j.Query(ctx, filedFrom, func(row sqlitefile.Row) error {
			at, entries := row.Int(0)-slot(term, 0), set{}
			for b := row.Blob(1); len(b) > 0; b = b[entrySize:] {
				entries.add(uint64(binary.BigEndian.Uint16(b) % blockSize))
			}
			oldest := entries.sequences(at, after+1, math.MaxInt64)
			slices.Reverse(oldest)
			filed = append(filed, oldest...)
			rows, block = rows+1, at+1
			return nil
		}, slot(term, block), slot(term, 1<<termBits-1), filedAhead)
		if err != nil {
			return nil, err
		}
		if all, err = j.withoutLater(ctx, receiver, filed, all); err != nil {
			return nil, err
		}
		ended = rows < filedAhead
	}
	return all[:min(len(all), most)], nil
}

// withoutLater adds to places those of filed entries that were not consigned later.
func (j *Journal) withoutLater(ctx context.Context, receiver string, filed []int64, to []spot) ([]spot, error) {
	if len(filed) == 0 {
		return to, nil
	}
	later := make(map[int64]bool)
	err := j.Query(ctx, laterBetween, func(row sqlitefile.Row) error {
		later[row.Int(0)] = true
		return nil
	}, receiver, filed[0], filed[len(filed)-1])
	for _, entry := range filed {
		if !later[entry] {
			to = append(to, spot{entry, entry})
		}
	}
	return to, err
}

// at returns the exchanges at places that fit, each with its delivery to the receiver.
func (j *Journal) at(ctx context.Context, q exchange.ConsignedQuery, spots []spot) (map[spot]exchange.Exchange, error) {
	entries := make([]int64, 0, len(spots))
	for _, s := range spots {
		entries = append(entries, s.entry)
	}
	names, _ := json.Marshal(entries) // numbers have no error
	byEntry := make(map[int64]exchange.Exchange, len(spots))
	err := j.Query(ctx, namedConsigned, func(row sqlitefile.Row) error {
		x, _, err := scan(row, q.Receiver)
		if len(x.Deliveries) > 0 && !x.Deliveries[0].ConsignedAt.Before(q.Since) {
			byEntry[x.Sequence] = x
		}
		return err
	}, string(names))
	found := make(map[spot]exchange.Exchange, len(spots))
	for _, s := range spots {
		x, fits := byEntry[s.entry]
		if fits && x.Deliveries[0].Later(x.AcceptedAt) == (s.sequence != s.entry) {
			found[s] = x
		}
	}
	return found, err
}
