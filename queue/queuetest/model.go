package queuetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"beibu/queue"
)

// model holds a queue against a model that is a few maps and slices, through
// any series of calls, refusals and reopenings.
func model(t *testing.T, fresh func(tb testing.TB) Opener) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{t: rt, s: &store{t: t, open: fresh(t)}, owners: make(map[string]owner)}
		m.s.q = m.s.open(t)
		defer m.s.close()
		rt.Repeat(map[string]func(*rapid.T){
			"admit":    m.admit,
			"append":   m.append,
			"dispatch": m.dispatch,
			"refuse":   m.refuse,
			"reopen":   func(*rapid.T) { m.s.reopen() },
			"body":     m.body,
			"follow":   m.follow,
		})
		m.drain()
		m.compare()
	})
}

type owner struct {
	entry queue.Entry
	body  []byte
}

// A machine is the model: what a queue must hold after the calls so far.
type machine struct {
	t       *rapid.T
	s       *store
	owners  map[string]owner
	keys    []string // in the order in which they got an owner
	done    int      // how many of keys are dispatched
	events  int      // how many are in the record
	appends int      // numbers the events, in Attempt
}

func (m *machine) admit(t *rapid.T) {
	key := rapid.SampledFrom([]string{"a", "b", "c", "A", "a\x00", "北", fmt.Sprint(len(m.keys))}).Draw(t, "key")
	sub := submit(key, rapid.SampledFrom([]string{"one", "two"}).Draw(t, "content"))
	sub.Body = random(rapid.IntRange(1, 20_000).Draw(t, "size"), uint64(len(m.keys)))
	e := m.s.admit(sub)
	if first, held := m.owners[key]; held {
		same(m.s.t, "answer", e, first.entry)
		return
	}
	same(m.s.t, "entry", e, kept(sub, e))
	m.owners[key] = owner{e, sub.Body}
	m.keys = append(m.keys, key)
}

func (m *machine) append(t *rapid.T) {
	subject := queue.Subject{Kind: queue.SubjectParty, ID: "window-vn"}
	if m.done > 0 && rapid.Bool().Draw(t, "of an exchange") {
		subject = queue.ExchangeSubject(m.owners[m.keys[rapid.IntRange(0, m.done-1).Draw(t, "exchange")]].entry.ID)
	}
	var events []queue.Event
	for range rapid.IntRange(0, 3).Draw(t, "events") {
		e := happened(subject.Exchange, "appended", m.appends)
		e.Subject = subject
		events = append(events, e)
		m.appends++
	}
	m.s.append(events...)
	m.events += len(events)
}

// note says one thing about each entry, for dispatch.
func note(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
	var events []queue.Event
	for _, e := range batch {
		events = append(events, happened(e.ID, "ContentConsignment", 0))
	}
	return events, nil
}

func (m *machine) dispatch(*rapid.T) { m.drain() }

// drain dispatches until everything is.
func (m *machine) drain() {
	stop := m.s.dispatch(note)
	m.events += len(m.keys) - m.done
	m.done = len(m.keys)
	m.s.changes(0, len(m.keys)+m.events)
	if err := stop(); err != nil {
		m.t.Fatalf("dispatch: %v", err)
	}
}

// refuse lets the handler fail, which must change nothing.
func (m *machine) refuse(*rapid.T) {
	if m.done == len(m.keys) {
		return
	}
	broken := errors.New("broken")
	ctx, cancel := patient(m.s.t)
	defer cancel()
	next := m.keys[m.done]
	err := m.s.q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		same(m.s.t, "next entry", batch[0], m.owners[next].entry)
		events, _ := note(ctx, batch)
		return events, broken
	})
	if !errors.Is(err, broken) {
		m.t.Fatalf("error %v, want %v", err, broken)
	}
}

func (m *machine) body(t *rapid.T) {
	if len(m.keys) == 0 {
		return
	}
	o := m.owners[rapid.SampledFrom(m.keys).Draw(t, "key")]
	if !bytes.Equal(m.s.body(o.entry.Body), o.body) {
		m.t.Fatalf("body of %q altered", o.entry.Key)
	}
}

// follow reads the record from any place and holds it against the whole.
func (m *machine) follow(t *rapid.T) {
	m.drain()
	all := m.compare()
	if len(all) == 0 {
		return
	}
	i := rapid.IntRange(0, len(all)-1).Draw(t, "from")
	if rest := all[i+1:]; len(rest) > 0 {
		same(m.s.t, "rest of the record", m.s.changes(all[i].Sequence, len(rest)), rest)
	}
}

// compare holds the whole record against the model.
func (m *machine) compare() []queue.Change {
	all := m.s.changes(0, len(m.keys)+m.events)
	if len(all) != len(m.keys)+m.events {
		m.t.Fatalf("%d changes, want %d", len(all), len(m.keys)+m.events)
	}
	if len(all) > 0 && m.s.head() != all[len(all)-1].Sequence {
		m.t.Fatalf("head %d, want %d", m.s.head(), all[len(all)-1].Sequence)
	}
	for i, e := range entriesOf(all) {
		same(m.s.t, "entry in the record", e, m.owners[m.keys[i]].entry)
	}
	known, appended := make(map[[16]byte]bool), 0
	for _, c := range all {
		switch {
		case c.Entry != nil:
			known[c.Entry.ID] = true
		case c.Event.Subject.Kind == queue.SubjectExchange && !known[c.Event.Subject.Exchange]:
			m.t.Fatalf("event %d comes before its entry", c.Sequence)
		case c.Event.Name == "appended":
			if c.Event.Attempt != appended {
				m.t.Fatalf("got event %d, want %d", c.Event.Attempt, appended)
			}
			appended++
		}
	}
	return all
}
