package kafka

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"beibu/queue"
)

func drawID(t *rapid.T, name string) (id [16]byte) {
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name))
	return id
}

func drawTime(t *rapid.T) time.Time {
	return time.UnixMicro(rapid.Int64Range(math.MinInt64/2, math.MaxInt64/2).Draw(t, "at")).UTC()
}

func drawEntry(t *rapid.T) queue.Entry {
	return queue.Entry{
		ID: drawID(t, "id"), Token: drawID(t, "token"), At: drawTime(t),
		Digest: [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest")),
		Key:    string(rapid.SliceOf(rapid.Byte()).Draw(t, "key")),
		Head:   rapid.SliceOf(rapid.Byte()).Draw(t, "head"),
		Body:   rapid.Int64().Draw(t, "body"),
	}
}

func drawMessage(t *rapid.T) message {
	m := message{id: drawID(t, "message"), partition: rapid.IntRange(-1, 1000).Draw(t, "partition")}
	for range rapid.IntRange(0, 5).Draw(t, "changes") {
		c := change{offset: rapid.Int64().Draw(t, "offset")}
		if rapid.Bool().Draw(t, "entry?") {
			e := drawEntry(t)
			c.entry = &e
		} else {
			c.event = &queue.Event{
				Subject: drawSubject(t), Receiver: rapid.String().Draw(t, "receiver"), Name: rapid.String().Draw(t, "name"),
				Attempt: rapid.IntRange(0, math.MaxInt).Draw(t, "attempt"), At: drawTime(t),
				Detail: rapid.SliceOf(rapid.Byte()).Draw(t, "detail"),
			}
		}
		m.changes = append(m.changes, c)
	}
	return m
}

func drawSubject(t *rapid.T) queue.Subject {
	kind := queue.SubjectKind(rapid.IntRange(0, len(queue.SubjectKinds())-1).Draw(t, "kind"))
	if kind == queue.SubjectExchange {
		return queue.ExchangeSubject(drawID(t, "id"))
	}
	return queue.Subject{Kind: kind, ID: rapid.String().Draw(t, "subject")}
}

// A node that meets a kind of subject or of change that it does not know stops.
func TestWireRefusesUnknownSubjects(t *testing.T) {
	unknown := queue.SubjectKind(len(queue.SubjectKinds()))
	value := message{partition: -1, changes: []change{{event: &queue.Event{Subject: queue.Subject{Kind: unknown, ID: "id"}}}}}.encode()
	if _, err := decodeMessage(value); !errors.Is(err, errWire) {
		t.Errorf("error %v, want %v", err, errWire)
	}
}

var sameValues = cmp.Options{cmp.AllowUnexported(message{}, change{}), cmpopts.EquateEmpty()}

func TestWireKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t)
		got, err := decodeMessage(m.encode())
		if diff := cmp.Diff(m, got, sameValues); diff != "" || err != nil {
			t.Fatalf("%v\n%s", err, diff)
		}
		e := drawEntry(t)
		read, err := decodeEntry(encodeEntry(e))
		read.Key = e.Key // it travels as the key of the message
		if diff := cmp.Diff(e, read, sameValues); diff != "" || err != nil {
			t.Fatalf("%v\n%s", err, diff)
		}
	})
}

// A value cut short, made longer or of another version is refused whole.
func TestWireRefusesWhatItDoesNotKnow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawMessage(t).encode()
		cut := rapid.IntRange(0, len(value)-1).Draw(t, "cut")
		for _, bad := range [][]byte{value[:cut], append(bytes.Clone(value), 0), append([]byte{wireVersion + 1}, value[1:]...)} {
			if _, err := decodeMessage(bad); !errors.Is(err, errWire) {
				t.Fatalf("error %v, want %v", err, errWire)
			}
		}
		entry := encodeEntry(drawEntry(t))
		if _, err := decodeEntry(entry[:len(entry)-1]); !errors.Is(err, errWire) {
			t.Fatalf("error %v, want %v", err, errWire)
		}
	})
}

func FuzzWire(f *testing.F) {
	e := queue.Entry{Key: "key", Head: []byte("head"), Body: 7}
	f.Add(encodeEntry(e))
	f.Add(message{partition: 1, changes: []change{{1, &e, nil}, {1, nil, &queue.Event{Name: "name", Attempt: 3}}, {1, nil, &queue.Event{Subject: queue.Subject{Kind: queue.SubjectParty, ID: "id"}}}}}.encode())
	f.Add([]byte{wireVersion})
	f.Fuzz(func(t *testing.T, value []byte) {
		if e, err := decodeEntry(value); err == nil {
			again, err := decodeEntry(encodeEntry(e))
			if diff := cmp.Diff(e, again, sameValues); diff != "" || err != nil {
				t.Errorf("entry: %v\n%s", err, diff)
			}
		}
		if m, err := decodeMessage(value); err == nil {
			again, err := decodeMessage(m.encode())
			if diff := cmp.Diff(m, again, sameValues); diff != "" || err != nil {
				t.Errorf("message: %v\n%s", err, diff)
			}
		}
	})
}

// A key stays in its partition, whatever the brokers name, and the body of an
// attempt is where its record is. Another client finds it there too.
func TestKeysStayInTheirPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Prefix: "docs.", Partitions: rapid.IntRange(1, 64).Draw(t, "partitions")}
		key := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "key")
		want := kgo.StickyKeyPartitioner(nil).ForTopic("").Partition(&kgo.Record{Key: key}, o.Partitions)
		named := rapid.SliceOfN(rapid.IntRange(0, 100), 1, 10).Draw(t, "named")
		for _, topic := range []string{o.topics().body, o.topics().log} {
			if got := o.balancer().Balance(kafkago.Message{Topic: topic, Key: key}, named...); got != want {
				t.Fatalf("%x goes to %d, want %d", key, got, want)
			}
		}
		if got := o.balancer().Balance(kafkago.Message{Topic: o.topics().events, Key: key}, 0); got != 0 {
			t.Fatalf("events go to %d", got)
		}
	})
}

// Neither a gap nor a step back is passed over.
func TestGapsAreFaults(t *testing.T) {
	for name, test := range map[string]struct {
		offsets []int64
		good    bool
	}{
		"in order": {[]int64{5, 6, 7}, true},
		"a gap":    {[]int64{5, 7}, false},
		"late":     {[]int64{6, 7}, false},
		"back":     {[]int64{4, 5}, false},
		"twice":    {[]int64{5, 5}, false},
	} {
		var records []record
		for _, offset := range test.offsets {
			records = append(records, record{offset: offset})
		}
		next, err := contiguous(records, 5)
		if test.good && (err != nil || next != 8) || !test.good && !errors.Is(err, ErrGap) {
			t.Errorf("%s: %d, %v", name, next, err)
		}
	}
}

func TestPlacesAreNumberedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layout{rapid.Int64Range(1, 1024).Draw(t, "partitions")}
		partition := int(rapid.Int64Range(0, l.partitions-1).Draw(t, "partition"))
		offset := rapid.Int64Range(0, 1<<46).Draw(t, "offset")
		position := l.position(partition, offset)
		p, o, ok := l.locate(position)
		if !ok || p != partition || o != offset || position < 1 {
			t.Fatalf("%d/%d is %d and that is %d/%d", partition, offset, position, p, o)
		}
		if l.position(partition, offset+1) <= position {
			t.Fatal("positions do not rise")
		}
		index := rapid.IntRange(0, perMessage-1).Draw(t, "index")
		if messageOf(sequence(offset, index)) != offset {
			t.Fatalf("sequence of %d/%d leads to %d", offset, index, messageOf(sequence(offset, index)))
		}
	})
	for _, before := range []int64{math.MinInt64, -1, 0, 1, perMessage - 1} {
		if messageOf(before) != 0 {
			t.Errorf("%d leads to %d", before, messageOf(before))
		}
	}
}
