package queue

import (
	"context"
	"fmt"
	"slices"
)

// Settings are the shared settings of a log, which all nodes have in common and
// whose first value is on record ([SettingMismatchError]). A setting may change:
// then each entry has the value of its position in the log, on every node and at
// every time.
type Settings interface {
	// SettingAt returns the value of a setting for the entry at a position. It
	// fails with ErrUnavailable if this node has not consumed the log up to the
	// position, because a change before it may be unknown.
	SettingAt(name string, position int64) (string, error)
	// Boundaries returns the changes of a setting that this node knows, in the
	// order in which it met them. Of two at one position, the second one counts.
	Boundaries(name string) []Boundary
	// ChangeSetting gives a setting a value that it never had before, for all
	// entries that are admitted from now on, and returns when that is durable. If
	// it fails with ErrUnavailable, the change may apply to a part of the log;
	// the same call continues it. No entry that exists changes its value.
	ChangeSetting(ctx context.Context, name, value string) error
}

// A Boundary says from where in the log on a setting has another value. A log
// has a fixed number n of partitions, and the position p is in the partition
// (p-1) mod n.
type Boundary struct {
	Value string
	First []int64 // for each partition, the first position with the value, or 0 if it has none yet
}

// Complete reports whether the boundary is in every partition.
func (b Boundary) Complete() bool { return !slices.Contains(b.First, 0) }

// ValueAt returns the value that a setting has at a position above 0, of a
// setting whose first value was base. Of two boundaries at one position, between
// which nothing was admitted, the last one counts.
func ValueAt(base string, boundaries []Boundary, position int64) string {
	newest := int64(0)
	for _, b := range boundaries {
		first := b.First[(position-1)%int64(len(b.First))]
		if first != 0 && first >= newest && first <= position {
			base, newest = b.Value, first
		}
	}
	return base
}

// CheckChange fails with ErrInvalid if a setting whose first value is base cannot
// get a value: it has no name, it is not on record, or the value is empty, the
// first one, or too long.
func CheckChange(base, name, value string) error {
	if name == "" || base == "" || value == "" || value == base || len(name) > MaxName || len(value) > MaxName {
		return fmt.Errorf("change setting %q from %q to %q: %w", name, base, value, ErrInvalid)
	}
	return nil
}
