package journal

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// A kept delivery is a delivery as its row holds it.
type kept struct {
	receiver                           string
	state, attempt, consigned, changed int64
	holder                             string
	leased                             int64 // until when; 0 if nobody has it
	cause                              []byte
	handovers                          int64
}

// keptColumns are those of table delivery, under the name d, in the order of
// a kept delivery.
const keptColumns = `d.receiver, d.state, d.attempt, d.consigned, d.changed, d.holder, d.leased, d.cause, d.handovers`

// keptOf reads keptColumns, the first of which is column i of a row.
func keptOf(r sqlitefile.Row, i int) kept {
	return kept{r.Text(i), r.Int(i + 1), r.Int(i + 2), r.Int(i + 3), r.Int(i + 4), r.Text(i + 5), r.Int(i + 6), r.Blob(i + 7), r.Int(i + 8)}
}

func (k *kept) delivery(id uuid.UUID) (exchange.Delivery, error) {
	d := exchange.Delivery{
		Exchange: id, Receiver: k.receiver, State: stateOf(k.state), Attempt: int(k.attempt),
		ConsignedAt: moment(k.consigned), ChangedAt: moment(k.changed), Handovers: int(k.handovers),
	}
	if k.leased != 0 {
		d.Lease = exchange.Lease{Holder: k.holder, Until: moment(k.leased)}
	}
	return d, decode(k.cause, &d.Cause)
}

// encode returns a cause as it is kept: as JSON, or as NULL if there is none.
func encode(c exchange.Cause) ([]byte, error) {
	if c == (exchange.Cause{}) {
		return nil, nil
	}
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write cause: %w", err)
	}
	return b, nil
}

func decode(kept []byte, into *exchange.Cause) error {
	if len(kept) == 0 {
		return nil
	}
	if err := json.Unmarshal(kept, into); err != nil {
		return fmt.Errorf("read cause: %w", err)
	}
	return nil
}

// until is the end of a lease as it is kept.
func until(l exchange.Lease) int64 {
	if l.Until.IsZero() {
		return 0
	}
	return micro(l.Until)
}

func micro(t time.Time) int64 { return t.UnixMicro() }

func moment(n int64) time.Time { return queue.Stored(time.UnixMicro(n)) }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// present returns b so that SQLite keeps it as an empty blob rather than NULL.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
