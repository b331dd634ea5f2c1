package journal

import (
	"context"
	"fmt"
	"math"
	"strings"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/queue/sqlitefile"
)

// Journal is the [replay.Register].
var _ replay.Register = (*Journal)(nil)

const activeRuns = `SELECT sequence, id, body FROM run INDEXED BY run_active WHERE active = 1 ORDER BY sequence`

// ActiveRuns is replay.Index's.
func (j *Journal) ActiveRuns(ctx context.Context) ([]replay.Run, error) {
	return j.runs(ctx, activeRuns)
}

// FindRun is replay.Register's.
func (j *Journal) FindRun(ctx context.Context, id string) (replay.Run, error) {
	found, err := j.runs(ctx, findRun, id)
	if err == nil && (len(found) == 0 || found[0].Status == "") {
		err = replay.NoSuchRun(id)
	}
	if err != nil {
		return replay.Run{}, err
	}
	return found[0], nil
}

// Runs is replay.Register's.
func (j *Journal) Runs(ctx context.Context, q replay.RunQuery) (page []replay.Run, next int64, err error) {
	limit := within(q.Limit, exchange.DefaultPage, exchange.MaxPage)
	s := runList(q, limit+1)
	if page, err = j.runs(ctx, s.text(), s.args...); err != nil {
		return nil, 0, err
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Sequence
	}
	return page, next, nil
}

// runList returns the query for a page of runs.
func runList(q replay.RunQuery, limit int) *sentence {
	before := int64(math.MaxInt64)
	if q.Before > 0 {
		before = q.Before
	}
	s := &sentence{}
	s.add(`SELECT sequence, id, body FROM run NOT INDEXED WHERE sequence < ? AND body <> x''`, before)
	if q.Party != "" {
		s.add(` AND party = ?`, q.Party)
	}
	if q.Status != "" {
		s.add(` AND CAST(body AS TEXT) ->> '$.status' = ?`, string(q.Status))
	}
	s.add(` ORDER BY sequence DESC LIMIT ?`, limit)
	return s
}

// runs returns the runs that a query finds, with their counts.
func (j *Journal) runs(ctx context.Context, text string, args ...any) ([]replay.Run, error) {
	var all []replay.Run
	err := j.Query(ctx, text, func(row sqlitefile.Row) error {
		r, err := scanRun(row)
		all = append(all, r)
		return err
	}, args...)
	for i := 0; i < len(all) && err == nil; i++ {
		err = j.Query(ctx, countsOfRun, func(row sqlitefile.Row) error {
			addCount(&all[i].Counts, row.Int(0), int(row.Int(1)))
			return nil
		}, all[i].Sequence)
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return all, nil
}

// RunItems is replay.Index's.
func (j *Journal) RunItems(ctx context.Context, q replay.ItemQuery) ([]replay.Item, error) {
	s := runItems(q)
	var all []replay.Item
	err := j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		i := replay.Item{
			Number: int(row.Int(0)), Receiver: row.Text(1), Attempt: int(row.Int(2)), State: replay.ItemState(row.Int(3)), //nolint:gosec // it was one
			ChangedAt: moment(row.Int(4)), Before: row.Text(5), Cause: row.Text(6),
		}
		if !row.Null(7) {
			i.Document, i.Sender, i.Kind = row.Text(8), row.Text(9), row.Text(10)
			if err := row.Fixed(7, i.Exchange[:]); err != nil {
				return err
			}
		}
		all = append(all, i)
		return nil
	}, s.args...)
	if err != nil {
		return nil, fmt.Errorf("list items of run %s: %w", q.Run, err)
	}
	return all, nil
}

// runItems returns the query for items of a run. Items in one state are read from the
// index of states, and others in the order of the run.
func runItems(q replay.ItemQuery) *sentence {
	upTo := q.UpTo
	if upTo == 0 {
		upTo = math.MaxInt32
	}
	from := ` NOT INDEXED`
	if len(q.States) == 1 {
		from = ` INDEXED BY run_item_state`
	}
	s := &sentence{}
	s.add(`SELECT i.number, i.receiver, i.attempt, i.state, i.changed, i.before, i.cause, x.id, x.number, s.name, k.name
		FROM run r INDEXED BY run_id CROSS JOIN run_item i`+from+` ON i.run = r.sequence
		LEFT JOIN exchange x ON x.sequence = i.entry LEFT JOIN term s ON s.id = x.sender LEFT JOIN term k ON k.id = x.kind
		WHERE r.id = ? AND i.number > ? AND i.number <= ?`, q.Run, q.After, upTo)
	if len(q.States) > 0 {
		var states []string
		for _, state := range q.States {
			states = append(states, fmt.Sprintf("i.state = %d", state))
		}
		s.add(` AND (` + strings.Join(states, " OR ") + `)`)
	}
	if q.Ready {
		s.add(` AND NOT EXISTS (SELECT 1 FROM run_item p NOT INDEXED WHERE p.run = i.run AND p.number = i.after AND p.` + openItem() + `)`)
	}
	s.add(` ORDER BY i.number LIMIT ?`, within(q.Limit, exchange.DefaultPage, replay.MaxItemPage))
	return s
}
