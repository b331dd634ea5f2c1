package kafka

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"beibu/queue"
)

// A scenario is a topic of events, as it is written by nodes that die, stall and
// repeat a message if they do not know the outcome.
type scenario struct {
	messages []message
	appends  int
	entries  [2]int64 // dispatched so far, of each partition
}

// dispatched makes the message of a batch: each entry and one event.
func dispatched(partition int, from, to int64) message {
	m := message{partition: partition}
	for offset := from; offset < to; offset++ {
		e := queue.Entry{ID: exchange(partition, offset)}
		m.changes = append(m.changes, change{offset, &e, nil}, change{offset, nil, &queue.Event{Subject: queue.ExchangeSubject(e.ID)}})
	}
	return m
}

func exchange(partition int, offset int64) (id [16]byte) {
	id[0] = byte(partition)
	binary.BigEndian.PutUint64(id[8:], uint64(offset))
	return id
}

func (s *scenario) step(t *rapid.T) {
	p := rapid.IntRange(0, 1).Draw(t, "partition")
	done := s.entries[p]
	switch rapid.SampledFrom([]string{"dispatch", "again", "append", "append again"}).Draw(t, "step") {
	case "dispatch": // from anywhere before, as after a crash, and beyond
		from := rapid.Int64Range(max(0, done-5), done).Draw(t, "from")
		to := rapid.Int64Range(from, done+5).Draw(t, "to")
		s.messages = append(s.messages, dispatched(p, from, to))
		s.entries[p] = max(done, to)
	case "again": // a zombie, with what was dispatched long ago
		from := rapid.Int64Range(0, done).Draw(t, "from")
		s.messages = append(s.messages, dispatched(p, from, rapid.Int64Range(from, done).Draw(t, "to")))
	case "append":
		s.appends++
		m := message{partition: -1, changes: []change{{event: &queue.Event{Name: "appended", Attempt: s.appends}}}}
		binary.BigEndian.PutUint64(m.id[:], uint64(s.appends))
		s.messages = append(s.messages, m)
	case "append again":
		for _, m := range slices.Backward(s.messages) {
			if m.partition < 0 {
				s.messages = append(s.messages, m)
				return
			}
		}
	}
}

// records are the messages as the broker hands them out.
func (s *scenario) records() []record {
	var records []record
	for i, m := range s.messages {
		records = append(records, record{offset: int64(i), value: m.encode()})
	}
	return records
}

// Whatever is written twice, the record contains each entry, each of its events and
// each append once, in order.
func TestDuplicatesAreDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s scenario
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			s.step(t)
		}
		next, events, appended := [2]int64{}, 0, 0
		deduplicator := newDeduplicator(2)
		for _, r := range s.records() {
			published, err := deduplicated(deduplicator, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range published {
				switch {
				case c.Entry != nil:
					p := c.Entry.ID[0]
					if want := exchange(int(p), next[p]); c.Entry.ID != want {
						t.Fatalf("got entry %x, want %x", c.Entry.ID, want)
					}
					next[p]++
				case c.Event.Name == "appended":
					if appended++; c.Event.Attempt != appended {
						t.Fatalf("got append %d, want %d", c.Event.Attempt, appended)
					}
				default:
					events++
				}
			}
		}
		if next != s.entries || appended != s.appends || int64(events) != next[0]+next[1] {
			t.Fatalf("got %v entries, %d events, %d appends; want %v, %d", next, events, appended, s.entries, s.appends)
		}
	})
}

// A follower that starts at a checkpoint receives the same changes as one that started
// at the beginning.
func TestDeduplicationIsTheSameFromAnyCheckpoint(t *testing.T) {
	var s scenario
	for i := range int64(3 * dedupWindow) { // more than the window, with repeats of all ages
		switch i % 7 {
		case 0, 1, 2:
			s.appends++
			m := message{partition: -1, changes: []change{{event: &queue.Event{Attempt: s.appends}}}}
			binary.BigEndian.PutUint64(m.id[:], uint64(s.appends))
			s.messages = append(s.messages, m)
		case 3:
			age := 1 + int(i*7919%3000)
			s.messages = append(s.messages, s.messages[max(0, len(s.messages)-age)])
		case 4:
			s.messages = append(s.messages, dispatched(0, i, i+7))
		case 5:
			s.messages = append(s.messages, dispatched(1, i, i+9)) // the next one overlaps
		case 6:
			s.messages = append(s.messages, dispatched(0, max(0, i-40), i))
		}
	}
	records := s.records()
	f := newFeed(2, 0)
	var all []queue.Change
	whole := newDeduplicator(2)
	for _, r := range records {
		published, err := deduplicated(whole, r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, published...)
	}
	if len(whole.known) > dedupWindow {
		t.Errorf("%d appends are kept, want %d", len(whole.known), dedupWindow)
	}
	for len(records) > 0 {
		n := min(100, len(records))
		if err := f.consume(answer{records: records[:n]}); err != nil {
			t.Fatal(err)
		}
		records = records[n:]
	}
	if f.newest != all[len(all)-1].Sequence {
		t.Errorf("head %d, want %d", f.newest, all[len(all)-1].Sequence)
	}
	for want := int64(0); want < 3*dedupWindow; want += 611 {
		from, deduplicator := f.start(want)
		if want > 2*dedupWindow+1 && from == 0 {
			t.Errorf("a follower from %d begins at the beginning", want)
		}
		var got []queue.Change
		for _, r := range s.records()[from:] {
			published, err := deduplicated(deduplicator, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range published {
				if messageOf(c.Sequence) >= want {
					got = append(got, c)
				}
			}
		}
		i := 0
		for i < len(all) && messageOf(all[i].Sequence) < want {
			i++
		}
		same := slices.EqualFunc(all[i:], got, func(a, b queue.Change) bool { return a.Sequence == b.Sequence })
		if !same {
			t.Fatalf("from %d, started at %d: %d changes, want %d", want, from, len(got), len(all)-i)
		}
	}
}

func TestWindowIsBounded(t *testing.T) {
	w := newWindow()
	for i := range int64(100) {
		w.put(i, make([]byte, windowBytes/10))
	}
	if w.size > windowBytes || len(w.places) != 10 || w.order.Len() != 10 {
		t.Errorf("%d bytes in %d bodies", w.size, len(w.places))
	}
	if _, ok := w.get(0); ok {
		t.Error("the oldest body is kept")
	}
	if b, ok := w.get(99); !ok || len(b) != windowBytes/10 {
		t.Error("the newest body is not kept")
	}
	w.get(90)
	w.put(91, nil)
	for i := range int64(8) {
		w.put(100+i, make([]byte, windowBytes/10))
	}
	_, asked := w.get(90)
	_, again := w.get(91)
	_, other := w.get(99)
	if !asked || !again || other {
		t.Errorf("asked for %v, put again %v, neither %v: the one used the longest ago goes first", asked, again, other)
	}
	w.put(200, make([]byte, windowBytes+1))
	if _, ok := w.get(200); ok {
		t.Error("a body larger than the window is kept")
	}
}

// deduplicated decodes a message and returns its changes without duplicates.
func deduplicated(s *deduplicator, r record) ([]queue.Change, error) {
	m, err := layout{int64(len(s.published))}.message(r)
	if err != nil {
		return nil, err
	}
	return s.changes(r.offset, m), nil
}
