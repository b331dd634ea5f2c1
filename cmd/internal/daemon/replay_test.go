package daemon

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/queue/kafka/kafkatest"
	"beibu/signing"
)

// refuser refuses all documents, and takes them once they are replayed.
const refuser = "qinzhou-customs"

// Two daemons are on one log, and the one at which a run was requested is stopped while
// it is executed. The other continues: every delivery is acknowledged, and none was
// started twice.
func TestReplayContinuesElsewhere(t *testing.T) {
	replayContinuesElsewhere(t, fakeKafka(t).ListenAddrs())
}

func TestReplayContinuesElsewhereOnApache(t *testing.T) {
	replayContinuesElsewhere(t, kafkatest.Brokers(t))
}

func replayContinuesElsewhere(t *testing.T, brokers []string) {
	t.Helper()
	const n = 8
	here := newPort(t, brokers, inTurn, "documents2", "replies2")
	there := here.beside(t)
	serve(t, there.Daemon)
	var ids []string
	for i := range n {
		accepted, err := as(t, here.Daemon, here.dir, "qinzhou-customs").Submit(t.Context(), numbered(t, i))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, accepted.ExchangeID)
	}
	for _, id := range ids {
		here.waitForState(id, refuser, exchange.ContentConsignment)
	}
	for taken := 0; taken < n; {
		taken += here.take(httpapi.Ack{Outcome: "refused", Code: "HS-UNKNOWN"})
	}
	run := here.requestRun()
	for here.run(run.ID).Counts.Acknowledged == 0 {
		here.take(httpapi.Ack{Outcome: "accepted"})
	}
	if err := here.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	for run = there.run(run.ID); run.Status == replay.Running; run = there.run(run.ID) {
		there.take(httpapi.Ack{Outcome: "accepted"})
	}
	if run.Status != replay.Finished || run.Counts.Acknowledged != n {
		t.Errorf("%+v", run)
	}
	for _, id := range ids {
		x, err := client.Get[httpapi.Exchange](t.Context(), as(t, there.Daemon, there.dir, "operator"), "/v1/exchanges/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		starts := 0
		for _, e := range x.Timeline {
			if e.Receiver == refuser && e.Name == exchange.ContentConsignment {
				starts++
			}
		}
		if starts != 2 {
			t.Errorf("%s was started %d times", id, starts)
		}
	}
}

// latecomer receives carnets only once a route was added.
const latecomer = "gx-culture-tourism"

// Two daemons are on one log of several partitions. A route is added after documents were
// accepted, and a run as routed now sends them to the new receiver. The daemon at which it
// was requested is stopped while it is executed, and the other continues: each document
// comes once, in an envelope of its own that anyone can verify.
func TestRoutedNowContinuesElsewhere(t *testing.T) {
	const n = 8
	here := &port{t: t, dir: t.TempDir(), prefix: "t-" + uuid.NewString() + ".", seeds: fakeKafka(t).ListenAddrs(), said: inTurn, apart: 6}
	here.begin("documents2", "replies2")
	there := here.beside(t)
	serve(t, there.Daemon)
	var ids []string
	for i := range n {
		accepted, err := as(t, here.Daemon, here.dir, "qinzhou-customs").Submit(t.Context(), numbered(t, i))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, accepted.ExchangeID)
	}
	for _, id := range ids {
		here.waitForState(id, refuser, exchange.ContentConsignment)
	}
	routeToLatecomer(t, here, there)
	run := here.requestRouted(n)
	for here.run(run.ID).Counts.Acknowledged == 0 {
		here.takeAs(latecomer, httpapi.Ack{Outcome: "accepted"})
	}
	if err := here.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	for run = there.run(run.ID); run.Status == replay.Running; run = there.run(run.ID) {
		there.takeAs(latecomer, httpapi.Ack{Outcome: "accepted"})
	}
	if run.Status != replay.Finished || run.Counts.Acknowledged != n {
		t.Errorf("%+v", run)
	}
	for _, id := range ids {
		there.readdressedOnce(id, run)
	}
}

// routeToLatecomer adds the route to the latecomer at daemons.
func routeToLatecomer(t *testing.T, ports ...*port) {
	t.Helper()
	for _, p := range ports {
		p.edit = func(text string) string {
			const before = `to: [gx-trade-promotion, "customs:export", "window:import"]`
			if !strings.Contains(text, before) {
				t.Fatal("the map has another route")
			}
			return strings.Replace(text, before, strings.Replace(before, "]", ", "+latecomer+"]", 1), 1)
		}
		if err := p.Reload(p.load(p.said)); err != nil {
			t.Fatal(err)
		}
	}
}

// requestRouted requests a run as routed now to the latecomer, and has it approved.
func (p *port) requestRouted(items int) httpapi.Run {
	p.t.Helper()
	operator, approver := as(p.t, p.Daemon, p.dir, "operator"), as(p.t, p.Daemon, p.dir, "approver")
	query := replay.Query{Receivers: []string{latecomer}, Since: time.Now().Add(-time.Hour), Routing: replay.Now}
	plan, err := client.Post[httpapi.Plan](p.t.Context(), operator, "/v1/replays/plans", query)
	if err != nil {
		p.t.Fatal(err)
	}
	run, err := client.Post[httpapi.Run](p.t.Context(), operator, "/v1/runs", httpapi.RunOrder{Query: query, Digest: plan.Digest, Reason: "route added"})
	if err != nil || run.Items != items || run.Status != replay.AwaitingApproval {
		p.t.Fatal(run, err)
	}
	if run, err = client.Post[httpapi.Run](p.t.Context(), approver, "/v1/runs/"+run.ID+"/approve", httpapi.Approval{Digest: plan.Digest, Reason: "seen"}); err != nil {
		p.t.Fatal(err)
	}
	return run
}

// readdressedOnce fails the test unless an exchange came to the latecomer once, by a run,
// in an envelope that holds and says so, and its other receivers have the first one.
func (p *port) readdressedOnce(id string, run httpapi.Run) {
	p.t.Helper()
	x, err := p.index.Exchange(p.t.Context(), uuid.MustParse(id))
	if err != nil {
		p.t.Fatal(err)
	}
	starts := 0
	for _, e := range x.Events {
		if e.Receiver == latecomer && e.Name == exchange.ContentConsignment {
			starts++
		}
	}
	if starts != 1 {
		p.t.Errorf("%s was started %d times", id, starts)
	}
	for party, want := range map[string]string{latecomer: run.ID, refuser: ""} {
		sealed, err := exchange.Envelopes{Bodies: p.store}.Sealed(p.t.Context(), x, party)
		if err != nil {
			p.t.Fatal(err)
		}
		opened, err := signing.OpenEnvelope(sealed, p.current.Load().Trust)
		if err != nil || opened.Header.ExchangeID != id || opened.Header.Readdressed.Run != want || !slices.Contains(opened.Header.Receivers, party) {
			p.t.Errorf("%s for %s: %+v, %v", id, party, opened, err)
		}
	}
}

// take fetches what is in the mailbox, waits for a second for the first, acknowledges all
// of it with one outcome, and returns how many deliveries that were.
func (p *port) take(ack httpapi.Ack) int {
	p.t.Helper()
	return p.takeAs(refuser, ack)
}

// takeAs is take of another receiver.
func (p *port) takeAs(party string, ack httpapi.Ack) int {
	p.t.Helper()
	receiver := as(p.t, p.Daemon, p.dir, party)
	page, err := client.Get[httpapi.MailboxPage](p.t.Context(), receiver, "/v1/mailbox", url.Values{"wait": {"1s"}})
	if err != nil {
		p.t.Fatal(err)
	}
	var acks httpapi.Acks
	for _, d := range page.Deliveries {
		ack.ExchangeID = d.ExchangeID
		acks.Acks = append(acks.Acks, ack)
	}
	if len(acks.Acks) == 0 {
		return 0
	}
	if _, err := client.Post[httpapi.AckResults](p.t.Context(), receiver, "/v1/mailbox/acks", acks); err != nil {
		p.t.Fatal(err)
	}
	return len(acks.Acks)
}

// requestRun requests a run of all that the receiver has refused.
func (p *port) requestRun() httpapi.Run {
	p.t.Helper()
	operator := as(p.t, p.Daemon, p.dir, "operator")
	query := replay.Query{Receivers: []string{refuser}}
	plan, err := client.Post[httpapi.Plan](p.t.Context(), operator, "/v1/replays/plans", query)
	if err != nil {
		p.t.Fatal(err)
	}
	run, err := client.Post[httpapi.Run](p.t.Context(), operator, "/v1/runs", httpapi.RunOrder{Query: query, Digest: plan.Digest, Reason: "mended"})
	if err != nil || run.Items != 8 {
		p.t.Fatal(run, err)
	}
	return run
}

// run returns a run, once the index of this daemon has it.
func (p *port) run(id string) httpapi.Run {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		run, err := client.Get[httpapi.Run](p.t.Context(), as(p.t, p.Daemon, p.dir, "operator"), "/v1/runs/"+id, nil)
		if err == nil {
			return run
		}
		if problem := client.ProblemOf(err); problem == nil || problem.Status != http.StatusNotFound || time.Now().After(end) {
			p.t.Fatal(err)
		}
		<-p.index.Changed("")
	}
}
