package journal

import (
	"encoding/json"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

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

// decode reads what encode returned.
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
