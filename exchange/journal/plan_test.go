package journal_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/queue/sqlitefile"
)

// explain returns what SQLite does for a query over an index, a step a line.
func explain(t *testing.T, c *sqlitefile.Conn, text string, args []any) string {
	t.Helper()
	s, err := c.Prepare(`EXPLAIN QUERY PLAN ` + text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var steps []string
	err = s.Query(func(row sqlitefile.Row) error {
		steps = append(steps, row.Text(3))
		return nil
	}, args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

// Every list is read from an index in its order: no table is scanned from one
// end to the other unless the list is of all, and none is sorted.
func TestPlans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	openAt(t, path)
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	since, until := began, began.Add(time.Hour)
	for name, test := range map[string]struct {
		query exchange.Query
		want  string // the step that finds exchanges
	}{
		"all":         {exchange.Query{}, "SCAN x"},
		"next page":   {exchange.Query{Before: 9}, "SEARCH x USING INTEGER PRIMARY KEY (rowid<?)"},
		"since":       {exchange.Query{Since: since}, "SEARCH x USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		"until":       {exchange.Query{Until: until}, "SEARCH x USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		"window":      {exchange.Query{Since: since, Until: until, Before: 9}, "SEARCH x USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		"sender":      {exchange.Query{Sender: "a", Since: since}, "exchange_sender (sender=? AND rowid>? AND rowid<?)"},
		"kind":        {exchange.Query{Kind: "a", Until: until}, "exchange_kind (kind=? AND rowid>? AND rowid<?)"},
		"number":      {exchange.Query{Number: "a", Before: 9}, "exchange_number (number=? AND rowid<?)"},
		"state":       {exchange.Query{State: exchange.SubmissionHeld, Since: since}, "exchange_state (state=? AND rowid>? AND rowid<?)"},
		"party":       {exchange.Query{Party: "a", Since: since, Before: 9}, "delivery_receiver (receiver=? AND entry<?)"},
		"party sends": {exchange.Query{Party: "a", Since: since, Before: 9}, "exchange_sender (sender=? AND rowid>? AND rowid<?)"},
	} {
		t.Run(name, func(t *testing.T) {
			text, args := journal.ListQuery(test.query)
			got := explain(t, c, text, args)
			if !strings.Contains(got, test.want) {
				t.Errorf("no %q in\n%s", test.want, got)
			}
			if strings.Contains(got, "SCAN hour") || strings.Contains(got, "SCAN d") || test.query != (exchange.Query{}) && strings.Contains(got, "SCAN x") {
				t.Errorf("a whole table is read:\n%s", got)
			}
			walk, _, _ := strings.Cut(got, "SCAN found") // a party's page, once found, is small
			if strings.Contains(walk, "TEMP B-TREE") {
				t.Errorf("sorted:\n%s", got)
			}
		})
	}
	for _, state := range []exchange.State{exchange.ContentConsignment, exchange.ContentHandover, exchange.ConsignmentRejection} {
		text, args := journal.DueQuery(exchange.DeliveryQuery{Receiver: "a", After: 9, Limit: 10}, state)
		got := explain(t, c, text, args)
		if !strings.Contains(got, "delivery_due (state=? AND receiver=? AND express=? AND entry>?)") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("deliveries in state %s:\n%s", state, got)
		}
	}
}

// What is handed over is read from an index in its order, however much of it is
// failing; a list of exchanges that are failing begins at the index of those.
func TestPlansOfFailing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	openAt(t, path)
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	const due = "delivery_due (state=? AND receiver=? AND express=? AND entry>?)"
	for name, test := range map[string]struct {
		want  string
		query func() (string, []any)
	}{
		"the others": {due, func() (string, []any) {
			return journal.DueQuery(exchange.DeliveryQuery{Receiver: "a", HandoversBelow: 5, Limit: 10}, exchange.ContentHandover)
		}},
		"the others by lease": {"delivery_leased (receiver=?)", func() (string, []any) {
			return journal.LeaseQuery(exchange.LeaseQuery{Receiver: "a", HandoversBelow: 5})
		}},
		"those that are failing": {"delivery_again (receiver=? AND handovers>?)", func() (string, []any) {
			return journal.FailingQuery(exchange.FailingQuery{Receiver: "a", Handovers: 5, FreeAt: began})
		}},
		"exchanges": {"USING COVERING INDEX delivery_again", func() (string, []any) {
			return journal.ListQuery(exchange.Query{Failing: 5, Before: 9})
		}},
		"exchanges of a party": {"USING COVERING INDEX delivery_again", func() (string, []any) {
			return journal.ListQuery(exchange.Query{Failing: 5, Party: "a", Since: began})
		}},
	} {
		text, args := test.query()
		got := explain(t, c, text, args)
		if !strings.Contains(got, test.want) || strings.Contains(got, "SCAN x") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}
