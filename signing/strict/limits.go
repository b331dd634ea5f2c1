package strict

import "math"

// Limits bound what one document may ask for. A zero field means the default.
type Limits struct {
	Depth      int // open elements, default 64
	Attributes int // of one element, without namespace declarations, default 64
	Namespaces int // declarations of one element, default 32; four times as many in scope
	Elements   int // in the document, default 200,000
}

// scopeFactor times Limits.Namespaces may be in scope at once. Prefixes are
// looked up one after another, so this bounds the time that a lookup takes.
const scopeFactor = 4

// maxBytes keeps every offset in 32 bits.
const maxBytes = math.MaxInt32

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Depth, 64)
	set(&l.Attributes, 64)
	set(&l.Namespaces, 32)
	set(&l.Elements, 200_000)
	return l
}
