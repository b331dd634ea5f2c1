package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"beibu/queue"
)

// wireVersion is the first byte of every value in log and events. A node that reads
// another version stops, because it would decide differently without the record.
const wireVersion = 1

// errWire means that a value is not in a format that this version knows.
var errWire = errors.New("unknown format of a record")

// encodeEntry returns the value of a record of log. The key of the entry is the key of
// the message, and its position follows from partition and offset.
func encodeEntry(e queue.Entry) []byte {
	return appendEntry(append(make([]byte, 0, 128+len(e.Head)), wireVersion), e)
}

func decodeEntry(value []byte) (queue.Entry, error) {
	d := decoder{rest: value}
	if d.byte() != wireVersion {
		d.fail()
	}
	e := d.entry()
	return e, d.end()
}

func appendEntry(b []byte, e queue.Entry) []byte {
	b = append(b, e.ID[:]...)
	b = append(b, e.Digest[:]...)
	b = append(b, e.Token[:]...)
	b = binary.AppendVarint(b, e.At.UnixMicro())
	b = binary.AppendVarint(b, e.Body)
	return appendBytes(b, e.Head)
}

// A change is one step of the record, as a message of events contains it.
type change struct {
	offset int64 // in log, of the entry that was dispatched; unused in an append
	entry  *queue.Entry
	event  *queue.Event
}

// A message is the value of a record of events: the changes of one batch of a
// dispatch, or of one Append.
type message struct {
	id        [16]byte // of an append, to recognise a duplicate; zero in a dispatch
	partition int      // of log, that was dispatched; -1 in an append
	changes   []change
}

// The kinds of change. A node of a version that does not know a kind stops, as with
// another wireVersion.
const (
	kindEntry   = 1
	kindEvent   = 2 // of an exchange
	kindSubject = 3 // an event of any other subject
)

func (m message) encode() []byte {
	b := append(make([]byte, 0, 64+256*len(m.changes)), wireVersion)
	b = append(b, m.id[:]...)
	b = binary.AppendVarint(b, int64(m.partition))
	b = binary.AppendUvarint(b, uint64(len(m.changes)))
	for _, c := range m.changes {
		if c.entry != nil {
			b = binary.AppendVarint(append(b, kindEntry), c.offset)
			b = appendBytes(b, []byte(c.entry.Key))
			b = appendEntry(b, *c.entry)
			continue
		}
		b = appendEvent(b, c.offset, c.event)
	}
	return b
}

func appendEvent(b []byte, offset int64, e *queue.Event) []byte {
	if e.Subject.Kind == queue.SubjectExchange {
		b = binary.AppendVarint(append(b, kindEvent), offset)
		b = append(b, e.Subject.Exchange[:]...)
	} else {
		b = binary.AppendVarint(append(b, kindSubject), offset)
		b = appendBytes(append(b, byte(e.Subject.Kind)), []byte(e.Subject.ID))
	}
	b = appendBytes(b, []byte(e.Receiver))
	b = appendBytes(b, []byte(e.Name))
	b = binary.AppendUvarint(b, uint64(e.Attempt)) //nolint:gosec // checked: not below 0
	b = binary.AppendVarint(b, e.At.UnixMicro())
	return appendBytes(b, e.Detail)
}

func decodeMessage(value []byte) (message, error) {
	d := decoder{rest: value}
	if d.byte() != wireVersion {
		d.fail()
	}
	var m message
	d.fixed(m.id[:])
	m.partition = int(d.varint())
	count := d.uvarint()
	if count > uint64(len(d.rest)) || count > perMessage || m.partition < -1 {
		d.fail() // a change takes more than a byte
	}
	for i := uint64(0); i < count && d.err == nil; i++ {
		m.changes = append(m.changes, d.change())
	}
	return m, d.end()
}

// A decoder reads a value. After the first fault it returns zeros.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) fail() {
	d.rest, d.err = nil, errWire
}

// end returns the fault. Bytes that are left over are a fault too.
func (d *decoder) end() error {
	if d.err == nil && len(d.rest) > 0 {
		return fmt.Errorf("%w: %d bytes too many", errWire, len(d.rest))
	}
	return d.err
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.fail()
		return nil
	}
	taken := d.rest[:n:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) fixed(to []byte) { copy(to, d.take(uint64(len(to)))) }

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// bytes returns a copy, or nil for none, so that a part does not keep the whole value
// in memory.
func (d *decoder) bytes() []byte { return append([]byte(nil), d.take(d.uvarint())...) }

func (d *decoder) time() time.Time { return time.UnixMicro(d.varint()).UTC() }

func (d *decoder) entry() (e queue.Entry) {
	d.fixed(e.ID[:])
	d.fixed(e.Digest[:])
	d.fixed(e.Token[:])
	e.At = d.time()
	e.Body = d.varint()
	e.Head = d.bytes()
	return e
}

func (d *decoder) change() change {
	kind := d.byte()
	c := change{offset: d.varint()}
	switch kind {
	case kindEntry:
		key := string(d.bytes())
		e := d.entry()
		e.Key = key
		c.entry = &e
	case kindEvent:
		var s queue.Subject
		d.fixed(s.Exchange[:])
		c.event = d.event(s)
	case kindSubject:
		s := queue.Subject{Kind: queue.SubjectKind(d.byte())}
		s.ID = string(d.bytes())
		if s.Kind == queue.SubjectExchange || !s.Kind.Known() {
			d.fail()
		}
		c.event = d.event(s)
	default:
		d.fail()
	}
	return c
}

func (d *decoder) event(of queue.Subject) *queue.Event {
	e := queue.Event{Subject: of}
	e.Receiver = string(d.bytes())
	e.Name = string(d.bytes())
	e.Attempt = int(d.uvarint()) //nolint:gosec // it was an int
	e.At = d.time()
	e.Detail = d.bytes()
	return &e
}

func appendBytes(b, of []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(of))), of...)
}
