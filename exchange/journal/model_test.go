package journal_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/facts/codes"
	"beibu/exchange/journal"
	"beibu/exchange/projection/projectiontest"
	"beibu/exchange/proof"
	"beibu/queue"
)

// history draws a record: entries, held or not, and events of any kind, many
// of which cannot follow, dated by clocks that differ and jump by an hour.
func history(tb testing.TB, t *rapid.T) *record {
	tb.Helper()
	r := &record{tb: tb}
	parties := []string{"window-vn", "promotion", "beihai"}
	var ids, refused []uuid.UUID
	names := append(exchange.States(), "Unheard")
	for range rapid.IntRange(1, 60).Draw(t, "changes") {
		r.skew = time.Duration(rapid.IntRange(-1, 1).Draw(t, "clock")) * time.Hour
		if rapid.IntRange(0, 5).Draw(t, "refusal") == 0 {
			refused = append(refused, r.refuse(exchange.Refusal{
				Identity: proof.Identity{Sender: rapid.SampledFrom(parties).Draw(t, "refused"), Kind: "health-permit", Number: rapid.SampledFrom([]string{"", "0", "1"}).Draw(t, "number")},
				Digest:   sha256.Sum256([]byte(fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "digest")))), Code: "invalid", Way: exchange.WayHTTP,
			}))
			r.count(rapid.SampledFrom(refused).Draw(t, "again"), rapid.IntRange(0, 2).Draw(t, "more"))
			continue
		}
		if len(ids) == 0 || rapid.IntRange(0, 4).Draw(t, "what") == 0 {
			number, version := fmt.Sprint(len(ids)), ""
			if rapid.Bool().Draw(t, "version") {
				number, version = rapid.SampledFrom([]string{"A", "B"}).Draw(t, "of"), number
			}
			ids = append(ids, r.accept(document{
				Number: number, Version: version, Held: rapid.Bool().Draw(t, "held"), Express: rapid.Bool().Draw(t, "express"),
				Sender: rapid.SampledFrom(parties).Draw(t, "sender"), Receivers: parties[:rapid.IntRange(0, 2).Draw(t, "receivers")],
				Faults:  rapid.SampledFrom([][]string{nil, nil, {"ATA-9"}, {"no", "ATA-9"}}).Draw(t, "faults"),
				Answers: answersTo(t, ids),
			}))
			continue
		}
		id := append(ids, uuid.Max)[rapid.IntRange(0, len(ids)).Draw(t, "id")]
		receiver := append(parties, "")[rapid.IntRange(0, len(parties)).Draw(t, "receiver")]
		if rapid.IntRange(0, 3).Draw(t, "lease") == 0 {
			r.handOver(id, receiver, 1, exchange.Lease{
				Holder: rapid.SampledFrom([]string{"one", "other"}).Draw(t, "holder"),
				Until:  r.now().Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "until")) * time.Minute),
			})
			continue
		}
		cause := exchange.Cause{Code: rapid.SampledFrom([]string{"", "no", "other"}).Draw(t, "cause")}
		if rapid.IntRange(0, 3).Draw(t, "try") == 0 {
			r.try(id, receiver, rapid.IntRange(1, 2).Draw(t, "tried"), cause, time.Duration(rapid.IntRange(0, 2).Draw(t, "next"))*time.Hour)
			continue
		}
		if rapid.IntRange(0, 3).Draw(t, "readdress") == 0 {
			r.readdress(id, receiver, int64(rapid.IntRange(-2, 2).Draw(t, "envelope")), cause)
			continue
		}
		if rapid.IntRange(0, 3).Draw(t, "on acceptance") == 0 {
			r.consign(id, receiver)
			continue
		}
		r.event(id, receiver, rapid.SampledFrom(names).Draw(t, "name"), rapid.IntRange(0, 3).Draw(t, "attempt"), cause)
	}
	return r
}

// answersTo draws answers to exchanges, of which one may be unknown.
func answersTo(t *rapid.T, ids []uuid.UUID) (all []exchange.Answer) {
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "answers") {
		all = append(all, exchange.Answer{
			To: append(ids, uuid.Max)[rapid.IntRange(0, len(ids)).Draw(t, "to")], Code: "C",
			Verdict: rapid.SampledFrom([]codes.Verdict{codes.Accepted, codes.Rejected}).Draw(t, "verdict"),
		})
	}
	return all
}

// answer adds the answers to each exchange of a model.
func answer(all map[uuid.UUID]exchange.Exchange) {
	for _, by := range slices.Backward(byAge(all)) {
		if by.State == exchange.SubmissionHeld || by.State == exchange.SubmissionRejection {
			continue
		}
		for _, a := range by.Answers {
			x, ok := all[a.To]
			if !ok {
				continue
			}
			x.Replies = append(x.Replies, exchange.Reply{Answer: a, Exchange: by.ID, Identity: by.Identity, AcceptedAt: by.AcceptedAt})
			x.Latest = slices.DeleteFunc(slices.Clone(x.Latest), func(l exchange.LatestAnswer) bool { return l.Party == by.Identity.Sender })
			x.Latest = append(x.Latest, exchange.LatestAnswer{
				Party: by.Identity.Sender, Verdict: a.Verdict, Code: a.Code, Exchange: by.ID, Kind: by.Identity.Kind, At: by.AcceptedAt, Sequence: by.Sequence,
			})
			all[a.To] = x
		}
	}
}

// model folds a record the slow and plain way. It returns all exchanges, and when the turn
// of what is open came, if it had to wait for it.
func model(t *rapid.T, changes []queue.Change) (all map[uuid.UUID]exchange.Exchange, freed map[right]time.Time) {
	all, freed = make(map[uuid.UUID]exchange.Exchange), make(map[right]time.Time)
	for _, c := range changes {
		if c.Entry != nil {
			x, err := exchange.FromEntry(*c.Entry)
			if err != nil {
				t.Fatal(err)
			}
			x.Sequence = c.Sequence
			x.Events = []exchange.Event{{Sequence: c.Sequence, Exchange: x.ID, Name: x.State, At: x.AcceptedAt}}
			all[x.ID] = x
			continue
		}
		e, err := exchange.FromEvent(c.Sequence, *c.Event)
		if err != nil {
			t.Fatal(err)
		}
		if x, ok := all[e.Exchange]; ok && e.Subject.Kind == queue.SubjectExchange && !outOfTurn(all, e) && moves(&x, e) {
			e.Lease, e.Next, e.Envelope = exchange.Lease{}, time.Time{}, 0 // of no use once they are over
			x.Events = append(x.Events, e)
			before := firstOf(all, x, e.Receiver)
			all[x.ID] = x
			passTurn(all, freed, x, e, before)
		}
	}
	answer(all)
	return all, freed
}

func moves(x *exchange.Exchange, e exchange.Event) bool {
	if x.State == exchange.SubmissionRejection {
		return false
	}
	if e.Receiver == "" {
		refused := x.State == exchange.SubmissionHeld && e.Name == exchange.SubmissionRejection
		if refused {
			x.State = e.Name
		}
		return refused
	}
	deliveries := slices.Clone(x.Deliveries)
	i := slices.IndexFunc(deliveries, func(d exchange.Delivery) bool { return d.Receiver == e.Receiver })
	if e.Name == exchange.HandoverAttempt {
		if i >= 0 {
			deliveries[i].Apply(e)
			x.Deliveries = deliveries
		}
		return i >= 0
	}
	if i < 0 {
		i = len(deliveries)
		deliveries = append(deliveries, exchange.Delivery{Exchange: x.ID, Receiver: e.Receiver})
	}
	if !deliveries[i].Apply(e) {
		return false
	}
	x.Deliveries, x.State = deliveries, exchange.Summary(deliveries)
	return true
}

// fresh opens an index in a folder of its own, for one case of a property.
func fresh(t *rapid.T, under string) (*journal.Journal, func()) {
	dir, err := os.MkdirTemp(under, "case")
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(context.Background(), filepath.Join(dir, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	return j, func() { _ = j.Close(); _ = os.RemoveAll(dir) }
}

// However a record is cut into batches, and however often parts of it are
// published, the index shows what the model shows. Its rows are those of an index that is
// rebuilt in one batch by another process, byte for byte, whether or not this process
// has the entries decoded.
func TestFoldIsTheModel(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		r := history(t, rt)
		j, done := fresh(rt, dir)
		defer done()
		read := r.changes
		if rapid.Bool().Draw(rt, "decoded") {
			read = decoded(t, read)
		}
		for at := 0; at < len(r.changes); {
			from := max(0, at-rapid.IntRange(0, 5).Draw(rt, "published twice"))
			to := min(len(r.changes), at+rapid.IntRange(1, 20).Draw(rt, "batch"))
			if err := j.Fold(context.Background(), read[from:to]); err != nil {
				rt.Fatal(err)
			}
			at = to
		}
		rebuilt, end := fresh(rt, dir)
		defer end()
		if err := rebuilt.Fold(context.Background(), r.changes); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(projectiontest.Rows(t, rebuilt.Projection), projectiontest.Rows(t, j.Projection)); diff != "" {
			rt.Fatalf("rows, -rebuilt +folded as it came:\n%s", diff)
		}
		want, freed := model(rt, r.changes)
		compare(rt, j, want)
		compareTurns(rt, j, want, freed)
		compareHeld(rt, j, want)
		compareFailures(rt, j, want)
		lists := listed(want)
		for name, q := range map[string]exchange.Query{
			"all": {}, "party": {Party: "promotion"}, "sender": {Sender: "beihai"}, "failing": {Failing: 2}, "answered": {Answered: exchange.AnyAnswer}, "not answered": {Answered: exchange.NoAnswer}, "rejected": {Answered: "rejected"},
			"rejected, party": {Party: "promotion", Answered: "rejected"}, "not answered, party": {Party: "promotion", Answered: exchange.NoAnswer}, "answered, sender": {Sender: "beihai", Answered: exchange.AnyAnswer},
		} {
			page, _, err := j.Exchanges(context.Background(), q)
			if err != nil {
				rt.Fatal(err)
			}
			if got := fmt.Sprint(numbers(page)); got != lists[name] {
				rt.Fatalf("list of %s: got %s, want %s", name, got, lists[name])
			}
		}
	})
}

func compare(t *rapid.T, j *journal.Journal, want map[uuid.UUID]exchange.Exchange) {
	for id, x := range want {
		got, err := j.Exchange(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(x.Deliveries, func(a, b exchange.Delivery) int { return place(x, a) - place(x, b) })
		slices.SortStableFunc(got.Deliveries, func(a, b exchange.Delivery) int { return place(x, a) - place(x, b) })
		if diff := cmp.Diff(x, got); diff != "" {
			t.Fatalf("-model +index:\n%s", diff)
		}
		got.Events, got.Replies = nil, nil
		current, err := j.Current(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(current.Deliveries, func(a, b exchange.Delivery) int { return place(x, a) - place(x, b) })
		if diff := cmp.Diff(got, current); diff != "" {
			t.Fatalf("-with +without its timeline:\n%s", diff)
		}
	}
	for _, receiver := range []string{"window-vn", "promotion"} {
		compareDeliveries(t, j, receiver, want)
		compareConsigned(t, j, receiver, want)
	}
}

// compareDeliveries compares the deliveries of all exchanges to a receiver.
func compareDeliveries(t *rapid.T, j *journal.Journal, receiver string, all map[uuid.UUID]exchange.Exchange) {
	ids := []uuid.UUID{uuid.New()} // of no exchange
	var want []exchange.Delivery
	for id, x := range all {
		ids = append(ids, id)
		for _, d := range x.Deliveries {
			if d.Receiver == receiver {
				want = append(want, d)
			}
		}
	}
	got, err := j.DeliveriesOf(context.Background(), receiver, ids)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("deliveries to %s, -model +index:\n%s", receiver, diff)
	}
}

// place orders deliveries for a comparison, those off the route by name.
func place(x exchange.Exchange, d exchange.Delivery) int {
	if i := slices.Index(x.Receivers, d.Receiver); i >= 0 {
		return i
	}
	return 100 + int(d.Receiver[0])
}

// byAge returns exchanges newest first.
func byAge(all map[uuid.UUID]exchange.Exchange) []exchange.Exchange {
	return slices.SortedFunc(maps.Values(all), func(a, b exchange.Exchange) int { return int(b.Sequence - a.Sequence) })
}

// listed returns the lists that the model would give.
func listed(all map[uuid.UUID]exchange.Exchange) map[string]string {
	pick := func(fits func(exchange.Exchange) bool) string {
		found := []exchange.Exchange{}
		for _, x := range byAge(all) {
			if fits(x) {
				found = append(found, x)
			}
		}
		return fmt.Sprint(numbers(found[:min(len(found), 50)]))
	}
	party := func(x exchange.Exchange) bool {
		return x.Identity.Sender == "promotion" ||
			slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Receiver == "promotion" })
	}
	has := func(x exchange.Exchange, verdict codes.Verdict) bool {
		return slices.ContainsFunc(x.Latest, func(l exchange.LatestAnswer) bool { return verdict == "" || l.Verdict == verdict })
	}
	seen := func(x exchange.Exchange) exchange.Exchange {
		if x.Identity.Sender != "promotion" {
			x.Latest = slices.DeleteFunc(slices.Clone(x.Latest), func(l exchange.LatestAnswer) bool { return l.Party != "promotion" })
		}
		return x
	}
	return map[string]string{
		"answered":            pick(func(x exchange.Exchange) bool { return has(x, "") }),
		"not answered":        pick(func(x exchange.Exchange) bool { return !has(x, "") }),
		"rejected":            pick(func(x exchange.Exchange) bool { return has(x, codes.Rejected) }),
		"rejected, party":     pick(func(x exchange.Exchange) bool { return party(x) && has(seen(x), codes.Rejected) }),
		"not answered, party": pick(func(x exchange.Exchange) bool { return party(x) && !has(seen(x), "") }),
		"answered, sender":    pick(func(x exchange.Exchange) bool { return x.Identity.Sender == "beihai" && has(x, "") }),
		"all":                 pick(func(exchange.Exchange) bool { return true }),
		"failing": pick(func(x exchange.Exchange) bool {
			return slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Failing(2) })
		}),
		"sender": pick(func(x exchange.Exchange) bool { return x.Identity.Sender == "beihai" }),
		"party":  pick(party),
	}
}

// FuzzFold folds a head, an event and its detail as a damaged or hostile log
// might hold them. The index folds them and shows what it folded, or refuses them
// and continues.
func FuzzFold(f *testing.F) {
	f.Add([]byte(`{"sender":"qinzhou","kind":"ata-carnet","number":"1","receivers":["window-vn"],"express":true,"faults":["ATA-9"]}`),
		"window-vn", "ContentConsignment", []byte(`{"code":"replay","actor":"x"}`), 1, int64(1))
	f.Add([]byte(`{"held":true}`), "", "SubmissionRejection", []byte(`{}`), 0, int64(-1))
	f.Add([]byte(`{"number":"\u0000\ud800"}`), "a\x00b\xff", "ContentConsignment", []byte(nil), 1, int64(1<<62))
	f.Add([]byte(`[]`), "", "", []byte(`[`), -1, int64(0))
	f.Add([]byte(nil), "", "", []byte(nil), 0, int64(0))
	path := filepath.Join(f.TempDir(), "index.db")
	j, err := journal.Open(context.Background(), path)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = j.Close() })
	next := int64(1)
	f.Fuzz(func(t *testing.T, head []byte, receiver, name string, detail []byte, attempt int, at int64) {
		id := uuid.New()
		when := queue.Stored(began.Add(0)).AddDate(0, 0, int(at%100_000))
		entry := queue.Change{Sequence: next, Entry: &queue.Entry{Position: next, ID: id, At: when, Head: head}}
		event := queue.Change{Sequence: next + 1, Event: &queue.Event{
			Subject: queue.ExchangeSubject(id), Receiver: receiver, Name: name, Attempt: attempt, At: when, Detail: detail,
		}}
		if err := j.Fold(t.Context(), []queue.Change{entry, event}); err != nil {
			return
		}
		next += 2
		x, err := j.Exchange(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if moved := len(x.Deliveries) == 1; moved && (x.Deliveries[0].Receiver != receiver || !x.Deliveries[0].ChangedAt.Equal(when)) {
			t.Errorf("kept %+v of receiver %q at %s", x.Deliveries[0], receiver, when)
		}
		page, _, err := j.Exchanges(t.Context(), exchange.Query{Number: x.Identity.Number, Sender: x.Identity.Sender})
		if err != nil {
			t.Fatal(err)
		}
		if found := slices.ContainsFunc(page, func(o exchange.Exchange) bool { return o.ID == id }); !found && x.Identity.Number != "" && len(page) < 50 {
			t.Errorf("number %q of %q is not found", x.Identity.Number, x.Identity.Sender)
		}
	})
}
