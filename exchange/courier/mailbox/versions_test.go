package mailbox_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/proof"
	"beibu/queue"
)

// versioned is the identity of a version of a document, which is written NUMBER.VERSION.
func versioned(name string) proof.Identity {
	number, version, _ := strings.Cut(name, ".")
	return proof.Identity{Sender: "qinzhou", Kind: "health-permit", Number: number, Version: version}
}

func idOf(name string) uuid.UUID { return versioned(name).ExchangeID([32]byte{}) }

// acceptVersion takes in a version for window-vn. If it is held, a person must release it.
func (w *world) acceptVersion(name string, express, held bool) {
	w.tb.Helper()
	i := versioned(name)
	head, err := json.Marshal(map[string]any{
		"sender": i.Sender, "kind": i.Kind, "number": i.Number, "version": i.Version, "receivers": []string{"window-vn"}, "express": express,
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	changes := []queue.Change{{Entry: &queue.Entry{ID: idOf(name), At: time.Now(), Head: head, Digest: sha256.Sum256(head)}}}
	if err := w.Publish(context.Background(), changes...); err != nil {
		w.tb.Fatal(err)
	}
	if !held {
		w.move(name, exchange.ContentConsignment, 1)
	}
}

// move publishes an event of the delivery of a version.
func (w *world) move(name string, state exchange.State, attempt int) {
	w.tb.Helper()
	err := w.Publish(context.Background(), queue.Change{Event: &queue.Event{
		Subject: queue.ExchangeSubject(idOf(name)), Receiver: "window-vn", Name: string(state), Attempt: attempt, At: time.Now(),
	}})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// versions returns what window-vn gets from a node.
func (w *world) versions(m *mailbox.Mailbox, o exchange.Fetch) []string {
	w.tb.Helper()
	items, err := m.Fetch(context.Background(), "window-vn", o)
	if err != nil {
		w.tb.Fatal(err)
	}
	names := []string{}
	for _, item := range items {
		names = append(names, item.Exchange.Identity.Number+"."+item.Exchange.Identity.Version)
	}
	return names
}

// finish acknowledges or refuses a version.
func (w *world) finish(m *mailbox.Mailbox, name string, accepted bool) {
	w.tb.Helper()
	a := exchange.Ack{Exchange: idOf(name), Accepted: accepted}
	if !accepted {
		a.Code = "no"
	}
	if _, err := m.Acknowledge(context.Background(), "window-vn", []exchange.Ack{a}); err != nil {
		w.tb.Fatal(err)
	}
}

// Of one document number one version is out, in the order of the record, whichever node
// is asked: the next comes once the one before is acknowledged, refused or given up. If the
// lease ends, the earlier one comes again. Other numbers do not wait for it.
func TestOneVersionIsOut(t *testing.T) {
	for name, finish := range map[string]func(w *world){
		"acknowledged":           func(w *world) { w.finish(w.mailbox, "A.1", true) },
		"acknowledged elsewhere": func(w *world) { w.finish(w.another(), "A.1", true) },
		"refused":                func(w *world) { w.finish(w.mailbox, "A.1", false) },
		"given up":               func(w *world) { w.move("A.1", exchange.ContentHandoverFailure, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				for _, one := range []string{"A.1", "A.2", "B.1", "A.3"} {
					w.acceptVersion(one, one == "A.3", false) // that it is express changes nothing
				}
				other := w.another()
				same(t, "one of each number", w.versions(w.mailbox, exchange.Fetch{}), "A.1", "B.1")
				same(t, "no more", append(w.versions(w.mailbox, exchange.Fetch{}), w.versions(other, exchange.Fetch{})...))
				after(time.Minute)
				same(t, "the earlier again", w.versions(other, exchange.Fetch{Lease: time.Hour}), "A.1", "B.1")
				got := make(chan []string)
				began := time.Now()
				go func() { got <- w.versions(w.mailbox, exchange.Fetch{Wait: time.Minute, Lease: time.Hour}) }()
				synctest.Wait()
				after(time.Second)
				finish(w)
				same(t, "a poll wakes for the next", <-got, "A.2")
				if waited := time.Since(began); waited != time.Second {
					t.Errorf("waited %s", waited)
				}
				w.finish(other, "A.2", true)
				same(t, "and the last", w.versions(other, exchange.Fetch{}), "A.3")
			})
		})
	}
}

// What was released or replayed after a later version went out waits until that one is
// closed or its lease ends. Then it comes first.
func TestEarlierVersionComesLate(t *testing.T) {
	for name, began := range map[string]func(w *world){
		"released": func(w *world) { w.move("A.1", exchange.ContentConsignment, 1) },
		"replayed": func(w *world) {
			w.move("A.1", exchange.ContentConsignment, 1)
			w.finish(w.mailbox, "A.1", false)
			w.move("A.1", exchange.ContentConsignment, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.acceptVersion("A.1", false, true)
				w.acceptVersion("A.2", false, false)
				same(t, "the later", w.versions(w.mailbox, exchange.Fetch{Lease: 40 * time.Second}), "A.2")
				began(w)
				other := w.another()
				same(t, "while it is out", append(w.versions(w.mailbox, exchange.Fetch{}), w.versions(other, exchange.Fetch{})...))
				start := time.Now()
				same(t, "a poll wakes when its lease ends", w.versions(other, exchange.Fetch{Wait: time.Minute, Lease: 30 * time.Second}), "A.1")
				if waited := time.Since(start); waited != 40*time.Second {
					t.Errorf("waited %s", waited)
				}
				same(t, "the later waits now", w.versions(w.mailbox, exchange.Fetch{}))
				w.finish(w.mailbox, "A.1", true)
				same(t, "and comes again", w.versions(w.mailbox, exchange.Fetch{}), "A.2")
			})
		})
	}
}

// Two nodes do not hand over two versions of a number at once: the record says which of
// them is out.
func TestNodesHandOverVersionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.acceptVersion("A.1", false, true)
		w.acceptVersion("A.2", false, false)
		other := w.another()
		w.Before(func() {
			w.move("A.1", exchange.ContentConsignment, 1) // released
			same(t, "the faster", w.versions(other, exchange.Fetch{Lease: time.Hour}), "A.1")
		})
		same(t, "the slower", w.versions(w.mailbox, exchange.Fetch{Lease: time.Hour}))
		x, err := w.Exchange(t.Context(), idOf("A.2"))
		if err != nil || x.Deliveries[0].State != exchange.ContentConsignment || x.Deliveries[0].Handovers != 0 {
			t.Errorf("%+v, %v", x.Deliveries, err)
		}
	})
}

// A receiver that dies on one version gets it again and again, behind all other numbers,
// and no later version of it before it has refused it.
func TestReceiverDiesOnAVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for _, one := range []string{"A.1", "A.2"} {
			w.acceptVersion(one, true, false)
		}
		for range patience + 2 {
			same(t, "the first", w.versions(w.mailbox, exchange.Fetch{Lease: time.Second}), "A.1")
			after(time.Second)
		}
		w.acceptVersion("B.1", false, false)
		same(t, "behind what is ordinary", w.versions(w.another(), exchange.Fetch{Limit: 1}), "B.1")
		same(t, "then itself", w.versions(w.mailbox, exchange.Fetch{}), "A.1")
		w.finish(w.mailbox, "A.1", false)
		same(t, "and what waited", w.versions(w.mailbox, exchange.Fetch{}), "A.2")
	})
}

// What waited for its turn has all its time to be acknowledged before it is given up.
func TestTimeBeginsWithTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		expiry := exchange.Expiry{Journal: w, Recorder: &exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal}, After: time.Hour}
		sweep := func(want int) {
			t.Helper()
			if n, err := expiry.Sweep(t.Context(), time.Now()); n != want || err != nil {
				t.Errorf("%d given up, %v; want %d", n, err, want)
			}
		}
		w.acceptVersion("A.1", false, false)
		w.acceptVersion("A.2", false, false)
		after(30 * time.Minute)
		w.versions(w.mailbox, exchange.Fetch{})
		after(59 * time.Minute)
		sweep(0)
		after(time.Minute + 1)
		sweep(1)
		same(t, "the next", w.versions(w.mailbox, exchange.Fetch{Lease: time.Second}), "A.2")
		after(time.Hour + 1)
		sweep(1)
	})
}

// Whatever several consumers, nodes and operators do, of one number one version is out,
// the first that is open; and all numbers that are free are given.
func TestVersionsProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var failure any // of the property, carried out of the bubble
		synctest.Test(t, func(t *testing.T) {
			defer func() { failure = recover() }()
			w := newWorld(t)
			m := &consumers{w: w, rt: rt, nodes: []*mailbox.Mailbox{w.mailbox, w.another()}, known: make(map[string]*version)}
			rt.Repeat(map[string]func(*rapid.T){
				"accept": m.accept, "fetch": m.fetch, "race": m.race, "finish": m.finish, "move": m.move,
				"wait": func(rt *rapid.T) { after(time.Duration(rapid.IntRange(1, 40).Draw(rt, "seconds")) * time.Second) },
				"kill": func(rt *rapid.T) { m.nodes[m.node(rt)] = w.another() },
			})
			m.drain()
		})
		if failure != nil {
			panic(failure)
		}
	})
}

// consumers are the model: of each version, in the order of the record, its state.
type consumers struct {
	w     *world
	rt    *rapid.T
	nodes []*mailbox.Mailbox
	names []string
	known map[string]*version
}

type version struct {
	attempt int // 0 while it is held
	open    bool
	taken   bool
	until   time.Time // of its lease
}

func (m *consumers) node(rt *rapid.T) int { return rapid.IntRange(0, 1).Draw(rt, "node") }

func (m *consumers) accept(rt *rapid.T) {
	name := fmt.Sprintf("%s.%d", rapid.SampledFrom([]string{"A", "B", "C"}).Draw(rt, "number"), len(m.names))
	held := rapid.IntRange(0, 3).Draw(rt, "held") == 0
	m.w.acceptVersion(name, rapid.Bool().Draw(rt, "express"), held)
	m.names = append(m.names, name)
	m.known[name] = &version{open: !held}
	if !held {
		m.known[name].attempt = 1
	}
}

// out returns the version of a number that is under lease, or "".
func (m *consumers) out(number string) string {
	for _, name := range m.names {
		if v := m.known[name]; versioned(name).Number == number && v.open && time.Now().Before(v.until) {
			return name
		}
	}
	return ""
}

// free returns what may be handed over.
func (m *consumers) free() []string {
	all := []string{}
	passed := make(map[string]bool)
	for _, name := range m.names {
		number := versioned(name).Number
		if !m.known[name].open || passed[number] {
			continue
		}
		passed[number] = true
		if m.out(number) == "" {
			all = append(all, name)
		}
	}
	return all
}

// lease draws the length of a lease.
func (m *consumers) lease(rt *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(1, 60).Draw(rt, "lease")) * time.Second
}

// fetch takes all that a node gives.
func (m *consumers) fetch(rt *rapid.T) {
	node, lease, limit := m.nodes[m.node(rt)], m.lease(rt), rapid.IntRange(1, 4).Draw(rt, "limit")
	want, got := m.free(), []string{}
	for {
		some := m.w.versions(node, exchange.Fetch{Limit: limit, Lease: lease})
		if len(some) == 0 {
			break
		}
		for _, name := range some {
			m.known[name].until = time.Now().Add(lease)
		}
		got = append(got, some...)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		rt.Fatalf("got %v, want %v", got, want)
	}
}

// race has both nodes hand over at the same time, while an operator moves something. The
// record decides which of them may.
func (m *consumers) race(rt *rapid.T) {
	lease := m.lease(rt)
	take := func(node *mailbox.Mailbox) {
		for _, name := range m.w.versions(node, exchange.Fetch{Limit: 9, Lease: lease}) {
			if out := m.out(versioned(name).Number); out != "" {
				rt.Fatalf("%s was given while %s is out", name, out)
			}
			m.known[name].until = time.Now().Add(lease)
		}
	}
	if len(m.free()) == 0 {
		rt.Skip("nothing would be recorded")
	}
	m.w.Before(func() {
		m.move(rt)
		take(m.nodes[0])
	})
	take(m.nodes[1])
}

// finish acknowledges or refuses something, by any node.
func (m *consumers) finish(rt *rapid.T) {
	open := slices.DeleteFunc(slices.Clone(m.names), func(name string) bool { return !m.known[name].open })
	if len(open) == 0 {
		rt.Skip("nothing is open")
	}
	name, taken := rapid.SampledFrom(open).Draw(rt, "of"), rapid.Bool().Draw(rt, "taken")
	m.w.finish(m.nodes[m.node(rt)], name, taken)
	m.known[name].open, m.known[name].taken = false, taken
}

// move releases, replays or gives up something.
func (m *consumers) move(rt *rapid.T) {
	name := ""
	if len(m.names) > 0 {
		name = rapid.SampledFrom(m.names).Draw(rt, "of")
	}
	switch v := m.known[name]; {
	case v == nil || v.taken:
	case v.open:
		m.w.move(name, exchange.ContentHandoverFailure, v.attempt)
		v.open = false
	default:
		v.attempt++
		m.w.move(name, exchange.ContentConsignment, v.attempt)
		v.open, v.until = true, time.Time{}
	}
}

// drain takes everything that is open, each number in its order.
func (m *consumers) drain() {
	after(time.Hour)
	for {
		want := m.free()
		got := m.w.versions(m.nodes[0], exchange.Fetch{})
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) && len(got) == 0 {
			m.rt.Fatalf("%v never came", want)
		}
		if len(got) == 0 {
			return
		}
		for _, name := range got {
			m.w.finish(m.nodes[1], name, true)
			m.known[name].open = false
		}
	}
}
