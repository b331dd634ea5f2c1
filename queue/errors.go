package queue

import (
	"errors"
	"fmt"
)

// ErrNotFound means that a body or an entry does not exist: it was never
// written, or its retention is over.
var ErrNotFound = errors.New("not in the queue")

// ErrUnavailable means that the store cannot answer now. The call may have
// taken effect or not; it is safe to make it again.
var ErrUnavailable = errors.New("queue unavailable")

// ErrFull means that the disk is full. The call may succeed once there is room
// again.
var ErrFull = errors.New("no room left on the disk")

// ErrInvalid means that a submission or an event is outside the limits of the
// queue. The same call fails again.
var ErrInvalid = errors.New("outside the limits of the queue")

// A SettingMismatchError means that a shared setting of the node that opens a
// queue differs from the one on record. A shared setting, such as a key, has
// the same value on all nodes for the whole life of a queue; the first node
// that opens the queue with a setting records its value.
type SettingMismatchError struct {
	Name     string
	Ours     string
	Recorded string
}

// Error returns a text that contains both values.
func (e *SettingMismatchError) Error() string {
	return fmt.Sprintf("%s is %q here, and the log began with %q", e.Name, e.Ours, e.Recorded)
}
