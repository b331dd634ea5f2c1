package lifecycle

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
)

// A State is one of the life of a document.
type State string

// The states.
const (
	Issued State = "issued" // in force
)

// A Content is what was sent under the number of a document.
type Content struct {
	Sender   string    `json:"sender"`
	Exchange uuid.UUID `json:"exchange"`
	Version  string    `json:"version,omitempty"`
	Digest   string    `json:"digest"` // SHA-256, in hexadecimal
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
}

// A Move is a change of one life by a verdict.
type Move struct {
	Document effects.Account `json:"document"`
	Does     effects.Verb    `json:"does"`
	To       State           `json:"to"`
	// Content says that the document of the verdict is the latest content of the life.
	Content bool `json:"content,omitempty"`
	// Sent are receivers to whom another sender's exchange of a known content goes.
	Sent []string `json:"sent,omitempty"`
}

// After returns the life after a move by a document at a time.
func (l Life) After(m Move, by Content, at time.Time) Life {
	l.Document = m.Document
	if m.Content {
		if l.First == (Content{}) {
			l.First = by
		}
		l.Latest, l.Sent = by, nil
	}
	l.Sent = slices.Concat(l.Sent, m.Sent)
	if l.State != m.To {
		l.State, l.Since, l.By = m.To, at.UTC().Truncate(time.Microsecond), by.Exchange
	}
	return l
}
