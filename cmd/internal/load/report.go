package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/google/uuid"
)

// A Report is what was measured, and what was found.
type Report struct {
	WarmUp      int            `json:"warmUp"`      // documents that were accepted before, and not measured
	Accepted    int            `json:"accepted"`    // documents
	NotAccepted map[string]int `json:"notAccepted"` // documents, by code
	Seconds     float64        `json:"seconds"`     // until the last document was answered
	PerSecond   float64        `json:"acceptedPerSecond"`
	Drained     float64        `json:"drainedSeconds"` // until the last delivery was acknowledged

	Accept  Percentiles `json:"accept"`  // from when a document was due to its answer
	Journey Percentiles `json:"journey"` // from then to the acknowledgement of its last receiver

	Resent   int     `json:"resent"`  // accepted documents that were sent a second time
	Retried  int     `json:"retried"` // calls made again, since the daemon was busy or away
	Behind   int     `json:"behind"`  // documents sent more than 10 ms late, since as many as may be were unanswered
	BehindMS float64 `json:"behindMaxMs"`

	Receipts  int       `json:"receiptsVerified"`
	Delivered int       `json:"delivered"` // documents, to each of their receivers
	Repeated  int       `json:"repeated"`  // deliveries that had come before
	Others    int       `json:"others"`    // deliveries in the mailboxes that are not of this load; left there
	Lost      int       `json:"lost"`      // deliveries of what was accepted that did not come
	Altered   int       `json:"altered"`   // deliveries with other bytes than were sent
	Unproven  int       `json:"receiptsWrong"`
	Findings  []Finding `json:"findings"` // the first of what was lost, altered or wrong
}

// Sound reports whether everything accepted was delivered with the same bytes, and
// every receipt holds.
func (r Report) Sound() bool { return r.Lost+r.Altered+r.Unproven == 0 }

// Percentiles are times in milliseconds.
type Percentiles struct {
	P50  float64 `json:"p50Ms"`
	P99  float64 `json:"p99Ms"`
	P999 float64 `json:"p999Ms"`
	Max  float64 `json:"maxMs"`
}

// What may be found.
const (
	Lost    = "lost"
	Altered = "altered"
	Receipt = "receipt"
)

// A Finding is one thing that should not be.
type Finding struct {
	What       string `json:"what"` // lost, altered or receipt
	ExchangeID string `json:"exchangeId"`
	Receiver   string `json:"receiver,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// maxFindings bounds what is kept of what was found. All is counted.
const maxFindings = 20

// note keeps a finding. mu is held.
func (b *books) note(f Finding) {
	if len(b.counts.Findings) < maxFindings {
		b.counts.Findings = append(b.counts.Findings, f)
	}
}

// receipt counts a receipt, which holds if there is no reason why not.
func (b *books) receipt(id uuid.UUID, reason error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if reason == nil {
		b.counts.Receipts++
		return
	}
	b.counts.Unproven++
	b.note(Finding{What: Receipt, ExchangeID: id.String(), Reason: reason.Error()})
}

// resend counts a document that was sent a second time.
func (b *books) resend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.Resent++
}

// retry counts calls that were made again.
func (b *books) retry(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.Retried += n
}

// behind counts a document that was sent late.
func (b *books) behind(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.Behind++
	b.counts.BehindMS = max(b.counts.BehindMS, milliseconds(by.Microseconds()))
}

// progress says how far everything is.
func (b *books) progress() Progress {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Progress{Accepted: b.counts.Accepted, Missing: b.missing}
}

// report closes the books. What is not delivered by now is lost.
func (b *books) report(submitted, drained time.Duration) Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, e := range b.entries {
		lost := e.receivers &^ e.delivered
		b.counts.Lost += lost.size()
		for i, name := range b.names {
			if lost&(1<<i) != 0 {
				b.note(Finding{What: Lost, ExchangeID: id.String(), Receiver: name})
			}
		}
	}
	b.counts.Others = len(b.others)
	b.counts.Seconds, b.counts.Drained = submitted.Seconds(), drained.Seconds()
	if submitted > 0 {
		b.counts.PerSecond = float64(b.counts.Accepted) / submitted.Seconds()
	}
	b.counts.Accept, b.counts.Journey = percentiles(b.answers), percentiles(b.journey)
	return b.counts
}

func percentiles(h *hdrhistogram.Histogram) Percentiles {
	at := func(percentile float64) float64 { return milliseconds(h.ValueAtPercentile(percentile)) }
	return Percentiles{P50: at(50), P99: at(99), P999: at(99.9), Max: milliseconds(h.Max())}
}

func milliseconds(microseconds int64) float64 { return float64(microseconds) / 1000 }
