package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/testdata"
)

// Two daemons are on one log of six partitions, and 64 declarations at once draw on one
// licence, half of them through each. The third, which decides, dies meanwhile. Exactly what
// the licence holds is drawn, every declaration has its decision, and both have the same
// balance, byte for byte.
func TestBalancesOnSixPartitions(t *testing.T) {
	judge := &port{t: t, dir: t.TempDir(), prefix: "t-" + uuid.NewString() + ".", seeds: fakeKafka(t).ListenAddrs(), said: inTurn, apart: 6}
	judge.begin("documents3", "replies3")
	here, there := judge.beside(t), judge.beside(t)
	serve(t, here.Daemon)
	serve(t, there.Daemon)
	find := func(kind, name string) []byte {
		s, err := testdata.Find(kind, name)
		if err != nil {
			t.Fatal(err)
		}
		return s.Bytes
	}
	licence := find("import-licence", "natural-rubber-automatic")
	for old, now := range map[string]string{"<PermittedUseQuantity>6<": "<PermittedUseQuantity>12<", "<CategoryCode>7<": "<CategoryCode>1<"} {
		licence = bytes.Replace(licence, []byte(old), []byte(now), 1)
	}
	said, err := as(t, here.Daemon, here.dir, "gx-commerce").Submit(t.Context(), licence)
	if err != nil {
		t.Fatal(err)
	}
	here.waitForState(said.ExchangeID, "gx-commerce", exchange.ContentConsignment)

	const all, drawn = 64, 7
	ids := make([]string, all)
	var group errgroup.Group
	for i := range all {
		p := []*port{here, there}[i%2]
		document := find("import-declaration", "natural-rubber-qinzhou")
		for old, now := range map[string]string{"721220261000071188": fmt.Sprint(1000 + i), ">84000<": ">15000<", "151200.00": "27000.00"} {
			document = bytes.ReplaceAll(document, []byte(old), []byte(now))
		}
		group.Go(func() error {
			accepted, err := as(t, p.Daemon, p.dir, "qinzhou-customs").Submit(t.Context(), document)
			ids[i] = accepted.ExchangeID
			return err
		})
		if i == all/2 {
			group.Go(func() error { return judge.Stop(context.WithoutCancel(t.Context())) })
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	consigned := 0
	for _, id := range ids {
		x := decided(t, here, uuid.MustParse(id))
		if x.State != exchange.SubmissionRejection {
			consigned++
		}
	}
	if consigned != drawn {
		t.Errorf("%d declarations drew, want %d", consigned, drawn)
	}
	if slices.IsSorted(positions(t, here, ids)) {
		t.Error("the partitions have not drifted: the test proves nothing")
	}
	if diff := cmp.Diff(balance(t, here), balance(t, there)); diff != "" {
		t.Error(diff)
	}
}

// decided waits until an exchange has a decision.
func decided(t *testing.T, p *port, id uuid.UUID) exchange.Exchange {
	t.Helper()
	return until(t, p, id, func(x exchange.Exchange) bool { return x.State != exchange.SubmissionAcceptance })
}

// positions returns the places of exchanges in the log, in the order of the record.
func positions(t *testing.T, p *port, ids []string) (all []int64) {
	t.Helper()
	type place struct{ sequence, position int64 }
	var places []place
	for _, id := range ids {
		x, err := p.index.Current(t.Context(), uuid.MustParse(id))
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, place{x.Sequence, x.Position})
	}
	slices.SortFunc(places, func(a, b place) int { return int(a.sequence - b.sequence) })
	for _, one := range places {
		all = append(all, one.position)
	}
	return all
}

// balance returns that of the licence of rubber, as a daemon answers it.
func balance(t *testing.T, p *port) string {
	t.Helper()
	got, err := as(t, p.Daemon, p.dir, "operator").Call(t.Context(), http.MethodGet, "/v1/balances/import-licence/26-45-Z00317", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, got.Body, "", " "); err != nil {
		t.Fatal(err)
	}
	return indented.String()
}
