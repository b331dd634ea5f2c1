package export

import (
	"context"
	"strconv"
	"strings"
	"time"

	"beibu/exchange/answer"
	"beibu/exchange/operator"
	"beibu/exchange/operator/refused"
)

// An ExaminedRefusal is a line of a list of refusals that were examined again.
type ExaminedRefusal struct {
	ID             string           `json:"id"`
	At             answer.Time      `json:"at"`
	Sender         string           `json:"sender"`
	Kind           string           `json:"kind"`
	DocumentNumber string           `json:"documentNumber"`
	Documents      int              `json:"documents"` // 1, or those of a count
	Code           string           `json:"code"`      // by which it was refused
	Outcome        operator.Outcome `json:"outcome"`
	NowCode        string           `json:"nowCode"` // by which it would be refused now, or ""
	NowFaultCodes  []string         `json:"nowFaultCodes"`
	ExchangeID     string           `json:"exchangeId"` // as which it was accepted, or that has its number
	Receivers      []string         `json:"receivers"`
}

// Examined returns the sheet of a list of refusals that were examined again, which read
// returns.
func Examined(read func(ctx context.Context, cursor int64) (page []refused.Examined, next int64, err error)) Sheet[ExaminedRefusal] {
	return Sheet[ExaminedRefusal]{
		Name: "refusals-examined", Cells: examinedCells,
		Columns: []string{"id", "at", "sender", "kind", "documentNumber", "documents", "code", "outcome", "nowCode", "nowFaultCodes", "exchangeId", "receivers"},
		Read: func(ctx context.Context, cursor int64) (page []ExaminedRefusal, next int64, err error) {
			found, next, err := read(ctx, cursor)
			for _, e := range found {
				page = append(page, examinedOf(e))
			}
			return page, next, err
		},
	}
}

func examinedOf(e refused.Examined) ExaminedRefusal {
	r := e.Refusal
	out := ExaminedRefusal{
		ID: r.ID.String(), At: answer.TimeOf(r.At), Sender: r.Identity.Sender, Kind: r.Identity.Kind, DocumentNumber: r.Identity.Number, Documents: e.Documents(),
		Code: r.Code, Outcome: e.Outcome, NowCode: e.Now.Code, NowFaultCodes: e.Now.Codes, Receivers: e.Receivers,
	}
	if id := e.Exchange(); id != nil {
		out.ExchangeID = id.String()
	}
	return out
}

func examinedCells(e ExaminedRefusal) []string {
	return []string{
		e.ID, e.At.Format(time.RFC3339), e.Sender, e.Kind, e.DocumentNumber, strconv.Itoa(e.Documents), e.Code, string(e.Outcome), e.NowCode,
		strings.Join(e.NowFaultCodes, " "), e.ExchangeID, strings.Join(e.Receivers, " "),
	}
}
