package daemon

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// Two daemons are on one log of six partitions, which have drifted apart. A receiver reads
// again at either of them what was consigned to it, page by page at both in turn: all of
// it once, in one order. A document that was held comes after those that were accepted
// behind it, and one that was readdressed comes to the new receiver alone.
func TestReadAgainOnSixPartitions(t *testing.T) {
	here := &port{t: t, dir: t.TempDir(), prefix: "t-" + uuid.NewString() + ".", seeds: fakeKafka(t).ListenAddrs(), said: inTurn, apart: 6}
	here.begin("documents2", "replies2")
	there := here.beside(t)
	serve(t, there.Daemon)
	ports := []*port{here, there}
	s, err := testdata.Find("ata-carnet", "ata-26-sent-for-repair")
	if err != nil {
		t.Fatal(err)
	}
	submit := func(p *port, document []byte) string {
		accepted, err := as(t, p.Daemon, p.dir, "qinzhou-customs").Submit(t.Context(), document)
		if err != nil {
			t.Fatal(err)
		}
		return accepted.ExchangeID
	}
	held := submit(here, s.Bytes)
	var ids []string
	for i := range 9 {
		ids = append(ids, submit(ports[i%2], numbered(t, i)))
	}
	for _, p := range ports {
		for _, id := range ids {
			p.waitForState(id, refuser, exchange.ContentConsignment)
		}
		p.untilState(held, exchange.SubmissionHeld)
	}
	released := httpapi.Judgement{Reason: "seen"}
	if _, err := client.Post[httpapi.Exchange](t.Context(), as(t, there.Daemon, there.dir, "operator"), "/v1/exchanges/"+held+"/release", released); err != nil {
		t.Fatal(err)
	}
	for taken := 0; taken < 10; {
		taken += there.take(httpapi.Ack{Outcome: "accepted"})
	}
	for _, p := range ports {
		p.waitForState(held, refuser, exchange.ConsignmentAcceptance)
	}
	want := slices.Sorted(slices.Values(ids))
	var orders [][]string
	for first := range ports {
		var got []string
		for cursor, turn := "", first; ; turn++ {
			p := ports[turn%2]
			query := url.Values{"limit": {"2"}, "cursor": {cursor}, "since": {time.Now().Add(-time.Hour).Format(time.RFC3339)}}
			page, err := client.Get[httpapi.AgainPage](t.Context(), as(t, p.Daemon, p.dir, refuser), "/v1/mailbox/again", query)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.Deliveries {
				if got = append(got, d.ExchangeID); d.Waiting || d.State != exchange.ConsignmentAcceptance {
					t.Errorf("%+v", d)
				}
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		orders = append(orders, got)
		if len(got) != 10 || got[9] != held || !slices.Equal(slices.Sorted(slices.Values(got[:9])), want) {
			t.Errorf("read again %v; %s was held", got, held)
		}
	}
	if !slices.Equal(orders[0], orders[1]) {
		t.Errorf("the daemons differ: %v", orders)
	}
	var sequences []int64
	for _, id := range orders[0][:9] {
		x, err := here.index.Current(t.Context(), uuid.MustParse(id))
		if err != nil {
			t.Fatal(err)
		}
		sequences = append(sequences, x.Sequence)
	}
	if !slices.IsSorted(sequences) {
		t.Errorf("not in the order of the record: %v", sequences)
	}
	readdressedAgain(t, ports, len(ids)+1)
}

// untilState waits until the index of the daemon shows an exchange in a state.
func (p *port) untilState(id string, state exchange.State) {
	p.t.Helper()
	for {
		changed := p.index.Changed("")
		x, err := p.index.Current(p.t.Context(), uuid.MustParse(id))
		if err == nil && x.State == state {
			return
		}
		select {
		case <-changed:
		case <-p.t.Context().Done():
			p.t.Fatal(x, err)
		case <-time.After(time.Minute):
			p.t.Fatal(x, err)
		}
	}
}

// readdressedAgain sends documents to the latecomer, who then reads them again at both
// daemons, in one order.
func readdressedAgain(t *testing.T, ports []*port, n int) {
	t.Helper()
	routeToLatecomer(t, ports...)
	run := ports[0].requestRouted(n)
	for taken := 0; taken < n; {
		taken += ports[0].takeAs(latecomer, httpapi.Ack{Outcome: "accepted"})
	}
	var orders [][]string
	for _, p := range ports {
		for p.run(run.ID).Counts.Acknowledged < n { //nolint:revive // run waits
		}
		var got []string
		err := as(t, p.Daemon, p.dir, latecomer).Again(t.Context(), url.Values{}, func(d httpapi.AgainItem) error {
			got = append(got, d.ExchangeID)
			return nil
		})
		if err != nil || len(got) != n {
			t.Fatalf("%d of %d, %v", len(got), n, err)
		}
		orders = append(orders, got)
	}
	if !slices.Equal(orders[0], orders[1]) {
		t.Errorf("the daemons differ: %v", orders)
	}
}
