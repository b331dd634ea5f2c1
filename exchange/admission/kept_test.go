package admission

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/queue"
)

// Keep is queue.Keeper's. While the log is away, it takes until its context ends.
func (l *refusalLog) Keep(ctx context.Context, content []byte, until time.Time) (int64, error) {
	if err := queue.CheckKept(content, until, time.Now()); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full {
		l.mu.Unlock()
		<-ctx.Done()
		l.mu.Lock()
		return 0, queue.ErrUnavailable
	}
	if l.kept == nil {
		l.kept = make(map[int64][]byte)
	}
	position := int64(len(l.kept) + 1)
	l.kept[position] = slices.Clone(content)
	return position, nil
}

// Kept is queue.Keeper's.
func (l *refusalLog) Kept(_ context.Context, position int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	content, ok := l.kept[position]
	if !ok {
		return nil, queue.ErrNotFound
	}
	return content, nil
}

// KeptBytes is exchange.KeptLedger's.
func (l *refusalLog) KeptBytes(_ context.Context, sender string, at time.Time) (bytes, sequence int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sequence = int64(max(0, len(l.all)-l.lag))
	for _, r := range l.all[:sequence] {
		if r.Identity.Sender == sender && r.IsKept(at) {
			bytes += int64(r.Size)
		}
	}
	return bytes, sequence, nil
}

// a document that is refused, of 8 bytes.
func document(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// keepingControl returns a control that keeps 80 bytes of each party, with documents of at
// most 8, for an hour of party a, and nothing of party b.
func keepingControl(t *testing.T, log *refusalLog) *Control {
	t.Helper()
	c := refusing(t, log)
	c.refusals.bytes.limits.Kept = 80
	parties, err := exchange.NewParties([]exchange.Party{{ID: "a", Refusals: exchange.RefusalPolicy{Keep: time.Hour}}, {ID: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	c.current.Store(&access.InForce{InForce: &exchange.InForce{Parties: parties}})
	return c
}

// refuse refuses a document of a party, as invalid.
func refuse(t *testing.T, c *Control, party string, document []byte) {
	t.Helper()
	now := c.current.Load().InForce
	what := refused{principal: access.Principal{Name: party, Party: party}, way: exchange.WayHTTP, at: time.Now(), document: document}
	p, _ := now.Parties.Get(party)
	what.policy = p.Refusals
	c.refusals.record(t.Context(), what, &exchange.Error{Kind: exchange.Invalid})
}

// keptOf says what became of the bytes of each refusal, in the order of the record.
func keptOf(all []exchange.Refusal) (what []string) {
	for _, r := range all {
		switch {
		case r.Kept == nil:
			what = append(what, "-")
		case r.Kept.Not != "":
			what = append(what, string(r.Kept.Not))
		default:
			what = append(what, r.Kept.Until.Sub(r.At).String())
		}
	}
	return what
}

// The bytes of a refused document are kept for as long as the policy of its party says,
// before the refusal is recorded. Those of another party are not.
func TestKeptByPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{}
		c := keepingControl(t, log)
		refuse(t, c, "a", document(1))
		refuse(t, c, "a", document(1)) // a repeat
		refuse(t, c, "a", document(2))
		refuse(t, c, "a", nil)
		refuse(t, c, "a", make([]byte, 9))
		refuse(t, c, "b", document(3))
		singles, _ := log.of("a")
		if got := fmt.Sprint(keptOf(singles)); got != "[1h0m0s 1h0m0s unread too-large]" {
			t.Errorf("kept %s", got)
		}
		if others, _ := log.of("b"); fmt.Sprint(keptOf(others)) != "[-]" {
			t.Errorf("of the other party: %v", keptOf(others))
		}
		for i, r := range singles[:2] {
			content, err := log.Kept(t.Context(), r.Kept.Position)
			if err != nil || sha256.Sum256(content) != r.Digest {
				t.Errorf("refusal %d: %q, %v", i, content, err)
			}
		}
		if len(log.kept) != 2 {
			t.Errorf("%d documents are kept", len(log.kept))
		}
	})
}

// Of one party, no more bytes are kept than the bound, also while the ledger shows none of
// them yet. The refusal says so, and there is room again when the time of the first is over.
func TestKeptUntilFull(t *testing.T) {
	for _, lag := range []int{0, 5, 1000} {
		t.Run(fmt.Sprint("lag ", lag), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &refusalLog{lag: lag}
				c := keepingControl(t, log)
				for n := range 12 {
					refuse(t, c, "a", document(n))
					<-time.After(time.Second)
				}
				singles, _ := log.of("a")
				want := strings.Repeat("1h0m0s ", 10) + "full full"
				if got := strings.Join(keptOf(singles), " "); got != want {
					t.Errorf("kept %s, want %s", got, want)
				}
				log.mu.Lock()
				log.lag = 0
				log.mu.Unlock()
				<-time.After(time.Hour - 8500*time.Millisecond) // the first four are over
				for n := range 5 {
					refuse(t, c, "a", document(100+n))
				}
				singles, _ = log.of("a")
				if got := fmt.Sprint(keptOf(singles[12:])); got != "[1h0m0s 1h0m0s 1h0m0s 1h0m0s full]" {
					t.Errorf("after an hour: kept %s", got)
				}
				if ahead := len(c.refusals.bytes.accounts["a"].ahead); ahead > 5 {
					t.Errorf("%d counts are kept in memory", ahead)
				}
			})
		})
	}
}

// Documents of one party that are refused at once do not exceed the bound together.
func TestKeptAtOnce(t *testing.T) {
	log := &refusalLog{lag: 3}
	c := keepingControl(t, log)
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() { refuse(t, c, "a", document(n)) })
	}
	wg.Wait()
	singles, _ := log.of("a")
	count := make(map[string]int)
	for _, what := range keptOf(singles) {
		count[what]++
	}
	if want := map[string]int{"1h0m0s": 10, "full": 30}; !maps.Equal(count, want) {
		t.Errorf("kept %v, want %v", count, want)
	}
}

// A flood of refusals of one party keeps no more than the bound, and no more in memory.
func TestFloodKeepsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{}
		c := keepingControl(t, log)
		end := counting(t, c)
		for n := range 30_000 {
			refuse(t, c, "a", document(n))
			if n%10_000 == 0 {
				<-time.After(time.Minute)
			}
		}
		end()
		if len(log.kept) != 10 {
			t.Errorf("%d documents are kept, want 10", len(log.kept))
		}
		if ahead := len(c.refusals.bytes.accounts["a"].ahead); ahead > 1 {
			t.Errorf("%d counts are kept in memory", ahead)
		}
		singles, counts := log.of("a")
		if len(singles) > 4*60 || len(counts) == 0 || counts[0].Kept != nil {
			t.Errorf("%d records, counts %+v", len(singles), counts)
		}
	})
}

// While the store takes no bytes, a refusal is recorded after a second, and says that they
// are not kept. They do not count.
func TestKeptWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{full: true}
		c := keepingControl(t, log)
		start := time.Now()
		for n := range 11 {
			refuse(t, c, "a", document(n))
		}
		if took := time.Since(start); took != 11*keepTime {
			t.Errorf("11 refusals take %s", took)
		}
		log.mu.Lock()
		log.full = false
		log.mu.Unlock()
		refuse(t, c, "a", document(100))
		singles, _ := log.of("a")
		if got := strings.Join(keptOf(singles), " "); got != strings.Repeat("failed ", 11)+"1h0m0s" {
			t.Errorf("kept %s", got)
		}
	})
}

// Bytes whose refusal the log does not confirm do not count: nobody can find them, and they
// end at their time.
func TestKeptAndNotRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusalLog{away: true}
		c := keepingControl(t, log)
		for n := range 10 {
			refuse(t, c, "a", document(n))
		}
		log.goAway(false)
		refuse(t, c, "a", document(100))
		singles, _ := log.of("a")
		if len(singles) != 1 || singles[0].Kept.Not != "" || len(log.kept) != 11 {
			t.Errorf("recorded %+v, %d kept", singles, len(log.kept))
		}
	})
}
