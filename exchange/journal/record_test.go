package journal_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/journal"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
	"beibu/queue"
)

// began is when the first document of a test was accepted.
var began = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// A document is what a test says of one: the rest follows from its number.
type document struct {
	Sender    string      `json:"sender"`
	Kind      string      `json:"kind"`
	Number    string      `json:"number"`
	Version   string      `json:"version,omitempty"`
	Size      int         `json:"size"`
	Schema    string      `json:"schema"`
	Receivers []string    `json:"receivers"`
	Express   bool        `json:"express,omitempty"`
	Held      bool        `json:"held,omitempty"`
	Faults    []string    `json:"faults,omitempty"`
	Keys      lookup.Keys `json:"keys,omitzero"`

	Answers []exchange.Answer `json:"answers,omitempty"`
	at      time.Time
}

func (d document) id() uuid.UUID {
	return proof.Identity{Sender: d.Sender, Kind: d.Kind, Number: d.Number, Version: d.Version}.ExchangeID(sha256.Sum256([]byte(d.Number)))
}

// A record is a queue's record in the making.
type record struct {
	tb      testing.TB
	before  int           // the number of changes that take has returned
	skew    time.Duration // of the clock that dates what comes next
	changes []queue.Change
	keys    lookup.Keys // of the documents of lives, which are carnets if there are any

	accepted map[uuid.UUID]time.Time
}

// next is the sequence of the change that comes next.
func (r *record) next() int64 { return int64(r.before + len(r.changes) + 1) }

// take returns the changes that were added since the last call.
func (r *record) take() []queue.Change {
	taken := r.changes
	r.before += len(taken)
	r.changes = nil
	return taken
}

// accept adds an entry. Its position in the log is one of six partitions that
// have drifted apart, so positions are in another order than the record.
func (r *record) accept(d document) uuid.UUID {
	r.tb.Helper()
	if d.Sender == "" {
		d.Sender = "qinzhou-customs"
	}
	if d.Kind == "" {
		d.Kind = "health-permit"
	}
	if d.at.IsZero() {
		d.at = r.now()
	}
	if r.accepted == nil {
		r.accepted = make(map[uuid.UUID]time.Time)
	}
	r.accepted[d.id()] = d.at
	head, err := json.Marshal(d)
	if err != nil {
		r.tb.Fatal(err)
	}
	n := r.next()
	r.changes = append(r.changes, queue.Change{Sequence: n, Entry: &queue.Entry{
		Position: exchangetest.Drifted(n), ID: d.id(), Key: d.Number, Digest: sha256.Sum256([]byte(d.Number)), Token: uuid.New(),
		At: d.at, Head: head, Body: n * 100,
	}})
	return d.id()
}

// now is a minute later with every change.
func (r *record) now() time.Time { return began.Add(time.Duration(r.next()-1)*time.Minute + r.skew) }

// handOver adds a hand-over under a lease.
func (r *record) handOver(id uuid.UUID, receiver string, attempt int, lease exchange.Lease) {
	r.tb.Helper()
	detail, err := json.Marshal(map[string]exchange.Lease{"lease": lease})
	if err != nil {
		r.tb.Fatal(err)
	}
	r.event(id, receiver, exchange.ContentHandover, attempt)
	r.changes[len(r.changes)-1].Event.Detail = detail
}

// readdress adds the first attempt of a delivery that has an envelope of its own.
func (r *record) readdress(id uuid.UUID, receiver string, envelope int64, cause exchange.Cause) {
	r.tb.Helper()
	detail, err := json.Marshal(struct {
		exchange.Cause

		Envelope int64 `json:"envelope"`
	}{cause, envelope})
	if err != nil {
		r.tb.Fatal(err)
	}
	r.event(id, receiver, exchange.ContentConsignment, 1)
	r.changes[len(r.changes)-1].Event.Detail = detail
}

// consign adds the first attempt of a delivery, dated by the acceptance, as the dispatch
// of an exchange that is not held does.
func (r *record) consign(id uuid.UUID, receivers ...string) {
	r.tb.Helper()
	for _, receiver := range receivers {
		r.event(id, receiver, exchange.ContentConsignment, 1)
		if at, ok := r.accepted[id]; ok {
			r.changes[len(r.changes)-1].Event.At = at
		}
	}
}

// event adds an event.
func (r *record) event(id uuid.UUID, receiver string, name exchange.State, attempt int, cause ...exchange.Cause) {
	r.tb.Helper()
	var detail []byte
	if len(cause) > 0 {
		detail, _ = json.Marshal(cause[0])
	}
	r.changes = append(r.changes, queue.Change{Sequence: r.next(), Event: &queue.Event{
		Subject: queue.ExchangeSubject(id), Receiver: receiver, Name: string(name), Attempt: attempt, At: r.now(), Detail: detail,
	}})
}

// try adds a try of a delivery that failed, if it is made again after a wait.
func (r *record) try(id uuid.UUID, receiver string, attempt int, cause exchange.Cause, wait time.Duration) {
	r.tb.Helper()
	r.event(id, receiver, exchange.HandoverAttempt, attempt, cause)
	if wait == 0 {
		return
	}
	last := r.changes[len(r.changes)-1].Event
	said := exchange.Dialogue{Request: "POST", Body: strings.Repeat("x", int(wait/time.Hour)*500), Masked: 1}
	detail, err := json.Marshal(map[string]any{"code": cause.Code, "next": last.At.Add(wait), "dialogue": said})
	if err != nil {
		r.tb.Fatal(err)
	}
	last.Detail = detail
}

// open opens an index in a folder of its own.
func open(tb testing.TB) *journal.Journal {
	tb.Helper()
	return openAt(tb, filepath.Join(tb.TempDir(), "index.db"))
}

func openAt(tb testing.TB, path string) *journal.Journal {
	tb.Helper()
	j, err := journal.Open(context.Background(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = j.Close() })
	return j
}

// folded returns an index of the whole record.
func (r *record) folded() *journal.Journal {
	r.tb.Helper()
	j := open(r.tb)
	if err := j.Fold(context.Background(), r.changes); err != nil {
		r.tb.Fatal(err)
	}
	return j
}

// show returns an exchange, which must be there.
func show(tb testing.TB, j *journal.Journal, id uuid.UUID) exchange.Exchange {
	tb.Helper()
	x, err := j.Exchange(context.Background(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// busy returns the record of n documents to two receivers each.
func busy(tb testing.TB, n int) []queue.Change {
	tb.Helper()
	r := &record{tb: tb}
	r.lives(n, func() {})
	return r.changes
}

// lives adds the lives of n documents to two receivers each, seven changes a
// document: accepted, consigned, handed over and acknowledged, the last two some
// way behind. It calls each after every document.
func (r *record) lives(n int, each func()) {
	r.tb.Helper()
	const behind = 2000
	receivers := []string{"window-vn", "department-b"}
	open := make([]uuid.UUID, 0, behind) // those that are not acknowledged, oldest first
	end := func() {
		for _, name := range []exchange.State{exchange.ContentHandover, exchange.ConsignmentAcceptance} {
			for _, p := range receivers {
				r.event(open[0], p, name, 1)
			}
		}
		open = append(open[:0], open[1:]...)
	}
	for i := range n {
		if len(open) == behind {
			end()
		}
		d := document{
			Number: fmt.Sprintf("45000%d", i), Schema: "ubl-2.4", Size: 10_000, Express: i%3 == 0, Keys: r.keys,
			Receivers: receivers, Kind: []string{"health-permit", "import-declaration"}[i%2],
		}
		if len(r.keys.Holders) > 0 {
			d.Kind = "ata-carnet"
		}
		id := r.accept(d)
		open = append(open, id)
		r.consign(id, receivers...)
		each()
	}
	for len(open) > 0 {
		end()
		each()
	}
}

// decoded returns changes as the process reads them that has just written them: with
// what their heads decode to.
func decoded(tb testing.TB, changes []queue.Change) []queue.Change {
	tb.Helper()
	all := slices.Clone(changes)
	for i, c := range all {
		if c.Entry == nil {
			continue
		}
		x, err := exchange.FromEntry(*c.Entry)
		if err != nil {
			tb.Fatal(err)
		}
		e := *c.Entry
		e.Decoded = &x
		all[i].Entry = &e
	}
	return all
}
