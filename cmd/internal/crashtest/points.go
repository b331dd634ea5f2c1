package crashtest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"beibu/cmd/internal/proxytest"
)

// A door is a connection of a daemon behind which a proxy stands.
type door int

const (
	toKafka door = iota
	toRedis
	toSenders
	toReceivers
)

// A point is a moment between two steps of the protocol at which a daemon is
// killed: a message is on its way, and is lost with the daemon.
type point struct {
	name string
	at   door
	is   func(m proxytest.Message, prefix string) bool
}

// produce and commit make points around a write: before the brokers have it,
// and before the daemon hears that they do.
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

// answer makes a point of an answer over HTTP that is lost.
func answer(begins, holds string) func(proxytest.Message, string) bool {
	return func(m proxytest.Message, _ string) bool {
		return m.FromServer && bytes.HasPrefix(m.Bytes, []byte("HTTP/1.1 "+begins)) && bytes.Contains(m.Bytes, []byte(holds))
	}
}

// points are all of them, in the order of a document's journey.
var points = []point{
	{"claimed", toRedis, func(m proxytest.Message, _ string) bool {
		return m.FromServer && bytes.HasPrefix(m.Bytes, []byte("$0"))
	}},
	{"body sent", toKafka, produce("body", false)},
	{"body kept", toKafka, produce("body", true)},
	{"log sent", toKafka, produce("log", false)},
	{"log kept", toKafka, produce("log", true)},
	{"decided, not answered", toSenders, answer("202", "receipt")},
	{"events sent", toKafka, produce("events", false)},
	{"events kept", toKafka, produce("events", true)},
	{"commit sent", toKafka, commit(false)},
	{"commit kept", toKafka, commit(true)},
	{"handed over, not answered", toReceivers, answer("200", `"leasedUntil"`)},
	{"acknowledged, not answered", toReceivers, answer("200", `"state":"Consignment`)},
}

// reachable are the points that the world has: not all, without Kafka or Redis.
func (w *world) reachable() []point {
	kafka := w.o.Servers != nil
	redis := kafka && !w.o.NoRedis
	var all []point
	for _, p := range points {
		wanted := len(w.o.At) == 0 || slices.Contains(w.o.At, p.name)
		if wanted && (p.at != toKafka || kafka) && (p.at != toRedis || redis) {
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

// watch returns what looks at the messages of one door.
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
	return t
}

func (m *member) clear() { m.trap.Store(nil) }

// Points returns the names of all points, for tests that want each one met.
func Points() []string {
	var names []string
	for _, p := range points {
		names = append(names, p.name)
	}
	return names
}
