package kafka

import "math"

// A layout turns places in partitions into positions and back.
type layout struct{ partitions int64 }

// position numbers an offset of a partition, from 1, rising in the partition.
func (l layout) position(partition int, offset int64) int64 {
	return offset*l.partitions + int64(partition) + 1
}

// place is the reverse. It is false for a number that is no position.
func (l layout) place(position int64) (partition int, offset int64, ok bool) {
	if position < 1 {
		return 0, 0, false
	}
	return int((position - 1) % l.partitions), (position - 1) / l.partitions, true
}

// perMessage is how many changes a message of events may hold: the sequence of
// a change is the place of its message and its place in it.
const perMessage = 1 << 16

func sequence(offset int64, index int) int64 { return (offset+1)*perMessage + int64(index) }

// messageOf returns the offset of the message that holds a sequence, or 0 for
// a sequence before all.
func messageOf(sequence int64) int64 {
	return min(max(sequence/perMessage-1, 0), math.MaxInt64/perMessage)
}
