package journal_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/lookup"
	"beibu/exchange/operator/replay"
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

// index opens an empty index, and returns a connection to it.
func index(t *testing.T) *sqlitefile.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.db")
	openAt(t, path)
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// walked fails the test if a plan reads a whole table or sorts what it has found. The
// exchanges that the index of terms names are sorted, but they are a page.
func walked(t *testing.T, plan string) {
	t.Helper()
	named := strings.Contains(plan, "SCAN n VIRTUAL TABLE")
	for step := range strings.SplitSeq(plan, "\n") {
		if strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "SCAN n VIRTUAL TABLE") || strings.Contains(step, "TEMP B-TREE") && !named {
			t.Errorf("%s in\n%s", step, plan)
		}
	}
}

// Every list of the API and every filter of the console is read from an index in its
// order: no table is read from one end to the other, and nothing is sorted.
func TestPlans(t *testing.T) {
	c := index(t)
	since, until := began, began.Add(time.Hour)
	const (
		terms    = "SEARCH filed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
		named    = "SEARCH x USING INTEGER PRIMARY KEY (rowid=?)"
		term     = "SEARCH term USING COVERING INDEX sqlite_autoindex_term_1 (role=? AND name>? AND name<?)"
		sequence = "SEARCH x USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
		hours    = "SEARCH hour USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
		state    = "SEARCH journey USING COVERING INDEX journey_state (state=? AND rowid<?)"
		number   = "SEARCH exchange USING COVERING INDEX exchange_number (number=? AND rowid<?)"
		key      = "SEARCH lookup USING PRIMARY KEY (key=? AND entry<?)"
		failing  = "SEARCH x USING INTEGER PRIMARY KEY (rowid=?)"
		again    = "USING COVERING INDEX delivery_again"
	)
	of := func(role lookup.Role, value string) [][]lookup.Term {
		return [][]lookup.Term{{{Role: role, Value: value}}}
	}
	for name, test := range map[string]struct {
		query exchange.Query
		want  []string // the steps that find exchanges
	}{
		"all":               {exchange.Query{}, []string{sequence}},
		"next page":         {exchange.Query{Before: 9}, []string{sequence}},
		"since":             {exchange.Query{Since: since}, []string{hours, sequence}},
		"until":             {exchange.Query{Until: until}, []string{hours, sequence}},
		"window":            {exchange.Query{Since: since, Until: until, Before: 9}, []string{hours, sequence}},
		"finished":          {exchange.Query{State: exchange.ConsignmentAcceptance}, []string{sequence}},
		"sender":            {exchange.Query{Sender: "a", Since: since}, []string{hours, term, terms, named}},
		"kind":              {exchange.Query{Kind: "a", Until: until}, []string{hours, terms, named}},
		"party":             {exchange.Query{Party: "a", Before: 9}, []string{terms, named}},
		"all terms":         {exchange.Query{Party: "a", Sender: "b", Kind: "c", State: exchange.ConsignmentAcceptance}, []string{terms, named}},
		"number":            {exchange.Query{Number: "a", Before: 9}, []string{number, named}},
		"number of a party": {exchange.Query{Number: "a", Party: "b"}, []string{number, terms, named}},
		"state":             {exchange.Query{State: exchange.SubmissionHeld, Since: since}, []string{hours, state, named}},
		"state of a party":  {exchange.Query{State: exchange.ContentHandover, Party: "a"}, []string{state, terms, named}},
		"state of a kind":   {exchange.Query{State: exchange.ConsignmentRejection, Kind: "a", Sender: "b"}, []string{state, terms, named}},
		"rule":              {exchange.Query{Rule: "a", Before: 9}, []string{term, terms, named}},
		"cause":             {exchange.Query{Cause: "a", Since: since}, []string{hours, term, terms, state, named}},
		"cause of a party":  {exchange.Query{Cause: "a", Party: "b"}, []string{term, terms, state, named}},
		"goods":             {exchange.Query{Terms: of(lookup.HS, "0810")}, []string{term, terms, named}},
		"goods of a list":   {exchange.Query{Terms: of(lookup.HS, "0810600000")}, []string{term, terms, named}},
		"container":         {exchange.Query{Terms: of(lookup.Container, "BBGU4061125"), Before: 9}, []string{key, named}},
		"holder, of all": {exchange.Query{
			Terms: of(lookup.Holder, "a"), Party: "b", Kind: "c", Rule: "d", Cause: "e", State: exchange.ContentHandover, Until: until,
		}, []string{hours, key, terms, term, state, named}},
		"answered":                {exchange.Query{Answered: exchange.AnyAnswer, Before: 9}, []string{term, terms, named}},
		"rejected by a party":     {exchange.Query{Answered: "rejected", Party: "a"}, []string{term, terms, named}},
		"not answered":            {exchange.Query{Answered: exchange.NoAnswer}, []string{term, terms, named}},
		"not answered, of a kind": {exchange.Query{Answered: exchange.NoAnswer, Kind: "a", Since: since}, []string{hours, term, terms, named}},
		"failing":                 {exchange.Query{Failing: 5, Before: 9}, []string{failing, again}},
		"failing, of all":         {exchange.Query{Failing: 5, Party: "a", Kind: "b", State: exchange.ContentHandover, Since: since}, []string{hours, failing, again}},
	} {
		t.Run(name, func(t *testing.T) {
			var plan []string
			texts, args := journal.ListQueries(test.query)
			for i, text := range texts {
				one := explain(t, c, text, args[i])
				walked(t, strings.ReplaceAll(one, "SCAN d USING COVERING INDEX delivery_again", "LIST of those that are failing"))
				plan = append(plan, one)
			}
			for _, step := range test.want {
				if all := strings.Join(plan, "\n"); !strings.Contains(all, step) {
					t.Errorf("no %q in\n%s", step, all)
				}
			}
		})
	}
}

// Deliveries are read from an index in their order, by receiver; those of all receivers
// that are overdue are sorted, and are no more than those that are open.
func TestPlansOfDeliveries(t *testing.T) {
	c := index(t)
	const due = "SEARCH d USING PRIMARY KEY (state=? AND receiver=? AND behind=? AND express=? AND entry>?)"
	type query struct {
		text string
		args []any
	}
	of := func(text string, args []any) query { return query{text, args} }
	for name, test := range map[string]struct {
		want  string
		query query
	}{
		"open":   {due, of(journal.DueQuery(exchange.DeliveryQuery{Receiver: "a", After: 9, Limit: 10}, exchange.ContentConsignment))},
		"handed": {due, of(journal.DueQuery(exchange.DeliveryQuery{Receiver: "a", HandoversBelow: 5, Limit: 10}, exchange.ContentHandover))},
		"in turn": {"SEARCH o USING COVERING INDEX turn_out (receiver=? AND number=? AND sender=? AND kind=? AND leased>? AND leased<?)", of(journal.DueQuery(exchange.DeliveryQuery{
			Receiver: "a", InTurn: true, Unless: exchange.Out{LeasedAt: began}, Limit: 10,
		}, exchange.ContentConsignment))},
		"none handed over": {"SEARCH o USING COVERING INDEX turn_out (receiver=? AND number=? AND sender=? AND kind=?)", of(journal.DueQuery(exchange.DeliveryQuery{
			Receiver: "a", InTurn: true, Unless: exchange.Out{HandedOver: true}, Limit: 10,
		}, exchange.ContentConsignment))},
		"failed of a cause": {due, of(journal.DueQuery(exchange.DeliveryQuery{Receiver: "a", Cause: "b", Kind: "c", Since: began, Limit: 10},
			exchange.ConsignmentRejection))},
		"by lease":    {"delivery_leased (receiver=? AND behind=?)", of(journal.LeaseQuery(exchange.LeaseQuery{Receiver: "a", HandoversBelow: 5}))},
		"failing":     {"delivery_again (receiver=? AND handovers>?)", of(journal.FailingQuery(exchange.FailingQuery{Receiver: "a", Handovers: 5, FreeAt: began}))},
		"of ids":      {"SEARCH x USING COVERING INDEX exchange_id (id=?)", of(journal.DeliveriesOfQuery(), []any{"[]"})},
		"an exchange": {"SEARCH x USING INDEX exchange_id (id=?)", of(journal.ExchangeQuery(), []any{[]byte{1}})},
		"as it is":    {"SEARCH x USING INDEX exchange_id (id=?)", of(journal.CurrentQuery(), []any{[]byte{1}})},
		"causes":      {"sqlite_autoindex_term_1 (role=?)", of(journal.CausesQuery(), []any{int64(1), int64(2)})},
		"a timeline":  {"SEARCH timeline USING PRIMARY KEY (entry=? AND sequence<?)", of(journal.TimelineQuery(), []any{int64(1), int64(2)})},
	} {
		got := explain(t, c, test.query.text, test.query.args)
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: no %q in\n%s", name, test.want, got)
		}
		walked(t, got)
	}
}

// What was consigned to a receiver is read from indexes in the order of the record.
func TestPlansOfWhatWasConsigned(t *testing.T) {
	c := index(t)
	texts, args := journal.ConsignedQueries()
	for i, want := range []string{
		"SEARCH term USING COVERING INDEX sqlite_autoindex_term_1 (role=? AND name=?)",
		"SEARCH filed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		"SEARCH later USING PRIMARY KEY (receiver=? AND entry>? AND entry<?)",
		"SEARCH later USING COVERING INDEX later_sequence (receiver=? AND sequence>?)",
		"SEARCH x USING INTEGER PRIMARY KEY (rowid=?)",
	} {
		got := explain(t, c, texts[i], args[i])
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
		walked(t, got)
	}
}

// Runs and their items are read from an index in their order.
func TestPlansOfRuns(t *testing.T) {
	c := index(t)
	type query struct {
		text string
		args []any
	}
	of := func(text string, args []any) query { return query{text, args} }
	for name, test := range map[string]struct {
		want  string
		query query
	}{
		"active":          {"SEARCH run USING INDEX run_active (active=?)", of(journal.ActiveRunsQuery(), nil)},
		"newest":          {"SEARCH run USING INTEGER PRIMARY KEY (rowid<?)", of(journal.RunListQuery(replay.RunQuery{}))},
		"of a party":      {"SEARCH run USING INTEGER PRIMARY KEY (rowid<?)", of(journal.RunListQuery(replay.RunQuery{Party: "a", Before: 9}))},
		"of a status":     {"SEARCH run USING INTEGER PRIMARY KEY (rowid<?)", of(journal.RunListQuery(replay.RunQuery{Status: replay.Finished}))},
		"items":           {"SEARCH i USING PRIMARY KEY (run=? AND number>? AND number<?)", of(journal.RunItemsQuery(replay.ItemQuery{Run: "a", After: 9}))},
		"items of states": {"SEARCH i USING PRIMARY KEY (run=? AND number>? AND number<?)", of(journal.RunItemsQuery(replay.ItemQuery{Run: "a", States: []replay.ItemState{replay.Waiting, replay.Started}}))},
		"items of a state": {
			"run_item_state (run=? AND state=? AND number>? AND number<?)",
			of(journal.RunItemsQuery(replay.ItemQuery{Run: "a", States: []replay.ItemState{replay.Refused}, UpTo: 9})),
		},
		"items that are ready": {
			"SEARCH p USING PRIMARY KEY (run=? AND number=?)",
			of(journal.RunItemsQuery(replay.ItemQuery{Run: "a", States: []replay.ItemState{replay.Waiting}, Ready: true})),
		},
	} {
		got := explain(t, c, test.query.text, test.query.args)
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: no %q in\n%s", name, test.want, got)
		}
		walked(t, got)
	}
}

// Every list of refusals is read from an index in its order.
func TestPlansOfRefusals(t *testing.T) {
	c := index(t)
	const (
		terms    = "SEARCH filed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
		named    = "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"
		number   = "SEARCH r USING INDEX refusal_number (number=? AND rowid>? AND rowid<?)"
		digest   = "SEARCH r USING INDEX refusal_digest (digest=? AND rowid>? AND rowid<?)"
		accepted = "SEARCH x USING INDEX exchange_number (number=?)"
	)
	for name, test := range map[string]struct {
		query exchange.RefusalQuery
		want  []string
	}{
		"all":         {exchange.RefusalQuery{Since: began}, []string{"SEARCH r USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", accepted}},
		"of a sender": {exchange.RefusalQuery{Sender: "a", Kind: "b", Code: "c", Way: exchange.WayHTTP, Until: began}, []string{terms, named, accepted}},
		"of a truck": {
			exchange.RefusalQuery{Kind: "a", Terms: [][]lookup.Term{{{Role: lookup.Vehicle, Value: "b"}, {Role: lookup.Container, Value: "b"}}}},
			[]string{terms, "SEARCH lookup USING PRIMARY KEY (key=? AND entry<?)", named, accepted},
		},
		"number": {exchange.RefusalQuery{Number: "a", Sender: "b", Before: 9}, []string{number, accepted}},
		"digest": {exchange.RefusalQuery{Digest: [32]byte{1}, Number: "a", Code: "c"}, []string{digest, accepted}},
	} {
		var plan []string
		texts, args := journal.RefusalQueries(test.query)
		for i, text := range texts {
			one := explain(t, c, text, args[i])
			walked(t, one)
			plan = append(plan, one)
		}
		for _, step := range test.want {
			if all := strings.Join(plan, "\n"); !strings.Contains(all, step) {
				t.Errorf("%s: no %q in\n%s", name, step, all)
			}
		}
	}
	if got := explain(t, c, journal.RefusalQuery(), []any{[]byte{1}}); !strings.Contains(got, "SEARCH r USING INDEX refusal_id (id=?)") {
		t.Error(got)
	}
}

// What is kept of a sender is added up from an index that has all of it.
func TestPlanOfKeptBytes(t *testing.T) {
	c := index(t)
	want := "SEARCH refusal USING COVERING INDEX refusal_kept (sender=? AND kept>?)"
	if got := explain(t, c, journal.KeptBytesQuery(), []any{"a", int64(1)}); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

// The fold finds the rows of an exchange by index, however many there are.
func TestPlansOfTheFold(t *testing.T) {
	c := index(t)
	for _, text := range journal.FoldQueries() {
		args := make([]any, strings.Count(text, "?"))
		walked(t, explain(t, c, text, args))
	}
}

// What has failed is counted in the order of an index that has all that is counted.
func TestPlansOfFailures(t *testing.T) {
	c := index(t)
	if plan := explain(t, c, journal.RulesQuery(), []any{int64(3)}); !strings.Contains(plan, "SEARCH term USING COVERING INDEX") {
		t.Error(plan)
	}
	for name, q := range map[string]exchange.FailureQuery{
		"all":         {Now: began, Handovers: 5},
		"of a party":  {Now: began, Handovers: 5, Parties: []string{"a", "b"}},
		"of none":     {Now: began, Handovers: 5, Parties: []string{}},
		"by sender":   {Now: began, Handovers: 5, BySender: true},
		"by rule":     {Now: began, Handovers: 5, ByRule: true, Rules: []string{"ATA-9"}},
		"by both":     {Now: began, Handovers: 5, BySender: true, ByRule: true, Parties: []string{"a"}},
		"of a window": {Now: began, Receiver: "a", Since: began, Until: began.Add(time.Hour)},
	} {
		texts, args := journal.FailureQueries(q)
		if plan := explain(t, c, texts[0], args[0]); !strings.Contains(plan, "SCAN d USING COVERING INDEX delivery_failed") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", name, plan)
		}
		text, values := journal.RetriesQuery(q)
		if plan := explain(t, c, text, values); !strings.Contains(plan, "SCAN d USING COVERING INDEX delivery_retried") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s, carried again:\n%s", name, plan)
		}
		text, values = journal.WaitingQuery(q, exchange.Failure{Receiver: "a", Sender: "b"})
		if plan := explain(t, c, text, values); !strings.Contains(plan, "SEARCH d USING PRIMARY KEY (state=? AND receiver=?)") {
			t.Errorf("%s, waiting:\n%s", name, plan)
		}
		for i, text := range texts[1:] {
			if plan := explain(t, c, text, args[i+1]); !strings.Contains(plan, "SCAN d USING INDEX delivery_again") {
				t.Errorf("%s, handed over too often:\n%s", name, plan)
			}
		}
	}
}
