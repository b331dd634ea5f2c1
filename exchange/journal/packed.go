package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// The deliveries of an exchange are one value of its row, and so are the steps of its
// timeline: a document to three receivers has twelve of them, and a row for each would
// cost more than the document itself. Numbers are varints, times are the microseconds
// since the acceptance, texts have their length before them. The bytes depend on the
// record alone, and not on the batches in which it was folded.

// What a delivery or a step has in addition, beside the number of its state.
const (
	withLease    = 1 << 4
	withCause    = 1 << 5
	withRetry    = 1 << 6 // of a delivery
	withDialogue = 1 << 6 // of a step
	withVerdict  = 1 << 4 // of a step, which has no lease
	withEnvelope = 1 << 7
	stateBits    = 1<<4 - 1
)

// packDeliveries appends the deliveries of an exchange that was accepted at a time.
func packDeliveries(b []byte, accepted int64, all []exchange.Delivery) []byte {
	for i := range all {
		d := &all[i]
		leased := d.Lease.Holder != "" || !d.Lease.Until.IsZero()
		b = packText(b, d.Receiver)
		flags := len(b)
		b = packState(b, d.State, leased, d.Cause)
		if d.Envelope != 0 {
			b[flags] |= withEnvelope
		}
		b = binary.AppendVarint(b, int64(d.Attempt))
		b = binary.AppendVarint(b, micro(d.ConsignedAt)-accepted)
		b = binary.AppendVarint(b, micro(d.ChangedAt)-accepted)
		b = binary.AppendVarint(b, int64(d.Handovers))
		if leased {
			b = packText(b, d.Lease.Holder)
			b = binary.AppendVarint(b, micro(d.Lease.Until)-accepted)
		}
		if d.Envelope != 0 {
			b = binary.AppendVarint(b, d.Envelope)
		}
		b = packCause(b, d.Cause)
		if d.Retry.Tries > 0 {
			b[flags] |= withRetry
			b = packRetry(b, accepted, d.Retry)
		}
	}
	return b
}

func packRetry(b []byte, accepted int64, r exchange.Retry) []byte {
	b = packText(b, r.Code)
	b = binary.AppendVarint(b, int64(r.Tries))
	for _, at := range []time.Time{r.First, r.Last, r.Next} {
		b = binary.AppendVarint(b, micro(at)-accepted)
	}
	return b
}

// unpackDeliveries returns what packDeliveries has packed, of an exchange with an id:
// all deliveries, or the one to a receiver.
func unpackDeliveries(b []byte, accepted int64, id uuid.UUID, receiver string) ([]exchange.Delivery, error) {
	var all []exchange.Delivery
	if len(b) > 0 {
		all = make([]exchange.Delivery, 0, expected(receiver))
	}
	u := unpacker{rest: b}
	for len(u.rest) > 0 && !u.bad {
		name := u.bytes()
		wanted := receiver == "" || string(name) == receiver
		d := exchange.Delivery{Exchange: id}
		flags := u.byte()
		d.State, d.Attempt = stateOf(int64(flags&stateBits)), int(u.number())
		d.ConsignedAt, d.ChangedAt = moment(accepted+u.number()), moment(accepted+u.number())
		d.Handovers = int(u.number())
		var holder []byte
		if flags&withLease != 0 {
			holder, d.Lease.Until = u.bytes(), moment(accepted+u.number())
		}
		if flags&withEnvelope != 0 {
			d.Envelope = u.number()
		}
		d.Cause = u.cause(flags, wanted)
		if flags&withRetry != 0 {
			d.Retry = u.retry(accepted)
		}
		if wanted {
			d.Receiver, d.Lease.Holder = string(name), string(holder)
			all = append(all, d)
		}
	}
	return all, u.err()
}

// expected is for how many deliveries memory is taken at first.
func expected(receiver string) int {
	if receiver != "" {
		return 1
	}
	return 3 // as most documents have
}

// packStep appends a step of the timeline of the exchange of an entry. place is that of
// its receiver among the deliveries, from 1, or 0 if it has none.
func packStep(b []byte, entry, accepted int64, place int, e exchange.Event) []byte {
	b = binary.AppendVarint(b, e.Sequence-entry)
	b = binary.AppendVarint(b, int64(place))
	flags := len(b)
	b = packState(b, e.Name, false, e.Cause)
	b = binary.AppendVarint(b, int64(e.Attempt))
	b = binary.AppendVarint(b, micro(e.At)-accepted)
	b = packCause(b, e.Cause)
	if e.Dialogue != nil {
		b[flags] |= withDialogue
		text, _ := json.Marshal(e.Dialogue) // texts and a number have no error
		b = packText(b, string(text))
	}
	if e.Verdict != nil {
		b[flags] |= withVerdict
		text, _ := json.Marshal(e.Verdict) // the same
		b = packText(b, string(text))
	}
	return b
}

// unpackSteps appends to an exchange, which has its deliveries in the order in which
// they were packed, the steps of its timeline.
func unpackSteps(b []byte, x *exchange.Exchange) error {
	u, accepted := unpacker{rest: b}, micro(x.AcceptedAt)
	for len(u.rest) > 0 && !u.bad {
		e := exchange.Event{Exchange: x.ID, Sequence: x.Sequence + u.number()}
		place := u.number()
		flags := u.byte()
		e.Name, e.Attempt, e.At = stateOf(int64(flags&stateBits)), int(u.number()), moment(accepted+u.number())
		e.Cause = u.cause(flags, true)
		if flags&withDialogue != 0 {
			e.Dialogue = new(exchange.Dialogue)
			u.bad = json.Unmarshal(u.bytes(), e.Dialogue) != nil
		}
		if flags&withVerdict != 0 {
			e.Verdict = new(exchange.Finding)
			u.bad = u.bad || json.Unmarshal(u.bytes(), e.Verdict) != nil
		}
		if place < 0 || place > int64(len(x.Deliveries)) {
			return errPacked
		}
		if place > 0 {
			e.Receiver = x.Deliveries[place-1].Receiver
		}
		x.Events = append(x.Events, e)
	}
	return u.err()
}

// firstStep returns the sequence of the first of packed steps.
func firstStep(b []byte, entry int64) int64 {
	u := unpacker{rest: b}
	return entry + u.number()
}

func packText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func packState(b []byte, s exchange.State, leased bool, c exchange.Cause) []byte {
	flags := byte(number(s)) //nolint:gosec // states has eight
	if leased {
		flags |= withLease
	}
	if c != (exchange.Cause{}) {
		flags |= withCause
	}
	return append(b, flags)
}

func packCause(b []byte, c exchange.Cause) []byte {
	if c == (exchange.Cause{}) {
		return b
	}
	return packText(packText(packText(b, c.Code), c.Reason), c.Actor)
}

// errPacked says that a packed value is none.
var errPacked = errors.New("packed value is malformed")

// An unpacker reads a packed value from its beginning.
type unpacker struct {
	rest []byte
	bad  bool // rest was too short, or is no number
}

func (u *unpacker) err() error {
	if u.bad {
		return errPacked
	}
	return nil
}

func (u *unpacker) number() int64 {
	n, size := binary.Varint(u.rest)
	if size <= 0 {
		u.bad = true
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

func (u *unpacker) byte() byte {
	if len(u.rest) == 0 {
		u.bad = true
		return 0
	}
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

// bytes returns the bytes of a text, which are those of the packed value.
func (u *unpacker) bytes() []byte {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 || n > uint64(len(u.rest)) || int(n) > len(u.rest)-size { //nolint:gosec // no longer than rest
		u.bad = true
		return nil
	}
	end := size + int(n) //nolint:gosec // the same
	text := u.rest[size:end]
	u.rest = u.rest[end:]
	return text
}

// retry returns the retry that follows, of an exchange that was accepted at a time.
func (u *unpacker) retry(accepted int64) exchange.Retry {
	r := exchange.Retry{Code: string(u.bytes()), Tries: int(u.number())}
	r.First, r.Last, r.Next = moment(accepted+u.number()), moment(accepted+u.number()), moment(accepted+u.number())
	return r
}

// cause returns the cause that follows, or, if it is not wanted, passes it.
func (u *unpacker) cause(flags byte, wanted bool) (c exchange.Cause) {
	if flags&withCause == 0 {
		return c
	}
	code, reason, actor := u.bytes(), u.bytes(), u.bytes()
	if wanted {
		c = exchange.Cause{Code: string(code), Reason: string(reason), Actor: string(actor)}
	}
	return c
}
