package httpapi

import (
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
)

// Acks is the body of POST /v1/mailbox/acks.
type Acks struct {
	Acks []Ack `json:"acks"` // 1 to 500
}

// Ack says what the receiver makes of one delivery.
type Ack struct {
	ExchangeID string `json:"exchangeId"`
	Outcome    string `json:"outcome"`          // "accepted" or "refused"
	Code       string `json:"code,omitempty"`   // why it was refused, for programs; required then: 1 to 64 of A-Z a-z 0-9 . _ -
	Reason     string `json:"reason,omitempty"` // why it was refused, for people; at most 1,000 bytes
}

// The outcomes of an ack.
const (
	Accepted = "accepted"
	Refused  = "refused"
)

// read turns acks into the courier's. It fails, with an *exchange.Error of kind
// Invalid, at the first that breaks a rule, or if one exchange is named
// twice, since the two might differ.
func (a Acks) read() ([]exchange.Ack, error) {
	if len(a.Acks) == 0 || len(a.Acks) > exchange.MaxAcks {
		return nil, invalidField("acks", exchange.Because("1 to %d acks must be given", "须有 1 至 %d 个回执", exchange.MaxAcks))
	}
	all := make([]exchange.Ack, 0, len(a.Acks))
	seen := make(map[uuid.UUID]bool, len(a.Acks))
	for i, ack := range a.Acks {
		one, why := ack.read()
		if why != nil {
			return nil, invalidField("acks", exchange.Reason{EN: fmt.Sprintf("ack %d: %s", i+1, why.EN), ZH: fmt.Sprintf("第 %d 个回执：%s", i+1, why.ZH)})
		}
		if seen[one.Exchange] {
			return nil, invalidField("acks", exchange.Because("ack %d: the exchange is named twice", "第 %d 个回执：该交换重复出现", i+1))
		}
		seen[one.Exchange] = true
		all = append(all, one)
	}
	return all, nil
}

// read turns an ack into the courier's, or says why it cannot be one.
func (a Ack) read() (ack exchange.Ack, why *exchange.Reason) {
	id, err := readID(a.ExchangeID)
	if err != nil {
		return ack, because("exchangeId is no exchange id", "exchangeId 不是交换编号")
	}
	switch {
	case a.Outcome == Accepted && (a.Code != "" || a.Reason != ""):
		return ack, because("code and reason belong to a refusal", "接受时不得给出代码和理由")
	case a.Outcome != Accepted && a.Outcome != Refused:
		return ack, because(`outcome must be "accepted" or "refused"`, "outcome 应为 accepted 或 refused")
	}
	ack = exchange.Ack{Exchange: id, Accepted: a.Outcome == Accepted, Code: a.Code, Reason: a.Reason}
	return ack, ack.Check()
}

func because(en, zh string) *exchange.Reason { return &exchange.Reason{EN: en, ZH: zh} }
