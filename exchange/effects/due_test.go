package effects

import (
	"testing"
	"time"
)

// The last day of a term is the same day of a later month, or the last of that month.
func TestAddMonths(t *testing.T) {
	for _, test := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-15", 6, "2026-07-15"},
		{"2026-08-31", 6, "2027-02-28"},
		{"2027-08-31", 6, "2028-02-29"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2026-12-31", 9, "2027-09-30"},
		{"2026-05-11", 0, "2026-05-11"},
	} {
		from, err := time.Parse(time.DateOnly, test.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := addMonths(from, test.months).Format(time.DateOnly); got != test.want {
			t.Errorf("%s and %d months: %s, want %s", test.from, test.months, got, test.want)
		}
	}
}

// A term is in force from its day on.
func TestTerm(t *testing.T) {
	r := dueRule{terms: []term{{"2022-11-01", 6}, {"2025-03-01", 9}}}
	for day, want := range map[string]int{"2022-10-31": 0, "2022-11-01": 6, "2025-02-28": 6, "2025-03-01": 9} {
		from, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := r.term(from); got.months != want || ok != (want > 0) {
			t.Errorf("on %s: %d months, %v", day, got.months, ok)
		}
	}
}

// Every rule has a source and terms in order, and every deadline some rule.
func TestDueRules(t *testing.T) {
	named := make(map[Deadline]bool)
	for _, r := range dueRules {
		named[r.name] = true
		if r.source == "" || len(r.terms) == 0 || len(r.kinds) == 0 {
			t.Errorf("%s: %+v", r.name, r.terms)
		}
		for i := 1; i < len(r.terms); i++ {
			if r.terms[i-1].since >= r.terms[i].since {
				t.Errorf("%s: %s is not before %s", r.name, r.terms[i-1].since, r.terms[i].since)
			}
		}
	}
	for _, name := range Deadlines() {
		if !named[name] {
			t.Errorf("no rule sets %s", name)
		}
	}
}

// A document that refers to more others than its head has room for says that it is not
// counted.
func TestTooManyActs(t *testing.T) {
	e := Effects{Acts: make([]Act, mostActs+1)}
	if got := e.bounded(); !got.Omitted || len(got.Acts) != mostActs {
		t.Errorf("%d acts, omitted %v", len(got.Acts), got.Omitted)
	}
	e.Acts = e.Acts[:mostActs]
	if got := e.bounded(); got.Omitted || len(got.Acts) != mostActs {
		t.Errorf("%d acts, omitted %v", len(got.Acts), got.Omitted)
	}
}
