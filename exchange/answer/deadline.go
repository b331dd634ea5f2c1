package answer

import (
	"beibu/exchange/effects"
	"beibu/exchange/judge"
)

// DocumentDeadline is by when something has to be done about a document.
type DocumentDeadline struct {
	ExchangeID     string           `json:"exchangeId"`
	Kind           string           `json:"kind"`
	DocumentNumber string           `json:"documentNumber"` // without case and white space
	Sender         string           `json:"sender"`
	Name           effects.Deadline `json:"name"`
	At             Time             `json:"at"`                   // the first moment after its last day
	RemindedAt     *Time            `json:"remindedAt,omitempty"` // when the record noted that it comes
	PassedAt       *Time            `json:"passedAt,omitempty"`   // when the record noted that it has come
}

// DeadlineOf returns a deadline as the API shows it.
func DeadlineOf(t judge.Timer) DocumentDeadline {
	out := DocumentDeadline{
		ExchangeID: t.Exchange.String(), Kind: t.Document.Kind, DocumentNumber: t.Document.Number, Sender: t.Sender, Name: t.Name, At: TimeOf(t.At),
	}
	if !t.Reminded.IsZero() {
		out.RemindedAt = new(TimeOf(t.Reminded))
	}
	if !t.Passed.IsZero() {
		out.PassedAt = new(TimeOf(t.Passed))
	}
	return out
}
