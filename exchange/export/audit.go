package export

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// Audit returns the sheet of a list of events of the audit, which read returns.
func Audit(read func(ctx context.Context, cursor int64) (page []exchange.Event, next int64, err error)) Sheet[answer.AuditEvent] {
	return Sheet[answer.AuditEvent]{
		Name: "events", Cells: auditCells,
		Columns: []string{"sequence", "at", "subjectKind", "subjectId", "name", "actor", "reason", "exchangeId", "form", "field", "refusalId"},
		Read: func(ctx context.Context, cursor int64) (page []answer.AuditEvent, next int64, err error) {
			found, next, err := read(ctx, cursor)
			for _, e := range found {
				page = append(page, answer.AuditEventOf(e))
			}
			return page, next, err
		},
	}
}

func auditCells(e answer.AuditEvent) []string {
	read, id, refusal := exchange.Disclosure{}, "", ""
	if e.Disclosure != nil {
		read, id = *e.Disclosure, e.Disclosure.Exchange.String()
	}
	if read.Refusal != uuid.Nil {
		id, refusal = "", read.Refusal.String()
	}
	return []string{
		strconv.FormatInt(e.Sequence, 10), e.At.Format(time.RFC3339), e.Subject.Kind, e.Subject.ID, string(e.Name), e.Actor, e.Reason,
		id, read.Form, read.Field, refusal,
	}
}
