package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/console"
	"beibu/exchange/exchangetest"
	"beibu/exchange/operator"
)

// BenchmarkPages asks for each page of the console out of the index of a
// [exchangetest.Filling]. p50-ms and p99-ms are the times within which half and 99 of 100
// of the answers were written.
func BenchmarkPages(b *testing.B) {
	filling := exchangetest.NewFilling(b)
	j := filling.Index(b)
	w := newWorld(b, func(o *console.Options) {
		o.Journal, o.Changed, o.Audit, o.Failures, o.Activity, o.Alerts, o.Refusals, o.Runs, o.Views = j, j.Changed, j, j, j, j, j, j, j
		o.Examiner = &operator.Examiner{Refusals: j, Intake: o.Examiner.Intake}
		o.Backlog = func(ctx context.Context) (all []console.Backlog, err error) {
			counts, err := j.Counts(ctx, handovers)
			for _, c := range counts {
				all = append(all, console.Backlog{Receiver: c.Receiver, Open: c.Open, Failing: c.Failing, Oldest: c.Oldest})
			}
			return all, err
		}
	})
	person := w.visit(duty)
	great := person.post("/console/holders", url.Values{"name": {exchangetest.GreatHolder}}).header.Get("Location")
	address, err := url.Parse(w.url)
	must(b, err)
	cookies := person.client.Jar.Cookies(address)
	exchangeOf := func(i int) string { return "/console/exchanges/" + filling.Exchange(i%filling.Exchanges).ID.String() }
	same := func(path string) func(int) string { return func(int) string { return path } }
	month := time.Now().Add(-25 * 24 * time.Hour).UTC()
	window := "since=" + month.Format(time.RFC3339) + "&until=" + month.Add(time.Hour).Format(time.RFC3339)
	refusals, _, err := j.Refusals(b.Context(), exchange.RefusalQuery{Limit: 1})
	must(b, err)
	runs, _, err := j.Audit(b.Context(), exchange.AuditQuery{Limit: 1})
	must(b, err)
	for _, one := range []struct {
		name string
		path func(int) string
	}{
		{"now", same("/console/")},
		{"exchanges", same("/console/exchanges")},
		{"exchanges of a party", same("/console/exchanges?party=" + exchangetest.Receiver)},
		{"exchanges that failed", same("/console/exchanges?state=" + string(exchange.ConsignmentRejection))},
		{"exchanges of a kind that failed", same("/console/exchanges?kind=sps-certificate&state=" + string(exchange.ConsignmentRejection))},
		{"exchanges of a cause", same("/console/exchanges?cause=cause-3&party=" + exchangetest.Receiver)},
		{"exchanges of a vehicle", func(i int) string {
			return "/console/exchanges?vehicle=GF0" + time.Unix(int64(i%9999), 0).UTC().Format("1504")
		}},
		{"exchanges of goods", same("/console/exchanges?hs=08&kind=ata-carnet")},
		{"exchanges of a holder", same(great)},
		{"exchanges of a holder, rule and cause", same(great + "&rule=DEC-07&cause=cause-3")},
		{"exchanges of a holder, kind, sender, party and state", same(great + "&kind=ata-carnet&party=" + exchangetest.Receiver + "&sender=" + filling.Parties[1] + "&state=" + string(exchange.ConsignmentRejection))},
		{"exchanges of an hour", same("/console/exchanges?" + window)},
		{"exchanges of an hour that failed", same("/console/exchanges?" + window + "&state=" + string(exchange.ConsignmentRejection))},
		{"exchange", exchangeOf},
		{"failures", same("/console/failures")},
		{"failures by sender", same("/console/failures?by=sender")},
		{"failures of a party", same("/console/failures?party=" + filling.Parties[2])},
		{"refusals", same("/console/refusals")},
		{"refusals of a sender by code", same("/console/refusals?code=DEC-03&sender=" + filling.Parties[3])},
		{"refusals of a vehicle", same("/console/refusals?vehicle=GF00107")},
		{"refusal", same("/console/refusals/" + refusals[0].ID.String())},
		{"lane", same("/console/lanes?key=GF00107")},
		{"runs", same("/console/runs")},
		{"runs of a status", same("/console/runs?status=paused")},
		{"approvals", same("/console/approvals")},
		{"plan of a replay", same("/console/replays/new?receivers=" + exchangetest.Receiver + "&cause=cause-3")},
		{"parties", same("/console/parties")},
		{"party", same("/console/parties/" + exchangetest.Receiver)},
		{"audit", same("/console/audit")},
		{"audit of a party", same("/console/audit?subject=party&id=" + runs[0].Subject.ID)},
		{"audit of an hour", same("/console/audit?since=" + month.Format(time.RFC3339))},
		{"diagnostics", same("/console/diagnostics")},
		{"kinds", same("/console/kinds")},
		{"routes", same("/console/routes")},
	} {
		b.Run(one.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, one.path(i*7919), nil)
				for _, c := range cookies {
					r.AddCookie(c)
				}
				answer, began := httptest.NewRecorder(), time.Now()
				w.server.ServeHTTP(answer, r)
				took = append(took, time.Since(began))
				if answer.Code != http.StatusOK {
					b.Fatalf("%s: %d %s", r.URL, answer.Code, answer.Body)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
