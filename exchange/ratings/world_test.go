package ratings_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/exchangetest"
	"beibu/exchange/ratings"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
	"beibu/testdata"
)

// The parties of these tests: one sends and rates, two receive and are rated.
const (
	port   = "beihai-customs"
	office = "gx-trade-promotion"
	other  = "gx-customs"
)

// A world is a record with finished and open exchanges, and nodes that fold ratings of it.
type world struct {
	*exchangetest.World

	t testing.TB
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	kinds := []string{"ata-carnet", "health-permit"}
	return &world{exchangetest.NewWorld(tb, []exchange.Party{
		{ID: port, Sends: kinds}, {ID: office, Receives: kinds}, {ID: other, Receives: kinds},
	}, []exchange.Route{{Kinds: kinds[:1], To: []string{office}}, {Kinds: kinds[1:], To: []string{office, other}}}), tb}
}

// node returns the use cases of one node: it folds the record by itself.
func (w *world) node() ratings.Ratings {
	w.t.Helper()
	index, err := ratings.OpenIndex(w.t.Context(), filepath.Join(w.t.TempDir(), "ratings.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = index.Close() })
	w.Run(w.t, func(ctx context.Context) error { return index.Run(ctx, w.Store) })
	return ratings.Ratings{
		Index: index, Links: newLinks(w.t, secret), Exchanges: w.Journal,
		Recorder: &exchange.Recorder{Appender: w.Store, Feed: w.Store, Fold: index},
	}
}

// submit returns an exchange that is consigned.
func (w *world) submit(kind, name string) exchange.Exchange {
	w.t.Helper()
	s, err := testdata.Find(kind, name)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.Accept(w.t.Context(), exchange.Document{Bytes: s.Bytes, Sender: port, Received: rulestest.Received})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.Await(w.t, a.Exchange, exchangetest.Consigned)
}

// finish has all receivers acknowledge an exchange.
func (w *world) finish(x exchange.Exchange) {
	w.t.Helper()
	for _, d := range x.Deliveries {
		if err := w.Recorder.Record(w.t.Context(), d.Event(exchange.ConsignmentAcceptance, d.ChangedAt.Add(1))); err != nil {
			w.t.Fatal(err)
		}
	}
}

// offered submits and finishes an exchange, and returns its link.
func (w *world) offered(kind, name string) string {
	w.t.Helper()
	x := w.submit(kind, name)
	w.finish(x)
	link, _ := newLinks(w.t, secret).Offer(x.ID, port, noon)
	return link
}

func staff(name string, roles access.Role) access.Principal {
	return access.Principal{Name: name, Grants: access.Everywhere(roles)}
}

var (
	department = access.Principal{Name: "clerk", Party: office}
	operator   = staff("operator", access.OperatorRole)
	approver   = staff("approver", access.ApproverRole)
)

// samples are documents of a kind with one receiver, and of one with two.
var samples documents

type documents struct{}

func (documents) carnet() (kind, name string) { return "ata-carnet", carnet }
func (documents) permit() (kind, name string) { return "health-permit", permit }

// A held appender appends once all are there that append at once.
type held struct {
	queue.Appender

	all *sync.WaitGroup
}

// Append implements [queue.Appender].
func (h held) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	h.all.Done()
	h.all.Wait()
	return h.Appender.Append(ctx, events...)
}

func newBarrier(n int) *sync.WaitGroup {
	var all sync.WaitGroup
	all.Add(n)
	return &all
}

// errSeen ends the reading of a record.
var errSeen = errors.New("seen")
