package crashtest

import (
	"context"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"beibu/cmd/internal/proxytest"
)

// Options say what to attack and for how long.
type Options struct {
	Command Command
	Nodes   int           // daemons; more than one needs Servers
	Servers *Servers      // Kafka and Redis; nil for the embedded store
	NoRedis bool          // leave Redis out of it
	Storm   time.Duration // from one attack on servers and network to the next; 0 for none
	Brokers bool          // the storm strikes brokers alone
	Disk    string        // a folder on the daemons' disk, which the storm fills; or empty
	Kills   int           // of daemons, at least
	For     time.Duration // at least
	Clients int           // senders
	Planted bool          // the daemons are built with Plants
	Every   bool          // continue until a daemon was killed at every point
	At      []string      // names of the points at which to kill; none for all
	Breach  bool          // end at the first breach: one is expected
	Seed    uint64        // of what everybody chooses; 0 for that of BEIBU_CRASH_SEED, or a new one
}

// A world is the daemons, those who use them, and what they saw.
type world struct {
	tb      testing.TB
	o       Options
	report  *Report
	chance  *rand.Rand // what the director chooses
	cast    []document
	members []*member
	books   *books

	senders, readers, storm *crowd
	answers                 chan struct{} // one for every answer to a sender, while there is room
}

// A member is a daemon with the proxies around it.
type member struct {
	node  *Node
	kafka []*proxytest.Proxy
	redis *proxytest.Proxy // or nil
	send  *http.Client     // through the doors of senders and receivers
	fetch *http.Client
	trap  atomic.Pointer[trap]
	lossy atomic.Bool

	answered, refused atomic.Int64 // documents: with a final answer, and asked to come again
}

// Run attacks and returns what it found. It fails the test only if the attack
// itself could not continue: the breaches are in the report.
func Run(tb testing.TB, o Options) *Report {
	tb.Helper()
	w := newWorld(tb, o)
	w.start()
	w.begin()
	started := time.Now()
	w.direct()
	w.senders.stop()
	w.storm.stop()
	w.report.Attacked = time.Since(started)
	w.calm()
	started = time.Now()
	if !w.breached() {
		w.drain()
	}
	w.report.Drained = time.Since(started)
	w.readers.stop()
	for _, m := range w.members {
		if err := m.node.Stop(syscall.SIGTERM); err != nil {
			w.report.fault(nil, "SIGTERM: %v", err)
		}
	}
	w.books.check(w.report)
	return w.report
}

func newWorld(tb testing.TB, o Options) *world {
	tb.Helper()
	if o.Seed == 0 {
		o.Seed = seed(tb)
	}
	w := &world{
		tb: tb, o: o, report: &Report{Seed: o.Seed}, books: newBooks(), cast: cast,
		chance:  rand.New(rand.NewPCG(o.Seed, math.MaxUint64)),
		senders: newCrowd(tb), readers: newCrowd(tb), storm: newCrowd(tb), answers: make(chan struct{}, 1024),
	}
	if o.Servers != nil {
		w.cast = cast[:sharedCast]
	}
	for i := range o.Nodes {
		w.members = append(w.members, w.newMember(i))
	}
	return w
}

// seed returns that of BEIBU_CRASH_SEED, which repeats what a run chose, or a
// new one, and publishes it. When the machine does what remains its own affair.
func seed(tb testing.TB) uint64 {
	tb.Helper()
	chosen := uint64(time.Now().UnixNano())
	if text := os.Getenv("BEIBU_CRASH_SEED"); text != "" {
		var err error
		if chosen, err = strconv.ParseUint(text, 10, 64); err != nil {
			tb.Fatalf("BEIBU_CRASH_SEED: %v", err)
		}
	}
	tb.Logf("BEIBU_CRASH_SEED=%d makes the same choices again", chosen)
	return chosen
}

func (w *world) newMember(i int) *member {
	m := &member{}
	config := ""
	if s := w.o.Servers; s != nil {
		m.kafka, m.redis, config = s.doorsOf(w.tb, i, !w.o.NoRedis)
	}
	m.node = NewNode(w.tb, w.o.Command, config)
	for _, p := range m.kafka {
		p.Watch(m.watch(toKafka))
	}
	if m.redis != nil {
		m.redis.Watch(m.watch(toRedis))
	}
	m.send = m.through(w.tb, toSenders)
	m.fetch = m.through(w.tb, toReceivers)
	return m
}

// through returns a client that comes to the daemon by a door.
func (m *member) through(tb testing.TB, at door) *http.Client {
	tb.Helper()
	p := proxytest.Start(tb, "127.0.0.1:0", m.node.address, proxytest.Raw)
	p.Watch(m.watch(at))
	c := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, p.Address())
		},
	}}
	tb.Cleanup(c.CloseIdleConnections)
	return c
}

// start starts every daemon. The first one makes the keys of all, and is killed
// once while it does.
func (w *world) start() {
	w.tb.Helper()
	first := w.members[0].node
	w.stillborn(first)
	if err := first.Start(); err != nil {
		w.tb.Fatal(err)
	}
	for _, m := range w.members[1:] {
		err := m.node.ShareKeys(first)
		if err == nil {
			err = m.node.Start()
		}
		if err != nil {
			w.tb.Fatal(err)
		}
	}
}

// begin lets everybody in.
func (w *world) begin() {
	for i := range w.o.Clients {
		s := w.newSender(i)
		w.senders.wg.Go(func() { s.run(w.senders.ctx) })
	}
	for i, who := range w.receivers() {
		for j, m := range w.members {
			r := w.newReceiver(who, m, i*len(w.members)+j)
			w.readers.wg.Go(func() { r.run(w.readers.ctx) })
		}
	}
	if w.o.Storm > 0 {
		w.storm.wg.Go(func() { w.rage(w.storm.ctx) })
	}
}

// breached reports whether a breach was expected and found.
func (w *world) breached() bool {
	w.report.mu.Lock()
	defer w.report.mu.Unlock()
	return w.o.Breach && len(w.report.Faults) > 0
}

// A crowd is goroutines that work until they are stopped.
type crowd struct {
	ctx    context.Context //nolint:containedctx // it is what the crowd shares
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newCrowd(tb testing.TB) *crowd {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	return &crowd{ctx: ctx, cancel: cancel}
}

func (c *crowd) stop() {
	c.cancel()
	c.wg.Wait()
}

// await waits for a channel, for a time at most, and reports whether it came.
func await(ctx context.Context, c <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// patience bounds a wait that should be short, so that a hang is reported.
const patience = 2 * time.Minute

// stuck ends the attack: something never happened.
func (w *world) stuck(what string) {
	w.tb.Helper()
	w.tb.Fatalf("%s did not happen within %s\n%s", what, patience, w.report)
}
