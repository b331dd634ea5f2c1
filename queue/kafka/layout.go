package kafka

import "math"

// A layout converts partitions and offsets to positions and back.
type layout struct{ partitions int64 }

// position returns the position of an offset of a partition: from 1, and rising within
// the partition.
func (l layout) position(partition int, offset int64) int64 {
	return offset*l.partitions + int64(partition) + 1
}

// locate returns the partition and the offset of a position. It returns false if the
// number is no position.
func (l layout) locate(position int64) (partition int, offset int64, ok bool) {
	if position < 1 {
		return 0, 0, false
	}
	return int((position - 1) % l.partitions), (position - 1) / l.partitions, true
}

// perMessage is how many changes a message of events may contain: the sequence of a
// change is made of the offset of its message and its index in it.
const perMessage = 1 << 16

func sequence(offset int64, index int) int64 { return (offset+1)*perMessage + int64(index) }

// messageOf returns the offset of the message that contains a sequence, or 0 for a
// sequence before the first.
func messageOf(sequence int64) int64 {
	return min(max(sequence/perMessage-1, 0), math.MaxInt64/perMessage)
}
