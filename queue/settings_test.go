package queue_test

import (
	"testing"

	"beibu/queue"
)

// Of the boundaries up to a position, the one with the last first position counts, and
// of several at one position the last one.
func TestValueAt(t *testing.T) {
	boundaries := []queue.Boundary{
		{Value: "b", First: []int64{5, 8}},
		{Value: "c", First: []int64{5, 6}}, // in place of b in one partition, before it in the other
		{Value: "d", First: []int64{11, 0}},
	}
	want := map[int64]string{1: "a", 2: "a", 3: "a", 4: "a", 5: "c", 6: "c", 7: "c", 8: "b", 9: "c", 10: "b", 11: "d", 12: "b", 13: "d"}
	for position, value := range want {
		if got := queue.ValueAt("a", boundaries, position); got != value {
			t.Errorf("at %d: %q, want %q", position, got, value)
		}
	}
}
