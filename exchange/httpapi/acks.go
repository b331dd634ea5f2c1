package httpapi

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange/courier"
)

// Acks is the body of POST /v1/mailbox/acks.
type Acks struct {
	Acks []Ack `json:"acks"` // 1 to 500
}

// Ack says what the receiver makes of one delivery.
type Ack struct {
	ExchangeID string `json:"exchangeId"`
	Outcome    string `json:"outcome"`          // "accepted" or "refused"
	Code       string `json:"code,omitempty"`   // why it was refused, for programs; required then, at most 64 bytes
	Reason     string `json:"reason,omitempty"` // why it was refused, for people; at most 1,000 bytes
}

// The outcomes of an ack.
const (
	Accepted = "accepted"
	Refused  = "refused"
)

// maxCode is the longest code of a refusal, in bytes, as exchange.Cause keeps
// it.
const maxCode = 64

// read turns acks into the courier's. It fails, with an *exchange.Error of kind
// Invalid, at the first that breaks a rule, or where one exchange is named
// twice: what would hold of it then is anybody's guess.
func (a Acks) read() ([]courier.Ack, error) {
	if len(a.Acks) == 0 || len(a.Acks) > courier.MaxAcks {
		return nil, invalidField("acks", fmt.Sprintf("1 to %d acks must be given", courier.MaxAcks))
	}
	all := make([]courier.Ack, 0, len(a.Acks))
	seen := make(map[uuid.UUID]bool, len(a.Acks))
	for i, ack := range a.Acks {
		one, err := ack.read()
		if err != nil {
			return nil, invalidField("acks", fmt.Sprintf("ack %d: %s", i+1, err))
		}
		if seen[one.Exchange] {
			return nil, invalidField("acks", fmt.Sprintf("ack %d: the exchange is named twice", i+1))
		}
		seen[one.Exchange] = true
		all = append(all, one)
	}
	return all, nil
}

func (a Ack) read() (courier.Ack, error) {
	id, err := readID(a.ExchangeID)
	if err != nil {
		return courier.Ack{}, fmt.Errorf("read exchangeId: %w", err)
	}
	switch {
	case a.Outcome == Accepted && (a.Code != "" || a.Reason != ""):
		return courier.Ack{}, errors.New("code and reason belong to a refusal")
	case a.Outcome == Accepted:
		return courier.Ack{Exchange: id, Accepted: true}, nil
	case a.Outcome != Refused:
		return courier.Ack{}, fmt.Errorf("outcome must be %q or %q", Accepted, Refused)
	case a.Code == "" || len(a.Code) > maxCode || len(a.Reason) > maxReason:
		return courier.Ack{}, fmt.Errorf("a refusal has a code of 1 to %d bytes and a reason of at most %d", maxCode, maxReason)
	}
	return courier.Ack{Exchange: id, Code: a.Code, Reason: a.Reason}, nil
}
