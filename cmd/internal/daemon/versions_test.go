package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// versionOf returns a version of the carnet with a number.
func versionOf(t *testing.T, number string, version int) []byte {
	t.Helper()
	document := testdata.Numbered(carnet(t), "CN/4501/26/00183", number)
	before, rest, ok := bytes.Cut(document, []byte("<cbc:VersionID>"))
	if !ok {
		t.Fatal("the carnet has no version")
	}
	_, after, _ := bytes.Cut(rest, []byte("<"))
	return slices.Concat(before, []byte("<cbc:VersionID>"+strconv.Itoa(version)+"<"), after)
}

// Two daemons are on one log of six partitions, over which the versions of a few numbers
// are spread. A consumer dies with what it has fetched, and with it the daemon that it
// asked. Several others share the work at the rest: of no number two versions are out at
// the same time, each number comes in the order of the record, and all of it comes.
func TestVersionsOnSixPartitions(t *testing.T) {
	here := &port{t: t, dir: t.TempDir(), prefix: "t-" + uuid.NewString() + ".", seeds: fakeKafka(t).ListenAddrs(), said: inTurn, apart: 6}
	here.begin("documents2", "replies2")
	there, third := here.beside(t), here.beside(t)
	serve(t, there.Daemon)
	serve(t, third.Daemon)
	const numbers, versions = 3, 6
	var ids []string
	for version := range versions {
		for n := range numbers {
			p := []*port{here, there}[(version+n)%2]
			accepted, err := as(t, p.Daemon, p.dir, "qinzhou-customs").Submit(t.Context(), versionOf(t, fmt.Sprintf("CN/4501/26/0019%d", n), version+1))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, accepted.ExchangeID)
		}
	}
	o := &order{t: t, out: make(map[string]string), last: make(map[string]int64)}
	for _, id := range ids {
		for _, p := range []*port{here, there, third} {
			p.waitForState(id, refuser, exchange.ContentConsignment)
		}
	}
	o.sequences(here, ids)
	if slices.IsSortedFunc(ids, func(a, b string) int { return int(o.position[a] - o.position[b]) }) {
		t.Error("the partitions have not drifted: the test proves nothing")
	}

	page, err := client.Get[httpapi.MailboxPage](t.Context(), as(t, third.Daemon, third.dir, refuser), "/v1/mailbox", url.Values{"lease": {"2s"}})
	if err != nil || len(page.Deliveries) != numbers {
		t.Fatalf("%+v, %v", page, err)
	}
	o.heldBack(here, numbers, numbers*(versions-1))
	if err := third.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	var consumers sync.WaitGroup
	for n := range 6 {
		consumers.Go(func() { o.consume([]*port{here, there}[n%2], len(ids)) })
	}
	consumers.Wait()
	if o.taken != len(ids) {
		t.Errorf("%d of %d were taken", o.taken, len(ids))
	}
}

// An order is what several consumers see of a mailbox together.
type order struct {
	t        *testing.T
	sequence map[string]int64 // in the record, by exchange
	position map[string]int64 // in the log

	mu    sync.Mutex
	out   map[string]string // by number: the exchange that a consumer has
	last  map[string]int64  // by number: the sequence of the newest that was taken
	taken int
}

// sequences reads the places of exchanges in the record and in the log.
func (o *order) sequences(p *port, ids []string) {
	o.t.Helper()
	o.sequence, o.position = make(map[string]int64), make(map[string]int64)
	for _, id := range ids {
		x, err := p.index.Current(o.t.Context(), uuid.MustParse(id))
		if err != nil {
			o.t.Fatal(err)
		}
		o.sequence[id], o.position[id] = x.Sequence, x.Position
	}
}

// heldBack fails unless the status of the receiver says what waits for what the consumer
// has that died.
func (o *order) heldBack(p *port, numbers, deliveries int) {
	o.t.Helper()
	if err := p.recorder.Wait(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	list, err := client.Get[httpapi.StatusList](o.t.Context(), as(o.t, p.Daemon, p.dir, refuser), "/v1/status", nil)
	if err != nil {
		o.t.Fatal(err)
	}
	held := list.Parties[0].Backlog.HeldBack
	if held == nil || held.Numbers != numbers || held.Deliveries != deliveries || len(held.Longest) != numbers {
		o.t.Fatalf("%+v", held)
	}
	for _, n := range held.Longest {
		if n.Waiting != deliveries/numbers || n.Since.IsZero() || n.Sender != "qinzhou-customs" || n.Reason == "" {
			o.t.Errorf("%+v", n)
		}
	}
}

// consume takes one delivery after the other until all are taken.
func (o *order) consume(p *port, all int) {
	receiver := as(o.t, p.Daemon, p.dir, refuser)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		page, err := client.Get[httpapi.MailboxPage](o.t.Context(), receiver, "/v1/mailbox", url.Values{"wait": {"1s"}, "lease": {"1h"}, "limit": {"2"}})
		if err != nil {
			o.t.Error(err)
			return
		}
		var acks httpapi.Acks
		o.mu.Lock()
		for _, d := range page.Deliveries {
			if other := o.out[d.DocumentNumber]; other != "" {
				o.t.Errorf("%s of %s came while %s is out", d.ExchangeID, d.DocumentNumber, other)
			}
			if last := o.last[d.DocumentNumber]; o.sequence[d.ExchangeID] <= last {
				o.t.Errorf("%s of %s came after sequence %d", d.ExchangeID, d.DocumentNumber, last)
			}
			o.out[d.DocumentNumber] = d.ExchangeID
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: httpapi.Accepted})
		}
		o.mu.Unlock()
		runtime.Gosched() // others may fetch meanwhile
		o.mu.Lock()
		for _, d := range page.Deliveries { // from here on, the next may come
			o.out[d.DocumentNumber], o.last[d.DocumentNumber] = "", o.sequence[d.ExchangeID]
			o.taken++
		}
		done := o.taken >= all
		o.mu.Unlock()
		if len(acks.Acks) > 0 {
			if _, err := client.Post[httpapi.AckResults](o.t.Context(), receiver, "/v1/mailbox/acks", acks); err != nil {
				o.t.Error(err)
				return
			}
		}
		if done {
			return
		}
	}
}
