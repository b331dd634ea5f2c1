package httpapi

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/queue"
)

// AuditPage answers GET /v1/audit: events in the order of the record, or newest first.
type AuditPage struct {
	Events []AuditEvent `json:"events"`
	Next   string       `json:"next,omitempty"` // for after; absent at the end
}

// AuditEvent is what package answer says of an event.
type AuditEvent = answer.AuditEvent

// AuditSubject is what the event is about.
type AuditSubject = answer.AuditSubject

// listAudit answers GET /v1/audit. It shows every suspension that this node obeys: an
// operator who has just shut a party out finds the event.
func (s *Server) listAudit(c *call) error {
	p := parametersOf(c.request)
	asked := maps.Clone(p.values)
	q := exchange.AuditQuery{Since: p.time("since")}
	as, isFile := formOf(c.request)
	if !isFile { // a file has all pages
		q.After, q.Limit = p.cursor("after"), p.limit()
	}
	q.Kind, q.ID = p.subject("subject")
	q.Down = p.isDown("order")
	if err := p.err(); err != nil {
		return err
	}
	if q.Kind == queue.SubjectParty {
		if err := s.filters(c).Check(c.request.Context(), "", q.ID); err != nil {
			return err
		}
	}
	if err := s.shut.AwaitIn(c.request.Context(), s.fold); err != nil {
		return err
	}
	if isFile {
		return sendFile(s, c, asked, as, s.auditSheet(c, q))
	}
	found, next, err := c.caller.Events(c.request.Context(), s.auditLog, q)
	if err != nil {
		return err
	}
	page := AuditPage{Events: make([]AuditEvent, 0, len(found)), Next: writeCursor(next)}
	for _, e := range found {
		page.Events = append(page.Events, answer.AuditEventOf(e))
	}
	return c.json(http.StatusOK, page)
}

// auditSheet is the list of events that fit.
func (s *Server) auditSheet(c *call, q exchange.AuditQuery) export.Sheet[AuditEvent] {
	return export.Audit(func(ctx context.Context, cursor int64) ([]exchange.Event, int64, error) {
		q.After, q.Limit = cursor, export.PageSize
		return c.caller.Events(ctx, s.auditLog, q)
	})
}

// isDown reports whether a list is asked for newest first.
func (p *parameters) isDown(name string) bool {
	text := p.text(name)
	if text != "" && text != "oldest" && text != "newest" {
		p.refuse(name, "oldest or newest, which the list begins with", "应为 oldest（最早的在前）或 newest（最新的在前）")
	}
	return text == "newest"
}

// subject returns a kind of subject and, behind a colon, the id of one, as in
// "party:window-vn". Exchanges and refusals have lists of their own.
func (p *parameters) subject(name string) (queue.SubjectKind, string) {
	text := p.text(name)
	if text == "" {
		return queue.SubjectExchange, ""
	}
	kind, id, named := strings.Cut(text, ":")
	k, known := queue.ParseSubjectKind(kind)
	if !known || k == queue.SubjectExchange || k == queue.SubjectRefusal || named && id == "" {
		kinds := strings.Join(queue.SubjectKinds()[2:], ", ") // those of exchanges and refusals have lists of their own
		p.refuse(name, fmt.Sprintf("one of %s, alone or with :ID; the events of an exchange are in its timeline, and refusals at /v1/refusals", kinds),
			fmt.Sprintf("应为以下之一，可后接 :ID：%s；交换的事件见其时间线，退单记录见 /v1/refusals", kinds))
	}
	return k, id
}
