package replay

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// The names of the events of a run. The record has the items first, in parts, and then
// the request, without which there is no run.
const (
	RunItems     exchange.State = "RunItems"
	RunRequested exchange.State = "RunRequested"
	RunApproved  exchange.State = "RunApproved" // of a subject of its own, SubjectApproval
	RunLapsed    exchange.State = "RunLapsed"
	RunStep      exchange.State = "RunStep" // the next step may be started
	RunPaused    exchange.State = "RunPaused"
	RunStopped   exchange.State = "RunStopped"
	RunResumed   exchange.State = "RunResumed"
	RunCancelled exchange.State = "RunCancelled"
	RunFinished  exchange.State = "RunFinished"
)

// An Event is an event of a run.
type Event struct {
	Run  string // the id of the run
	Name exchange.State
	At   time.Time
	content
}

// content is the detail of an event in the record.
type content struct {
	exchange.Cause
	Request *Request `json:"request,omitempty"` // of RunRequested
	Digest  string   `json:"digest,omitempty"`  // of the plan that RunApproved approves
	Step    int      `json:"step,omitempty"`    // of RunStep
	Items   *Part    `json:"items,omitempty"`   // of RunItems

	// Person is the subject of who asked for it, at the issuer that signed them in, which
	// stays the same if they get another name; "" of a credential.
	Person string `json:"person,omitempty"`
}

// A Part is some items of a run that follow each other.
type Part struct {
	First     int      `json:"first"`     // the number of the first
	Receivers []string `json:"receivers"` // that the items name by their index
	Packed    []byte   `json:"packed"`
}

// A PartItem is an item as its run was recorded.
type PartItem struct {
	Number   int
	Exchange uuid.UUID
	Receiver string
	Attempt  int
	After    int // the number of the item that must have its outcome before, or 0
}

// FromEvent reads an event of a run.
func FromEvent(e queue.Event) (Event, error) {
	out := Event{Run: e.Subject.ID, Name: exchange.State(e.Name), At: e.At}
	if len(e.Detail) > 0 {
		if err := json.Unmarshal(e.Detail, &out.content); err != nil {
			return Event{}, fmt.Errorf("read event of run %s: %w", e.Subject.ID, err)
		}
	}
	return out, nil
}

// record returns the event as the record has it.
func (e Event) record() (queue.Event, error) {
	detail, err := json.Marshal(e.content)
	if err != nil {
		return queue.Event{}, fmt.Errorf("write event of run %s: %w", e.Run, err)
	}
	kind := queue.SubjectRun
	if e.Name == RunApproved {
		kind = queue.SubjectApproval
	}
	return queue.Event{Subject: queue.Subject{Kind: kind, ID: e.Run}, Name: string(e.Name), At: queue.Stored(e.At), Detail: detail}, nil
}

// partItems is how many items one event has. They are some 30 bytes each.
const partItems = 1_000

// partsOf returns the events with the items of a run.
func partsOf(run string, at time.Time, items []planned) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		first := 1
		for some := range slices.Chunk(items, partItems) {
			part := pack(first, some)
			if !yield(Event{Run: run, Name: RunItems, At: at, content: content{Items: &part}}) {
				return
			}
			first += len(some)
		}
	}
}

// pack returns a part with items of which the first has a number.
func pack(first int, items []planned) Part {
	p := Part{First: first}
	places := make(map[string]int)
	for _, i := range items {
		place, ok := places[i.receiver]
		if !ok {
			place = len(p.Receivers)
			places[i.receiver] = place
			p.Receivers = append(p.Receivers, i.receiver)
		}
		p.Packed = append(p.Packed, i.exchange[:]...)
		p.Packed = binary.AppendUvarint(p.Packed, uint64(place))     // none of the three is negative
		p.Packed = binary.AppendUvarint(p.Packed, uint64(i.attempt)) //nolint:gosec // see above
		p.Packed = binary.AppendUvarint(p.Packed, uint64(i.after))   //nolint:gosec // see above
	}
	return p
}

var errPart = errors.New("items of a run are malformed")

// Unpack returns the items of the part.
func (p *Part) Unpack() ([]PartItem, error) {
	if p.First < 1 || p.First > MaxPlanned {
		return nil, errPart
	}
	var all []PartItem
	for rest := p.Packed; len(rest) > 0; {
		i := PartItem{Number: p.First + len(all)}
		if copy(i.Exchange[:], rest) < len(i.Exchange) {
			return nil, errPart
		}
		rest = rest[len(i.Exchange):]
		place := 0
		for _, field := range []struct {
			into  *int
			below int
		}{{&place, len(p.Receivers)}, {&i.Attempt, 1 << 30}, {&i.After, i.Number}} {
			n, size := binary.Uvarint(rest)
			if size <= 0 || n >= uint64(field.below) { //nolint:gosec // not negative
				return nil, errPart
			}
			*field.into, rest = int(n), rest[size:] //nolint:gosec // less than a number of this type
		}
		i.Receiver = p.Receivers[place]
		all = append(all, i)
	}
	return all, nil
}
