package judge

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/approval"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/judge/ledger/carnet"
	"beibu/exchange/judge/lifecycle"
	"beibu/queue"
)

// An Outcome is what becomes of a document.
type Outcome string

// The outcomes.
const (
	Consign Outcome = "consign" // it goes to its receivers
	Reject  Outcome = "reject"  // it is refused, for the faults of the verdict
	Hold    Outcome = "hold"    // it waits for a person, for the faults of the verdict; there is another verdict once it is released
	Ask     Outcome = "ask"     // its joint approval begins; there is another verdict once that has ended
)

// A Verdict is the decision on one exchange.
type Verdict struct {
	Exchange uuid.UUID        `json:"-"`
	At       time.Time        `json:"-"`
	Revision int64            `json:"revision"` // of the ledger on which it was made
	Outcome  Outcome          `json:"outcome"`
	Postings []ledger.Posting `json:"postings,omitempty"`
	Moves    []lifecycle.Move `json:"moves,omitempty"`
	Carnets  []carnet.Posting `json:"carnets,omitempty"`
	Rounds   []approval.Move  `json:"rounds,omitempty"`
	Faults   exchange.Faults  `json:"faults,omitempty"`
	Omitted  int              `json:"omitted,omitempty"` // how many more faults there are
	// Unknown are the documents that it cites and the exchange does not know: what they
	// allow cannot be known, and nothing is drawn on them.
	Unknown []effects.Account `json:"unknown,omitempty"`
	// SameAs is the first exchange of the same content, by another sender, and Had are the
	// receivers that have it from there.
	SameAs uuid.UUID `json:"sameAs,omitzero"`
	Had    []string  `json:"had,omitempty"`
}

// The names of the events about a verdict.
const (
	nameVerdict = "Verdict"     // it was made
	nameDone    = "VerdictDone" // its consequences are in the record
)

// Event returns the event that records the verdict.
func (v Verdict) Event() (queue.Event, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return queue.Event{}, fmt.Errorf("write verdict on %s: %w", v.Exchange, err)
	}
	return about(v.Exchange, nameVerdict, v.At, text), nil
}

// about returns an event about the verdict on an exchange.
func about(id uuid.UUID, name string, at time.Time, detail []byte) queue.Event {
	return queue.Event{
		Subject: exchange.VerdictSubject(id), Name: name, At: queue.Stored(at), Detail: detail,
	}
}

// readVerdict reads an event of name nameVerdict.
func readVerdict(id uuid.UUID, e *queue.Event) (Verdict, error) {
	v := Verdict{Exchange: id, At: e.At}
	if err := json.Unmarshal(e.Detail, &v); err != nil {
		return Verdict{}, fmt.Errorf("read verdict on %s: %w", id, err)
	}
	return v, nil
}
