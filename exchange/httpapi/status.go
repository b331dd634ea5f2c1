package httpapi

import (
	"net/http"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
)

// StatusList answers GET /v1/status.
type StatusList struct {
	At      answer.Time   `json:"at"`
	Parties []PartyStatus `json:"parties"`
}

// PartyStatus is how one party does.
type PartyStatus struct {
	Party     string         `json:"party"`
	Suspended bool           `json:"suspended"`
	Way       string         `json:"way"` // mailbox, push, topic or folder
	Backlog   BacklogStatus  `json:"backlog"`
	Breaker   answer.Breaker `json:"breaker"`
	Receiving SideStatus     `json:"receiving"`
	Sending   SideStatus     `json:"sending"`
}

// BacklogStatus is what a receiver has not acknowledged.
type BacklogStatus struct {
	Open         int          `json:"open"`
	Failing      int          `json:"failing"` // of these: handed over too often
	OldestAt     *answer.Time `json:"oldestAt,omitempty"`
	WaitingSince *answer.Time `json:"waitingSince,omitempty"` // of the oldest that was not handed over
	HeldBack     *HeldBack    `json:"heldBack,omitempty"`     // absent if nothing is
}

// HeldBack is what waits for another delivery of the same number to the same receiver.
type HeldBack struct {
	Deliveries int          `json:"deliveries"`
	Numbers    int          `json:"numbers"` // of documents
	Longest    []HeldNumber `json:"longest"` // 20 of the numbers at most, the first by the record first
}

// HeldNumber is a document number of which deliveries wait.
type HeldNumber struct {
	Sender          string        `json:"sender"`
	Kind            string        `json:"kind"`
	DocumentNumber  string        `json:"documentNumber"`
	DocumentVersion string        `json:"documentVersion,omitempty"` // of the one that is next
	ExchangeID      string        `json:"exchangeId"`                // of the one that is next
	Waiting         int           `json:"waiting"`                   // deliveries behind it
	Since           answer.Time   `json:"since"`
	Reason          exchange.Wait `json:"reason"`
	Until           *answer.Time  `json:"until,omitempty"` // when the reason is over at the latest
}

// SideStatus is how a party receives, or sends.
type SideStatus struct {
	LastSuccessAt *answer.Time    `json:"lastSuccessAt,omitempty"`
	LastFailureAt *answer.Time    `json:"lastFailureAt,omitempty"`
	Cause         *exchange.Cause `json:"cause,omitempty"` // of the last failure
	NextTryAt     *answer.Time    `json:"nextTryAt,omitempty"`
}

// listStatus answers GET /v1/status: of the parties that the caller may know of, or of
// one. A party sees its own.
func (s *Server) listStatus(c *call) error {
	party, err := s.statusParty(c)
	if err != nil {
		return err
	}
	wanted := slices.DeleteFunc(c.now.Parties.All(), func(one exchange.Party) bool {
		return party != "" && one.ID != party || !c.caller.CoversParty(access.ReadStatus, one.ID)
	})
	all, err := s.statuses.Of(c.request.Context(), wanted, func(id string) bool { return s.shut.Includes(c.now.InForce, id) })
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	list := StatusList{At: answer.Time{Time: now}, Parties: make([]PartyStatus, 0, len(all))}
	for _, one := range all {
		list.Parties = append(list.Parties, wireStatus(one, now))
	}
	return c.json(http.StatusOK, list)
}

// statusParty returns the one party whose status or alerts are asked for, or "".
func (s *Server) statusParty(c *call) (string, error) {
	p := parametersOf(c.request)
	party := p.text("party")
	if err := p.err(); err != nil {
		return "", err
	}
	if err := s.filters(c).Check(c.request.Context(), "", party); err != nil {
		return "", err
	}
	return party, c.caller.ScopeStatus(party)
}

func wireStatus(s operator.Status, now time.Time) PartyStatus {
	return PartyStatus{
		Party: s.Party, Suspended: s.Suspended, Way: s.Way,
		Backlog:   BacklogStatus{Open: s.Backlog.Open, Failing: s.Backlog.Failing, OldestAt: answer.TimeOrNone(s.Backlog.Oldest), WaitingSince: answer.TimeOrNone(s.Backlog.Waiting), HeldBack: wireHeldBack(s)},
		Breaker:   answer.BreakerOf(s.Receiving.Breaker),
		Receiving: wireSide(s.Receiving, now), Sending: wireSide(s.Sending, now),
	}
}

func wireHeldBack(s operator.Status) *HeldBack {
	if s.Backlog.HeldBack == 0 {
		return nil
	}
	held := &HeldBack{Deliveries: s.Backlog.HeldBack, Numbers: s.HeldBack.Numbers, Longest: make([]HeldNumber, 0, len(s.HeldBack.Longest))}
	for _, n := range s.HeldBack.Longest {
		id := n.Next.Identity
		held.Longest = append(held.Longest, HeldNumber{
			Sender: id.Sender, Kind: id.Kind, DocumentNumber: id.Number, DocumentVersion: id.Version, ExchangeID: n.Next.ID.String(),
			Waiting: n.Waiting, Since: answer.TimeOf(n.Since), Reason: n.Why, Until: answer.TimeOrNone(n.Until),
		})
	}
	return held
}

func wireSide(s operator.Sided, now time.Time) SideStatus {
	out := SideStatus{LastSuccessAt: answer.TimeOrNone(s.Succeeded), LastFailureAt: answer.TimeOrNone(s.Failed), Cause: answer.OrNil(s.Cause)}
	if s.Next.After(now) {
		out.NextTryAt = answer.TimeOrNone(s.Next)
	}
	return out
}
