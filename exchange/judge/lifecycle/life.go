package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
)

// A Content is what was sent under the number of a document.
type Content struct {
	Sender   string    `json:"sender"`
	Exchange uuid.UUID `json:"exchange"`
	Version  string    `json:"version,omitempty"`
	Digest   string    `json:"digest"`             // SHA-256, in hexadecimal
	Until    string    `json:"until,omitempty"`    // its last day, YYYY-MM-DD; "": not stated
	Likeness string    `json:"likeness,omitempty"` // see [effects.Act]
}

// A Life is the state of one document, which its kind and number name.
type Life struct {
	Document effects.Account `json:"document"`
	First    Content         `json:"first"`  // with which it began
	Latest   Content         `json:"latest"` // of its latest version
	State    State           `json:"state"`
	Since    time.Time       `json:"since"` // to the microsecond
	By       uuid.UUID       `json:"by"`    // the exchange that brought it to the state
	// Sent are the receivers of the latest content by other senders than its first.
	Sent []string `json:"sent,omitempty"`
	// Day is the day on which the document says that it came to the state, YYYY-MM-DD.
	Day string `json:"day,omitempty"`
	// Claimed is the day on which a claim began.
	Claimed string `json:"claimed,omitempty"`
	// Other is the document that brought it to the state, if it is another one: that which
	// has replaced it.
	Other *effects.Account `json:"other,omitempty"`
}

// MonthsForProof is how long a guarantor has to furnish proof of re-exportation (Istanbul
// Convention, Annex A, Article 9(1)).
const MonthsForProof = 6

// MonthsToClaim is how long after the last day of a carnet customs can claim.
const MonthsToClaim = 12

// A Move is a change of one life by a verdict.
type Move struct {
	Document effects.Account `json:"document"`
	Does     effects.Verb    `json:"does"`
	To       State           `json:"to"`
	Day      string          `json:"day,omitempty"`
	// Content says that the document of the verdict is the latest content of the life.
	Content bool `json:"content,omitempty"`
	// Sent are receivers to whom another sender's exchange of a known content goes.
	Sent  []string         `json:"sent,omitempty"`
	Other *effects.Account `json:"other,omitempty"`
}

// After returns the life after a move by a document at a time.
func (l Life) After(m Move, by Content, at time.Time) Life {
	begins := l.Document == effects.Account{}
	l.Document = m.Document
	if m.Content {
		if begins {
			l.First = by
		}
		l.Latest, l.Sent = by, nil
	}
	l.Sent = slices.Concat(l.Sent, m.Sent)
	if m.Does == effects.Claim && l.Claimed == "" {
		l.Claimed = m.Day
	}
	if begins || l.State != m.To {
		l.State, l.Since, l.By, l.Day, l.Other = m.To, at.UTC().Truncate(time.Microsecond), by.Exchange, m.Day, m.Other
	}
	return l
}

// Older reports whether a version came before another one. It is false if one of them is
// no number.
func Older(version, than string) bool {
	a, err := strconv.Atoi(version)
	b, other := strconv.Atoi(than)
	return err == nil && other == nil && a < b
}
