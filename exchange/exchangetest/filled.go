package exchangetest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/lookup"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
	"beibu/queue"
)

// A Filling is what an index is filled with for benchmarks: exchanges of a month, one in
// twenty of which has failed, refusals, events of the audit and runs. All of it follows
// from the number of an exchange.
type Filling struct {
	Exchanges int
	Parties   []string
	began     time.Time
	sequence  int64
	changes   []queue.Change
}

// NewFilling returns a filling of 100,000 exchanges, or of as many as BEIBU_EXCHANGES
// says, between the shipped parties.
func NewFilling(tb testing.TB) *Filling {
	tb.Helper()
	f := &Filling{Exchanges: 100_000, began: time.Now().Add(-30 * 24 * time.Hour).UTC().Truncate(time.Second)}
	if text := os.Getenv("BEIBU_EXCHANGES"); text != "" {
		var err error
		if f.Exchanges, err = strconv.Atoi(text); err != nil {
			tb.Fatal(err)
		}
	}
	parties, _ := Shipped(tb)
	for _, p := range parties.All() {
		f.Parties = append(f.Parties, p.ID)
	}
	return f
}

// Index returns the index of the filling. A million exchanges take minutes, so a file that
// BEIBU_INDEX names is kept, and used again.
func (f *Filling) Index(tb testing.TB) *journal.Journal {
	tb.Helper()
	path := os.Getenv("BEIBU_INDEX")
	if path == "" {
		path = filepath.Join(tb.TempDir(), "index.db")
	}
	j, err := journal.Open(context.Background(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = j.Close() })
	if j.Sequence() > 0 {
		return j
	}
	const batch = 4096
	for i := range f.Exchanges {
		f.add(tb, i)
		if len(f.changes) < batch && i < f.Exchanges-1 {
			continue
		}
		if err := j.Fold(context.Background(), f.changes); err != nil {
			tb.Fatal(err)
		}
		f.changes = f.changes[:0]
	}
	return j
}

// The names that a filling has of what people search for. Receiver gets three quarters of
// the documents, and GreatHolder holds a quarter of them.
const (
	Receiver    = "window-vn"
	GreatHolder = "Great Traders"
)

// kindsOfFilling are the kinds of its documents, in turn.
var kindsOfFilling = []string{"ata-carnet", "import-declaration", "sps-certificate"}

// Exchange returns an exchange of the filling, as it was accepted.
func (f *Filling) Exchange(i int) exchange.Exchange {
	x := exchange.Exchange{
		Identity: proof.Identity{Sender: f.Parties[i%len(f.Parties)], Kind: kindsOfFilling[i%len(kindsOfFilling)], Number: fmt.Sprint(i)},
		Digest:   sha256.Sum256(fmt.Append(nil, i)), Size: 10_000, AcceptedAt: f.at(i), Schema: "ubl-2.4", State: exchange.SubmissionAcceptance,
		Receivers: []string{Receiver}, Express: i%10 == 0,
		Keys: lookup.Keys{
			Vehicles: []string{fmt.Sprintf("GF%05d", i%20_000)}, Containers: []string{fmt.Sprintf("BBGU%07d", i/3)},
			Holders: []string{lookup.TermOf(lookup.Holder, fmt.Sprintf("Holder %d", i%5_000)).Value},
			HS:      []string{fmt.Sprintf("%02d%02d%02d0000", 1+i%97, 1+i%13, 10+i%5)},
		},
	}
	if i%4 == 3 {
		x.Receivers = []string{f.Parties[i/4%len(f.Parties)]}
	}
	if i%4 == 0 {
		x.Keys.Holders = []string{lookup.TermOf(lookup.Holder, GreatHolder).Value}
	}
	if i%50 == 0 {
		x.Faults = []string{"DEC-07"}
	}
	x.ID = x.Identity.ExchangeID(x.Digest)
	return x
}

// at returns when an exchange was accepted: a million of them in 30 days.
func (f *Filling) at(i int) time.Time {
	return f.began.Add(time.Duration(i) * 30 * 24 * time.Hour / time.Duration(f.Exchanges))
}

// add adds what belongs to an exchange.
func (f *Filling) add(tb testing.TB, i int) {
	x := f.Exchange(i)
	head, err := json.Marshal(map[string]any{
		"sender": x.Identity.Sender, "kind": x.Identity.Kind, "number": x.Identity.Number, "size": x.Size, "schema": x.Schema,
		"receivers": x.Receivers, "express": x.Express, "faults": x.Faults, "keys": x.Keys,
	})
	if err != nil {
		tb.Fatal(err)
	}
	f.next(queue.Change{Entry: &queue.Entry{
		Position: Drifted(f.sequence + 1), ID: x.ID, Key: x.Identity.Number, Digest: x.Digest, At: x.AcceptedAt, Head: head, Body: f.sequence + 1, Decoded: &x,
	}})
	step := func(name exchange.State, cause string) {
		e := queue.Event{Subject: queue.ExchangeSubject(x.ID), Receiver: x.Receivers[0], Name: string(name), Attempt: 1, At: x.AcceptedAt}
		if cause != "" {
			e.Detail = fmt.Appendf(nil, `{"code":%q}`, cause)
		}
		f.next(queue.Change{Event: &e})
	}
	step(exchange.ContentConsignment, "")
	step(exchange.ContentHandover, "")
	if i%20 == 0 {
		step(exchange.ConsignmentRejection, fmt.Sprintf("cause-%d", i/20%10))
	} else {
		step(exchange.ConsignmentAcceptance, "")
	}
	f.beside(tb, i, x)
}

// beside adds what is about no exchange.
func (f *Filling) beside(tb testing.TB, i int, x exchange.Exchange) {
	switch {
	case i%50 == 7:
		r := exchange.Refusal{
			ID: uuid.New(), At: x.AcceptedAt, Way: exchange.WayHTTP, Credential: "gateway", Identity: x.Identity, Digest: x.Digest,
			Size: x.Size, Code: "invalid", Codes: []string{fmt.Sprintf("DEC-%02d", i%17)}, Found: 1, Keys: x.Keys,
		}
		r.Identity.Number, r.Keys.HS = "R"+r.Identity.Number, nil
		e, err := r.Event()
		if err != nil {
			tb.Fatal(err)
		}
		f.next(queue.Change{Event: &e})
	case i%100 == 9:
		name := []exchange.State{exchange.PartySuspended, exchange.PartyResumed}[i/100%2]
		f.next(queue.Change{Event: &queue.Event{
			Subject: queue.Subject{Kind: queue.SubjectParty, ID: f.Parties[i/100%len(f.Parties)]}, Name: string(name), At: x.AcceptedAt,
			Detail: []byte(`{"actor":"night shift","reason":"a test of the line"}`),
		}})
	case i%200 == 11:
		f.run(tb, x)
	}
}

// run adds a run that has sent one delivery again and is over.
func (f *Filling) run(tb testing.TB, x exchange.Exchange) {
	part := replay.Part{First: 1, Receivers: x.Receivers, Packed: append(x.ID[:], 0, 2, 0)} // the second attempt, after no other
	run := queue.Subject{Kind: queue.SubjectRun, ID: uuid.NewString()}
	for _, e := range []struct {
		name   exchange.State
		detail map[string]any
	}{
		{replay.RunItems, map[string]any{"items": part}},
		{replay.RunRequested, map[string]any{
			"actor": "night shift", "reason": "mended",
			"request": replay.Request{Digest: "d", Items: 1, Steps: []int{1}, Rate: 50, Receivers: []replay.Share{{Receiver: x.Receivers[0]}}},
		}},
		{replay.RunFinished, map[string]any{}},
	} {
		detail, err := json.Marshal(e.detail)
		if err != nil {
			tb.Fatal(err)
		}
		f.next(queue.Change{Event: &queue.Event{Subject: run, Name: string(e.name), At: x.AcceptedAt, Detail: detail}})
	}
}

// next gives a change its sequence.
func (f *Filling) next(c queue.Change) {
	f.sequence++
	c.Sequence = f.sequence
	f.changes = append(f.changes, c)
}
