package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// addToAudit writes an event whose subject is no exchange.
func addToAudit(w *projection.Writer, e exchange.Event) error {
	detail, err := encodeAudited(e)
	if err != nil {
		return err
	}
	err = w.Exec(addEvent, e.Sequence, int64(e.Subject.Kind), e.Subject.ID, string(e.Name), micro(e.At), detail)
	if err != nil {
		return fmt.Errorf("write event %d: %w", e.Sequence, err)
	}
	return nil
}

// Audit is exchange.AuditLog's.
func (j *Journal) Audit(ctx context.Context, q exchange.AuditQuery) (page []exchange.Event, next int64, err error) {
	limit := within(q.Limit, exchange.DefaultPage, exchange.MaxPage)
	s := &sentence{}
	s.add(`SELECT e.sequence, e.kind, e.subject, e.name, e.at, e.cause FROM event e `)
	switch {
	case q.ID != "":
		s.add(`INDEXED BY event_subject WHERE e.kind = ? AND e.subject = ?`, int64(q.Kind), q.ID)
	case q.Kind != queue.SubjectExchange:
		s.add(`NOT INDEXED WHERE e.kind = ?`, int64(q.Kind))
	default:
		s.add(`NOT INDEXED WHERE TRUE`)
	}
	order := ` ORDER BY e.sequence LIMIT ?`
	if q.Down {
		s.add(` AND e.sequence < ?`, cmp.Or(q.After, math.MaxInt64))
		order = ` ORDER BY e.sequence DESC LIMIT ?`
	} else {
		s.add(` AND e.sequence > ?`, q.After)
	}
	if !q.Since.IsZero() {
		s.add(` AND e.at >= ?`, micro(q.Since))
	}
	s.add(order, limit+1)
	err = j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		e, err := scanEvent(row)
		page = append(page, e)
		return err
	}, s.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list events: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Sequence
	}
	return page, next, nil
}

func scanEvent(row sqlitefile.Row) (exchange.Event, error) {
	e := exchange.Event{
		Sequence: row.Int(0), Subject: queue.Subject{Kind: queue.SubjectKind(row.Int(1)), ID: row.Text(2)}, //nolint:gosec // it was one
		Name: exchange.State(row.Text(3)), At: moment(row.Int(4)),
	}
	return e, decodeAudited(row.Blob(5), &e)
}

// audited is what column cause of table event holds.
type audited struct {
	exchange.Cause
	Disclosure *exchange.Disclosure `json:"disclosure,omitempty"`
	Session    *exchange.Session    `json:"session,omitempty"`
}

func encodeAudited(e exchange.Event) ([]byte, error) {
	if e.Disclosure == nil && e.Session == nil {
		return encode(e.Cause)
	}
	b, err := json.Marshal(audited{e.Cause, e.Disclosure, e.Session})
	if err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return b, nil
}

func decodeAudited(kept []byte, into *exchange.Event) error {
	if len(kept) == 0 {
		return nil
	}
	var a audited
	if err := json.Unmarshal(kept, &a); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	into.Cause, into.Disclosure, into.Session = a.Cause, a.Disclosure, a.Session
	return nil
}
