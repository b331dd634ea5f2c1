package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/journal"
	"beibu/exchange/lookup"
	"beibu/queue/sqlitefile"
)

// found returns the query for one term.
func found(role lookup.Role, value string) exchange.Query {
	return exchange.Query{Terms: [][]lookup.Term{{{Role: role, Value: value}}}}
}

// truck returns the record of what a truck with two containers brings, and of other
// documents.
func truck(t *testing.T) *record {
	t.Helper()
	r := &record{tb: t}
	accept := func(number, kind string, keys lookup.Keys, faults ...string) uuid.UUID {
		id := r.accept(document{Number: number, Kind: kind, Keys: keys, Faults: faults, Receivers: []string{"window-vn", "promotion"}})
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
		r.event(id, "promotion", exchange.ContentConsignment, 1)
		return id
	}
	accept("C-1", "ata-carnet", lookup.Keys{Vehicles: []string{"桂F83127"}, Holders: []string{"holder-a"}, HS: []string{"843351"}})
	d := accept("D-1", "import-declaration", lookup.Keys{
		Vehicles: []string{"桂F83127"}, Containers: []string{"BBGU4061125", "CCLU7720410"}, HS: []string{"0810600000", "0803900000"},
		TransportDocuments: []string{"BGSL2609"},
		Cites:              []lookup.Citation{{Kind: "ata-carnet", Number: "c 1"}, {Kind: "import-licence", Number: "26-45"}, {Kind: "sps-certificate", Number: "P"}},
	}, "DEC-07")
	r.event(d, "window-vn", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no-room"})
	l := accept("26-45", "import-licence", lookup.Keys{Holders: []string{"holder-a"}, HS: []string{"08106000"}})
	r.event(l, "promotion", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no-room"})
	e := accept("D-2", "export-declaration", lookup.Keys{Containers: []string{"BBGU4061125"}, HS: []string{"0102"}}, "DEC-07", "DEC-08")
	r.event(e, "window-vn", exchange.ContentHandoverFailure, 1, exchange.Cause{Code: exchange.CodeExpired})
	r.event(e, "window-vn", exchange.ContentConsignment, 2)
	return r
}

func TestExchangesByWhatPeopleKnow(t *testing.T) {
	j := truck(t).folded()
	with := func(q exchange.Query, more exchange.Query) exchange.Query {
		q.Terms = append(q.Terms, more.Terms...)
		q.Kind, q.Party, q.Cause, q.Rule, q.State = more.Kind, more.Party, more.Cause, more.Rule, more.State
		return q
	}
	for name, test := range map[string]struct {
		query exchange.Query
		want  string
	}{
		"vehicle":                          {found(lookup.Vehicle, "桂F83127"), "[D-1 C-1]"},
		"container":                        {found(lookup.Container, "BBGU4061125"), "[D-2 D-1]"},
		"a container is no vehicle":        {found(lookup.Vehicle, "BBGU4061125"), "[]"},
		"vehicle or container":             {exchange.Query{Terms: [][]lookup.Term{{{Role: lookup.Vehicle, Value: "CCLU7720410"}, {Role: lookup.Container, Value: "CCLU7720410"}}}}, "[D-1]"},
		"transport document":               {found(lookup.TransportDocument, "BGSL2609"), "[D-1]"},
		"carnet, its own and cited":        {found(lookup.Carnet, "C1"), "[D-1 C-1]"},
		"licence, its own and cited":       {found(lookup.Licence, "2645"), "[26-45 D-1]"},
		"other kinds are not searched for": {found(lookup.Licence, "D1"), "[]"},
		"holder":                           {found(lookup.Holder, "holder-a"), "[26-45 C-1]"},
		"chapter":                          {found(lookup.HS, "08"), "[26-45 D-1]"},
		"heading":                          {found(lookup.HS, "0803"), "[D-1]"},
		"a heading that is a whole code":   {found(lookup.HS, "0102"), "[D-2]"},
		"subheading":                       {found(lookup.HS, "081060"), "[26-45 D-1]"},
		"a subheading that is a code":      {found(lookup.HS, "843351"), "[C-1]"},
		"eight digits":                     {found(lookup.HS, "08106000"), "[26-45 D-1]"},
		"ten digits":                       {found(lookup.HS, "0810600000"), "[D-1]"},
		"other ten digits":                 {found(lookup.HS, "0810600010"), "[]"},
		"rule":                             {exchange.Query{Rule: "DEC-07"}, "[D-2 D-1]"},
		"cause":                            {exchange.Query{Cause: "no-room"}, "[26-45 D-1]"},
		"cause of a receiver":              {exchange.Query{Cause: "no-room", Party: "promotion"}, "[26-45]"},
		"a cause that is over":             {exchange.Query{Cause: exchange.CodeExpired}, "[]"},
		"two terms":                        {with(found(lookup.Vehicle, "桂F83127"), found(lookup.HS, "08")), "[D-1]"},
		"term and kind":                    {with(found(lookup.Holder, "holder-a"), exchange.Query{Kind: "ata-carnet"}), "[C-1]"},
		"term, party, cause and rule": {
			with(found(lookup.Container, "BBGU4061125"), exchange.Query{Party: "window-vn", Cause: "no-room", Rule: "DEC-07", State: exchange.ConsignmentRejection}), "[D-1]",
		},
		"a term that is nowhere": {found(lookup.Container, "NOWHERE"), "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			page, next, err := j.Exchanges(t.Context(), test.query)
			if got := fmt.Sprint(numbers(page)); err != nil || got != test.want || next != 0 {
				t.Errorf("got %s, next %d, %v; want %s", got, next, err, test.want)
			}
		})
	}
	causes, err := j.Causes(t.Context())
	if got := fmt.Sprint(causes); err != nil || got != "[expired no-room]" {
		t.Errorf("the causes are %s, %v", got, err)
	}
}

// A carnet is found by its own number, written in whichever way, and with it the documents
// that cite it, but none of another kind that has the number. If it is written as it is
// searched for, the index of numbers finds it, and there is no row for it beside that.
func TestExchangesByTheirOwnNumber(t *testing.T) {
	r := &record{tb: t}
	accept := func(number, kind string, cites ...lookup.Citation) {
		r.accept(document{Number: number, Kind: kind, Keys: lookup.Keys{Cites: cites}, Receivers: []string{"promotion"}})
	}
	accept("CN/1", "import-declaration")
	accept("CN/1", "ata-carnet")
	accept("cn/1", "ata-carnet")
	accept("D-1", "import-declaration", lookup.Citation{Kind: "ata-carnet", Number: "cn / 1"})
	path := filepath.Join(t.TempDir(), "index.db")
	j := openAt(t, path)
	if err := j.Fold(t.Context(), r.changes); err != nil {
		t.Fatal(err)
	}
	page, _, err := j.Exchanges(t.Context(), found(lookup.Carnet, "CN/1"))
	if got := fmt.Sprint(numbers(page)); err != nil || got != "[D-1 cn/1 CN/1]" || page[2].Identity.Kind != "ata-carnet" {
		t.Errorf("got %s, %v", got, err)
	}
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Number(`SELECT count(*) FROM lookup`); n != 2 || err != nil {
		t.Errorf("%d rows, %v; want those of cn/1 and of D-1", n, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// Two terms may have the same key in the index; what one finds is not what the other
// finds.
func TestTermsWithOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	j := openAt(t, path)
	if err := j.Fold(t.Context(), truck(t).changes); err != nil {
		t.Fatal(err)
	}
	other := lookup.Term{Role: lookup.Container, Value: "OTHER"}
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Prepare(`INSERT INTO lookup (key, entry) SELECT ?, sequence FROM exchange`)
	if err == nil {
		err = s.Query(func(sqlitefile.Row) error { return nil }, journal.KeyOf(other))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	page, _, err := j.Exchanges(t.Context(), found(other.Role, other.Value))
	if err != nil || len(page) != 0 {
		t.Errorf("found %v, %v", numbers(page), err)
	}
}

// Whatever the filters are, the pages of a list are those exchanges that fit, newest
// first, each once.
func TestFiltersAreTheModel(t *testing.T) {
	dir := t.TempDir()
	values := []string{"A", "B", "C"}
	codes := []string{"08", "0810", "081060", "08106000", "0810600010", "0102"}
	rapid.Check(t, func(rt *rapid.T) {
		r := &record{tb: t}
		for i := range rapid.IntRange(1, 40).Draw(rt, "documents") {
			some := func(of []string, what string) []string {
				return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[string]).Draw(rt, what)
			}
			r.before += rapid.SampledFrom([]int{0, 0, 1, 3000}).Draw(rt, "gap") // into another block
			id := r.accept(document{
				Number: fmt.Sprint(i), Kind: rapid.SampledFrom([]string{"ata-carnet", "response"}).Draw(rt, "kind"),
				Receivers: []string{"window-vn"}, Faults: some(values, "rules"),
				Keys: lookup.Keys{Vehicles: some(values, "vehicles"), Holders: some(values, "holders"), HS: some(codes, "codes")},
			})
			r.event(id, "window-vn", exchange.ContentConsignment, 1)
			if cause := rapid.SampledFrom(append(values, "")).Draw(rt, "cause"); cause != "" {
				r.event(id, "window-vn", exchange.ConsignmentRejection, 1, exchange.Cause{Code: cause})
			}
		}
		j, done := fresh(rt, dir)
		defer done()
		if err := j.Fold(context.Background(), r.changes); err != nil {
			rt.Fatal(err)
		}
		drawn := func(of []string, what string) string {
			return rapid.SampledFrom(append([]string{"", ""}, of...)).Draw(rt, what)
		}
		q := exchange.Query{
			Limit: 3, Rule: drawn(values, "rule"), Cause: drawn(values, "of cause"), Kind: drawn([]string{"response"}, "of kind"),
			State: exchange.State(drawn([]string{string(exchange.ConsignmentRejection)}, "state")),
		}
		for _, t := range []lookup.Term{
			{Role: lookup.Vehicle, Value: drawn(values, "vehicle")}, {Role: lookup.Holder, Value: drawn(values, "holder")}, {Role: lookup.HS, Value: drawn(codes, "code")},
		} {
			if t.Value != "" {
				q.Terms = append(q.Terms, []lookup.Term{t})
			}
		}
		want := []string{}
		all, _ := model(rt, r.changes)
		for _, x := range byAge(all) {
			if meets(q, x) {
				want = append(want, x.Identity.Number)
			}
		}
		if got := paged(t, j, q); !slices.Equal(got, want) {
			rt.Fatalf("%+v: got %v, want %v", q, got, want)
		}
	})
}

// meets is what a query means, written the plain way.
func meets(q exchange.Query, x exchange.Exchange) bool {
	for _, group := range q.Terms {
		t := group[0]
		values := map[lookup.Role][]string{lookup.Vehicle: x.Keys.Vehicles, lookup.Holder: x.Keys.Holders, lookup.HS: x.Keys.HS}[t.Role]
		if !slices.ContainsFunc(values, func(v string) bool { return v == t.Value || t.Role == lookup.HS && strings.HasPrefix(v, t.Value) }) {
			return false
		}
	}
	return (q.Rule == "" || slices.Contains(x.Faults, q.Rule)) && (q.Kind == "" || x.Identity.Kind == q.Kind) &&
		(q.State == "" || x.State == q.State) && (q.Cause == "" || x.Deliveries[0].Cause.Code == q.Cause)
}

// BenchmarkFind reads a page by what people know, out of the index of a
// [exchangetest.Filling]. p99-ms is the time within which 99 of 100 were read.
func BenchmarkFind(b *testing.B) {
	filling := exchangetest.NewFilling(b)
	j := filling.Index(b)
	for name, make := range searches(filling) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			i, all := 0, 0
			for b.Loop() {
				began := time.Now()
				page, _, err := j.Exchanges(b.Context(), make(i*7919))
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
				i, all = i+1, all+len(page)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(all)/float64(i), "found/op")
		})
	}
}

// searches are the searches of BenchmarkFind, the n-th of each.
func searches(filling *exchangetest.Filling) map[string]func(int) exchange.Query {
	n := filling.Exchanges
	join := func(q exchange.Query, more ...exchange.Query) exchange.Query {
		for _, m := range more {
			q.Terms = append(q.Terms, m.Terms...)
		}
		return q
	}
	great := found(lookup.Holder, lookup.TermOf(lookup.Holder, exchangetest.GreatHolder).Value)
	return map[string]func(int) exchange.Query{
		"vehicle":    func(i int) exchange.Query { return found(lookup.Vehicle, fmt.Sprintf("GF%05d", i%20_000)) },
		"container":  func(i int) exchange.Query { return found(lookup.Container, fmt.Sprintf("BBGU%07d", i%(n/3))) },
		"carnet":     func(i int) exchange.Query { return found(lookup.Carnet, fmt.Sprint(i%n/3*3)) },
		"chapter":    func(i int) exchange.Query { return found(lookup.HS, fmt.Sprintf("%02d", 1+i%97)) },
		"subheading": func(i int) exchange.Query { return found(lookup.HS, fmt.Sprintf("%02d0210", 1+i%97)) },
		"rule and cause": func(i int) exchange.Query {
			return exchange.Query{Rule: "DEC-07", Cause: fmt.Sprintf("cause-%d", i%10)}
		},
		"holder, old page": func(i int) exchange.Query { q := great; q.Before = int64(4 * (i%n + 1)); return q },
		"holder and goods": func(i int) exchange.Query { return join(great, found(lookup.HS, fmt.Sprintf("%02d", 1+i%97))) },
		"nothing fits": func(i int) exchange.Query {
			return join(great, found(lookup.Vehicle, fmt.Sprintf("GF%05d", (4*i+1)%20_000)))
		},
		"great and great, nothing fits": func(int) exchange.Query {
			q := great
			q.Rule, q.Cause = "DEC-07", "cause-3"
			return q
		},
		"holder, kind, sender, party and state": func(i int) exchange.Query {
			q := great
			q.Kind, q.Sender, q.Party, q.State = "ata-carnet", filling.Parties[i%len(filling.Parties)], exchangetest.Receiver, exchange.ConsignmentRejection
			return q
		},
	}
}
