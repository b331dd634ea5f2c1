package journal

import (
	"context"
	"fmt"

	"beibu/exchange/operator/alert"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// Journal is an [alert.Index].
var _ alert.Index = (*Journal)(nil)

const (
	findFiring   = `SELECT fired FROM alert INDEXED BY alert_firing WHERE id = ? AND resolved = 0`
	addAlert     = `INSERT INTO alert (fired, resolved, ended, id, detail, at) VALUES (?, 0, 0, ?, ?, ?)`
	resolveAlert = `UPDATE alert SET resolved = ?, ended = ? WHERE id = ? AND resolved = 0`
	takeAlerts   = `INSERT INTO alert_taken (address, upto) VALUES (?, ?) ON CONFLICT DO UPDATE SET upto = max(upto, excluded.upto)`
	takenUpTo    = `SELECT upto FROM alert_taken WHERE address = ?`
	alertColumns = `SELECT fired, resolved, ended, id, detail, at`
	firingAlerts = alertColumns + ` FROM alert INDEXED BY alert_firing WHERE resolved = 0`
	noticesAfter = alertColumns + `, fired AS changed FROM alert NOT INDEXED WHERE fired > ?
		UNION ALL ` + alertColumns + `, resolved FROM alert INDEXED BY alert_resolved WHERE resolved > ? AND resolved > 0
		ORDER BY changed LIMIT ?`
)

// alert folds an event of an alert, and reports whether it changed something that belongs
// in the audit. What two leaders record at once counts once.
func (b *batch) alert(sequence int64, raw *queue.Event) (moved bool, err error) {
	c, err := alert.FromEvent(sequence, *raw)
	if err != nil {
		return false, err
	}
	if c.Name == alert.AlertsTaken {
		return false, b.w.Exec(takeAlerts, c.To, c.UpTo)
	}
	fires, firing := c.Name == alert.AlertFired, false
	err = b.w.Query(findFiring, func(sqlitefile.Row) error {
		firing = true
		return nil
	}, c.ID)
	switch {
	case err != nil || firing == fires:
		return false, err
	case fires:
		return true, b.w.Exec(addAlert, sequence, c.ID, present(raw.Detail), micro(c.At))
	case c.Name == alert.AlertResolved:
		return true, b.w.Exec(resolveAlert, sequence, micro(c.At), c.ID)
	}
	return false, nil // of a later version
}

// scanAlert reads a row of alertColumns.
func scanAlert(row sqlitefile.Row) (alert.Alert, error) {
	e := queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectAlert, ID: row.Text(3)}, Name: string(alert.AlertFired), At: moment(row.Int(5)), Detail: row.Blob(4),
	}
	c, err := alert.FromEvent(row.Int(0), e)
	a := c.Alert
	a.Resolved, a.ResolvedAt = row.Int(1), orNone(row.Int(2))
	return a, err
}

// FiringAlerts is alert.Index's.
func (j *Journal) FiringAlerts(ctx context.Context) ([]alert.Alert, error) {
	var all []alert.Alert
	err := j.Query(ctx, firingAlerts+` ORDER BY fired`, func(row sqlitefile.Row) error {
		a, err := scanAlert(row)
		all = append(all, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return all, nil
}

// Notices is alert.Index's.
func (j *Journal) Notices(ctx context.Context, to string, limit int) (page []alert.Notice, upTo int64, known bool, err error) {
	now := j.Sequence() // before the read: what comes later is after it
	err = j.Query(ctx, takenUpTo, func(row sqlitefile.Row) error {
		upTo, known = row.Int(0), true
		return nil
	}, to)
	if err == nil && !known {
		return j.firstNotices(ctx, now)
	}
	if err == nil {
		err = j.Query(ctx, noticesAfter, func(row sqlitefile.Row) error {
			a, err := scanAlert(row)
			upTo = row.Int(6)
			page = append(page, alert.Notice{Alert: a, Sequence: upTo, Firing: upTo == a.Fired})
			return err
		}, upTo, upTo, limit)
	}
	if err != nil {
		return nil, 0, false, fmt.Errorf("list notices: %w", err)
	}
	return page, upTo, true, nil
}

// firstNotices returns those of an address that has taken none so far.
func (j *Journal) firstNotices(ctx context.Context, now int64) (page []alert.Notice, upTo int64, known bool, err error) {
	firing, err := j.FiringAlerts(ctx)
	for _, a := range firing {
		if a.Fired <= now {
			page = append(page, alert.Notice{Alert: a, Sequence: a.Fired, Firing: true})
		}
	}
	return page, now, false, err
}
