package exchange

import "sync"

// envelopes are buffers, of *[]byte, in which one document after another is sealed. A
// log needs an envelope until it has admitted the document, and not any more then (see
// [queue.Admitter]).
var envelopes = sync.Pool{New: func() any { return new([]byte) }}

// keptEnvelope is the largest buffer that is kept: a small document would hold all of
// a larger one.
const keptEnvelope = 128 << 10

// keepEnvelope takes back a buffer that nothing reads any more.
func keepEnvelope(b *[]byte) {
	if cap(*b) <= keptEnvelope {
		*b = (*b)[:0]
		envelopes.Put(b)
	}
}
