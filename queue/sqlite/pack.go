package sqlite

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/s2"

	"beibu/queue"
)

// The forms in which a body is stored.
const (
	formPlain  = 0 // as it is: those of files before version 3
	formPacked = 1 // as pack packs it
)

// A packing is memory in which one body after another is packed.
type packing struct {
	packed      []byte
	frame, work []byte
}

var packings = sync.Pool{New: func() any { return new(packing) }}

// keptPacking is the largest memory that is kept: a small body would hold all of a
// larger one.
const keptPacking = 128 << 10

// release takes back the memory of a body that nothing reads any more.
func (p *packing) release() {
	if p.isSmall() {
		packings.Put(p)
	}
}

// isSmall reports whether the memory may be kept. A large body that compresses well takes
// its own size while it is compressed.
func (p *packing) isSmall() bool { return max(cap(p.packed), cap(p.frame), cap(p.work)) <= keptPacking }

// pack compresses a body by S2. The part that is base64 is stored as what it encodes. An
// envelope of 16 KB, with a document of 10 KB, takes less than a third, and is written
// twice, to the log and to the file. Zstandard would take a sixth less, and ten times as
// long.
//
// A packed body is, as varints, the offset of the base64, and the length of the first
// block; then a block with the bytes that are encoded, and one with the rest of the body.
func pack(body []byte, encoded queue.Encoded) *packing {
	p := packings.Get().(*packing)
	frame := body
	if len(encoded.Bytes) > 0 {
		p.frame = append(append(p.frame[:0], body[:encoded.At]...), body[encoded.End():]...)
		frame = p.frame
	}
	p.work = s2.Encode(p.work[:cap(p.work)], encoded.Bytes)
	p.packed = binary.AppendUvarint(p.packed[:0], uint64(encoded.At)) //nolint:gosec // Check has checked it
	p.packed = binary.AppendUvarint(p.packed, uint64(len(p.work)))
	p.packed = append(p.packed, p.work...)
	p.work = s2.Encode(p.work[:cap(p.work)], frame)
	p.packed = append(p.packed, p.work...)
	return p
}

// largestBody is the largest that can be stored. A damaged file may say that it has a
// larger one.
const largestBody = 1 << 30

var errPacked = errors.New("the body is damaged")

// unpack returns the body that is stored in a form.
func unpack(content []byte, form int64) ([]byte, error) {
	switch form {
	case formPlain:
		return content, nil
	case formPacked:
		return unpacked(content)
	}
	return nil, fmt.Errorf("a body in form %d, which is of a newer version", form)
}

func unpacked(content []byte) ([]byte, error) {
	at, n := binary.Uvarint(content)
	if n <= 0 {
		return nil, errPacked
	}
	content = content[n:]
	size, n := binary.Uvarint(content)
	if n <= 0 || size > uint64(len(content)-n) { //nolint:gosec // n bytes were read
		return nil, errPacked
	}
	inner, outer := content[n:][:size], content[n:][size:]
	document, errDocument := s2.DecodedLen(inner)
	frame, errFrame := s2.DecodedLen(outer)
	if errDocument != nil || errFrame != nil || document > largestBody || frame > largestBody || at > uint64(frame) { //nolint:gosec // no length is below 0
		return nil, errPacked
	}
	begins, length := int(at), base64.StdEncoding.EncodedLen(document) //nolint:gosec // at most frame
	body := make([]byte, length+frame)
	if _, err := s2.Decode(body[length:], outer); err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	copy(body[:begins], body[length:]) // what is behind the base64 is in its place
	decoded, err := s2.Decode(nil, inner)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	base64.StdEncoding.Encode(body[begins:begins+length], decoded)
	return body, nil
}
