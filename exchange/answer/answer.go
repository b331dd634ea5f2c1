// Package answer holds what the sender of a document reads, in the one form that
// every way in gives: an [Acceptance], or a [Problem] (RFC 9457) by the table of
// problems, which [Entries] lists. It knows no protocol: HTTP writes a Problem as
// an answer, topics write it as a reply.
package answer

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"beibu/exchange"
)

// The media types of answers.
const (
	MediaAcceptance = "application/json"
	MediaProblem    = "application/problem+json" // RFC 9457
)

// A Time is a time as the API writes it: RFC 3339, in UTC, always with six digits
// of the second, so that times sort as text. It reads any RFC 3339 time.
type Time struct{ time.Time }

// TimeOf returns t as the API writes it.
func TimeOf(t time.Time) Time { return Time{t.UTC()} }

// timeForm is the form of a Time.
const timeForm = `"2006-01-02T15:04:05.000000Z"`

// MarshalJSON is json.Marshaler's.
func (t Time) MarshalJSON() ([]byte, error) { return t.UTC().AppendFormat(nil, timeForm), nil }

// Acceptance answers a document: 202 for one accepted now, and 200, with the first
// receipt, for one accepted before.
type Acceptance struct {
	ExchangeID      string           `json:"exchangeId"`
	State           exchange.State   `json:"state"` // SubmissionAcceptance, or SubmissionHeld if a person has to release it
	Kind            string           `json:"kind"`
	DocumentNumber  string           `json:"documentNumber"`
	DocumentVersion string           `json:"documentVersion,omitempty"`
	DigestSHA256    string           `json:"digestSHA256"` // of the bytes received, lower-case hexadecimal
	AcceptedAt      Time             `json:"acceptedAt"`
	Receivers       []string         `json:"receivers"` // parties, in route order
	Receipt         string           `json:"receipt"`   // JWS compact serialisation (RFC 7515)
	Duplicate       bool             `json:"duplicate"`
	Faults          []exchange.Fault `json:"faults"`                  // what was found and let pass
	Omitted         int              `json:"faultsOmitted,omitempty"` // how many more there are
}

// AcceptanceOf translates an acceptance.
func AcceptanceOf(a exchange.Acceptance) Acceptance {
	x := a.Exchange
	shown, omitted := Shown(a.Faults, a.More)
	receivers := x.Receivers
	if receivers == nil {
		receivers = []string{} // JSON never says null
	}
	return Acceptance{
		ExchangeID: x.ID.String(), State: x.State, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version,
		DigestSHA256: hex.EncodeToString(x.Digest[:]), AcceptedAt: TimeOf(x.AcceptedAt),
		Receivers: receivers, Receipt: a.Receipt, Duplicate: a.Duplicate, Faults: shown, Omitted: omitted,
	}
}

// Status returns 202 for a document accepted now, and 200 for one accepted before.
func (a Acceptance) Status() int {
	if a.Duplicate {
		return 200
	}
	return 202
}

// The faults in one answer. A document with more is not corrected one by one, and
// what a stranger wrote must not make an answer that is larger than it.
const (
	MaxFaults     = 500
	maxFaultBytes = 1<<20 - 4<<10 // as JSON; the rest of an answer takes less than 4 KiB
)

// Shown returns the first faults, at most MaxFaults and never null, and how many
// are left out, including more that were left out before.
func Shown(faults exchange.Faults, more int) (shown []exchange.Fault, omitted int) {
	n, bytes := 0, 0
	for ; n < min(len(faults), MaxFaults); n++ {
		one, err := json.Marshal(faults[n])
		bytes += len(one) + len(",")
		if err != nil || bytes > maxFaultBytes {
			break
		}
	}
	shown = faults[:n]
	if shown == nil {
		shown = []exchange.Fault{}
	}
	return shown, more + len(faults) - n
}
