package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"slices"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// AgainPage answers GET /v1/mailbox/again, in the order of the record.
type AgainPage struct {
	Deliveries []AgainItem `json:"deliveries"`
	Next       string      `json:"next,omitempty"` // for cursor; absent at the end
}

// AgainItem is a delivery that was consigned to the caller, whatever became of it.
type AgainItem struct {
	MailboxItem
	State       exchange.State `json:"state"`
	ConsignedAt answer.Time    `json:"consignedAt"`
	Again       bool           `json:"again"`             // always, so that it is not taken for one of the mailbox
	Waiting     bool           `json:"waiting,omitempty"` // to be acknowledged: it is still on its way to the caller
}

// listAgain answers GET /v1/mailbox/again. It reads the index alone, so it changes
// nothing, and it is for every receiver, whatever way its deliveries go.
func (s *Server) listAgain(c *call) error {
	p := parametersOf(c.request)
	q := exchange.ConsignedQuery{Receiver: c.caller.Party, Since: p.time("since"), Limit: p.limit()}
	cursor := p.text("cursor")
	if err := p.err(); err != nil {
		return err
	}
	if err := c.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	var err error
	if q.After, err = s.readPlace(c.request.Context(), cursor, q.Receiver); err != nil {
		return err
	}
	found, next, err := s.journal.Consigned(c.request.Context(), q)
	if err != nil {
		return err
	}
	page := AgainPage{Deliveries: make([]AgainItem, 0, len(found)), Next: writePlace(next, q.Receiver)}
	for _, x := range found {
		page.Deliveries = append(page.Deliveries, wireAgain(x))
	}
	return c.json(http.StatusOK, page)
}

func wireAgain(x exchange.Exchange) AgainItem {
	d := x.Deliveries[0]
	item := wireItem(exchange.Leased{Exchange: x})
	item.LeasedUntil = answer.Time{} // of nobody who reads it here
	return AgainItem{MailboxItem: item, State: d.State, ConsignedAt: answer.TimeOf(d.ConsignedAt), Again: true, Waiting: d.State.Open()}
}

// placeMark begins the cursor of a list of what was consigned to one receiver.
const placeMark = "m1"

// writePlace returns a cursor that is good for one receiver, or "" at the end.
func writePlace(next int64, receiver string) string {
	if next == 0 {
		return ""
	}
	b := binary.BigEndian.AppendUint64([]byte(placeMark), uint64(next)) //nolint:gosec // the bits, read back as they were
	sum := sha256.Sum256(append(slices.Clone(b), receiver...))
	return base64.RawURLEncoding.EncodeToString(append(b, sum[:4]...))
}

// readPlace returns what writePlace was given for the receiver, or 0 for "". It waits
// until the index shows the place, which another node may have shown first.
func (s *Server) readPlace(ctx context.Context, cursor, receiver string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) < len(placeMark)+8 {
		return 0, errUnknownCursor()
	}
	after := int64(binary.BigEndian.Uint64(b[len(placeMark):])) //nolint:gosec // the bits, as they were written
	if after <= 0 || writePlace(after, receiver) != cursor {
		return 0, errUnknownCursor()
	}
	switch reached, err := s.hold.Recorder.Reach(ctx, after); {
	case err != nil:
		return 0, err
	case !reached:
		return 0, errUnknownCursor()
	}
	return after, nil
}

// errUnknownCursor refuses a cursor of another party, of another list, or of a record that
// is no more.
func errUnknownCursor() error {
	return &exchange.Error{
		Op: "read cursor", Kind: exchange.Invalid, Code: "unknown-cursor",
		Err: exchange.Because("the cursor is not one that this list gave to your party", "该游标不是此列表给予贵方的游标"),
	}
}
