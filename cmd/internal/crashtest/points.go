package crashtest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"beibu/cmd/internal/proxytest"
)

// A door is a connection of a daemon behind a proxy, or what is
// inside of it.
type door int

const (
	toKafka door = iota
	toRedis
	toSenders
	toReceivers
	inside
)

// A point is a moment between two steps of the protocol at which a daemon is
// killed: a message is on its way, and is lost with the daemon. A point inside of
// it is before some code, into which [Plants] puts it.
type point struct {
	name string
	at   door
	is   func(m proxytest.Message, prefix string) bool

	file, before string // of a point inside
}

// message makes a point of a message.
func message(name string, at door, is func(m proxytest.Message, prefix string) bool) point {
	return point{name: name, at: at, is: is}
}

// within makes a point inside of the daemon.
func within(name, file, before string) point {
	return point{name: name, at: inside, file: file, before: before}
}

// produce and commit make points around a write: before the brokers have it,
// and before the daemon learns that they do.
func produce(topic string, kept bool) func(proxytest.Message, string) bool {
	return func(m proxytest.Message, prefix string) bool {
		return m.FromServer == kept && m.Asks(proxytest.Produce, prefix+topic)
	}
}

func commit(kept bool) func(proxytest.Message, string) bool {
	return func(m proxytest.Message, prefix string) bool {
		return m.FromServer == kept && m.Asks(proxytest.OffsetCommit, prefix+"log")
	}
}

// lostAnswer makes a point of an answer over HTTP that is lost.
func lostAnswer(begins, holds string) func(proxytest.Message, string) bool {
	return func(m proxytest.Message, _ string) bool {
		return m.FromServer && bytes.HasPrefix(m.Bytes, []byte("HTTP/1.1 "+begins)) && bytes.Contains(m.Bytes, []byte(holds))
	}
}

// points are all of them, in the order of a document's journey.
var points = []point{
	message("claimed", toRedis, func(m proxytest.Message, _ string) bool {
		return m.FromServer && bytes.HasPrefix(m.Bytes, []byte("$0"))
	}),
	message("body sent", toKafka, produce("body", false)),
	message("body kept", toKafka, produce("body", true)),
	message("log sent", toKafka, produce("log", false)),
	message("log kept", toKafka, produce("log", true)),
	message("decided, not answered", toSenders, lostAnswer("202", "receipt")),
	message("events sent", toKafka, produce("events", false)),
	message("events kept", toKafka, produce("events", true)),
	message("commit sent", toKafka, commit(false)),
	message("commit kept", toKafka, commit(true)),
	message("handed over, not answered", toReceivers, lostAnswer("200", `"leasedUntil"`)),
	message("acknowledged, not answered", toReceivers, lostAnswer("200", `"state":"Consignment`)),

	within("entry written, its body not", "queue/sqlite/transaction.go", "if err := tx.addBody.Exec("),
	within("written, not committed", "queue/sqlite/writer.go", "if err := w.commit.Exec()"),
	within("committed, not answered", "queue/sqlite/writer.go", "w.tx.keep()"),
	within("log to be copied", "queue/sqlite/checkpoint.go", "for range rounds {"),
	within("log copied but for its end", "queue/sqlite/writer.go", "_, _ = checkpoint(w.passive)"),
	within("dispatched, not kept", "queue/sqlite/dispatch.go", "last := batch[len(batch)-1].Position"),
	within("dispatch kept", "queue/sqlite/dispatch.go", "return last, nil"),
	within("to be handed over", "exchange/courier/mailbox/mailbox.go", "err := m.recorder.Record(ctx, events...)"),
	within("hand-over kept", "exchange/courier/mailbox/mailbox.go", "items := make([]exchange.Leased, 0, len(ours))"),
	within("to be acknowledged", "exchange/courier/mailbox/ack.go", "if err := m.recorder.Record(ctx, s.events...)"),
	within("acknowledgement kept", "exchange/courier/mailbox/ack.go", "m.box(receiver).endLeases("),
}

// reachable are the points that the world has: not all, without Kafka or Redis, or
// if none were planted.
func (w *world) reachable() []point {
	kafka := w.o.Servers != nil
	redis := kafka && !w.o.NoRedis
	var all []point
	for _, p := range points {
		wanted := len(w.o.At) == 0 || slices.Contains(w.o.At, p.name)
		if wanted && (p.at != toKafka || kafka) && (p.at != toRedis || redis) && (p.at != inside || w.o.Planted) {
			all = append(all, p)
		}
	}
	return all
}

// A trap is what waits for a daemon to come to a point.
type trap struct {
	point  point
	prefix string
	struck chan struct{} // closed when the daemon was killed
	sprung atomic.Bool
}

// watch returns what reads the messages of one door.
func (m *member) watch(at door) proxytest.Watch {
	return func(message proxytest.Message) bool {
		if t := m.trap.Load(); t != nil && t.point.at == at && t.point.is(message, t.prefix) && t.sprung.CompareAndSwap(false, true) {
			m.node.Kill()
			close(t.struck)
			return false
		}
		lost := m.lossy.Load() && message.FromServer && rand.IntN(50) == 0
		return !lost
	}
}

// set waits for the daemon at a point; clear ends that.
func (m *member) set(p point, prefix string) *trap {
	t := &trap{point: p, prefix: prefix, struck: make(chan struct{})}
	m.trap.Store(t)
	if p.at == inside {
		m.node.arm(p.name)
		go m.awaitEnd(t)
	}
	return t
}

// awaitEnd springs a trap inside of the daemon: it has taken the name of the point
// away, and is dead.
func (m *member) awaitEnd(t *trap) {
	for m.trap.Load() == t {
		if !m.node.armed() && t.sprung.CompareAndSwap(false, true) {
			m.node.Kill()
			close(t.struck)
			return
		}
		await(m.node.tb.Context(), nil, time.Millisecond)
	}
}

func (m *member) clear() {
	m.trap.Store(nil)
	m.node.disarm()
}
