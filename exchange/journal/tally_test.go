package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// A delivery counts under each rule of its document and under the one that the refusal
// cites, once, however the documents of the rule differ in sender and other rules. The
// example is the oldest perishable one, or the oldest.
func TestFailuresByRule(t *testing.T) {
	r := &record{tb: t}
	failed := func(d document, state exchange.State, code string) uuid.UUID {
		d.Number, d.Receivers = fmt.Sprint(len(r.changes)), []string{"window-vn"}
		id := r.accept(d)
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
		r.event(id, "window-vn", state, 1, exchange.Cause{Code: code})
		return id
	}
	refused := func(d document, code string) uuid.UUID { return failed(d, exchange.ConsignmentRejection, code) }
	plain := refused(document{Sender: "b"}, "QUOTA")
	both := refused(document{Sender: "b", Faults: []string{"ATA-9", "ATA-1"}}, "QUOTA")
	refused(document{Sender: "a", Faults: []string{"ATA-9"}}, "QUOTA")
	fresh := refused(document{Sender: "c", Faults: []string{"ATA-9", "ATA-2"}, Express: true}, "QUOTA")
	refused(document{Sender: "a", Faults: []string{"ATA-9"}, Express: true}, "QUOTA")
	cited := refused(document{Sender: "a"}, "ATA-9")
	refused(document{Sender: "a", Faults: []string{"ATA-9"}}, "ATA-9")
	inForce := refused(document{Sender: "a", Faults: []string{"ATA-1"}}, "ATA-30")
	given := failed(document{Sender: "a"}, exchange.ContentHandoverFailure, "ATA-30")
	got, err := r.folded().Failures(t.Context(), exchange.FailureQuery{Now: began.Add(time.Hour), ByRule: true, Rules: []string{"ATA-30"}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range got {
		lines = append(lines, fmt.Sprintf("%s %s %q: %d, %d express, %s", f.State, f.Code, f.Rule, f.Count, f.Express, f.Example))
	}
	want := []string{
		fmt.Sprintf(`ConsignmentRejection QUOTA "": 1, 0 express, %s`, plain),
		fmt.Sprintf(`ConsignmentRejection QUOTA "ATA-1": 1, 0 express, %s`, both),
		fmt.Sprintf(`ConsignmentRejection QUOTA "ATA-2": 1, 1 express, %s`, fresh),
		fmt.Sprintf(`ConsignmentRejection QUOTA "ATA-9": 4, 2 express, %s`, fresh),
		fmt.Sprintf(`ConsignmentRejection ATA-9 "ATA-9": 2, 0 express, %s`, cited),
		fmt.Sprintf(`ConsignmentRejection ATA-30 "ATA-1": 1, 0 express, %s`, inForce),
		fmt.Sprintf(`ConsignmentRejection ATA-30 "ATA-30": 1, 0 express, %s`, inForce),
		fmt.Sprintf(`ContentHandoverFailure ATA-30 "": 1, 0 express, %s`, given),
	}
	slices.Sort(lines)
	slices.Sort(want)
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%q\nwant\n%q", lines, want)
	}
}
