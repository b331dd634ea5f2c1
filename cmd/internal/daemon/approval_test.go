package daemon

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// signedBy returns the answer by which a party approves an exchange, or refuses it.
func signedBy(t *testing.T, key signing.Key, party string, of exchange.Exchange, code string) []byte {
	t.Helper()
	s, err := testdata.Find("response", "origin-accepted-hanoi")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"VNSW-R-2026-5590187", code+" "+party+" "+of.ID.String(), ">window-vn<", ">"+party+"<", ">gx-trade-promotion<", ">gx-commerce<",
		">861<", ">911<", ">AP<", ">"+code+"<",
		"<cbc:ID>E264507A12340086</cbc:ID>", "<cbc:ID>"+of.Identity.Number+"</cbc:ID><cbc:UUID>"+of.ID.String()+"</cbc:UUID>",
	).Replace(string(s.Bytes))
	text = text[:strings.LastIndex(text, "<cac:DocumentResponse>")] + "</ApplicationResponse>"
	doc, err := signing.SignDocument([]byte(text), key, c14n.Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Two daemons are on one log of six partitions, and departments decide on eight licences at
// once, through either; the third daemon, which judges, dies meanwhile. Each licence goes
// to its receivers once all have approved it, or is refused, and both daemons say the same
// of every one.
func TestApprovalOnSixPartitions(t *testing.T) {
	deciders := []string{"gx-agriculture", "gx-forestry", "gx-ocean"}
	keys, said := make(map[string]signing.Key), make(map[string]string)
	for _, id := range deciders {
		text, err := signing.NewKeyPEM("ecdsa-p256", id, time.Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if keys[id], err = signing.ParseKey(text); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), id+".pem")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		said[id] = "keys: [{id: k, certificate: " + file + "}]"
	}
	judge := &port{t: t, dir: t.TempDir(), prefix: "t-" + uuid.NewString() + ".", seeds: fakeKafka(t).ListenAddrs(), said: said, apart: 6}
	judge.edit = func(text string) string {
		const route = "  - name: import licence\n"
		return strings.Replace(text, route, route+"    approval: [{by: [gx-agriculture, gx-forestry], within: 5}, {by: [gx-ocean]}]\n", 1)
	}
	judge.begin()
	here, there := judge.beside(t), judge.beside(t)
	serve(t, here.Daemon)
	serve(t, there.Daemon)
	nodes := []*port{here, there}

	const licences = 8
	s, err := testdata.Find("import-licence", "natural-rubber-automatic")
	if err != nil {
		t.Fatal(err)
	}
	var ids [licences]uuid.UUID
	var group errgroup.Group
	for i := range licences {
		group.Go(func() error {
			accepted, err := as(t, nodes[i%2].Daemon, nodes[i%2].dir, "gx-commerce").Submit(t.Context(), bytes.ReplaceAll(s.Bytes, []byte("26-45-Z00317"), []byte("26-45-Z0900"+string(rune('0'+i)))))
			if err != nil {
				return err
			}
			ids[i] = uuid.MustParse(accepted.ExchangeID)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		group.Go(func() error {
			for n, party := range deciders {
				p := nodes[(i+n)%2]
				x := until(t, p, id, func(x exchange.Exchange) bool { return received(x, party) })
				code := "AP"
				if i%4 == 1 && n == 1 || i%4 == 3 && n == 2 {
					code = "RE"
				}
				if _, err := as(t, p.Daemon, p.dir, party).Submit(t.Context(), signedBy(t, keys[party], party, x, code)); err != nil {
					return err
				}
				if code == "RE" {
					break
				}
			}
			return nil
		})
	}
	group.Go(func() error { return judge.Stop(context.WithoutCancel(t.Context())) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		var shown [2]answer.JointApproval
		for n, p := range nodes {
			x := until(t, p, id, func(x exchange.Exchange) bool {
				return x.State == exchange.SubmissionRejection || received(x, "window-cn")
			})
			if refused := x.State == exchange.SubmissionRejection; refused != (i%2 == 1) {
				t.Errorf("licence %d is %s", i, x.State)
			}
			got, err := client.Get[answer.Exchange](t.Context(), as(t, p.Daemon, p.dir, "operator"), "/v1/exchanges/"+id.String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			shown[n] = *got.JointApproval
		}
		if diff := cmp.Diff(shown[0], shown[1]); diff != "" {
			t.Errorf("licence %d:\n%s", i, diff)
		}
	}
}

// received reports whether an exchange was consigned to a party.
func received(x exchange.Exchange, party string) bool {
	for _, d := range x.Deliveries {
		if d.Receiver == party {
			return true
		}
	}
	return false
}

// until waits until a daemon shows an exchange as it has to be.
func until(t *testing.T, p *port, id uuid.UUID, fits func(exchange.Exchange) bool) exchange.Exchange {
	t.Helper()
	for {
		changed := p.index.Changed("")
		x, err := p.index.Current(t.Context(), id)
		if err == nil && fits(x) {
			return x
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("exchange %s is at %s: %v", id, x.State, err)
		}
	}
}
