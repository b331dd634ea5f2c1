package admission

import (
	"context"
	"encoding/binary"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/queue"
)

// A refusalLog is a record of refusals. While it is away, every append takes until its
// context ends.
type refusalLog struct {
	mu   sync.Mutex
	away bool
	all  []exchange.Refusal
	lag  int // how many of the newest the ledger does not show

	full bool             // no bytes are taken
	kept map[int64][]byte // by position
}

// Append is queue.Appender's.
func (l *refusalLog) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	l.mu.Lock()
	away := l.away
	l.mu.Unlock()
	if away {
		<-ctx.Done()
		return 0, queue.ErrUnavailable
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		r, _, err := exchange.RefusalOf(int64(len(l.all)+1), e)
		if err != nil {
			return 0, err
		}
		l.all = append(l.all, r)
	}
	return int64(len(l.all)), nil
}

func (l *refusalLog) goAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

// of returns what is recorded of a party: single refusals, and counts.
func (l *refusalLog) of(party string) (singles, counts []exchange.Refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.all {
		switch {
		case r.Identity.Sender != party:
		case r.Count != nil:
			counts = append(counts, r)
		default:
			singles = append(singles, r)
		}
	}
	return singles, counts
}

// refusing returns a control that refuses documents of more than 8 bytes, of two
// parties, and records in a log. It counts until the context ends.
func refusing(t *testing.T, log *refusalLog) *Control {
	t.Helper()
	small := limits()
	small.Document = 8
	c, err := New(Options{Current: &access.Current{}, Intake: &exchange.Intake{}, Record: log, Keeper: log, Ledger: log, Limits: small, Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	parties, err := exchange.NewParties([]exchange.Party{{ID: "a"}, {ID: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	c.current.Store(&access.InForce{InForce: &exchange.InForce{Parties: parties}})
	return c
}

// counting runs the counts of a control, and returns what ends them.
func counting(t *testing.T, c *Control) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// send submits the n-th document of a party, which is too large.
func send(t *testing.T, c *Control, party string, n int) {
	t.Helper()
	if a := c.Submit(t.Context(), exchange.WayTopic, party, "r", binary.BigEndian.AppendUint64(make([]byte, 1), uint64(n))); a.Code != "too-large" {
		t.Fatalf("answered %+v", a)
	}
}

// metered returns what the metric counts under a label.
func metered(t *testing.T, c *Control, label string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	if err := registry.Register(c.metrics.refusals); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if metric.GetLabel()[0].GetValue() == label {
				return metric.GetCounter().GetValue()
			}
		}
	}
	return 0
}

// A flood of 100,000 refusals by one party in three minutes takes a fixed number of
// records and a fixed amount of memory. Every one is counted, and those of another party
// are recorded at once.
func TestFloodOfRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{}
		c := refusing(t, log)
		end := counting(t, c)
		const all, minutes = 100_000, 3
		for n := range all {
			send(t, c, "a", n)
			if n%(all/30) == 0 {
				send(t, c, "b", n)
				<-time.After(minutes * time.Minute / 31) // fake
			}
		}
		synctest.Wait()
		w := c.refusals.windows["a"]
		if len(c.refusals.windows) != 2 || len(w.repeats) > 60 || len(w.count.Codes) > 1 || len(c.refusals.unrecorded) > 0 {
			t.Errorf("%d windows, with %d refusals", len(c.refusals.windows), len(w.repeats))
		}
		end()
		singles, counts := log.of("a")
		if len(singles) > 60*minutes || len(counts) > minutes {
			t.Errorf("%d records and %d counts", len(singles), len(counts))
		}
		counted := len(singles)
		for _, one := range counts {
			counted += one.Count.Documents
			if one.Count.Codes["too-large"] != one.Count.Documents || one.Count.First.After(one.Count.Last) || len(one.Count.Ways) != 1 {
				t.Errorf("counted %+v", one.Count)
			}
		}
		if counted != all {
			t.Errorf("%d refusals are counted, of %d", counted, all)
		}
		if others, counts := log.of("b"); len(others) != 31 || len(counts) != 0 {
			t.Errorf("of the other party: %d records, %d counts", len(others), len(counts))
		}
	})
}

// The same document, refused again for the same reasons within a minute, is counted on
// the first refusal. In the next minute it is recorded again.
func TestRepeatedRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{}
		c := refusing(t, log)
		end := counting(t, c)
		for range 5 {
			send(t, c, "a", 1)
			<-time.After(time.Second)
		}
		send(t, c, "b", 1)
		<-time.After(time.Minute)
		send(t, c, "a", 1)
		end()
		singles, counts := log.of("a")
		if len(singles) != 2 || len(counts) != 1 {
			t.Fatalf("%d records, %d counts", len(singles), len(counts))
		}
		count := counts[0].Count
		if len(count.Repeats) != 1 || count.Repeats[0].ID != singles[0].ID || count.Repeats[0].Times != 4 || count.Documents != 0 {
			t.Errorf("counted %+v", count)
		}
		if n := metered(t, c, asRepeat); n != 4 {
			t.Errorf("the metric counts %v repeats", n)
		}
	})
}

// While the log is away, a sender is answered after a second at most. What was refused
// meanwhile is counted in the record once it is back.
func TestRefusalsWithoutTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{away: true}
		c := refusing(t, log)
		end := counting(t, c)
		start := time.Now()
		send(t, c, "a", 1)
		if took := time.Since(start); took > recordTime {
			t.Errorf("answered after %s", took)
		}
		send(t, c, "a", 1)
		send(t, c, "a", 2)
		<-time.After(2 * time.Minute) // the counts are not recorded either
		log.goAway(false)
		<-time.After(time.Minute)
		if singles, counts := log.of("a"); len(singles) != 0 || len(counts) != 1 || counts[0].Count.Documents != 3 {
			t.Errorf("%d records, counts %+v", len(singles), counts)
		}
		end()
	})
}

// Counts that the log never takes are lost in the end, and a metric says how many
// refusals they have.
func TestLostRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := refusing(t, &refusalLog{away: true})
		for range maxUnrecorded + 1 {
			c.refusals.mu.Lock()
			c.refusals.window("a").count.Add(exchange.Refusal{Code: "invalid", At: time.Now()}, 7)
			c.refusals.mu.Unlock()
			c.refusals.recordCounts(t.Context())
		}
		if n := metered(t, c, asLost); n != 7 || len(c.refusals.unrecorded) != maxUnrecorded {
			t.Errorf("%v refusals are lost, and %d counts wait", n, len(c.refusals.unrecorded))
		}
	})
}

// What says nothing of a document is not recorded as a refusal of one.
func TestWhatIsNoRefusal(t *testing.T) {
	log := &refusalLog{}
	c := refusing(t, log)
	for _, kind := range exchange.Kinds() {
		c.refusals.record(t.Context(), refused{principal: of("a"), way: exchange.WayHTTP, at: time.Now()}, &exchange.Error{Kind: kind})
	}
	c.refusals.record(t.Context(), refused{principal: of("a")}, errSuspended)
	singles, _ := log.of("a")
	var codes []string
	for _, one := range singles {
		codes = append(codes, one.Code)
	}
	want := "malformed invalid untrusted conflict unroutable too-large"
	if got := strings.Join(codes, " "); got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
}
