package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"beibu/cmd/internal/load"
	"beibu/cmd/internal/terminal"
)

// benched is what a benchmark printed: how it was made, and what was measured.
type benched struct {
	Server  string  `json:"server"`
	Clients int     `json:"clients"` // with a rate, how many documents may be unanswered at once
	Rate    float64 `json:"rate,omitempty"`
	Signed  bool    `json:"signed"`
	load.Report
}

// printBench prints what was measured, and then what was found.
func (s *session) printBench(b benched) error {
	if s.asJSON() {
		return s.json(b)
	}
	t := s.newTable("MEASURED", "RESULT")
	t.Row(s.word("accepted"), s.say("%d documents in %.1f s, %.0f a second", b.Accepted, b.Seconds, b.PerSecond))
	t.Row(s.word("answered after"), s.percentiles(b.Accept))
	t.Row(s.word("acknowledged after"), s.percentiles(b.Journey))
	if b.Rate > 0 {
		t.Row(s.word("behind the rate"), s.say("%d documents, by %.1f ms at most", b.Behind, b.BehindMS))
	}
	t.Row(s.word("not accepted"), notAccepted(b.NotAccepted))
	t.Row(s.word("sent a second time"), s.say("%d documents; %d calls were made again", b.Resent, b.Retried))
	t.Row(s.word("receipts"), s.say("%d hold, %d do not", b.Receipts, b.Unproven))
	t.Row(s.word("delivered"), s.say("%d within %.1f s, and %d repeated", b.Delivered, b.Drained, b.Repeated))
	if b.Others > 0 {
		t.Row(s.word("of others"), s.say("%d deliveries, left in the mailboxes", b.Others))
	}
	t.Row(s.word("lost"), fmt.Sprint(b.Lost))
	t.Row(s.word("altered"), fmt.Sprint(b.Altered))
	if err := s.table(t); err != nil {
		return err
	}
	for _, f := range b.Findings {
		if err := s.printf("%s\n", terminal.Clean(s.finding(f))); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) percentiles(p load.Percentiles) string {
	return s.say("p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, at most %.1f ms", p.P50, p.P99, p.P999, p.Max)
}

// notAccepted counts documents by code.
func notAccepted(by map[string]int) string {
	parts := []string{}
	for _, code := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%d %s", by[code], code))
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, ", ")
}

// finding says what should not be.
func (s *session) finding(f load.Finding) string {
	switch f.What {
	case load.Lost:
		return s.say("lost: exchange %s did not come to %s", f.ExchangeID, f.Receiver)
	case load.Altered:
		return s.say("altered: exchange %s came to %s: %s", f.ExchangeID, f.Receiver, f.Reason)
	}
	return s.say("receipt of exchange %s: %s", f.ExchangeID, f.Reason)
}
