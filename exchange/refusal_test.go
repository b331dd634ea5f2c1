package exchange_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
	"beibu/queue"
)

// refusedAt is when the refusals of tests happened.
var refusedAt = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// refusals are a refusal with all that one can have, the one with the least, and a count.
func refusals() map[string]exchange.Refusal {
	return map[string]exchange.Refusal{
		"of a document": {
			ID: uuid.New(), At: refusedAt, Last: refusedAt, Way: exchange.WayTopic, Credential: "gateway 1",
			Identity: proof.Identity{Sender: "beihai-customs", Kind: "ata-carnet", Number: "CN-1", Version: "2"},
			Digest:   [32]byte{1, 2}, Size: 7, Code: "number-taken", Codes: []string{"ATA-01"}, Found: 3, Earlier: uuid.New(),
			Faults: []exchange.FaultPlace{{Code: "ATA-01", Path: "/a[1]/b", Line: 3, Column: 5}},
			Keys:   lookup.Keys{Vehicles: []string{"桂F83127"}, Cites: []lookup.Citation{{Kind: "import-licence", Number: "26-45"}}, Omitted: 1},
		},
		"too large": {ID: uuid.New(), At: refusedAt, Last: refusedAt, Way: exchange.WayHTTP, Identity: proof.Identity{Sender: "a"}, Code: "too-large"},
		"count": {
			ID: uuid.New(), At: refusedAt, Last: refusedAt, Identity: proof.Identity{Sender: "a"},
			Count: &exchange.RefusalCount{
				Documents: 9, Codes: map[string]int{"invalid": 9}, Ways: exchange.Ways(), First: refusedAt, Last: refusedAt,
				Repeats: []exchange.RefusalRepeat{{ID: uuid.New(), Times: 2, Last: refusedAt}},
			},
		},
	}
}

// The record gives back a refusal as it was written, and an earlier version reads it as
// an event without a cause.
func TestRefusalInTheRecord(t *testing.T) {
	for name, r := range refusals() {
		e, err := r.Event()
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Check(); err != nil {
			t.Error(err)
		}
		r.Sequence = 4
		got, known, err := exchange.RefusalOf(4, e)
		if diff := cmp.Diff(r, got); diff != "" || !known || err != nil {
			t.Errorf("%s: %v, %v\n%s", name, known, err, diff)
		}
		plain, err := exchange.FromEvent(4, e)
		if err != nil || plain.Cause != (exchange.Cause{}) || plain.Subject != e.Subject {
			t.Errorf("%s: an earlier version reads %+v, %v", name, plain, err)
		}
		e.Name = "RefusalOfALaterVersion"
		if _, known, err := exchange.RefusalOf(4, e); known || err != nil {
			t.Errorf("%s: of another name: %v, %v", name, known, err)
		}
	}
}

// The largest event of a refusal fits into the record.
func TestRefusalIsBounded(t *testing.T) {
	failure := &exchange.Error{Kind: exchange.Invalid, Earlier: &exchange.Exchange{}}
	for i := range 500 {
		failure.Faults = append(failure.Faults, exchange.Fault{Code: strings.Repeat("c", i%64), Severity: "reject", Path: strings.Repeat("路", 2000)})
	}
	r := exchange.Refusal{ID: uuid.New(), At: refusedAt}
	r.Blame(failure)
	count := exchange.Refusal{ID: uuid.New(), At: refusedAt, Count: &exchange.RefusalCount{}}
	for i := range 1000 {
		count.Count.Add(exchange.Refusal{Code: strings.Repeat("c", i%64) + strings.Repeat("d", i/64)}, 1)
	}
	for range 300 { // the most that a configuration can ask for
		count.Count.Repeats = append(count.Count.Repeats, exchange.RefusalRepeat{ID: uuid.New(), Times: 1 << 40, Last: refusedAt.Add(time.Microsecond)})
	}
	for _, one := range []exchange.Refusal{r, count} {
		e, err := one.Event()
		if err != nil || e.Check() != nil {
			t.Errorf("%d bytes, %v, %v", len(e.Detail), err, e.Check())
		}
	}
	if r.Found != 500 || len(r.Faults) != 5 || len(r.Codes) != 20 {
		t.Errorf("%d faults of %d, %d codes", len(r.Faults), r.Found, len(r.Codes))
	}
}

// What the record holds of refusals may be damaged or hostile: it is read or refused.
func FuzzRefusalOf(f *testing.F) {
	for _, r := range refusals() {
		e, err := r.Event()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e.Name, e.Subject.ID, e.Detail)
	}
	f.Fuzz(func(t *testing.T, name, id string, detail []byte) {
		r, known, err := exchange.RefusalOf(1, queue.Event{Subject: queue.Subject{Kind: queue.SubjectRefusal, ID: id}, Name: name, At: refusedAt, Detail: detail})
		if err != nil || !known {
			return
		}
		r.AllCodes()
		if e, err := r.Event(); err != nil || e.Subject.ID != r.ID.String() {
			t.Errorf("%+v, %v", e, err)
		}
	})
}
