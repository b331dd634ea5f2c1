package acceptor

// names finds the number of a name among few, in one step for nearly all of them.
type names struct {
	slots []slot // a power of two, at least twice as many as names
}

type slot struct {
	local  string
	space  int32
	number int32 // plus 1; 0 if the slot is free
}

// A name is a local name in a namespace of the acceptor's.
type name struct {
	local string
	space int32
}

func newNames(all []name) names {
	const roomy = 4
	size := 1
	for size < roomy*len(all) {
		size *= 2
	}
	n := names{make([]slot, size)}
	for number, of := range all {
		at := n.hash(of.local)
		for n.slots[at].number != 0 {
			at = (at + 1) & (size - 1)
		}
		n.slots[at] = slot{of.local, of.space, int32(number) + 1}
	}
	return n
}

// hash mixes the length of a name and some of its letters.
func (n names) hash(local string) int {
	size := len(local)
	if size == 0 {
		return 0
	}
	h := uint32(size)*31 + uint32(local[0]) //nolint:gosec // any bits will do
	h = h*31 + uint32(local[size/4])
	h = h*31 + uint32(local[size/2])
	h = h*31 + uint32(local[size*3/4])
	h = h*31 + uint32(local[size-1])
	return int((h ^ h>>7) & uint32(len(n.slots)-1)) //nolint:gosec // a schema has fewer
}

// find returns the number of a name, or -1.
func (n names) find(local string, space int32) int {
	for at := n.hash(local); ; at = (at + 1) & (len(n.slots) - 1) {
		switch s := &n.slots[at]; {
		case s.number == 0:
			return -1
		case s.space == space && s.local == local:
			return int(s.number) - 1
		}
	}
}
