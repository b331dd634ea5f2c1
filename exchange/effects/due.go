package effects

import (
	"slices"
	"time"

	"beibu/exchange/facts"
)

// A Deadline names a deadline of a document.
type Deadline string

// The deadlines.
const (
	Expiry      Deadline = "expiry"        // the document is valid no more
	ClaimPeriod Deadline = "claim-period"  // customs may claim on the guarantor of a carnet no more
	Proof       Deadline = "proof"         // the guarantor has proved the re-exportation, or pays provisionally
	Payment     Deadline = "final-payment" // what was paid provisionally is final, unless the re-exportation is proved
	TransitExit Deadline = "transit-exit"  // goods in transit have left
)

// Deadlines returns every deadline, in the order of this list.
func Deadlines() []Deadline { return []Deadline{Expiry, ClaimPeriod, Proof, Payment, TransitExit} }

// Due is a deadline that a document sets.
type Due struct {
	Name Deadline `json:"name"`
	// At is the first moment after its last day, in the zone of the country of issue.
	At time.Time `json:"at"`
	// Remind is when those concerned are reminded of it, or zero.
	Remind time.Time `json:"remind,omitzero"`
}

// ReminderDays is how many days before a deadline those concerned are reminded of it: the
// chambers that issue carnets warn so long before the end.
const ReminderDays = 30

// A dueRule says which kinds have a deadline, from which day it counts, and for how long.
type dueRule struct {
	name  Deadline
	kinds []string
	from  func(facts.Facts) time.Time // the day, or zero if the document does not state it
	terms []term                      // by the day from which they are in force, oldest first
	// source is where the term is laid down.
	source string
}

// A term is how long a deadline is, for documents whose day is not before its own.
type term struct {
	since  string // YYYY-MM-DD; "" is from the beginning
	months int
}

func validUntil(f facts.Facts) time.Time { return f.Period().Until }
func issued(f facts.Facts) time.Time     { return f.Issued }

// dueRules are all of them.
var dueRules = []dueRule{
	{
		Expiry,
		[]string{"ata-carnet", "import-licence", "export-licence", "health-permit", "health-certificate"},
		validUntil,
		[]term{{"", 0}},
		"the last day of validity is included (Istanbul Convention, Annex A, article 5 (1))",
	},
	{
		Expiry, []string{"certificate-of-origin"}, issued, []term{{"", 12}}, "a Form E is valid for 12 months from its issue (ACFTA)",
	},
	{
		ClaimPeriod,
		[]string{"ata-carnet"},
		validUntil,
		[]term{{"1993-11-27", 12}},
		"one year after the end of validity (Istanbul Convention, Annex A, article 8 (4))",
	},
	{
		Proof,
		[]string{"ata-reexportation-request"},
		issued,
		[]term{{"1963-07-30", 6}},
		"six months from the claim (ATA Convention, article 7; Istanbul Convention, Annex A, article 9)",
	},
	{
		Payment,
		[]string{"ata-reexportation-request"},
		issued,
		[]term{{"1963-07-30", 9}},
		"three more months after the provisional payment (ATA Convention, article 7; Istanbul Convention, Annex A, article 9)",
	},
	{
		TransitExit, []string{"transit-declaration"}, issued, []term{{"2022-11-01", 6}}, "six months (GACC Decree 260)",
	},
}

// term returns the one in force for a day, or false if none was yet.
func (r dueRule) term(from time.Time) (found term, ok bool) {
	for _, t := range r.terms {
		if t.since <= from.Format(time.DateOnly) {
			found, ok = t, true
		}
	}
	return found, ok
}

// dues returns the deadlines that a document sets.
func dues(kind string, f facts.Facts) (all []Due) {
	zone := zoneOf(f.Country())
	for _, r := range dueRules {
		if !slices.Contains(r.kinds, kind) {
			continue
		}
		from := r.from(f)
		if from.IsZero() {
			continue
		}
		t, ok := r.term(from)
		if !ok {
			continue
		}
		last := addMonths(from, t.months)
		at := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
		all = append(all, Due{r.name, at.UTC(), at.AddDate(0, 0, -ReminderDays).UTC()})
	}
	return all
}

// addMonths returns the same day of a later month, or its last day if it has no such day.
func addMonths(from time.Time, months int) time.Time {
	year, month, day := from.Date()
	if last := time.Date(year, month+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day(); day > last {
		day = last
	}
	return time.Date(year, month+time.Month(months), day, 0, 0, 0, 0, time.UTC)
}

// zones are the zones of the parties' countries, in minutes east of UTC; none of them has
// daylight saving. Indonesia's is that of Jakarta.
var zones = map[string]int{
	"CN": 480, "VN": 420, "TH": 420, "MY": 480, "SG": 480, "ID": 420, "PH": 480, "KH": 420, "LA": 420, "MM": 390, "BN": 480,
}

// zoneOf returns the zone of a country, or China's for any other.
func zoneOf(country string) *time.Location {
	minutes, known := zones[country]
	if !known {
		minutes = zones["CN"]
	}
	return time.FixedZone(country, minutes*60)
}
